// The queue and the limits of a pool when thousands wait and end at once.

import { ConnectTimeout } from "httpcore";
import { expect, test } from "vitest";
import { openPool, pause, rejection } from "../support/outcomes.ts";
import { answering, OK, serve } from "../support/scripted-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";
const CLOSING = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";

// Each that was served failed at once, freed its slot, and served the next within: the stack overflowed.
test("ten thousand that wait and may not connect fail one behind the other", async () => {
  const server = await serve(answering(CLOSING));
  const pool = openPool({ maxConnections: 1 });
  const first = await pool.stream("GET", server.url());
  const extensions = { timeout: { connect: 0 } };
  const waiting = Array.from({ length: 10_000 }, () => rejection(pool.request("GET", server.url(), { extensions })));
  await first.read();
  for (const error of await Promise.all(waiting)) expect(error).toBeInstanceOf(ConnectTimeout);
  expect(String(pool)).toBe(EMPTY);
});

// The signal was looked at before the look-up and never again, so that the socket was opened, and one to a host that
// never answers stayed until the system gave it up.
test("an abort in the same turn opens no connection", async () => {
  const server = await serve(answering());
  const pool = openPool();
  const controller = new AbortController();
  const aborted = pool.request("GET", server.url(), { signal: controller.signal });
  controller.abort(new Error("enough"));
  await rejection(aborted);
  await pool.request("GET", server.url());
  expect(server.peers.length).toBe(1);
});

// The first to be told of the abort made room for the next, which had not been told yet, and so on: a connection each.
test("a signal that many share opens no connection when it aborts, and maxConnections holds", async () => {
  const server = await serve((peer) => peer.request());
  const pool = openPool({ maxConnections: 10 });
  const controller = new AbortController();
  const { signal } = controller;
  const all = Array.from({ length: 1000 }, () => rejection(pool.request("GET", server.url(), { signal })));
  await server.connected(10);
  controller.abort(new Error("enough"));
  await Promise.all(all);
  expect(String(pool)).toBe(EMPTY);
  await pause(50);
  expect(server.peers.length).toBe(10);
});

// The tracer was told between the slot becoming free and the turn of those that waited for it.
test("a request that a tracer makes when a connection closes does not overtake those that wait", async () => {
  const targets: string[] = [];
  const server = await serve(async (peer) => {
    while (true) {
      const [, target = ""] = (await peer.request()).split(" ");
      targets.push(target);
      peer.send(OK);
    }
  });
  const late: Promise<unknown>[] = [];
  const pool = openPool({
    maxConnections: 1,
    trace: (event) => {
      if (event === "connection.close.started" && late.length === 0)
        late.push(pool.request("GET", server.url("/late")));
    },
  });
  const first = await pool.stream("GET", server.url("/first"));
  const waiting = pool.request("GET", server.url("/waiting"));
  await first.close();
  await Promise.all([waiting, ...late]);
  expect(targets).toEqual(["/first", "/waiting", "/late"]);
});
