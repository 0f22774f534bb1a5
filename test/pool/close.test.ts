// pool.close(), and what a pool and its connections print in every state on the way there.

import { inspect } from "node:util";
import { ConnectionPool, PoolClosed, ReadError, Request } from "httpcore";
import { describe, expect, test } from "vitest";
import { GatedBackend, HangingBackend } from "../support/backends.ts";
import { eventually, fails, openPool, rejection } from "../support/outcomes.ts";
import { answering, OK, serve } from "../support/scripted-server.ts";

describe("prints", () => {
  test("in every state", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    });
    const networkBackend = new GatedBackend();
    const pool = openPool({ maxConnections: 1, networkBackend });
    const line = (state: string, count: number): string =>
      `<HTTPConnection ['${server.origin}', HTTP/1.1, ${state}, Request Count: ${count}]>`;
    const lines = (): string[] => pool.connections.map(String);
    expect(String(pool)).toBe("<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>");

    const opening = pool.stream("GET", server.url());
    const queued = rejection(pool.request("GET", server.url()));
    expect(String(pool)).toBe("<ConnectionPool [Requests: 1 active, 1 queued | Connections: 1 active, 0 idle]>");
    expect(lines()).toEqual([line("CONNECTING", 0)]);
    await eventually(() => networkBackend.waiting === 1);
    networkBackend.letOneIn();
    const response = await opening;
    expect(lines()).toEqual([line("ACTIVE", 1)]);
    const connections = pool.connections;
    expect(connections.map((connection) => inspect(connection))).toEqual([line("ACTIVE", 1)]);

    await pool.close();
    expect(await queued).toBeInstanceOf(PoolClosed);
    await fails(response.read(), ReadError);
    expect(String(pool)).toBe("<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>");
    expect(connections.map(String)).toEqual([line("CLOSED", 1)]);
    expect(connections.map(({ state, requestCount }) => [state, requestCount])).toEqual([["CLOSED", 1]]);
  });

  test("count requests", async () => {
    const server = await serve(answering());
    const pool = openPool();
    for (let i = 0; i < 5; i++) await pool.request("GET", server.url());
    expect(pool.connections.map(String)).toEqual([
      `<HTTPConnection ['${server.origin}', HTTP/1.1, IDLE, Request Count: 5]>`,
    ]);
    expect(inspect(pool)).toBe("<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 1 idle]>");
  });

  test("`connections` is a copy", async () => {
    const server = await serve(answering());
    const pool = openPool();
    await pool.request("GET", server.url());
    pool.connections.length = 0;
    expect(pool.connections).toHaveLength(1);
    expect(pool.connections).not.toBe(pool.connections);
  });
});

describe("close()", () => {
  test("ends idle connections", async () => {
    const server = await serve(answering());
    const pool = new ConnectionPool();
    await pool.request("GET", server.url());
    await pool.close();
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
  });

  test("fails requests that wait for a head, in the middle of content, and being sent", async () => {
    const server = await serve(async (peer) => {
      const request = await peer.request();
      if (request.includes("/content")) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    });
    const pool = openPool();
    let returned = 0;
    const endless = {
      async *[Symbol.asyncIterator](): AsyncGenerator<string> {
        try {
          while (true) {
            yield "x";
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
        } finally {
          returned++;
        }
      },
    };
    const waiting = rejection(pool.request("GET", server.url("/head")));
    const collecting = rejection(pool.request("GET", server.url("/content")));
    const sending = rejection(pool.request("POST", server.url("/send"), { content: endless }));
    const streamed = await pool.stream("GET", server.url("/content"));
    const iterator = streamed.iterStream();
    await iterator.next();
    const iterating = rejection(iterator.next());
    const peers = await server.connected(4);
    await Promise.all(peers.map((peer) => peer.until("\r\n\r\n")));
    await pool.close();
    for (const error of [waiting, collecting, sending, iterating]) expect(await error).toBeInstanceOf(ReadError);
    await Promise.all(peers.map((peer) => peer.gone));
    await eventually(() => returned === 1, "the source was given up");
    expect(pool.connections).toEqual([]);
  });

  test("fails requests whose connection is being set up with ReadError, and aborts that", async () => {
    const networkBackend = new HangingBackend();
    const pool = openPool({ networkBackend });
    const call = rejection(pool.request("GET", "http://a/"));
    await pool.close();
    expect(await call).toBeInstanceOf(ReadError);
    expect(networkBackend.signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test("wakes queued requests with PoolClosed", async () => {
    const server = await serve(() => {});
    const pool = openPool({ maxConnections: 1 });
    const calls = [1, 2, 3].map(() => rejection(pool.request("GET", server.url())));
    await pool.close();
    const [first, ...queued] = await Promise.all(calls);
    expect(first).toBeInstanceOf(ReadError);
    for (const error of queued) expect(error).toBeInstanceOf(PoolClosed);
  });

  test("is final, and a second time does nothing", async () => {
    const server = await serve(answering());
    const pool = openPool();
    await pool.close();
    await pool.close();
    await pool[Symbol.asyncDispose]();
    await fails(pool.request("GET", server.url()), PoolClosed);
    await fails(pool.stream("GET", server.url()), PoolClosed);
    const request = new Request("GET", server.url(), { headers: { Host: "a" } });
    const error = await fails(pool.handleRequest(request), PoolClosed);
    expect(error.code).toBe("ERR_POOL_CLOSED");
    expect(server.peers).toHaveLength(0);
  });

  test("does no harm to a response that has been read", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const response = await pool.stream("GET", server.url());
    await response.read();
    await pool.close();
    expect(await response.text()).toBe("ok");
  });

  test("leaves other pools alone", async () => {
    const server = await serve(answering());
    const [one, other] = [openPool(), openPool()];
    await Promise.all([one.request("GET", server.url()), other.request("GET", server.url())]);
    await one.close();
    await other.request("GET", server.url());
    expect(server.peers).toHaveLength(2);
  });

  test("`await using` does it", async () => {
    const server = await serve(answering(OK));
    {
      await using pool = new ConnectionPool();
      await pool.request("GET", server.url());
    }
    await (await server.peer(0)).gone;
  });
});
