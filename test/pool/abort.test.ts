// AbortSignal in every phase of a request: the rejection is the signal's reason itself, and nothing stays behind - no
// connection, no slot, no listener.

import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { HangingBackend } from "../support/backends.ts";
import { eventually, openPool, rejection, turn } from "../support/outcomes.ts";
import { answering, OK, serve } from "../support/scripted-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";

/** A controller, and a look at who listens to its signal. */
function abortable() {
  const controller = new AbortController();
  const { signal } = controller;
  return { signal, reason: new Error("mine"), controller, listeners: () => getEventListeners(signal, "abort").length };
}

describe("an abort", () => {
  test("before the call rejects before anything else happens", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const { signal, reason, controller, listeners } = abortable();
    controller.abort(reason);
    let isTouched = false;
    const content = {
      *[Symbol.iterator](): Generator<string> {
        isTouched = true;
        yield "x";
      },
    };
    expect(await rejection(pool.request("POST", server.url(), { signal, content }))).toBe(reason);
    expect(await rejection(pool.stream("B A D", "not a url", { signal }))).toBe(reason);
    expect([isTouched, listeners(), server.peers.length, String(pool)]).toEqual([false, 0, 0, EMPTY]);
  });

  test("in the queue rejects at once, and the others keep their order", async () => {
    const server = await serve(answering());
    const pool = openPool({ maxConnections: 1 });
    const first = await pool.stream("GET", server.url("/1"));
    const { signal, reason, controller, listeners } = abortable();
    const aborted = rejection(pool.request("GET", server.url("/2"), { signal }));
    const last = pool.request("GET", server.url("/3"));
    expect(listeners()).toBe(1);
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    expect(listeners()).toBe(0);
    expect(String(pool)).toContain("1 active, 1 queued");
    await first.read();
    expect((await last).status).toBe(200);
    expect((await server.peer(0)).received).not.toContain("/2");
  });

  test("while the connection is being set up ends that, and gives the slot back", async () => {
    const networkBackend = new HangingBackend();
    const pool = openPool({ maxConnections: 1, networkBackend });
    const { signal, reason, controller, listeners } = abortable();
    const aborted = rejection(pool.request("GET", "http://a/", { signal }));
    const other = abortable();
    const next = rejection(pool.request("GET", "http://a/", { signal: other.signal }));
    await eventually(() => networkBackend.signals.length === 1);
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    expect(networkBackend.signals[0]?.aborted).toBe(true);
    // Its slot has gone to the next one.
    await eventually(() => networkBackend.signals.length === 2);
    other.controller.abort(other.reason);
    expect(await next).toBe(other.reason);
    expect([listeners(), other.listeners(), String(pool)]).toEqual([0, 0, EMPTY]);
  });

  test("while a real connection is being set up", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const { signal, reason, controller, listeners } = abortable();
    const aborted = rejection(pool.request("GET", server.url(), { signal }));
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    expect([listeners(), String(pool)]).toEqual([0, EMPTY]);
    await turn();
    for (const peer of server.peers) await peer.gone;
  });

  test("while the request is being sent gives the source up", async () => {
    const server = await serve((peer) => peer.socket.pause());
    const pool = openPool();
    const { signal, reason, controller, listeners } = abortable();
    let pulls = 0;
    let returned = 0;
    const content = {
      *[Symbol.iterator](): Generator<Uint8Array> {
        try {
          while (true) {
            pulls++;
            yield new Uint8Array(100_000);
          }
        } finally {
          returned++;
        }
      },
    };
    const aborted = rejection(pool.request("POST", server.url(), { signal, content }));
    await eventually(() => pulls > 0);
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    await eventually(() => returned === 1, "return() was called");
    expect([listeners(), String(pool)]).toEqual([0, EMPTY]);
    const peer = await server.peer(0);
    peer.socket.resume();
    await peer.gone;
    expect(peer.received).not.toContain("\r\n0\r\n\r\n");
  });

  test("while the source lets us wait", async () => {
    const server = await serve(() => {});
    const pool = openPool();
    const { signal, reason, controller, listeners } = abortable();
    const cancelled: unknown[] = [];
    const content = new ReadableStream<Uint8Array>({ cancel: (why) => void cancelled.push(why) });
    const aborted = rejection(pool.request("POST", server.url(), { signal, content }));
    const peer = await server.peer(0);
    await peer.until("\r\n\r\n");
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    await peer.gone;
    expect([cancelled.length, listeners(), String(pool)]).toEqual([1, 0, EMPTY]);
  });

  test("while the head is waited for closes the connection", async () => {
    const server = await serve(() => {});
    const pool = openPool();
    const { signal, reason, controller, listeners } = abortable();
    const aborted = rejection(pool.stream("GET", server.url(), { signal }));
    const peer = await server.peer(0);
    await peer.until("\r\n\r\n");
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    await peer.gone;
    expect([listeners(), String(pool)]).toEqual([0, EMPTY]);
  });

  test.each(["iterate", "read", "body"])("while content is read (%s) rejects that", async (way) => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    });
    const pool = openPool();
    const { signal, reason, controller, listeners } = abortable();
    const response = await pool.stream("GET", server.url(), { signal });
    expect(listeners()).toBe(1);
    const reading = rejection(
      way === "read"
        ? response.read()
        : (async () => {
            for await (const _ of way === "body" ? response.body : response);
          })(),
    );
    await turn();
    controller.abort(reason);
    expect(await reading).toBe(reason);
    await (await server.peer(0)).gone;
    expect([listeners(), String(pool)]).toEqual([0, EMPTY]);
    await response.close();
  });

  test("while nobody reads: the next read rejects with it", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"));
    const pool = openPool();
    const { signal, reason, controller } = abortable();
    const response = await pool.stream("GET", server.url(), { signal });
    controller.abort(reason);
    expect(await rejection(response.read())).toBe(reason);
    expect(String(pool)).toBe(EMPTY);
  });

  test("while request() gathers content", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    });
    const pool = openPool();
    const { signal, reason, controller, listeners } = abortable();
    const aborted = rejection(pool.request("GET", server.url(), { signal }));
    await (await server.peer(0)).until("\r\n\r\n");
    await turn();
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    expect([listeners(), String(pool)]).toEqual([0, EMPTY]);
  });
});

