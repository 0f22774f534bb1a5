// What holds for every HTTP proxy: one suite, called by the test of each.
//
// The origins are raw servers of ours, so that a test sees what a proxy sends on; the proxies are real.

import { ConnectError, type ConnectionPool, type ConnectionPoolOptions, Proxy, ProxyError } from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, type ScriptedServer, serve, serveTLS } from "../support/scripted-server.ts";
import { DEAD_PORT } from "./daemon.ts";
import { LARGE, sha256 } from "./site.ts";

export const USER = "user";
export const PASSWORD = "secret";

export interface HTTPProxy {
  /** The port that asks for nothing. */
  readonly open: number;
  /** The port that asks for USER and PASSWORD. */
  readonly guarded: number;
  /** The status with which the proxy answers when it reaches nobody. */
  readonly unreachable: number;
  /** Status and challenge for a wrong password. */
  readonly wrong: readonly [status: number, header: string];
}

const echo = async (peer: { request(): Promise<string>; send(octets: string): void }): Promise<void> => {
  while (true) {
    const request = await peer.request();
    peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${request.length}\r\n\r\n${request}`);
  }
};

export async function secureOrigin(script: Parameters<typeof serveTLS>[1]): Promise<ScriptedServer> {
  return serveTLS(await leafFor("127.0.0.1", "localhost"), script);
}

/** A pool that trusts the test authority. */
export async function trustingPool(options: ConnectionPoolOptions): Promise<ConnectionPool> {
  return openPool({ ...options, tls: { ca: (await certificateAuthority()).cert } });
}

export function httpProxyCases(proxy: () => HTTPProxy): void {
  const url = (port: number, credentials = ""): string => `http://${credentials}127.0.0.1:${port}`;
  const open = (): string => url(proxy().open);
  const guarded = (user: string, password: string): string => url(proxy().guarded, `${user}:${password}@`);

  describe("forward", () => {
    test("a request arrives in origin-form, with its headers and content", async () => {
      const origin = await serve(echo);
      const pool = openPool({ proxy: open() });
      const response = await pool.request("POST", origin.url("/a;b?c=%41&d"), {
        headers: { "X-Name": "value" },
        content: "some content",
      });
      const [head = "", content] = (await response.text()).split("\r\n\r\n");
      expect(head).toMatch(/^POST \/a;b\?c=%41&d HTTP\/1\.[01]\r\n/);
      expect(head).toMatch(new RegExp(`^Host: 127\\.0\\.0\\.1:${origin.port}\\r?$`, "im"));
      expect(head).toMatch(/^X-Name: value\r?$/im);
      expect(content).toBe("some content");
    });

    test("large content goes through both ways", async () => {
      await passesLargeContent(open());
    });

    test("100 requests one behind the other and 50 at a time", async () => {
      const origin = await serve(answering());
      const pool = openPool({ proxy: open() });
      for (let i = 0; i < 100; i++) expect((await pool.request("GET", origin.url())).status).toBe(200);
      const responses = await Promise.all(Array.from({ length: 50 }, () => pool.request("GET", origin.url())));
      expect(responses.every(({ status }) => status === 200)).toBe(true);
    });

    test("user and password are for the proxy alone", async () => {
      const origin = await serve(echo);
      const response = await openPool({ proxy: guarded(USER, PASSWORD) }).request("GET", origin.url());
      expect(response.status).toBe(200);
      expect((await response.text()).toLowerCase()).not.toContain("proxy-authorization");
    });

    test("a wrong password is a response like any other", async () => {
      const origin = await serve(answering());
      const pool = openPool({ proxy: guarded(USER, "wrong") });
      const response = await pool.request("GET", origin.url());
      const [status, challenge] = proxy().wrong;
      expect(response.status).toBe(status);
      expect(response.headers.get(challenge)).toMatch(/^Basic/);
      expect(origin.peers).toEqual([]);
    });

    test("an origin where nobody listens is a response of the proxy", async () => {
      const response = await openPool({ proxy: open() }).request("GET", `http://127.0.0.1:${DEAD_PORT}/`);
      expect(response.status).toBe(proxy().unreachable);
    });

    test("HEAD and 304 have no content", async () => {
      const heads = ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'];
      const origin = await serve(async (peer) => {
        while (true) peer.send(String((await peer.request()).startsWith("HEAD") ? heads[0] : heads[1]));
      });
      const pool = openPool({ proxy: open() });
      const head = await pool.request("HEAD", origin.url());
      expect([head.status, head.content.length]).toEqual([200, 0]);
      const same = await pool.request("GET", origin.url(), { headers: { "If-None-Match": '"a"' } });
      expect([same.status, same.content.length]).toEqual([304, 0]);
    });
  });

  describe("CONNECT", () => {
    test("https goes through; the tunnel is used again", async () => {
      const origin = await secureOrigin(echo);
      const pool = await trustingPool({ proxy: open() });
      for (let i = 0; i < 3; i++) {
        const text = await (await pool.request("GET", origin.url("/in"))).text();
        // What arrives is what we sent: no proxy has had a hand in it.
        expect(text).toBe(`GET /in HTTP/1.1\r\nHost: 127.0.0.1:${origin.port}\r\n\r\n`);
      }
      expect(origin.peers).toHaveLength(1);
      expect(pool.connections.map(({ requestCount }) => requestCount)).toEqual([3]);
    });

    test("an origin by name is looked up by the proxy, and its certificate is checked for that name", async () => {
      const origin = await secureOrigin(answering());
      const pool = await trustingPool({ proxy: open() });
      expect((await pool.request("GET", `https://localhost:${origin.port}/`)).status).toBe(200);
    });

    test("a certificate of nobody we know is a ConnectError", async () => {
      const origin = await secureOrigin(answering());
      const pool = openPool({ proxy: open() });
      await fails(pool.request("GET", origin.url()), ConnectError);
      expect(pool.connections).toEqual([]);
    });

    test("large content goes through", async () => {
      const origin = await secureOrigin(async (peer) => {
        await peer.request();
        peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE.length}\r\n\r\n`);
        peer.send(LARGE);
      });
      const pool = await trustingPool({ proxy: open() });
      expect(sha256((await pool.request("GET", origin.url())).content)).toBe(sha256(LARGE));
    });

    test("the right password opens it, as Proxy and in the URL", async () => {
      const origin = await secureOrigin(answering());
      for (const given of [guarded(USER, PASSWORD), new Proxy({ url: url(proxy().guarded), auth: [USER, PASSWORD] })]) {
        const pool = await trustingPool({ proxy: given });
        expect((await pool.request("GET", origin.url())).status).toBe(200);
      }
    });

    test("a wrong password is a ProxyError with the proxy's reply", async () => {
      const origin = await secureOrigin(answering());
      const pool = await trustingPool({ proxy: guarded(USER, "wrong") });
      const error = await fails(pool.request("GET", origin.url()), ProxyError);
      const [status, challenge] = proxy().wrong;
      expect(error.status).toBe(status);
      expect(error.headers?.get(challenge)).toMatch(/^Basic/);
      expect(new TextDecoder().decode(error.content)).toMatch(/<html/i);
      expect(`${error.message} ${error.stack}`).not.toContain("wrong");
      expect(pool.connections).toEqual([]);
      expect(origin.peers).toEqual([]);
    });

    test("no password is a ProxyError with 407", async () => {
      const pool = await trustingPool({ proxy: url(proxy().guarded) });
      const error = await fails(pool.request("GET", "https://127.0.0.1:1/"), ProxyError);
      expect(error.status).toBe(407);
    });

    test("a port where nobody listens is a ProxyError", async () => {
      const pool = await trustingPool({ proxy: open() });
      const error = await fails(pool.request("GET", `https://127.0.0.1:${DEAD_PORT}/`), ProxyError);
      expect(error.status).toBe(proxy().unreachable);
      expect(pool.connections).toEqual([]);
    });
  });

  test("a proxy where nobody listens is a ConnectError", async () => {
    const pool = openPool({ proxy: url(DEAD_PORT) });
    await fails(pool.request("GET", "http://127.0.0.1:1/"), ConnectError);
    await fails(pool.request("GET", "https://127.0.0.1:1/"), ConnectError);
  });
}

/** Large content goes through `proxy` both ways. */
export async function passesLargeContent(proxy: string): Promise<void> {
  const origin = await serve(async (peer) => {
    const request = await peer.request();
    const content = Buffer.from(request.slice(request.indexOf("\r\n\r\n") + 4), "latin1");
    peer.send(`HTTP/1.1 200 OK\r\nX-Hash: ${sha256(content)}\r\nContent-Length: ${LARGE.length}\r\n\r\n`);
    peer.send(LARGE);
  });
  const response = await openPool({ proxy }).request("POST", origin.url(), { content: LARGE });
  expect(response.headers.get("x-hash")).toBe(sha256(LARGE));
  expect(sha256(response.content)).toBe(sha256(LARGE));
}
