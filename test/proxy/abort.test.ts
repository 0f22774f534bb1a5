// Aborts, time limits and a closed pool in each step of each kind of proxy: nothing stays behind, and the proxy is told
// by the end of its connection.

import { getEventListeners, once } from "node:events";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import { ConnectTimeout, Proxy, ReadError, TotalTimeout } from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool, rejection } from "../support/outcomes.ts";
import { CONNECTED, ESTABLISHED, octetsOf, text } from "../support/proxies.ts";
import { type Script, type ScriptedServer, serve } from "../support/scripted-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";

interface Stage {
  readonly what: string;
  readonly proxy: "http" | "https" | "socks5";
  readonly url: string;
  /** What the proxy does until the step that hangs. */
  readonly script: Script;
  /** What has come from the client by then. */
  readonly reached: string | null;
}

const REFUSED = "HTTP/1.1 407 No\r\nContent-Length: 100\r\n\r\nsome";
const HELLO = "\x16\x03";

const connect =
  (...replies: string[]): Script =>
  async (peer) => {
    await peer.request();
    for (const reply of replies) peer.send(reply);
  };

const socks =
  (...replies: string[]): Script =>
  async (peer) => {
    // Greeting, user and password, request.
    for (const [i, end] of [3, 3 + 5, 3 + 5 + 7 + "x.example".length].entries()) {
      await octetsOf(peer, 0, end);
      peer.send(replies[i] ?? "");
    }
  };

const silent: Script = () => {};

const STAGES: Stage[] = [
  { what: "connecting to the proxy", proxy: "http", url: "http://x.example/", script: silent, reached: null },
  { what: "in TLS with the proxy", proxy: "https", url: "https://x.example/", script: silent, reached: HELLO },
  { what: "behind CONNECT", proxy: "http", url: "https://x.example/", script: connect(), reached: "CONNECT" },
  {
    what: "within the reply",
    proxy: "http",
    url: "ws://x.example/",
    script: connect("HTTP/1.1 100 x\r\n\r\nHTTP/1.1 2"),
    reached: "CONNECT",
  },
  {
    what: "within a refusal",
    proxy: "http",
    url: "https://x.example/",
    script: connect(REFUSED),
    reached: "CONNECT",
  },
  {
    what: "in TLS with the origin",
    proxy: "http",
    url: "https://x.example/",
    script: connect(ESTABLISHED),
    reached: HELLO,
  },
  { what: "behind the greeting", proxy: "socks5", url: "http://x.example/", script: socks(), reached: text(5, 1, 2) },
  {
    what: "within the greeting's answer",
    proxy: "socks5",
    url: "https://x.example/",
    script: socks(text(5)),
    reached: text(5, 1, 2),
  },
  {
    what: "behind user and password",
    proxy: "socks5",
    url: "https://x.example/",
    script: socks(text(5, 2)),
    reached: text(1, 1),
  },
  {
    what: "within the reply",
    proxy: "socks5",
    url: "wss://x.example/",
    script: socks(text(5, 2), text(1, 0), CONNECTED.slice(0, 7)),
    reached: "x.example",
  },
  {
    what: "in TLS with the origin",
    proxy: "socks5",
    url: "https://x.example/",
    script: socks(text(5, 2), text(1, 0), CONNECTED),
    reached: HELLO,
  },
];

/** A server for the stage, and a pool whose requests go there. */
async function enter(stage: Stage, options: object = {}) {
  const server = await serve(stage.script);
  const userinfo = stage.proxy === "socks5" ? "u:p@" : "";
  const proxy = new Proxy({ url: `${stage.proxy}://${userinfo}127.0.0.1:${server.port}` });
  return { server, pool: openPool({ proxy, ...options }) };
}

async function reach(stage: Stage, server: ScriptedServer): Promise<void> {
  if (stage.reached !== null) await (await server.peer(0)).until(stage.reached);
}

/** All connections of `server` have been ended by the client. */
async function left(server: ScriptedServer): Promise<void> {
  await Promise.all(server.peers.map(({ gone }) => gone));
}

