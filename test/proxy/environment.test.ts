// Proxy.fromEnvironment(): which variable counts for which URL, and what is wrong with one. (What NO_PROXY matches, and
// REQUEST_METHOD, are known faults of others: test/security/proxy-environment.test.ts.)

import { type Environment, Proxy, ProxyError } from "httpcore";
import { describe, expect, test } from "vitest";
import { fails, openPool, rejection } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

/** Which of `servers` a request to `url` goes to: its index, or -1. */
async function askedFor(url: string, makeEnvironment: (origins: string[]) => Environment): Promise<number> {
  const servers = await Promise.all(
    [0, 1, 2].map(() => serve(answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"))),
  );
  const proxy = Proxy.fromEnvironment(makeEnvironment(servers.map(({ origin }) => origin)));
  await openPool({ proxy, timeout: { connect: 2000 } })
    .request("GET", url)
    .catch(() => {});
  return servers.findIndex(({ peers }) => peers.length > 0);
}

describe("the variable that counts", () => {
  const all = ([http, https, any]: string[]) => ({ HTTP_PROXY: http, HTTPS_PROXY: https, ALL_PROXY: any });
  const lower = ([http, https, any]: string[]) => ({ http_proxy: http, https_proxy: https, all_proxy: any });
  const only = ([, , any]: string[]) => ({ HTTP_PROXY: "", ALL_PROXY: any });
  const both = ([a, b]: string[]) => ({ HTTP_PROXY: a, http_proxy: b });
  const bare = ([a]: string[]) => ({ HTTP_PROXY: ` ${a?.replace("http://", "")} ` });

  test.each<[string, (origins: string[]) => Environment, number]>([
    ["http", all, 0],
    ["ws", all, 0],
    ["https", all, 1],
    ["wss", all, 1],
    ["http", lower, 0],
    ["https", lower, 1],
    ["http", only, 2],
    ["https", only, 2],
    ["http", both, 1],
    ["http", bare, 0],
    ["https", bare, -1],
    ["http", () => ({}), -1],
    ["http", ([a]) => ({ http_proxy: "", HTTP_PROXY: a }), -1],
    ["http", ([a]) => ({ HTTP_PROXY: a, no_proxy: "", NO_PROXY: "*" }), 0],
    ["http", ([a]) => ({ Http_Proxy: a }), -1],
  ])("%s: %s", async (scheme, makeEnvironment, index) => {
    expect(await askedFor(`${scheme}://127.0.0.1:1/`, makeEnvironment)).toBe(index);
  });

  test.each([
    ["example.com", "example.com", true],
    ["www.example.com", "example.com", true],
    ["www.example.com", ".example.com", true],
    ["example.com", ".example.com", true],
    ["www.example.com", "*.example.com", true],
    ["example.com", "*.example.com", false],
    ["badexample.com", "example.com", false],
    ["example.com.evil", "example.com", false],
    ["xn--bcher-kva.example", "bücher.example", true],
    ["a_b.example", "a_b.example", true],
  ])("NO_PROXY and names: %s, %s", async (host, list, isDirect) => {
    // Nothing is connected to: the pool's network tells where it was sent.
    const places: string[] = [];
    const networkBackend = {
      runtime: "telling",
      connectTcp: ({ host: place }: { host: string }) => Promise.reject(places.push(place)),
    };
    const proxy = Proxy.fromEnvironment({ HTTP_PROXY: "http://proxy.invalid", NO_PROXY: list });
    await rejection(openPool({ networkBackend, proxy }).request("GET", `http://${host}/`));
    expect(places).toEqual([isDirect ? host : "proxy.invalid"]);
  });
});

describe("the environment of the process", () => {
  test("is read at the call", async () => {
    const server = await serve(answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"));
    const { https_proxy, no_proxy } = process.env;
    try {
      process.env.https_proxy = server.origin;
      process.env.no_proxy = "";
      const proxy = Proxy.fromEnvironment();
      process.env.https_proxy = "http://127.0.0.1:1";
      await fails(openPool({ proxy }).request("GET", "https://x.example/"), ProxyError);
    } finally {
      for (const [name, value] of Object.entries({ https_proxy, no_proxy })) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });

  test("what is on a prototype is no variable", async () => {
    const environment = Object.create({ HTTP_PROXY: "http://127.0.0.1:1" }) as Environment;
    expect(String(Proxy.fromEnvironment(environment))).toBe("<ProxyEnvironment [http: none, https: none]>");
  });
});

describe("what is wrong is said, with the variable's name", () => {
  test.each<[Environment | unknown, RegExp]>([
    [{ HTTP_PROXY: "ftp://a" }, /^HTTP_PROXY: .*'ftp:\/\/'/],
    [{ https_proxy: "http://a/b" }, /^https_proxy: /],
    [{ ALL_PROXY: "http://a:b:c" }, /^ALL_PROXY: /],
    [{ HTTPS_PROXY: "socks5://user@a" }, /^HTTPS_PROXY: the password/],
    [{ HTTP_PROXY: 1 }, /^HTTP_PROXY must be a string/],
    [{ NO_PROXY: "a, 10.0.0.0/33" }, /^NO_PROXY holds "10\.0\.0\.0\/33"/],
    [{ no_proxy: "a/8" }, /^no_proxy holds "a\/8"/],
    [{ NO_PROXY: "<local>" }, /^NO_PROXY holds "<local>"/],
    [{ NO_PROXY: "127.*" }, /^NO_PROXY holds/],
    [{ NO_PROXY: "10/8" }, /^NO_PROXY holds "10\/8"/],
    [{ NO_PROXY: "a:b" }, /^NO_PROXY holds/],
    [{ NO_PROXY: "[::1" }, /^NO_PROXY holds/],
    [{ NO_PROXY: "[name]" }, /^NO_PROXY holds/],
    [{ NO_PROXY: "http://a" }, /^NO_PROXY holds/],
    [{ NO_PROXY: "." }, /^NO_PROXY holds/],
    [{ NO_PROXY: "http://user:pa,55word@a" }, /^NO_PROXY holds an entry, which is no name/],
    ["HTTP_PROXY=a", /^the environment must be an object/],
    [null, /^the environment must be an object/],
  ])("%j", (environment, message) => {
    expect(() => Proxy.fromEnvironment(environment as Environment)).toThrow(message);
  });
});
