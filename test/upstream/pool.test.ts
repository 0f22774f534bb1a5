// What upstream's pool has miscounted, closed too early, polled too often, or waited for too long.

import { PoolTimeout, TotalTimeout } from "httpcore";
import { MockBackend } from "httpcore/mock";
import { describe, expect, test } from "vitest";
import { LINEAR, ratioOfDouble } from "../security/ratios.ts";
import { ManualBackend } from "../support/backends.ts";
import { eventually, fails, openPool, turn } from "../support/outcomes.ts";
import { answering, endingWhenReused, NOBODY, OK, serve } from "../support/scripted-server.ts";

describe("what is counted", () => {
  test("maxKeepaliveConnections counts idle connections, not those in use", async () => {
    const server = await serve(answering());
    const pool = openPool({ maxKeepaliveConnections: 1 });
    const busy = await Promise.all([pool.stream("GET", server.url()), pool.stream("GET", server.url())]);
    await pool.request("GET", server.url());
    expect(String(pool)).toBe("<ConnectionPool [Requests: 2 active, 0 queued | Connections: 2 active, 1 idle]>");
    await pool.request("GET", server.url());
    expect(server.peers).toHaveLength(3);
    await Promise.all(busy.map((response) => response.close()));
  });
});

describe("a connection that was handed on is not closed", () => {
  test("by maxKeepaliveConnections: 0, which is for those that nobody waits for", async () => {
    const server = await serve(answering());
    const pool = openPool({ maxConnections: 1, maxKeepaliveConnections: 0 });
    const calls = Array.from({ length: 4 }, () => pool.request("GET", server.url()));
    for (const response of await Promise.all(calls)) expect(await response.text()).toBe("ok");
    expect(server.peers).toHaveLength(1);
    await eventually(() => pool.connections.length === 0);
  });

  test("by keepaliveExpiry: 0, which lets each request have a new one, and none fail", async () => {
    const server = await serve(answering());
    const pool = openPool({ maxConnections: 1, keepaliveExpiry: 0 });
    const calls = Array.from({ length: 4 }, () => pool.request("GET", server.url()));
    for (const response of await Promise.all(calls)) expect(await response.text()).toBe("ok");
    expect(server.peers).toHaveLength(4);
  });

  test("by a request of another origin that finds the pool full", async () => {
    const [first, second] = [await serve(answering()), await serve(answering())];
    const pool = openPool({ maxConnections: 1 });
    for (let round = 1; round <= 5; round++) {
      await pool.request("POST", first.url());
      // The idle connection is taken by the one; the other has to wait for it.
      const calls = [pool.request("POST", first.url()), pool.request("POST", second.url())];
      for (const response of await Promise.all(calls)) expect(await response.text()).toBe("ok");
      expect([first.peers.length, second.peers.length]).toEqual([round, round]);
    }
  });
});

describe("the cost of a request", () => {
  test("has nothing to do with idle connections to elsewhere: none is asked anything", async () => {
    const backend = new ManualBackend();
    const pool = openPool({ networkBackend: backend, maxConnections: 1000 });
    const asked: string[] = [];
    for (let i = 0; i < 100; i++) {
      const call = pool.request("GET", `http://n${i}.example/`);
      await eventually(() => (backend.connections[i]?.written ?? "") !== "");
      backend.connections[i]?.play(OK);
      await call;
    }
    const target = backend.connections[50];
    for (const [i, connection] of backend.connections.entries()) {
      if (connection === target) continue;
      for (const name of ["write", "writeAll", "pause", "resume", "busy", "idle", "close", "getExtraInfo"] as const) {
        Object.defineProperty(connection, name, { value: () => void asked.push(`${name} of n${i}`) });
      }
    }
    for (let i = 0; i < 5; i++) {
      const call = pool.request("GET", "http://n50.example/");
      await turn();
      target?.play(OK);
      expect((await call).status).toBe(200);
    }
    expect(asked).toEqual([]);
  });

  test("is the same however many wait", async () => {
    const run = async (requests: number): Promise<void> => {
      const networkBackend = new MockBackend([OK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")]);
      const pool = openPool({ networkBackend, maxConnections: 10 });
      const calls = Array.from({ length: requests }, (_, i) => pool.request("GET", `http://n${i % 50}.example/`));
      await Promise.all(calls);
    };
    expect(await ratioOfDouble(2000, run)).toBeLessThan(LINEAR);
  });
});

describe("the time that is waited for a connection", () => {
  test("is not waited for again by a request that meets a dead connection", async () => {
    const server = await serve(endingWhenReused);
    const pool = openPool({ maxConnections: 1, keepaliveExpiry: Number.POSITIVE_INFINITY });
    await pool.request("GET", server.url());
    // No time to wait at all, while others stand in the queue for the one slot.
    const repeated = pool.request("GET", server.url(), { extensions: { timeout: { pool: 0 } } });
    const others = [1, 2, 3].map(() => pool.request("GET", server.url()));
    for (const response of await Promise.all([repeated, ...others])) expect(response.status).toBe(200);
    expect(server.peers).toHaveLength(2);
  });

  test("is told by the error: which limit, and how long", async () => {
    const server = await serve(answering());
    const pool = openPool({ maxConnections: 1 });
    const first = await pool.stream("GET", server.url());
    const waiting = pool.request("GET", server.url(), { extensions: { timeout: { pool: 20 } } });
    expect((await fails(waiting, PoolTimeout)).message).toBe("no connection became free within timeout.pool (20 ms)");
    await first.close();
  });

  test("ends with timeout.total between two attempts to connect, too", async () => {
    const pauses: unknown[] = [];
    const pool = openPool({
      retries: 9,
      timeout: { total: 100 },
      trace: (event, info) => {
        if (event === "connection.retry.started") pauses.push(info.delay);
      },
    });
    await fails(pool.request("GET", NOBODY), TotalTimeout);
    expect(pauses).toEqual([0, 500]);
    expect(pool.connections).toEqual([]);
  });
});