/** An https proxy that says nothing. Other servers keep the socket of a client that leaves within the handshake. */
async function listenSecurely(): Promise<{ port: number; close(): void }> {
  const server = tls.createServer(await leafFor("127.0.0.1"), (socket) => socket.resume().on("error", () => {}));
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

const resources = (): string[] =>
  process.getActiveResourcesInfo().filter((name) => /TCPSocket|TLSWrap|TCPConnect|GetAddrInfo/.test(name));

describe.each(STAGES.map((stage) => [`${stage.proxy}, ${stage.what}`, stage] as const))("%s", (_what, stage) => {
  test("an abort", async () => {
    const { server, pool } = await enter(stage);
    const abort = new AbortController();
    const call = rejection(pool.request("GET", stage.url, { signal: abort.signal }));
    await reach(stage, server);
    expect(pool.connections.map(({ state }) => state)).toEqual(["CONNECTING"]);
    const reason = new Error("enough");
    abort.abort(reason);
    expect(await call).toBe(reason);
    expect(String(pool)).toBe(EMPTY);
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
    await left(server);
    await eventually(() => server.peers.every(({ hasGone }) => hasGone));
    expect(server.peers.length).toBeLessThanOrEqual(1);
  });

  test("timeout.connect", async () => {
    if (stage.reached === null) return;
    const { server, pool } = await enter(stage, { timeout: { connect: 60 } });
    const error = await fails(pool.request("GET", stage.url), ConnectTimeout);
    expect(error.phase).toBe("connect");
    expect(String(pool)).toBe(EMPTY);
    await left(server);
    expect(server.peers.length).toBe(1);
  });

  test("timeout.total, without one for connecting", async () => {
    if (stage.reached === null) return;
    const { server, pool } = await enter(stage, { timeout: { connect: Infinity, total: 60 } });
    await fails(pool.request("GET", stage.url), TotalTimeout);
    expect(String(pool)).toBe(EMPTY);
    await left(server);
  });

  test("pool.close()", async () => {
    const { server, pool } = await enter(stage);
    const call = fails(pool.request("GET", stage.url), ReadError);
    await reach(stage, server);
    await pool.close();
    await call;
    expect(String(pool)).toBe(EMPTY);
    await left(server);
  });

  test("the next request gets the slot", async () => {
    const { server, pool } = await enter(stage, { maxConnections: 1 });
    const abort = new AbortController();
    const call = rejection(pool.request("GET", stage.url, { signal: abort.signal }));
    const second = new AbortController();
    const next = rejection(pool.request("GET", stage.url, { signal: second.signal }));
    expect(String(pool)).toContain("1 queued");
    await reach(stage, server);
    abort.abort();
    await call;
    await server.connected(stage.reached === null ? 1 : 2);
    second.abort();
    await next;
    expect(String(pool)).toBe(EMPTY);
    await left(server);
  });
});

test("many aborts, at any moment, leave nothing", async () => {
  const { cert: ca } = await certificateAuthority();
  const before = resources().length;
  for (const stage of STAGES) {
    const isSecure = stage.proxy === "https";
    const server = isSecure ? await listenSecurely() : await serve(stage.script);
    const userinfo = stage.proxy === "socks5" ? "u:p@" : "";
    const trust = isSecure ? { tls: { ca } } : {};
    const proxy = new Proxy({ url: `${stage.proxy}://${userinfo}127.0.0.1:${server.port}`, ...trust });
    const pool = openPool({ proxy });
    const calls = Array.from({ length: 30 }, async (_, i) => {
      const abort = new AbortController();
      const call = rejection(pool.request("GET", stage.url, { signal: abort.signal }));
      for (let turns = 0; turns < i; turns++) await new Promise((resolve) => setImmediate(resolve));
      abort.abort(i);
      // A tunnel that was refused, or a response, may have been faster.
      const outcome = await call;
      expect(outcome === i || outcome instanceof Error).toBe(true);
      expect(getEventListeners(abort.signal, "abort")).toEqual([]);
    });
    await Promise.all(calls);
    expect(String(pool)).toBe(EMPTY);
    server.close();
  }
  await eventually(() => resources().length <= before);
});
