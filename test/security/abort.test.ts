// T-abort-queued: a signal ends a request at once, in every phase. "At once" is meant literally: the promise is settled
// after the microtasks that are due, with nothing that the network or a timer would have to do first.

import { ConnectError, type ConnectionPoolOptions, type RequestOptions } from "httpcore";
import { describe, expect, test } from "vitest";
import { present } from "../octets.ts";
import { GatedBackend, HangingBackend } from "../support/backends.ts";
import { eventually, openPool, stateOf } from "../support/outcomes.ts";
import { answering, OK, type Peer, type ScriptedServer, serve } from "../support/scripted-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";
const FOR_EVER = { pool: Infinity, connect: Infinity, read: Infinity, write: Infinity, total: Infinity };

/** Far more microtasks than a rejection needs to come through; not one turn of the event loop. */
async function microtasks(): Promise<void> {
  for (let i = 0; i < 50; i++) await null;
}

interface Phase {
  readonly what: string;
  readonly pool?: ConnectionPoolOptions;
  readonly options?: RequestOptions;
  readonly script?: (peer: Peer) => unknown;
  readonly scheme?: "https";
  /** Resolves when the request is in the phase. */
  readonly reached: (server: ScriptedServer) => Promise<unknown>;
}

const silent = (): void => {};
const requested = async (server: ScriptedServer): Promise<void> => (await server.peer(0)).until("\r\n\r\n");

function* endless(): Generator<Uint8Array> {
  while (true) yield new Uint8Array(100_000);
}

/** Made anew for each test: a source or a network is used once. */
function phases(): Phase[] {
  const hanging = new HangingBackend();
  const gated = new GatedBackend();
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
  const never = () => new Promise<never>(() => {});
  return [
    {
      what: "connecting, on a network that never connects",
      pool: { networkBackend: hanging },
      reached: () => eventually(() => hanging.signals.length > 0),
    },
    {
      what: "connecting, on a network that does not heed the abort",
      pool: { networkBackend: gated },
      reached: () => eventually(() => gated.waiting > 0),
    },
    { what: "connecting, on the real network", reached: async () => {} },
    { what: "in the TLS handshake", scheme: "https", script: silent, reached: (server) => server.peer(0) },
    {
      what: "sending, to a server that takes nothing",
      script: (peer) => peer.socket.pause(),
      options: { content: endless() },
      reached: async (server) => {
        await server.peer(0);
        await pause();
      },
    },
    {
      what: "sending, from a source that gives nothing",
      script: silent,
      options: { content: new ReadableStream<Uint8Array>() },
      reached: requested,
    },
    {
      what: "sending, from a source that is waited for and does not heed its end",
      script: silent,
      options: {
        content: {
          [Symbol.asyncIterator]: () => ({ next: never, return: never }),
        },
      },
      reached: requested,
    },
    {
      what: "waiting for 100 (Continue)",
      script: silent,
      options: { content: "x", headers: { Expect: "100-continue" }, extensions: { timeout: { continue: 60_000 } } },
      reached: requested,
    },
    { what: "waiting for a response", script: silent, reached: requested },
    {
      what: "within interim responses",
      script: async (peer) => {
        await peer.request();
        peer.send("HTTP/1.1 103 X\r\n\r\nHTTP/1.1 2");
      },
      reached: requested,
    },
    {
      what: "reading content",
      script: async (peer) => {
        await peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
      },
      reached: async (server) => {
        await requested(server);
        await pause();
      },
    },
  ];
}

