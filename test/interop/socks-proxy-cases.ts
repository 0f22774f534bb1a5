// What holds for every SOCKS5 proxy: one suite, called by the test of each.

import { ConnectError, Proxy, ProxyError } from "httpcore";
import { expect, test } from "vitest";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";
import { DEAD_PORT } from "./daemon.ts";
import { PASSWORD, passesLargeContent, secureOrigin, trustingPool, USER } from "./http-proxy-cases.ts";

export interface SOCKSProxy {
  /** The port that asks for nothing. */
  readonly open: number;
  /** The port that asks for USER and PASSWORD. */
  readonly guarded: number;
}

export function socksProxyCases(proxy: () => SOCKSProxy): void {
  const open = (scheme = "socks5"): string => `${scheme}://127.0.0.1:${proxy().open}`;
  const guarded = (user: string, password: string): string =>
    `socks5://${user}:${password}@127.0.0.1:${proxy().guarded}`;

  test.each(["socks5", "socks5h"])("%s: requests to an address go through, in origin-form", async (scheme) => {
    const origin = await serve(answering());
    const pool = openPool({ proxy: open(scheme) });
    for (let i = 0; i < 3; i++) expect((await pool.request("GET", origin.url("/a"))).status).toBe(200);
    expect(origin.peers[0]?.received).toBe(`GET /a HTTP/1.1\r\nHost: 127.0.0.1:${origin.port}\r\n\r\n`.repeat(3));
    expect(pool.connections.map(({ requestCount }) => requestCount)).toEqual([3]);
  });

  test.each(["socks5", "socks5h"])("%s: a name is looked up by the proxy", async (scheme) => {
    const origin = await serve(answering());
    const response = await openPool({ proxy: open(scheme) }).request("GET", `http://localhost:${origin.port}/`);
    expect(response.status).toBe(200);
    expect(origin.peers[0]?.received).toContain(`Host: localhost:${origin.port}`);
  });

  test("a name that nobody knows is a ProxyError", async () => {
    const pool = openPool({ proxy: open() });
    await fails(pool.request("GET", "http://nobody.invalid/"), ProxyError);
    expect(pool.connections).toEqual([]);
  });

  test("the right user and password open it, in the URL and as Proxy", async () => {
    const origin = await serve(answering());
    const url = `socks5://127.0.0.1:${proxy().guarded}`;
    for (const given of [guarded(USER, PASSWORD), new Proxy({ url, auth: [USER, PASSWORD] })]) {
      expect((await openPool({ proxy: given }).request("GET", origin.url())).status).toBe(200);
    }
  });

  test.each([
    ["password", USER, "incorrect"],
    ["user", "nobody", PASSWORD],
  ])("a wrong %s is a ProxyError that does not tell it", async (_, user, password) => {
    const origin = await serve(answering());
    const pool = openPool({ proxy: guarded(user, password) });
    const error = await fails(pool.request("GET", origin.url()), ProxyError);
    expect(`${error.message} ${error.stack}`).not.toContain(password);
    expect(pool.connections).toEqual([]);
    expect(origin.peers).toEqual([]);
  });

  test("no user where one is asked for is a ProxyError", async () => {
    const pool = openPool({ proxy: `socks5://127.0.0.1:${proxy().guarded}` });
    await fails(pool.request("GET", "http://127.0.0.1:1/"), ProxyError);
    expect(pool.connections).toEqual([]);
  });

  test("https goes through, and the certificate is the origin's", async () => {
    const origin = await secureOrigin(answering());
    const pool = await trustingPool({ proxy: open() });
    for (const host of ["127.0.0.1", "localhost"]) {
      expect((await pool.request("GET", `https://${host}:${origin.port}/`)).status).toBe(200);
    }
    await fails(openPool({ proxy: open() }).request("GET", origin.url()), ConnectError);
  });

  test("large content goes through both ways", async () => {
    await passesLargeContent(open());
  });

  test("a target where nobody listens is a ProxyError", async () => {
    const pool = openPool({ proxy: open() });
    const error = await fails(pool.request("GET", `http://127.0.0.1:${DEAD_PORT}/`), ProxyError);
    expect(error.message).toMatch(/refused/i);
    expect(pool.connections).toEqual([]);
  });

  test("20 connections at the same time", async () => {
    const origin = await serve(answering());
    const pool = openPool({ proxy: open() });
    const responses = await Promise.all(Array.from({ length: 20 }, () => pool.request("GET", origin.url())));
    expect(responses.every(({ status }) => status === 200)).toBe(true);
  });

  test("a proxy where nobody listens is a ConnectError", async () => {
    const pool = openPool({ proxy: `socks5://127.0.0.1:${DEAD_PORT}` });
    await fails(pool.request("GET", "http://127.0.0.1:1/"), ConnectError);
  });
}
