// Time limits: each fires alone, in its own phase, with its own error, and leaves no connection and no slot behind. None
// runs while the time is the caller's own.

import {
  ConnectTimeout,
  PoolTimeout,
  ReadTimeout,
  TimeoutException,
  type Timeouts,
  TotalTimeout,
  WriteTimeout,
} from "httpcore";
import { describe, expect, test } from "vitest";
import { HangingBackend } from "../support/backends.ts";
import { eventually, fails, openPool, pause, rejection } from "../support/outcomes.ts";
import { answering, OK, serve } from "../support/scripted-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";
const LIMIT = 60;

const within = (timeout: Timeouts) => ({ extensions: { timeout } });

describe("connect", () => {
  test.each([LIMIT, 0])("%d ms", async (connect) => {
    const networkBackend = new HangingBackend();
    const pool = openPool({ networkBackend });
    const error = await fails(pool.request("GET", "http://a/", within({ connect })), ConnectTimeout);
    expect([error.phase, error.origin]).toEqual(["connect", "http://a:80"]);
    expect(error.message).toContain("connect");
    for (const { aborted } of networkBackend.signals) expect(aborted).toBe(true);
    expect(String(pool)).toBe(EMPTY);
  });

  test("covers TLS", async () => {
    const server = await serve(() => {});
    const url = server.url().replace("http", "https");
    await fails(openPool({ timeout: { connect: LIMIT } }).request("GET", url), ConnectTimeout);
    await (await server.peer(0)).gone;
  });

  test("of 0 does not concern a connection that is there", async () => {
    const server = await serve(answering());
    const pool = openPool();
    await pool.request("GET", server.url());
    expect((await pool.request("GET", server.url(), within({ connect: 0 }))).status).toBe(200);
  });
});

describe("pool", () => {
  test.each([LIMIT, 0])("%d ms", async (limit) => {
    const server = await serve(answering());
    const pool = openPool({ maxConnections: 1 });
    const first = await pool.stream("GET", server.url());
    const error = await fails(pool.request("GET", server.url(), within({ pool: limit })), PoolTimeout);
    expect(error.phase).toBe("pool");
    expect(String(pool)).toContain("1 active, 0 queued");
    expect(await first.text()).toBe("ok");
    expect((await pool.request("GET", server.url(), within({ pool: 0 }))).status).toBe(200);
  });

  test("of 0 lets a request pass that need not wait", async () => {
    const server = await serve(answering());
    expect((await openPool().request("GET", server.url(), within({ pool: 0 }))).status).toBe(200);
  });
});

describe("read", () => {
  test.each([
    ["no octet", ""],
    ["part of a head", "HTTP/1.1 200 OK\r\n"],
    ["part of the content", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"],
    ["part of a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"],
    ["content but no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
    ["content without a close", "HTTP/1.1 200 OK\r\n\r\nabc"],
    ["interim responses", "HTTP/1.1 100 X\r\n\r\nHTTP/1.1 103 X\r\n\r\n"],
  ])("after %s", async (_what, octets) => {
    const server = await serve(answering(octets));
    const pool = openPool({ timeout: { read: LIMIT } });
    const error = await fails(pool.request("GET", server.url()), ReadTimeout);
    expect([error.phase, error.origin]).toEqual(["receive", server.origin]);
    await (await server.peer(0)).gone;
    expect(String(pool)).toBe(EMPTY);
  });

  test("while content is iterated over", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"));
    const response = await openPool({ timeout: { read: LIMIT } }).stream("GET", server.url());
    const iterator = response.iterStream();
    expect((await iterator.next()).value).toHaveLength(3);
    await fails(iterator.next(), ReadTimeout);
    await (await server.peer(0)).gone;
  });

  test("measures inactivity: octets put it off, of head and content", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      for (const octets of ["HTTP/1.1 200 ", "OK\r\nContent-", "Length: 2\r\n\r\n", "o", "k"]) {
        await pause(LIMIT);
        peer.send(octets);
      }
    });
    const response = await openPool({ timeout: { read: LIMIT * 3 } }).request("GET", server.url());
    expect(await response.text()).toBe("ok");
  });

  test("interim responses do not put it off", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      while (!peer.hasGone) {
        peer.send("HTTP/1.1 103 X\r\n\r\n");
        await pause(LIMIT / 3);
      }
    });
    const error = await rejection(openPool({ timeout: { read: LIMIT } }).request("GET", server.url()));
    expect(error).toBeInstanceOf(ReadTimeout);
  });

  test("does not run while the request goes out", async () => {
    const server = await serve(answering());
    async function* slow(): AsyncGenerator<string> {
      for (const letter of "abc") {
        await pause(LIMIT);
        yield letter;
      }
    }
    const pool = openPool({ timeout: { read: LIMIT / 2, write: LIMIT / 2 } });
    expect((await pool.request("POST", server.url(), { content: slow() })).status).toBe(200);
  });

  test("does not run while the caller does not read", async () => {
    const size = 4_000_000;
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      peer.send(new Uint8Array(size));
    });
    const response = await openPool({ timeout: { read: LIMIT } }).stream("GET", server.url());
    await pause(LIMIT * 2);
    let received = 0;
    for await (const piece of response) {
      if (received === 0) await pause(LIMIT * 2);
      received += piece.length;
    }
    expect(received).toBe(size);
  });

  test("does not run on an idle connection, nor for content that lies unread", async () => {
    const server = await serve(answering());
    const pool = openPool({ timeout: { read: LIMIT } });
    const response = await pool.stream("GET", server.url());
    await pause(LIMIT * 2);
    expect(await response.text()).toBe("ok");
    await pause(LIMIT * 2);
    expect((await pool.request("GET", server.url())).status).toBe(200);
    expect(server.peers).toHaveLength(1);
  });

  test("of 0 fails when nothing is there, on new and used connections", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(OK);
    });
    const pool = openPool();
    await pool.request("GET", server.url());
    const error = await fails(pool.request("GET", server.url(), within({ read: 0 })), ReadTimeout);
    expect(error.message).toContain("read");
  });
});

