// Of the known faults about proxies those of who gets to see what: credentials for the proxy, connections that were made
// under other terms, and certificates of origins behind a proxy.

import { inspect } from "node:util";
import { ConnectError, Proxy } from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, expiredLeaf, leafFor, selfSigned } from "../support/certificates.ts";
import { fails, openPool, rejection } from "../support/outcomes.ts";
import { socksing, text, tunnelling } from "../support/proxies.ts";
import { answering, OK, type ScriptedServer, serve, serveTLS } from "../support/scripted-server.ts";

const BASIC = `Basic ${Buffer.from("user:pa55word").toString("base64")}`;

/** What came on all connections of a server. */
const allOf = (server: ScriptedServer): string => server.peers.map(({ received }) => received).join("");

// The fault: Proxy-Authorization goes along to the origin, through a tunnel or a redirect.
describe("T-proxyauth-scope: credentials for the proxy are told to the proxy alone", () => {
  test("not to the origin in a tunnel, with TLS or without", async () => {
    const { cert: ca } = await certificateAuthority();
    const secure = await serveTLS(await leafFor("localhost"), answering());
    const plain = await serve(answering());
    const server = await serve(tunnelling());
    const proxy = new Proxy({ url: server.origin, auth: ["user", "pa55word"], headers: { "X-For-Proxy": "1" } });
    const pool = openPool({ proxy, tls: { ca } });
    for (let i = 0; i < 2; i++) {
      await pool.request("GET", `https://localhost:${secure.port}/`);
      await pool.request("GET", plain.url().replace("http:", "ws:"));
    }
    for (const { received } of server.peers) expect(received).toContain(`\r\nProxy-Authorization: ${BASIC}\r\n`);
    for (const origin of [secure, plain]) {
      expect(allOf(origin)).toContain("GET / HTTP/1.1");
      expect(allOf(origin)).not.toMatch(/proxy/i);
    }
  });

  test("not to an origin that NO_PROXY names, nor to one of a pool without a proxy", async () => {
    const server = await serve(answering());
    const environment = { HTTP_PROXY: "http://user:pa55word@127.0.0.1:1", NO_PROXY: "127.0.0.1" };
    await openPool({ proxy: Proxy.fromEnvironment(environment) }).request("GET", server.url());
    await openPool().request("GET", server.url());
    expect(allOf(server)).not.toMatch(/proxy|authorization/i);
  });

  test("a request's own Proxy-Authorization does go where the caller sends it", async () => {
    const server = await serve(answering());
    await openPool().request("GET", server.url(), { headers: { "Proxy-Authorization": "x" } });
    expect(allOf(server)).toContain("\r\nProxy-Authorization: x\r\n");
  });
});