describe("the reason comes out as it is", () => {
  test.each([["text"], [0], [null], [false], [{ a: 1 }]])("%j", async (reason) => {
    const server = await serve(() => {});
    const pool = openPool();
    const { signal, controller } = abortable();
    const aborted = rejection(pool.request("GET", server.url(), { signal }));
    await (await server.peer(0)).until("\r\n\r\n");
    controller.abort(reason);
    expect(await aborted).toBe(reason);
  });

  test("the platform's own, without one", async () => {
    const server = await serve(() => {});
    const { signal, controller } = abortable();
    const aborted = rejection(openPool().request("GET", server.url(), { signal }));
    controller.abort();
    expect(await aborted).toBe(signal.reason);
    expect(signal.reason).toMatchObject({ name: "AbortError" });
  });

  test("of AbortSignal.timeout()", async () => {
    const server = await serve(() => {});
    const signal = AbortSignal.timeout(30);
    const error = await rejection(openPool().request("GET", server.url(), { signal }));
    expect(error).toBe(signal.reason);
    expect(error).toMatchObject({ name: "TimeoutError" });
  });
});

describe("an abort that comes too late does nothing", () => {
  test("after request()", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const { signal, controller, listeners } = abortable();
    const response = await pool.request("GET", server.url(), { signal });
    expect(listeners()).toBe(0);
    controller.abort();
    expect(await response.text()).toBe("ok");
    await pool.request("GET", server.url());
    expect(server.peers).toHaveLength(1);
  });

  test("after the last octet of a stream, even if the connection serves another by then", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(OK);
      await peer.request();
      await turn();
      peer.send(OK);
    });
    const pool = openPool();
    const { signal, controller, listeners } = abortable();
    await (await pool.stream("GET", server.url(), { signal })).read();
    expect(listeners()).toBe(0);
    const next = pool.request("GET", server.url());
    controller.abort();
    expect(await (await next).text()).toBe("ok");
    expect(server.peers).toHaveLength(1);
  });
});

test("one signal for many requests: all end, and no listener stays", async () => {
  const server = await serve(() => {});
  const pool = openPool({ maxConnections: 3 });
  const { signal, reason, controller, listeners } = abortable();
  const all = Array.from({ length: 20 }, () => rejection(pool.request("GET", server.url(), { signal })));
  const peers = await server.connected(3);
  controller.abort(reason);
  for (const error of await Promise.all(all)) expect(error).toBe(reason);
  await Promise.all(peers.map((peer) => peer.gone));
  expect([listeners(), String(pool)]).toEqual([0, EMPTY]);
});

test("a finished, failed or closed request leaves no listener", async () => {
  const server = await serve(answering());
  const { signal, listeners } = abortable();
  const pool = openPool();
  await pool.request("GET", server.url(), { signal });
  await (await pool.stream("GET", server.url(), { signal })).close();
  await rejection(pool.request("GET", "http://127.0.0.1:1", { signal }));
  await rejection(pool.request("GET", server.url(), { signal, headers: { "b a d": "" } }));
  await rejection(pool.request("POST", server.url(), { signal, content: [1 as unknown as string] }));
  await pool.close();
  await rejection(pool.request("GET", server.url(), { signal }));
  expect(listeners()).toBe(0);
});
