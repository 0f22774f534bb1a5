// A final response while the request is still going out: it is delivered, the upload stops, its source is given up, and
// the connection, on which half a request stands, serves no other.

import { WriteError } from "httpcore";
import { describe, expect, test } from "vitest";
import { ManualBackend, type ManualConnection } from "../support/backends.ts";
import { eventually, openPool, rejection, turn } from "../support/outcomes.ts";
import { answering, OK, serve } from "../support/scripted-server.ts";

const REFUSED = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno!";

/** A source without an end, and how often it was pulled and given up. */
function endless(size: number) {
  const counts = { pulls: 0, returns: 0 };
  const content: AsyncIterable<Uint8Array> = {
    async *[Symbol.asyncIterator]() {
      try {
        while (true) {
          counts.pulls++;
          yield new Uint8Array(size);
          await turn();
        }
      } finally {
        counts.returns++;
      }
    },
  };
  return { content, counts };
}

describe("a response to a request whose last octets the network has not taken yet", () => {
  const SIZE = 200_000;

  /** A PUT on a network of which `prepare` says what it takes; all has been written that it lets through. */
  async function written(prepare: (connection: ManualConnection) => void) {
    const networkBackend = new ManualBackend(prepare);
    const pool = openPool({ networkBackend });
    const sent = pool.request("PUT", "http://a/", { content: new Uint8Array(SIZE) });
    await turn();
    const [connection] = networkBackend.connections;
    if (!connection) throw new Error("there is no connection");
    return { pool, sent, connection };
  }

  test("is no early one: the connection is used again", async () => {
    const { pool, sent, connection } = await written((prepared) => {
      Object.defineProperty(prepared, "takesOctets", { get: () => prepared.written.length < SIZE });
    });
    expect(connection.written.length).toBeGreaterThan(SIZE);
    connection.play(OK);
    expect((await sent).status).toBe(200);
    expect(String(pool)).toContain("0 active, 1 idle");
  });

  test("is an early one when there is more to be written", async () => {
    const { pool, sent, connection } = await written((prepared) => {
      prepared.takesOctets = false;
    });
    expect(connection.written.length).toBeLessThan(SIZE);
    connection.play(OK);
    expect((await sent).status).toBe(200);
    expect(pool.connections).toEqual([]);
    expect(connection.isClosed).toBe(true);
  });
});