// The fault: a connection through a proxy is used for a request that has other credentials for it.
describe("T-poolkey-proxy: the key of a connection is its whole proxy", () => {
  test("pools with other credentials, other headers or no proxy share nothing", async () => {
    const { cert: ca } = await certificateAuthority();
    const origin = await serveTLS(await leafFor("localhost"), answering());
    const server = await serve(tunnelling());
    const terms = [
      { proxy: new Proxy({ url: server.origin, auth: ["user", "one"] }) },
      { proxy: new Proxy({ url: server.origin, auth: ["user", "two"] }) },
      { proxy: new Proxy({ url: server.origin, headers: { "X-Account": "3" } }) },
      { proxy: server.origin },
    ];
    for (const { proxy } of terms) {
      const pool = openPool({ proxy, tls: { ca } });
      for (let i = 0; i < 2; i++) await pool.request("GET", `https://localhost:${origin.port}/`);
    }
    expect(server.peers.length).toBe(terms.length);
    const firsts = server.peers.map(({ received }) => /(?:Basic|Account:) (\S+)/.exec(received)?.[1]);
    const encoded = (account: string) => Buffer.from(account).toString("base64");
    expect(firsts).toEqual([encoded("user:one"), encoded("user:two"), "3", undefined]);
  });

  test("another name in SNI is another tunnel", async () => {
    const { cert: ca } = await certificateAuthority();
    const origin = await serveTLS(await leafFor("one.example", "two.example"), answering());
    const server = await serve(tunnelling());
    const pool = openPool({ proxy: server.origin, tls: { ca } });
    for (const sniHostname of ["one.example", "two.example", "one.example"]) {
      await pool.request("GET", `https://localhost:${origin.port}/`, { extensions: { sniHostname } });
    }
    await fails(pool.request("GET", `https://localhost:${origin.port}/`), ConnectError);
    expect(server.peers.length).toBe(3);
    for (const { received } of server.peers) expect(received).toMatch(/^CONNECT localhost:/);
  });

  test("an environment's two proxies are two", async () => {
    const servers = [await serve(answering()), await serve(answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"))];
    const [plain = "", secure = ""] = servers.map((server, i) => server.origin.replace("//", `//user:${i}@`));
    const pool = openPool({ proxy: Proxy.fromEnvironment({ HTTP_PROXY: plain, HTTPS_PROXY: secure }) });
    await pool.request("GET", "http://x.example/");
    await rejection(pool.request("GET", "https://x.example/"));
    expect(servers.map((server) => /Basic (\S+)/.exec(allOf(server))?.[1])).toEqual(
      ["user:0", "user:1"].map((account) => Buffer.from(account).toString("base64")),
    );
  });
});

// The fault: behind a SOCKS proxy all origins share one pool, so that a request goes to another origin than its own.
describe("T-socks-origins: a connection through a proxy leads to one origin", () => {
  test.each(["socks5", "http"])("%s", async (scheme) => {
    const origins = [await serve(answering(OK.replace("ok", "o1"))), await serve(answering(OK.replace("ok", "o2")))];
    const server = await serve(scheme === "http" ? tunnelling() : socksing());
    const pool = openPool({ proxy: `${scheme}://127.0.0.1:${server.port}` });
    for (let round = 0; round < 3; round++) {
      const answers = origins.map((origin) => pool.request("GET", origin.url().replace("http:", "ws:")));
      expect(await Promise.all((await Promise.all(answers)).map((answer) => answer.text()))).toEqual(["o1", "o2"]);
    }
    expect(server.peers.length).toBe(2);
    expect(origins.map((origin) => origin.peers.length)).toEqual([1, 1]);
  });

  test("nor do http and ws of one host and port share one", async () => {
    const origin = await serve(answering());
    const server = await serve(socksing());
    const pool = openPool({ proxy: `socks5://127.0.0.1:${server.port}` });
    for (const scheme of ["http", "ws", "http"]) await pool.request("GET", origin.url().replace("http", scheme));
    expect(origin.peers.length).toBe(2);
  });
});

// The fault: behind a proxy the certificate of the origin is not checked, or against the proxy's name.
describe("T-tls-via-proxy: a certificate that fails directly fails behind every proxy", () => {
  const identities = {
    "for another name": () => leafFor("other.example"),
    "for the proxy's name": () => leafFor("127.0.0.1"),
    "signed by itself": selfSigned,
    "out of date": expiredLeaf,
  };
  const ways = {
    direct: async () => undefined,
    "an HTTP proxy": async () => (await serve(tunnelling())).origin,
    "an https proxy": async () => {
      const { cert: ca } = await certificateAuthority();
      return new Proxy({ url: (await serveTLS(await leafFor("127.0.0.1"), tunnelling())).origin, tls: { ca } });
    },
    SOCKS5: async () => `socks5://127.0.0.1:${(await serve(socksing())).port}`,
  };
  const cases = Object.keys(ways).flatMap((way) => Object.keys(identities).map((what) => [way, what] as const));

  test.each(cases)("%s, a certificate %s", async (way, what) => {
    const { cert: ca } = await certificateAuthority();
    const origin = await serveTLS(await identities[what as keyof typeof identities](), answering());
    const proxy = await ways[way as keyof typeof ways]();
    const pool = openPool({ ...(proxy ? { proxy } : {}), tls: { ca } });
    for (const scheme of ["https", "wss"]) {
      const error = await fails(pool.request("GET", `${scheme}://localhost:${origin.port}/secret`), ConnectError);
      expect(error.cause).toBeInstanceOf(Error);
      expect(error.message).toContain(`localhost:${origin.port}`);
    }
    expect(allOf(origin)).toBe("");
    expect(pool.connections).toEqual([]);
  });

  test.each(Object.keys(ways))("%s, a good certificate, and any where that is asked for", async (way) => {
    const proxy = await ways[way as keyof typeof ways]();
    const { cert: ca } = await certificateAuthority();
    const good = await serveTLS(await leafFor("localhost"), answering());
    const bad = await serveTLS(await selfSigned(), answering());
    const options = proxy ? { proxy } : {};
    expect((await openPool({ ...options, tls: { ca } }).request("GET", `https://localhost:${good.port}/`)).status).toBe(
      200,
    );
    const careless = openPool({ ...options, tls: { verify: false } });
    expect((await careless.request("GET", `https://localhost:${bad.port}/`)).status).toBe(200);
  });
});

// The fault: the password of a proxy is in traces, messages and logs.
describe("T-secret-redaction: the password of a proxy is not printed", () => {
  const encoded = Buffer.from("user:pa55word").toString("base64");

  function expectNoSecret(...values: unknown[]): void {
    for (const value of values) {
      const texts = [String(value), inspect(value, { depth: 10, showHidden: true }), JSON.stringify(value) ?? ""];
      for (let error = value; error instanceof Error; error = error.cause) {
        texts.push(error.message, error.stack ?? "", inspect((error as { request?: unknown }).request, { depth: 10 }));
        texts.push(JSON.stringify((error as { request?: { headers: unknown } }).request?.headers ?? null));
      }
      for (const shown of texts) {
        expect(shown).not.toContain("pa55word");
        expect(shown).not.toContain(encoded);
      }
    }
  }

  test("in proxies, environments and pools", async () => {
    const url = "http://user:pa55word@127.0.0.1:3128";
    const proxy = new Proxy({ url });
    const other = new Proxy({ url: "socks5://127.0.0.1:1080", auth: ["user", "pa55word"] });
    const environment = Proxy.fromEnvironment({ HTTP_PROXY: url, HTTPS_PROXY: url });
    expectNoSecret(proxy, other, environment, openPool({ proxy }), openPool({ proxy: environment }), proxy.url);
    expect([String(proxy), inspect(other)]).toEqual([
      "<Proxy ['http://127.0.0.1:3128']>",
      "<Proxy ['socks5://127.0.0.1:1080']>",
    ]);
    expect(String(environment)).toBe(
      "<ProxyEnvironment [http: 'http://127.0.0.1:3128', https: 'http://127.0.0.1:3128']>",
    );
  });

  test.each([
    "http://user:pa55word@127.0.0.1:1",
    "https://user:pa55word@127.0.0.1:1",
    "socks5://user:pa55word@127.0.0.1:1",
  ])("in what fails to connect to %s", async (proxy) => {
    const pool = openPool({ proxy });
    for (const url of ["http://x.example/", "https://x.example/"]) {
      const error = await fails(pool.request("GET", url), ConnectError);
      expectNoSecret(error, pool, pool.connections);
    }
  });

  test("in refusals, of forwarded requests and of tunnels", async () => {
    const server = await serve(answering("garbage\r\n\r\n"));
    const socks = await serve(socksing({ account: "user:other" }));
    const proxies = [server.origin.replace("//", "//user:pa55word@"), `socks5://user:pa55word@127.0.0.1:${socks.port}`];
    for (const proxy of proxies) {
      const pool = openPool({ proxy });
      for (const url of ["http://x.example/", "https://x.example/"]) {
        expectNoSecret(await rejection(pool.request("GET", url)), pool);
      }
    }
    expect(allOf(server)).toContain(encoded);
    expect(allOf(socks)).toContain(`${text(8)}pa55word`);
  });

  test.each([
    "ftp://user:pa55word@127.0.0.1",
    "user:pa55word@127.0.0.1",
    "http:/user:pa55word@127.0.0.1",
    "http://user:pa55word@127.0.0.1/path",
    "http://user:pa55word@127.0.0.1#x",
    "http://user:pa55word@127.0.0.1:99999",
    "http://user:pa55word@",
    "http://user:pa55word@a b",
    "http://user:pa55word^@127.0.0.1",
    "http://user:12/pa55word@127.0.0.1",
    "http://user:x/pa55word@127.0.0.1",
    "http://user:?pa55word@127.0.0.1",
    "http://user:%00pa55word@127.0.0.1",
    `socks5://user:${"pa55word".repeat(32)}@127.0.0.1`,
    "socks5://:pa55word@127.0.0.1",
  ])("in what is wrong with %s", async (url) => {
    const makers = [
      () => new Proxy({ url }),
      () => openPool({ proxy: url }),
      () => Proxy.fromEnvironment({ https_proxy: url }),
    ];
    for (const make of makers) {
      // A scheme is added to what has none.
      if (make === makers[2] && !url.includes("://")) continue;
      expectNoSecret(await rejection((async () => make())()));
    }
  });
});
