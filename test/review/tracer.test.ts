// What a tracer does within its call must leave the pool as it would be without it.

import { type ConnectionPool, PoolClosed, type Trace } from "httpcore";
import { describe, expect, test } from "vitest";
import { openPool, rejection } from "../support/outcomes.ts";
import { ESTABLISHED } from "../support/proxies.ts";
import { answering, type ScriptedServer, serve } from "../support/scripted-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";
const IDLE = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 1 idle]>";

/** A tracer that does something at one event. */
function at(name: string, action: () => unknown): Trace {
  return (event) => void (event === name && action());
}

// An exchange that was over got a connection, or a place in the queue, and never gave it back: the slot was lost.
test.each(["idle", "busy"])(
  "an abort at pool.acquire.started loses no slot while the only connection is %s",
  async (state) => {
    const server = await serve(answering());
    const pool = openPool({ maxConnections: 1 });
    const first = await pool.stream("GET", server.url());
    if (state === "idle") await first.read();
    const reason = new Error("enough");
    const controller = new AbortController();
    const trace = at("pool.acquire.started", () => controller.abort(reason));
    const aborted = pool.request("GET", server.url(), { signal: controller.signal, extensions: { trace } });
    expect(await rejection(aborted)).toBe(reason);
    expect(String(pool)).toContain(state === "idle" ? "0 active, 0 queued" : "1 active, 0 queued");
    await first.read();
    expect(String(pool)).toBe(IDLE);
  },
);

// The pool had been closed, and the request went through all the same and left a connection in it.
test("a pool that is closed at pool.acquire.started serves nothing more", async () => {
  const server = await serve(answering());
  const pool = openPool();
  const trace = at("pool.acquire.started", () => pool.close());
  expect(await rejection(pool.request("GET", server.url(), { extensions: { trace } }))).toBeInstanceOf(PoolClosed);
  expect(String(pool)).toBe(EMPTY);
});

// The connection stood, and nobody closed it before the tracer's promise settled: here never.
describe("a tracer that holds a step for ever keeps no connection of an exchange that is over", () => {
  const never = new Promise<void>(() => {});
  const ends: [string, (pool: ConnectionPool, controller: AbortController) => unknown][] = [
    ["an abort", (_pool, controller) => controller.abort(new Error("enough"))],
    ["pool.close()", (pool) => pool.close()],
  ];
  const steps: [string, (server: ScriptedServer) => { url: string; proxy?: string }][] = [
    ["connection.connect_tcp.complete", (server) => ({ url: server.url() })],
    ["http11.send_request_headers.started", (server) => ({ url: "wss://x.example/", proxy: server.origin })],
    ["http11.receive_response_headers.complete", (server) => ({ url: "wss://x.example/", proxy: server.origin })],
    ["proxy.start_tls.started", (server) => ({ url: "wss://x.example/", proxy: server.origin })],
  ];
  test.each(steps.flatMap((step) => ends.map((end) => [...step, ...end] as const)))(
    "at %s: %s %s",
    async (name, way, _what, end) => {
      const server = await serve((peer) => peer.request().then(() => peer.send(ESTABLISHED)));
      const { url, proxy } = way(server);
      const pool = openPool({ proxy });
      const controller = new AbortController();
      const { signal } = controller;
      const held = new Promise<void>((resolve) => {
        const trace: Trace = (event) => {
          if (event !== name) return;
          resolve();
          return never;
        };
        rejection(pool.request("GET", url, { signal, extensions: { trace } }));
      });
      await held;
      end(pool, controller);
      await (await server.peer(0)).gone;
      expect(String(pool)).toBe(EMPTY);
    },
  );
});