describe("an early response", () => {
  test("stops an endless source, and its connection is closed", async () => {
    const server = await serve(async (peer, index) => {
      if (index > 0) return answering()(peer, index);
      await peer.until("\r\n\r\n");
      return peer.send(REFUSED);
    });
    const pool = openPool();
    const { content, counts } = endless(10);
    const response = await pool.request("POST", server.url(), { content });
    expect([response.status, await response.text()]).toEqual([413, "no!"]);
    await eventually(() => counts.returns === 1, "return() was called");
    const { pulls } = counts;
    await (await server.peer(0)).gone;
    expect(counts.pulls).toBe(pulls);
    expect(pool.connections).toEqual([]);
    expect((await pool.request("GET", server.url())).status).toBe(200);
    expect(server.peers).toHaveLength(2);
  });

  test("cancels a ReadableStream that lets us wait", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.send(REFUSED);
    });
    let cancels = 0;
    const content = new ReadableStream<Uint8Array>({
      cancel() {
        cancels++;
      },
    });
    const response = await openPool().request("POST", server.url(), { content });
    expect([response.status, cancels]).toEqual([413, 1]);
    await (await server.peer(0)).gone;
  });

  const size = 64_000_000;
  test.each<[string, () => Uint8Array | Blob | Iterable<Uint8Array>, Record<string, string>]>([
    ["bytes", () => new Uint8Array(size), {}],
    ["bytes sent chunked", () => new Uint8Array(size), { "Transfer-Encoding": "chunked" }],
    ["a Blob", () => new Blob([new Uint8Array(size)]), {}],
    ["an iterable of one large piece", () => [new Uint8Array(size)], {}],
  ])("to %s: no later request goes out behind half of this one", async (_what, content, headers) => {
    const server = await serve(async (peer, index) => {
      if (index > 0) return answering()(peer, index);
      // The server reads the head and no more, until it has answered.
      await peer.until("\r\n\r\n");
      peer.socket.pause();
      return peer.send(REFUSED);
    });
    const pool = openPool();
    const response = await pool.request("PUT", server.url("/1"), { content: content(), headers });
    expect(response.status).toBe(413);
    expect(pool.connections).toEqual([]);
    const next = await pool.request("GET", server.url("/2"), { extensions: { timeout: { total: 2000 } } });
    expect(next.status).toBe(200);
    const peer = await server.peer(0);
    peer.socket.resume();
    await peer.gone;
    expect(peer.received).not.toContain("GET /2");
  });

  test("is delivered even if the server closes and resets behind it", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.socket.pause();
      peer.end(REFUSED.replace("\r\n", "\r\nConnection: close\r\n"));
      await eventually(() => peer.socket.writableFinished);
      peer.socket.destroy();
    });
    for (const content of [new Uint8Array(size), endless(500_000).content]) {
      const response = await openPool().request("POST", server.url(), { content });
      expect([response.status, await response.text()]).toEqual([413, "no!"]);
    }
  });

  test("to a streamed call is delivered as it comes", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    });
    const { content, counts } = endless(10);
    const response = await openPool().stream("POST", server.url(), { content });
    await eventually(() => counts.returns === 1, "return() was called");
    const peer = await server.peer(0);
    peer.send("0\r\n\r\n");
    expect(await response.text()).toBe("one");
    await peer.gone;
  });

  test("when only the end is missing: the connection is closed as well", async () => {
    const server = await serve(async (peer) => {
      await peer.until("ab\r\n");
      peer.send(OK);
    });
    const pool = openPool();
    async function* content(): AsyncGenerator<string> {
      yield "ab";
      await new Promise(() => {});
    }
    expect((await pool.request("POST", server.url(), { content: content() })).status).toBe(200);
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
  });

  test("interim responses do not stop an upload", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n");
      await peer.request();
      peer.send(OK);
    });
    async function* content(): AsyncGenerator<string> {
      for (let i = 0; i < 20; i++) {
        yield "x";
        await turn();
      }
    }
    const pool = openPool();
    expect((await pool.request("POST", server.url(), { content: content() })).status).toBe(200);
    expect((await server.peer(0)).received).toMatch(/0\r\n\r\n$/);
    expect(pool.connections).toHaveLength(1);
  });
});

test("no response and a broken connection while sending is a WriteError with its cause", async () => {
  const server = await serve(async (peer) => {
    await peer.until("\r\n\r\n");
    peer.reset();
  });
  const pool = openPool();
  for (const content of [endless(500_000).content, new Uint8Array(64_000_000)]) {
    const error = await rejection(pool.request("POST", server.url(), { content }));
    expect(error).toBeInstanceOf(WriteError);
    expect(error).toMatchObject({ phase: "send", cause: { code: expect.stringMatching(/ECONNRESET|EPIPE/) } });
  }
  expect(pool.connections).toEqual([]);
});

test("a response that is paused before the small request has drained goes on when it is read", async () => {
  const backend = new ManualBackend((connection) => {
    connection.takesOctets = false;
  });
  const pool = openPool({ networkBackend: backend });
  const opening = pool.stream("POST", "http://a/", { content: "x" });
  await eventually(() => (backend.connections[0]?.written ?? "") !== "");
  const [connection] = backend.connections;
  const size = 400_000;
  connection?.play(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
  connection?.play("x".repeat(size / 2));
  const response = await opening;
  const iterator = response.iterStream();
  let received = (await iterator.next()).value.length;
  connection?.receiver.drained();
  while (received < size / 2) received += (await iterator.next()).value.length;
  const next = iterator.next();
  await eventually(() => connection?.isPaused === false, "reading goes on");
  connection?.play("x".repeat(size / 2));
  received += (await next).value.length;
  for (let step = await iterator.next(); !step.done; step = await iterator.next()) received += step.value.length;
  expect(received).toBe(size);
});