// The fault: the signal is looked at when the connection is there, or when the next octet comes, which may be never.
describe("T-abort-queued: an abort rejects at once", () => {
  test("before the call", async () => {
    const pool = openPool({ networkBackend: new HangingBackend() });
    const call = pool.request("GET", "http://a/", { signal: AbortSignal.abort("mine") });
    await microtasks();
    expect(await stateOf(call)).toBe("rejected");
    await expect(call).rejects.toBe("mine");
  });

  test("queued, behind a connection that is busy, that connects, or that is of another origin", async () => {
    const server = await serve(silent);
    const other = await serve(silent);
    const blocks: [ConnectionPoolOptions, string][] = [
      [{ maxConnections: 1 }, server.url()],
      [{ maxConnections: 1, networkBackend: new HangingBackend() }, server.url()],
      [{ maxConnections: 1 }, other.url()],
      [{ maxConnectionsPerOrigin: 1 }, server.url()],
    ];
    for (const [options, blocking] of blocks) {
      const pool = openPool({ ...options, timeout: FOR_EVER });
      const first = new AbortController();
      const blocker = pool.request("GET", blocking, { signal: first.signal });
      blocker.catch(() => {});
      const controllers = [0, 1, 2].map(() => new AbortController());
      const calls = controllers.map(({ signal }) => pool.request("GET", server.url(), { signal }));
      for (const call of calls) call.catch(() => {});
      await microtasks();
      expect(String(pool)).toContain("3 queued");
      for (const index of [1, 0, 2]) {
        controllers[index]?.abort(`mine ${index}`);
        await microtasks();
        expect(await stateOf(calls[index] ?? blocker)).toBe("rejected");
        await expect(calls[index]).rejects.toBe(`mine ${index}`);
      }
      expect(String(pool)).toContain("1 active, 0 queued");
      first.abort("mine");
      await expect(blocker).rejects.toBe("mine");
      expect(String(pool)).toBe(EMPTY);
    }
  });

  for (const call of ["request", "stream"] as const) {
    test.each(phases().map(({ what }, index) => [what, index] as const))(`${call}, %s`, async (_what, index) => {
      const phase = present(phases()[index]);
      const { pool: options, options: request, script = answering(), scheme, reached } = phase;
      const server = await serve(script);
      const pool = openPool({ ...options, timeout: FOR_EVER });
      const controller = new AbortController();
      const url = scheme ? server.url().replace("http:", "https:") : server.url();
      // A head that has come resolves `stream`, and what rejects then is the reading.
      const answer = pool[call]("POST", url, { ...request, signal: controller.signal }).then((response) =>
        response.read(),
      );
      answer.catch(() => {});
      await reached(server);
      expect(await stateOf(answer)).toBe("pending");
      const reason = new Error("mine");
      controller.abort(reason);
      await microtasks();
      expect(await stateOf(answer)).toBe("rejected");
      await expect(answer).rejects.toBe(reason);
      expect(String(pool)).toBe(EMPTY);
      for (const peer of server.peers) {
        peer.socket.resume();
        await peer.gone;
      }
    });
  }

  test("idle for a while, and looked at once more before it is used", async () => {
    const server = await serve(answering());
    const pool = openPool({ timeout: FOR_EVER });
    await pool.request("GET", server.url());
    await new Promise((resolve) => setTimeout(resolve, 30));
    const controller = new AbortController();
    const call = pool.request("GET", server.url("/2"), { signal: controller.signal });
    call.catch(() => {});
    controller.abort("mine");
    await microtasks();
    expect(await stateOf(call)).toBe("rejected");
    await expect(call).rejects.toBe("mine");
    expect(String(pool)).toBe(EMPTY);
    expect((await server.peer(0)).received).not.toContain("/2");
  });

  test("with one signal for many requests in all phases", async () => {
    const server = await serve(async (peer, index) => {
      await peer.request();
      if (index > 0) peer.send(OK.slice(0, -1));
    });
    const pool = openPool({ maxConnections: 2, timeout: FOR_EVER });
    const controller = new AbortController();
    const { signal } = controller;
    const calls = [1, 2, 3, 4].map((n) => pool.request("GET", server.url(`/${n}`), { signal }));
    for (const call of calls) call.catch(() => {});
    await server.connected(2);
    controller.abort("mine");
    await microtasks();
    for (const call of calls) {
      expect(await stateOf(call)).toBe("rejected");
      await expect(call).rejects.toBe("mine");
    }
    expect(String(pool)).toBe(EMPTY);
  });

  test("an abort that comes late changes nothing", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const controller = new AbortController();
    const response = await pool.request("GET", server.url(), { signal: controller.signal });
    controller.abort("mine");
    expect(await response.text()).toBe("ok");
    const failed = new AbortController();
    const call = pool.request("GET", "http://127.0.0.1:1/", { signal: failed.signal });
    await expect(call).rejects.toBeInstanceOf(ConnectError);
    failed.abort("mine");
    expect((await pool.request("GET", server.url())).status).toBe(200);
    expect(server.peers).toHaveLength(1);
  });
});
