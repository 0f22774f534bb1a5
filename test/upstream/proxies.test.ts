// What upstream forgets, mixes up or tells when a proxy lies between: options of the pool, the target, the name in SNI, and
// the password.

import { type ConnectionPoolOptions, type ConnectOptions, defaultBackend, type NetworkReceiver, Proxy } from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { openPool } from "../support/outcomes.ts";
import { socksing, tunnelling } from "../support/proxies.ts";
import { answering, OK, type Peer, type Script, serve, serveTLS } from "../support/scripted-server.ts";

const forwarding: Script = async (peer) => {
  while (true) {
    await peer.request();
    peer.send(OK);
  }
};

/** For each kind of proxy a script, the scheme of its URL and one of an origin that is reached by it. */
const KINDS: readonly [what: string, proxyScheme: string, scheme: string, script: Script][] = [
  ["a forwarding proxy", "http", "http", forwarding],
  ["a tunnel", "http", "ws", tunnelling()],
  ["SOCKS5", "socks5", "http", socksing()],
];

/** The real network, which notes what it was asked for and refuses the first `refused` times. */
function watchedBackend(refused = 0) {
  const asked: ConnectOptions[] = [];
  return {
    asked,
    runtime: "watched",
    connectTcp(options: ConnectOptions, receiver: NetworkReceiver) {
      const port = asked.push(options) > refused ? options.port : 1;
      return defaultBackend.connectTcp({ ...options, port }, receiver);
    },
  };
}

describe.each(KINDS)("the pool's options hold through %s", (_what, proxyScheme, scheme, script) => {
  async function requestWith(options: ConnectionPoolOptions): Promise<Peer> {
    const [origin, proxy] = [await serve(answering()), await serve(script)];
    const pool = openPool({ ...options, proxy: `${proxyScheme}://127.0.0.1:${proxy.port}` });
    const response = await pool.request("GET", origin.url().replace("http:", `${scheme}:`));
    expect(response.status).toBe(200);
    return proxy.peer(0);
  }

  test("retries", async () => {
    const networkBackend = watchedBackend(2);
    await requestWith({ networkBackend, retries: 2 });
    expect(networkBackend.asked).toHaveLength(3);
  });

  test("localAddress", async () => {
    const { socket } = await requestWith({ localAddress: "127.0.0.3" });
    expect(socket.remoteAddress).toBe("127.0.0.3");
  });

  test("socketOptions and happyEyeballs", async () => {
    const networkBackend = watchedBackend();
    const socketOptions = { noDelay: false, keepAlive: 12_000 };
    await requestWith({ networkBackend, socketOptions, happyEyeballs: false });
    expect(networkBackend.asked[0]?.socket).toMatchObject({ noDelay: false, keepAlive: 12_000, happyEyeballs: false });
  });
});

test("a Unix socket and a proxy together are refused, not one of them ignored", () => {
  expect(() => openPool({ uds: "/tmp/x.sock", proxy: "http://127.0.0.1:1" })).toThrow(/uds.*proxy/);
});

test("extensions.target goes into the tunnel, and CONNECT keeps host and port", async () => {
  const { cert: ca } = await certificateAuthority();
  const origin = await serveTLS(await leafFor("localhost"), answering());
  const proxy = await serve(tunnelling());
  const pool = openPool({ proxy: proxy.origin, tls: { ca } });
  for (const target of ["*", "/raw;p?q{}", "http://other.example/"]) {
    const url = `https://localhost:${origin.port}/ignored`;
    expect((await pool.request("OPTIONS", url, { extensions: { target } })).status).toBe(200);
  }
  expect((await proxy.peer(0)).received).toMatch(new RegExp(`^CONNECT localhost:${origin.port} HTTP/1\\.1\\r\\n`));
  expect(proxy.peers).toHaveLength(1);
  expect((await origin.peer(0)).received.match(/^OPTIONS .*$/gm)).toEqual([
    "OPTIONS * HTTP/1.1",
    "OPTIONS /raw;p?q{} HTTP/1.1",
    "OPTIONS http://other.example/ HTTP/1.1",
  ]);
});

describe("sniHostname is the origin's name, not the proxy's", () => {
  /** A TLS server for `names` that notes the names it was asked for. */
  async function noting(script: Script, ...names: string[]) {
    const asked: unknown[] = [];
    const server = await serveTLS(await leafFor(...names), (peer, index) => {
      asked.push((peer.socket as Peer["socket"] & { servername?: unknown }).servername);
      return script(peer, index);
    });
    return { server, asked };
  }

  test("in a tunnel through an https proxy", async () => {
    const { cert: ca } = await certificateAuthority();
    const origin = await noting(answering(), "named.example");
    const { server, asked } = await noting(tunnelling(), "localhost");
    const proxy = new Proxy({ url: `https://localhost:${server.port}`, tls: { ca } });
    const extensions = { sniHostname: "named.example" };
    const url = `https://127.0.0.1:${origin.server.port}/`;
    expect((await openPool({ proxy, tls: { ca } }).request("GET", url, { extensions })).status).toBe(200);
    expect([asked, origin.asked]).toEqual([["localhost"], ["named.example"]]);
  });

  test("of a request that an https proxy forwards", async () => {
    const { cert: ca } = await certificateAuthority();
    const { server, asked } = await noting(forwarding, "localhost");
    const proxy = new Proxy({ url: `https://localhost:${server.port}`, tls: { ca } });
    const extensions = { sniHostname: "named.example" };
    expect((await openPool({ proxy }).request("GET", "http://x.example/", { extensions })).status).toBe(200);
    expect(asked).toEqual(["localhost"]);
  });

  test("through SOCKS5", async () => {
    const { cert: ca } = await certificateAuthority();
    const origin = await noting(answering(), "named.example");
    const { port } = await serve(socksing());
    const pool = openPool({ proxy: `socks5://127.0.0.1:${port}`, tls: { ca } });
    const extensions = { sniHostname: "named.example" };
    expect((await pool.request("GET", `wss://127.0.0.1:${origin.server.port}/`, { extensions })).status).toBe(200);
    expect(origin.asked).toEqual(["named.example"]);
  });
});

test.each(KINDS)("a trace of what goes through %s has no password in it", async (_what, proxyScheme, scheme) => {
  const script = {
    http: scheme === "http" ? forwarding : tunnelling(),
    socks5: socksing({ account: "user:pa55word" }),
  }[proxyScheme];
  const [origin, server] = [await serve(answering()), await serve(script as Script)];
  const told: unknown[] = [];
  const pool = openPool({
    proxy: `${proxyScheme}://user:pa55word@127.0.0.1:${server.port}`,
    trace: (event, info) => void told.push(event, info),
  });
  await pool.request("GET", origin.url().replace("http:", `${scheme}:`));
  await pool.close();
  const { received } = await server.peer(0);
  const basic = Buffer.from("user:pa55word").toString("base64");
  expect(received).toContain(proxyScheme === "socks5" ? "pa55word" : basic);
  expect(told.length).toBeGreaterThan(20);
  expect(deepText(told)).not.toMatch(new RegExp(`pa55word|${basic}`));
});

/** Everything that can be reached from `value`: what is hidden from printing, too, and octets as text. */
function deepText(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== "object" || value === null) return `${String(value)}\n`;
  if (seen.has(value)) return "";
  seen.add(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  return Reflect.ownKeys(value)
    .map((key) => deepText((value as Record<PropertyKey, unknown>)[key], seen))
    .join("");
}
