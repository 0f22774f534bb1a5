// What a proxy is made of, and every way in which it can be wrong: found when it is made, before anything is sent.

import { LocalProtocolError, Proxy, type ProxyOptions, UnsupportedByRuntime, UnsupportedProtocol, URL } from "httpcore";
import { MockBackend } from "httpcore/mock";
import { describe, expect, test } from "vitest";
import { ManualBackend } from "../support/backends.ts";
import { eventually, fails, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

const URL_TEXT = "http://127.0.0.1:3128";

/** What `make` throws. */
function thrown(make: () => unknown): Error {
  try {
    make();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

describe("what is accepted", () => {
  test.each<[string, ProxyOptions["url"], string]>([
    ["text", URL_TEXT, "http://127.0.0.1:3128"],
    ["a slash at its end", `${URL_TEXT}/`, "http://127.0.0.1:3128"],
    ["another case", "HTTPS://Proxy.Example", "https://proxy.example:443"],
    ["a web URL", new globalThis.URL("socks5://[::1]:1"), "socks5://[::1]:1"],
    ["a web URL of http", new globalThis.URL("http://user:x@proxy.example"), "http://proxy.example:80"],
    ["a URL of this package", new URL("socks5h://proxy.example"), "socks5h://proxy.example:1080"],
    ["userinfo that is empty", "http://:@proxy.example", "http://proxy.example:80"],
  ])("%s", (_what, url, origin) => {
    const proxy = new Proxy({ url });
    expect(String(proxy)).toBe(`<Proxy ['${origin}']>`);
    expect(proxy.url.origin).toBe(origin);
    openPool({ proxy });
  });

  test("undefined and null for what is not given", () => {
    const nothing = { auth: undefined, headers: null, tls: undefined };
    for (const url of [URL_TEXT, "https://a", "socks5://a"]) openPool({ proxy: new Proxy({ url, ...nothing }) });
    openPool({ proxy: undefined });
  });

  test("options are read once, and what is changed later changes nothing", async () => {
    const server = await serve(answering());
    const auth: [string, Uint8Array] = ["user", Uint8Array.of(0x61)];
    const headers = { "X-A": "1" };
    const proxy = new Proxy({ url: server.origin, auth, headers });
    auth[0] = "other";
    auth[1][0] = 0;
    headers["X-A"] = "2";
    await openPool({ proxy }).request("GET", "http://x.example/");
    const basic = Buffer.from("user:a").toString("base64");
    expect((await server.peer(0)).received).toContain(`\r\nProxy-Authorization: Basic ${basic}\r\nX-A: 1\r\n\r\n`);
  });
});

describe("what is refused", () => {
  test.each<[string, unknown, string]>([
    ["no URL", {}, "a URL"],
    ["a number", { url: 1 }, "a URL"],
    ["options that are text", URL_TEXT, "proxy"],
    ["an unknown option", { url: URL_TEXT, user: "x" }, "'user'"],
    ["tls with http", { url: URL_TEXT, tls: { verify: false } }, "proxy.tls"],
    ["tls with socks5", { url: "socks5://a", tls: {} }, "proxy.tls"],
    ["tls that is none", { url: "https://a", tls: { verfiy: true } }, "verfiy"],
    ["headers with socks5", { url: "socks5://a", headers: {} }, "proxy.headers"],
    ["headers that are none", { url: URL_TEXT, headers: "A: b" }, "headers"],
    ["a header outside ASCII", { url: URL_TEXT, headers: { A: "\u010d" } }, "unicode"],
    ["Host", { url: URL_TEXT, headers: { hOST: "x" } }, "'host'"],
    ["Content-Length", { url: URL_TEXT, headers: { "Content-Length": "0" } }, "'content-length'"],
    ["Transfer-Encoding", { url: URL_TEXT, headers: { "Transfer-Encoding": "chunked" } }, "'transfer-encoding'"],
    ["auth that is text", { url: URL_TEXT, auth: "user:password" }, "proxy.auth"],
    ["auth of three", { url: URL_TEXT, auth: ["a", "b", "c"] }, "proxy.auth"],
    ["auth of numbers", { url: URL_TEXT, auth: ["a", 1] }, "proxy.auth"],
    ["auth twice", { url: "http://a:b@c", auth: ["a", "b"] }, "both"],
    ["auth beside a header", { url: "http://a:b@c", headers: { "proxy-authorization": "x" } }, "proxy-authorization"],
    ["a user with a colon, for HTTP", { url: URL_TEXT, auth: ["a:b", "c"] }, "colon"],
    ["the same in a URL", { url: "http://a%3Ab:c@d" }, "colon"],
    ["a control character, for HTTP", { url: URL_TEXT, auth: ["a", "b\r\nX: y"] }, "control character"],
    ["an empty user, for SOCKS5", { url: "socks5://a", auth: ["", "b"] }, "user"],
    ["an empty password, for SOCKS5", { url: "socks5://user@a" }, "password"],
    ["a long user, for SOCKS5", { url: "socks5://a", auth: ["u".repeat(256), "b"] }, "256"],
    ["a long password, for SOCKS5", { url: "socks5://a", auth: ["u", "é".repeat(128)] }, "256"],
  ])("%s", (_what, options, part) => {
    const error = thrown(() => new Proxy(options as ProxyOptions));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(part);
  });

  test.each([
    ["http://a/path", "invalid-url"],
    ["http://a?query", "invalid-url"],
    ["http://a#fragment", "invalid-url"],
    ["http://a b", "invalid-url"],
    ["http://", "invalid-url"],
    ["socks5://:1080", "invalid-url"],
    ["http://a:65536", "invalid-url"],
  ])("the URL %s", (url, reason) => {
    const error = thrown(() => new Proxy({ url }));
    expect(error).toBeInstanceOf(LocalProtocolError);
    expect(error).toMatchObject({ reason });
    expect(error.message).toMatch(/^proxy: /);
  });

  test.each(["ftp://a", "socks4://a", "socks://a", "ws://a", "a:3128", "a", "", "//a"])("the scheme of %j", (url) => {
    const error = thrown(() => new Proxy({ url }));
    expect(error).toBeInstanceOf(UnsupportedProtocol);
    expect(error.message).toContain("http, https, socks5, socks5h");
  });

  test.each([
    [{ "A b": "c" }, "invalid-header-name"],
    [{ A: "b\r\nC: d" }, "invalid-header-value"],
    [{ Expect: "100-continue" }, "expect-without-content"],
  ])("headers that cannot be sent: %j", (headers, reason) => {
    expect(thrown(() => new Proxy({ url: URL_TEXT, headers }))).toMatchObject({ reason });
  });

  test.each([1, true, {}, { url: URL_TEXT }, [URL_TEXT], new globalThis.URL(URL_TEXT)])(
    "a pool's proxy: %j",
    (proxy) => {
      expect(thrown(() => openPool({ proxy: proxy as unknown as string }))).toBeInstanceOf(TypeError);
    },
  );

  test("what is wrong with a pool's text is said of its proxy", () => {
    expect(thrown(() => openPool({ proxy: "ftp://a" })).message).toMatch(/^proxy: /);
  });
});

describe("a network of the caller's", () => {
  const CONNECT = "CONNECT x.example:PORT HTTP/1.1\r\nHost: x.example:PORT\r\n\r\n";

  test.each([
    ["ws", CONNECT.replaceAll("PORT", "80")],
    ["https", CONNECT.replaceAll("PORT", "443")],
  ])("is what the proxy is reached by: %s, through a mock", async (scheme, connect) => {
    const pieces = ["HTTP/1.1 200 OK\r\n\r\n", ...Array(2).fill("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")];
    const networkBackend = new MockBackend(pieces);
    const pool = openPool({ networkBackend, proxy: URL_TEXT });
    for (let i = 0; i < 2; i++) expect(await (await pool.request("GET", `${scheme}://x.example/`)).text()).toBe("hi");
    expect(networkBackend.written.map((octets) => Buffer.from(octets).toString())).toEqual([
      connect + "GET / HTTP/1.1\r\nHost: x.example\r\n\r\n".repeat(2),
    ]);
  });

  test.each(["http", "https"])("%s, through a mock that speaks SOCKS5", async (scheme) => {
    const handshake = [Uint8Array.of(5, 2), Uint8Array.of(1, 0), Uint8Array.of(5, 0, 0, 1, 1, 2, 3, 4, 5, 6)];
    const networkBackend = new MockBackend([...handshake, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"]);
    const pool = openPool({ networkBackend, proxy: "socks5://user:password@proxy.example" });
    expect(await (await pool.request("GET", `${scheme}://x.example/`)).text()).toBe("hi");
  });

  test("one that cannot start TLS is told so", async () => {
    const networkBackend = new ManualBackend();
    const pool = openPool({ networkBackend, proxy: URL_TEXT });
    const call = fails(pool.request("GET", "https://x.example/"), UnsupportedByRuntime);
    await eventually(() => networkBackend.connections[0]?.written.endsWith("\r\n\r\n") === true);
    networkBackend.connections[0]?.play("HTTP/1.1 200 OK\r\n\r\n");
    const error = await call;
    expect([error.option, error.runtime]).toEqual(["proxy", "manual"]);
    expect([pool.connections, networkBackend.connections[0]?.isClosed]).toEqual([[], true]);
  });
});
