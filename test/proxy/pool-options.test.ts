// Every option of a pool holds through a proxy, too: none is dropped on the way.

import { createHash, X509Certificate } from "node:crypto";
import { ConnectError, ConnectTimeout, defaultBackend, type NetworkBackend, ReadTimeout } from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, clientNamed, leafFor } from "../support/certificates.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { CONNECTED, ESTABLISHED, socksing, tunnelling } from "../support/proxies.ts";
import { answering, type Script, serve, serveTLS } from "../support/scripted-server.ts";

/** The ways through a proxy, and a proxy for each. `target` is what leads that way. */
const WAYS = [
  { way: "forwarded", scheme: "http", target: "http", proxy: () => answering() },
  { way: "CONNECT", scheme: "http", target: "ws", proxy: () => tunnelling() },
  { way: "SOCKS5", scheme: "socks5", target: "http", proxy: () => socksing() },
] as const;

describe.each(WAYS)("$way", ({ scheme, target, proxy: script }) => {
  const through = async (proxyScript: Script = script()) => {
    const proxy = await serve(proxyScript);
    const origin = await serve(answering());
    return { proxy, given: `${scheme}://127.0.0.1:${proxy.port}`, url: origin.url().replace("http", target) };
  };

  test("retries", async () => {
    const { proxy, given, url } = await through();
    let attempts = 0;
    const networkBackend: NetworkBackend = {
      runtime: "late-proxy",
      connectTcp: (options, receiver) =>
        defaultBackend.connectTcp(attempts++ === 0 ? { ...options, port: 1 } : options, receiver),
    };
    await fails(openPool({ networkBackend, proxy: given }).request("GET", url), ConnectError);
    attempts = 0;
    const response = await openPool({ networkBackend, proxy: given, retries: 1 }).request("GET", url);
    expect(await response.text()).toBe("ok");
    expect([attempts, proxy.peers.length]).toEqual([2, 1]);
  });

  test("localAddress", async () => {
    const { proxy, given, url } = await through();
    await openPool({ proxy: given, localAddress: "127.0.0.9" }).request("GET", url);
    expect((await proxy.peer(0)).socket.remoteAddress).toBe("127.0.0.9");
  });

  test("resolve: for the name of the proxy, and no other", async () => {
    const { proxy, url } = await through();
    const asked: string[] = [];
    const resolve = (host: string): string[] => {
      asked.push(host);
      return ["127.0.0.1"];
    };
    const given = `${scheme}://proxy.example:${proxy.port}`;
    const named = url.replace("127.0.0.1", "origin.example");
    expect((await openPool({ proxy: given, resolve }).request("GET", named)).status).toBe(200);
    expect(asked).toEqual(["proxy.example"]);
  });

  test("timeouts, and their retries", async () => {
    const { given, url, proxy } = await through(() => {});
    const isForwarded = scheme === "http" && target === "http";
    const ErrorClass = isForwarded ? ReadTimeout : ConnectTimeout;
    const timeout = { connect: 60, read: 60 };
    await fails(openPool({ proxy: given, timeout, retries: 1 }).request("GET", url), ErrorClass);
    expect(proxy.peers).toHaveLength(isForwarded ? 1 : 2);
    for (const peer of proxy.peers) await peer.gone;
  });

  test("connections are used again, and counted", async () => {
    const { proxy, given, url } = await through();
    const pool = openPool({ proxy: given, maxConnections: 1 });
    await Promise.all([1, 2, 3].map(() => pool.request("GET", url)));
    expect(proxy.peers).toHaveLength(1);
    expect(pool.connections.map((connection) => connection.requestCount)).toEqual([3]);
  });
});

describe.each([
  ["CONNECT", "http", () => tunnelling(ESTABLISHED)],
  ["SOCKS5", "socks5", () => socksing({ reply: CONNECTED })],
] as const)("TLS options within %s", (_, scheme, script) => {
  const through = async (identity: object = {}) => {
    const leaf = await leafFor("localhost");
    const origin = await serveTLS({ ...leaf, ...identity }, answering());
    const proxy = await serve(script());
    const { cert: ca } = await certificateAuthority();
    const pin = createHash("sha256").update(new X509Certificate(leaf.cert).raw).digest("hex");
    return { proxy: `${scheme}://127.0.0.1:${proxy.port}`, url: `https://localhost:${origin.port}/`, ca, pin };
  };

  test("pinnedCertificates", async () => {
    const { proxy, url, ca, pin } = await through();
    const open = (pinned: string) => openPool({ proxy, tls: { ca, pinnedCertificates: [pinned] } });
    expect((await open(pin).request("GET", url)).status).toBe(200);
    await fails(open("0".repeat(64)).request("GET", url), ConnectError);
  });

  test("cert and key", async () => {
    const authority = await certificateAuthority();
    const { proxy, url, ca } = await through({ ca: authority.cert, requestCert: true });
    const { cert, key } = await clientNamed("somebody");
    expect((await openPool({ proxy, tls: { ca, cert, key } }).request("GET", url)).status).toBe(200);
    await expect(openPool({ proxy, tls: { ca } }).request("GET", url)).rejects.toHaveProperty("cause");
  });

  test("minVersion and maxVersion", async () => {
    const { proxy, url, ca } = await through({ minVersion: "TLSv1.3" });
    await fails(openPool({ proxy, tls: { ca, maxVersion: "TLSv1.2" } }).request("GET", url), ConnectError);
    expect((await openPool({ proxy, tls: { ca, minVersion: "TLSv1.3" } }).request("GET", url)).status).toBe(200);
  });

  test("alpnProtocols", async () => {
    const { proxy, url, ca } = await through({ ALPNProtocols: ["h2", "http/1.1"] });
    await fails(openPool({ proxy, tls: { ca, alpnProtocols: ["h2", "http/1.1"] } }).request("GET", url), ConnectError);
    expect((await openPool({ proxy, tls: { ca } }).request("GET", url)).status).toBe(200);
  });
});
