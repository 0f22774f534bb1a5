// Group G, cancellation: whenever a caller gives up it gets its own reason, the source and the socket are released, the
// slot is free, and nobody else is touched.

import { PoolClosed, ReadError } from "httpcore";
import { describe, expect, test } from "vitest";
import { GatedBackend } from "../support/backends.ts";
import { eventually, fails, openPool, pause, rejection, turn } from "../support/outcomes.ts";
import { answering, answeringEach, OK, serve } from "../support/scripted-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";
const reason = { why: "enough" };

describe("S63 an abort before anything has been sent", () => {
  test("S63 at the start: no connection is made", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const call = pool.request("POST", server.url(), { content: ["x"], signal: AbortSignal.abort(reason) });
    expect(await rejection(call)).toBe(reason);
    await turn();
    expect([server.peers.length, String(pool)]).toEqual([0, EMPTY]);
  });

  test("S63 while dialing: no octet of it goes out, and the next one that waits is served", async () => {
    const server = await serve(answering());
    const networkBackend = new GatedBackend();
    const pool = openPool({ networkBackend, maxConnections: 1 });
    const abort = new AbortController();
    const first = rejection(pool.request("GET", server.url("/aborted"), { signal: abort.signal }));
    const second = pool.request("GET", server.url("/second"));
    await eventually(() => networkBackend.waiting === 1);
    abort.abort(reason);
    expect(await first).toBe(reason);
    await eventually(() => networkBackend.waiting === 2);
    networkBackend.letOneIn();
    networkBackend.letOneIn();
    expect(await (await second).text()).toBe("ok");
    expect(server.peers.map(({ received }) => received).join("")).not.toContain("/aborted");
  });

  test("S63 in the queue: it leaves, and the order of the others stays", async () => {
    const order: string[] = [];
    const server = await serve(async (peer) => {
      while (true) {
        order.push(String((await peer.request()).split(" ")[1]));
        await turn();
        peer.send(OK);
      }
    });
    const pool = openPool({ maxConnections: 1 });
    const abort = new AbortController();
    const calls = ["/1", "/2", "/3", "/4"].map((target) =>
      pool.request("GET", server.url(target), target === "/2" ? { signal: abort.signal } : {}),
    );
    const outcomes = Promise.allSettled(calls);
    abort.abort(reason);
    expect((await outcomes).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
    expect(order).toEqual(["/1", "/3", "/4"]);
  });
});

test.each(["while the server does not read", "while the source lets us wait"])(
  "S64 an abort %s: the reason, the source released, the socket closed",
  async (when) => {
    const server = await serve((peer) => {
      if (when === "while the server does not read") peer.socket.pause();
    });
    const pool = openPool();
    let cancels = 0;
    const abort = new AbortController();
    const content = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        if (when === "while the server does not read") controller.enqueue(new Uint8Array(1_000_000));
        else await new Promise(() => {});
      },
      cancel: () => {
        cancels++;
      },
    });
    const call = rejection(pool.request("POST", server.url(), { content, signal: abort.signal }));
    const peer = await server.peer(0);
    await pause(20);
    abort.abort(reason);
    expect(await call).toBe(reason);
    await eventually(() => cancels === 1, "cancel() was called");
    peer.socket.resume();
    await peer.gone;
    expect(String(pool)).toBe(EMPTY);
  },
);

describe("S65 an abort while a response is waited for", () => {
  test.each([
    ["its first octet", ""],
    ["the rest of its head", "HTTP/1.1 200 OK\r\nA"],
    ["its content", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"],
  ])("S65 (%s): the reason; other connections go on, and what comes late is dropped", async (_what, octets) => {
    const server = await serve(async (peer) => {
      const request = await peer.request();
      peer.send(request.includes("/aborted") ? octets : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok");
    });
    const pool = openPool();
    const abort = new AbortController();
    const other = await pool.stream("GET", server.url("/other"));
    const call = rejection(pool.request("GET", server.url("/aborted"), { signal: abort.signal }));
    const [first, second] = await server.connected(2);
    await second?.until("\r\n\r\n");
    await turn();
    abort.abort(reason);
    second?.send("defghi");
    expect(await call).toBe(reason);
    await second?.gone;
    first?.send("ay");
    expect(await other.text()).toBe("okay");
    expect(pool.connections).toHaveLength(1);
  });

  test("S65 in an iteration: the read that waits, and what is read later, reject with the reason", async () => {
    const server = await serve(answeringEach("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"));
    const abort = new AbortController();
    const pool = openPool();
    const iterator = (await pool.stream("GET", server.url(), { signal: abort.signal })).iterStream();
    await iterator.next();
    const waiting = rejection(iterator.next());
    const unread = await pool.stream("GET", server.url(), { signal: abort.signal });
    abort.abort(reason);
    expect(await waiting).toBe(reason);
    expect(await rejection(unread.read())).toBe(reason);
    expect(String(pool)).toBe(EMPTY);
    for (const peer of server.peers) await peer.gone;
  });
});

test("S66 an abort of requests that wait for a connection does not touch the one that has it", async () => {
  const server = await serve(answeringEach("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok", OK));
  const pool = openPool({ maxConnections: 1 });
  const using = await pool.stream("GET", server.url());
  const aborts = [1, 2, 3].map(() => new AbortController());
  const waiting = aborts.map(({ signal }) => rejection(pool.request("GET", server.url("/waiting"), { signal })));
  for (const abort of aborts) abort.abort(reason);
  for (const outcome of await Promise.all(waiting)) expect(outcome).toBe(reason);
  (await server.peer(0)).send("ay");
  expect(await using.text()).toBe("okay");
  expect((await pool.request("GET", server.url("/next"))).status).toBe(200);
  expect(server.peers).toHaveLength(1);
  expect(server.peers[0]?.received).not.toContain("/waiting");
});

test("S67 closing the pool ends what is under way in every phase with a clear error, and resolves", async () => {
  const server = await serve(async (peer) => {
    const request = await peer.request();
    if (request.includes("/content")) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  });
  const pool = openPool({ maxConnections: 3 });
  let cancels = 0;
  const upload = new ReadableStream<Uint8Array>({
    cancel: () => {
      cancels++;
    },
  });
  const response = await pool.stream("GET", server.url("/content"));
  const calls = [
    response.read(),
    pool.request("GET", server.url("/head")),
    pool.request("POST", server.url("/upload"), { content: upload }),
  ].map((call) => fails(call, ReadError));
  const queued = fails(pool.request("GET", server.url("/queued")), PoolClosed);
  await server.connected(3);
  await turn();
  await Promise.all([pool.close(), pool.close()]);
  await Promise.all([...calls, queued]);
  await fails(pool.request("GET", server.url()), PoolClosed);
  for (const peer of server.peers) await peer.gone;
  expect([cancels, String(pool)]).toEqual([1, EMPTY]);
});
