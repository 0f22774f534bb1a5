// Proxies: forwarded requests, tunnels by CONNECT and by SOCKS5, certificates in them, https proxies. The peer of the suite
// is the HTTP proxy, too.

import { Proxy } from "httpcore";
import { cases, equal, eventually, holds, latin1, recorded, rejects, type Tools } from "./harness.ts";

/** Every kind of proxy that leads through a tunnel, with credentials where they are checked. */
function tunnels({ plain, socks, secure, ca, runtime }: Tools): [name: string, proxy: string | Proxy][] {
  const list: [string, string | Proxy][] = [
    ["CONNECT", plain],
    ["SOCKS5", socks],
    ["SOCKS5 with an account", socks.replace("//", "//user:password@").replace("socks5", "socks5h")],
  ];
  if (runtime !== "workerd") list.push(["CONNECT within TLS", new Proxy({ url: secure, tls: { ca } })]);
  return list;
}

export const proxyCases = cases("proxy", {
  "http is forwarded": async ({ open, plain }) => {
    const proxy = new Proxy({ url: plain, auth: ["user", "password"], headers: { "X-For-Proxy": "1" } });
    const octets = await recorded(open({ proxy }).request("PUT", "http://x.example/octets", { content: "hi" }));
    return octets;
  },
  "https goes through a tunnel, and its connection is used again": async (tools) => {
    for (const [name, proxy] of tunnels(tools)) {
      const pool = tools.openSecure({ proxy });
      const answers: string[] = [];
      for (let i = 0; i < 3; i++) answers.push(latin1((await pool.request("GET", `${tools.secure}/count`)).content));
      equal(new Set(answers.map((answer) => answer.split(".")[0])).size, 1, name);
      equal(pool.connections.length, 1, name);
    }
  },
  "plain octets go through a tunnel": async (tools) => {
    for (const [name, proxy] of tunnels(tools)) {
      const pool = tools.open({ proxy });
      const url = `${tools.plain.replace("http:", "ws:")}/hello`;
      for (let i = 0; i < 3; i++) equal(latin1((await pool.request("GET", url)).content), "hello", name);
      equal(pool.connections.length, 1, name);
    }
  },
  "http goes through SOCKS5": async ({ open, plain, socks }) => {
    const octets = await recorded(open({ proxy: socks }).request("PUT", `${plain}/octets`, { content: "hi" }));
    return octets.replaceAll(new URL(plain).host, "HOST");
  },
  "much, both ways": async (tools) => {
    const content = new Uint8Array(1_000_000).map((_, i) => (i * 5) & 0xff);
    const answers: string[] = [];
    for (const [name, proxy] of tunnels(tools)) {
      const pool = tools.openSecure({ proxy });
      equal((await pool.request("GET", `${tools.secure}/large`)).content.length, 8 * 1024 * 1024, name);
      answers.push(await (await pool.request("POST", `${tools.secure}/sink`, { content })).text());
    }
    equal(new Set(answers).size, 1);
    return answers[0];
  },
  "certificates of origins are checked": async (tools) => {
    for (const [name, proxy] of tunnels(tools)) {
      for (const origin of [tools.wrongName, tools.untrusted]) {
        const pool = tools.openSecure({ proxy });
        const error = await rejects(pool.request("GET", `${origin}/hello`), "ConnectError");
        holds(error.cause instanceof Error, `a cause: ${name}`);
        equal(pool.connections.length, 0, name);
      }
    }
  },
  "a refusal": async ({ open, socks, plain }) => {
    const error = await rejects(open({ proxy: socks }).request("GET", "https://refused.example/"), "ProxyError");
    holds(error.message.includes("Connection refused"), error.message);
    const wrong = open({ proxy: socks.replace("//", "//user:wrong@") });
    holds(!String(await rejects(wrong.request("GET", plain), "ProxyError")).includes("wrong"), "no password");
  },
  "nobody there": async ({ open, refused, plain }) => {
    for (const scheme of ["http", "socks5"]) {
      const pool = open({ proxy: refused.replace("http", scheme) });
      holds(String(await rejects(pool.request("GET", plain), "ConnectError")).includes("the proxy"), scheme);
    }
  },
  "an https proxy": async ({ open, secure, ca, runtime }) => {
    if (runtime === "workerd") {
      for (const proxy of [secure, new Proxy({ url: secure }), Proxy.fromEnvironment({ ALL_PROXY: secure })]) {
        const error = await rejects((async () => open({ proxy }))(), "UnsupportedByRuntime");
        equal([error.option, error.runtime], ["proxy", "workerd"]);
      }
      return;
    }
    const proxy = new Proxy({ url: secure, tls: { ca } });
    equal((await open({ proxy }).request("GET", "http://x.example/hello")).status, 200);
    await rejects(open({ proxy: secure }).request("GET", "http://x.example/hello"), "ConnectError");
  },
  "an abort in the handshake": async ({ open, silent }) => {
    for (const scheme of ["http", "socks5"]) {
      const pool = open({ proxy: silent.replace("https", scheme) });
      const abort = new AbortController();
      const call = pool.request("GET", "https://x.example/", { signal: abort.signal }).catch((reason) => reason);
      await eventually(() => pool.connections.length === 1, "connecting");
      await new Promise((resolve) => setTimeout(resolve, 20));
      abort.abort("enough");
      equal([await call, pool.connections.length], ["enough", 0], scheme);
    }
  },
  "the environment": async ({ open, plain, refused }) => {
    // What the process has is of no interest here; that it can be asked is.
    open({ proxy: Proxy.fromEnvironment({}) });
    equal(typeof String(Proxy.fromEnvironment()), "string");
    const proxy = Proxy.fromEnvironment({ http_proxy: refused, NO_PROXY: "127.0.0.0/8" });
    equal((await open({ proxy }).request("GET", `${plain}/hello`)).status, 200);
    await rejects(open({ proxy }).request("GET", "http://x.example/"), "ConnectError");
  },
  "a password is not printed": async () => {
    const proxy = new Proxy({ url: "http://user:pa55word@127.0.0.1:3128" });
    equal([String(proxy), JSON.stringify(proxy)], ["<Proxy ['http://127.0.0.1:3128']>", `"${String(proxy)}"`]);
  },
});