describe("write", () => {
  test.each<[string, () => Uint8Array | Iterable<Uint8Array>]>([
    ["much content", () => new Uint8Array(64_000_000)],
    [
      "an endless source",
      function* () {
        while (true) yield new Uint8Array(1_000_000);
      },
    ],
  ])("%s that the server does not take", async (_what, content) => {
    const server = await serve((peer) => peer.socket.pause());
    const pool = openPool({ timeout: { write: LIMIT * 2 } });
    const error = await fails(pool.request("POST", server.url(), { content: content() }), WriteTimeout);
    expect([error.phase, error.origin]).toEqual(["send", server.origin]);
    expect(String(pool)).toBe(EMPTY);
  });

  test("measures inactivity: a server that takes octets slowly puts it off", async () => {
    const content = new Uint8Array(16_000_000);
    content[content.length - 1] = 0x21;
    const server = await serve((peer) => {
      const { socket } = peer;
      const toggling = setInterval(() => (socket.isPaused() ? socket.resume() : socket.pause()), 10);
      // Octets are looked at and dropped: keeping that many would take the time that is measured here.
      socket.removeAllListeners("data");
      socket.on("data", (octets: Buffer) => {
        if (octets.at(-1) !== 0x21) return;
        clearInterval(toggling);
        peer.send(OK);
      });
    });
    const pool = openPool({ timeout: { write: 1000 } });
    expect((await pool.request("POST", server.url(), { content })).status).toBe(200);
  });
});

describe("total", () => {
  test("while connecting, queued, waiting for a head and reading content", async () => {
    const total = LIMIT;
    const hanging = openPool({ networkBackend: new HangingBackend() });
    await fails(hanging.request("GET", "http://a/", within({ total })), TotalTimeout);

    const server = await serve(async (peer) => {
      const request = await peer.request();
      while (request.includes("/drip") && !peer.hasGone) {
        peer.send(peer.received.length > 0 ? "HTTP/1.1 200 OK\r\nA: " : "");
        await pause(5);
      }
    });
    const pool = openPool({ maxConnections: 1 });
    const waiting = rejection(pool.request("GET", server.url("/head"), within({ total: total * 3 })));
    await fails(pool.request("GET", server.url("/queued"), within({ total })), TotalTimeout);
    expect(await waiting).toBeInstanceOf(TotalTimeout);
    expect(String(pool)).toBe(EMPTY);
  });

  test("is a budget: octets do not put it off", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      while (!peer.hasGone) {
        peer.send("1\r\nx\r\n");
        await pause(5);
      }
    });
    const pool = openPool({ timeout: { total: LIMIT * 2, read: LIMIT } });
    await fails(pool.request("GET", server.url()), TotalTimeout);
    const response = await pool.stream("GET", server.url());
    await fails(response.read(), TotalTimeout);
    expect(String(pool)).toBe(EMPTY);
  });

  test("of 0 fails at once", async () => {
    const server = await serve(answering());
    await fails(openPool().request("GET", server.url(), within({ total: 0 })), TotalTimeout);
    expect(server.peers).toHaveLength(0);
  });

  test("that has passed by the end of the exchange does nothing", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const response = await pool.stream("GET", server.url(), within({ total: LIMIT }));
    await response.read();
    await pause(LIMIT * 2);
    expect(await response.text()).toBe("ok");
    expect((await pool.request("GET", server.url())).status).toBe(200);
    expect(server.peers).toHaveLength(1);
  });
});

test("a request's limits take the place of the pool's key by key", async () => {
  const server = await serve(() => {});
  const pool = openPool({ timeout: { read: LIMIT, total: 60_000 } });
  await fails(pool.request("GET", server.url(), within({ connect: 1000 })), ReadTimeout);
  await fails(pool.request("GET", server.url(), within({ read: 60_000, total: LIMIT })), TotalTimeout);
  await fails(pool.request("GET", server.url(), within({})), TimeoutException);
});

test("the earliest of several limits fires, though a later one was set first", async () => {
  const server = await serve(() => {});
  const pool = openPool();
  const order: string[] = [];
  const calls = [150, 50, 100].map(async (read) => {
    await fails(pool.request("GET", server.url(), within({ read })), ReadTimeout);
    order.push(String(read));
  });
  await Promise.all(calls);
  expect(order).toEqual(["50", "100", "150"]);
  await eventually(() => pool.connections.length === 0);
});
