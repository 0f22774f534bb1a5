// streamsBackend: what is read and written on pairs of web streams.
//
// In: pairs in memory, whose other end is the test's. Out: what a pool makes of them, and what is left of them.

import { ConnectionPool, ReadError, RemoteProtocolError, streamsBackend, WriteError, WriteTimeout } from "httpcore";
import { describe, expect, test } from "vitest";
import { eventually, fails, openPool, pause, turn } from "../support/outcomes.ts";
import { OK } from "../support/scripted-server.ts";
import { asked, endOf, FarEnd, GET, idlePool, octetsOf, poolInMemory, URL, watchRejections } from "./streams-pairs.ts";

watchRejections();

describe.each(["bytes", "silent-bytes", "chunks"] as const)("a pair in memory: %s", (kind) => {
  test("sends a request and reads its response", async () => {
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.request("GET", URL);
    const far = await endOf(ends, 0);
    await far.until(GET);
    expect(far.received).toBe(GET);
    far.send(OK);
    const response = await promise;
    expect(await response.text()).toBe("ok");
    expect(String(pool)).toContain("0 active, 1 idle");
  });

  test("octet by octet, and chunks of no octets", async () => {
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.request("GET", URL);
    const far = await endOf(ends, 0);
    await far.until(GET);
    for (const octet of "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n") {
      far.send(octet);
      if (kind === "chunks") far.send("");
    }
    expect(await (await promise).text()).toBe("hello");
    expect(String(pool)).toContain("0 active, 1 idle");
  });

  test("in one chunk far larger than any buffer", async () => {
    const content = octetsOf(1_000_000);
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.request("GET", URL);
    const far = await endOf(ends, 0);
    await far.until(GET);
    const head = new TextEncoder().encode(`HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n`);
    far.sendChunk(Buffer.concat([head, content]));
    const response = await promise;
    expect(Buffer.compare(response.content, content)).toBe(0);
  });

  test("is used again", async () => {
    const { pool, ends } = poolInMemory(kind);
    for (let count = 1; count <= 3; count++) {
      const promise = pool.request("POST", URL, { content: `<${count}>` });
      const far = await endOf(ends, 0);
      await far.until(`<${count}>`);
      far.send(OK);
      expect((await promise).status).toBe(200);
    }
    expect(ends.length).toBe(1);
    expect(pool.connections[0]?.requestCount).toBe(3);
  });

  test("that the peer ends while idle is given up", async () => {
    const { pool, far } = await idlePool(kind);
    far.end();
    await eventually(() => pool.connections.length === 0);
    await eventually(() => far.events.includes("aborted"));
  });

  test("on which octets come while idle is given up, and they answer nothing", async () => {
    const { pool, ends, far } = await idlePool(kind);
    far.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
    const promise = pool.request("POST", URL);
    (await asked(ends, 1)).send(OK);
    expect(await (await promise).text()).toBe("ok");
    expect(pool.connections.length).toBe(1);
    await eventually(() => far.events.includes("cancelled"));
  });

  test("on which octets come before the request is not used", async () => {
    const far = new FarEnd(kind);
    far.send(OK);
    const pool = openPool({ networkBackend: streamsBackend(() => far.pair) });
    const error = await fails(pool.request("GET", URL), RemoteProtocolError);
    expect(error.reason).toBe("unasked-for-octets");
    expect(far.received).toBe("");
  });

  test("that breaks while idle, on either side, is given up", async () => {
    for (const side of ["fail", "refuse"] as const) {
      const { pool, far } = await idlePool(kind);
      far[side](new Error("broken"));
      await eventually(() => pool.connections.length === 0, side);
    }
  });

  test("content that ends with the pair", async () => {
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.request("GET", URL);
    const far = await asked(ends, 0);
    far.send("HTTP/1.1 200 OK\r\n\r\n");
    far.send("to the end");
    far.end();
    expect(await (await promise).text()).toBe("to the end");
    expect(pool.connections).toEqual([]);
  });

  test("content that the end cuts is a RemoteProtocolError", async () => {
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.request("GET", URL);
    const far = await asked(ends, 0);
    far.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    far.end();
    await fails(promise, RemoteProtocolError);
  });

  test("an error while content is read is the cause of a ReadError, and both sides are given up", async () => {
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.request("GET", URL);
    const far = await asked(ends, 0);
    far.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    await turn();
    const broken = new Error("the tunnel fell in");
    far.fail(broken);
    const error = await fails(promise, ReadError);
    expect(error.cause).toBe(broken);
    await eventually(() => far.events.includes("aborted"));
  });

  test("an error of the peer's side is a ReadError, though nobody has said yet that the request was taken", async () => {
    const broken = new Error("the tunnel fell in");
    const networkBackend = streamsBackend(() => {
      const far = new TransformStream<Uint8Array, Uint8Array>();
      // Fails what is read when the request comes, and takes the request a moment later.
      const writable = new WritableStream<Uint8Array>({
        write: () => {
          far.writable.abort(broken);
          return Promise.resolve();
        },
      });
      return { readable: far.readable, writable };
    });
    const error = await fails(new ConnectionPool({ networkBackend }).request("GET", URL), ReadError);
    expect(error).toMatchObject({ cause: broken, phase: "receive" });
  });

  test("an error while a request is written is the cause of a WriteError", async () => {
    const { pool, ends } = poolInMemory(kind);
    const broken = new Error("the tunnel fell in");
    const content = (async function* () {
      yield "some";
      ends[0]?.refuse(broken);
      yield "more";
    })();
    const error = await fails(pool.request("POST", URL, { content }), WriteError);
    expect(error.cause).toBe(broken);
    await eventually(() => ends[0]?.events.includes("cancelled") === true);
  });

  test("what the peer said before it stopped to read is the answer", async () => {
    const { pool, ends } = poolInMemory(kind);
    const content = (async function* () {
      for (let i = 0; i < 10_000; i++) {
        if (i === 3) {
          ends[0]?.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
          ends[0]?.refuse(new Error("enough"));
        }
        yield "piece";
      }
    })();
    const response = await pool.request("POST", URL, { content });
    expect([response.status, await response.text()]).toEqual([413, "big"]);
    await eventually(() => pool.connections.length === 0);
  });

  test("a response that nobody reads stops the stream, and goes on when it is read", async () => {
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.stream("GET", URL);
    const far = await asked(ends, 0);
    const piece = "x".repeat(65_536);
    far.send(`HTTP/1.1 200 OK\r\nContent-Length: ${20 * piece.length}\r\n\r\n`);
    const response = await promise;
    for (let i = 0; i < 20; i++) far.send(piece);
    await pause(20);
    expect(far.backlog).toBeGreaterThan(10 * piece.length);
    expect((await response.read()).length).toBe(20 * piece.length);
    expect(far.backlog).toBe(0);
    expect(String(pool)).toContain("0 active, 1 idle");
  });
});

describe("what is written", () => {
  test("waits for the writer: content is pulled no faster than it is taken", async () => {
    const { pool, ends } = poolInMemory("bytes");
    let pulled = 0;
    const content = (function* () {
      for (; pulled < 100; pulled++) yield "0123456789";
    })();
    const promise = pool.request("POST", URL, { content });
    const far = await endOf(ends, 0);
    const release = far.hold();
    await pause(30);
    expect(pulled).toBeLessThan(5);
    release();
    await far.until("\r\n0\r\n\r\n");
    far.send(OK);
    expect((await promise).status).toBe(200);
    expect(pulled).toBe(100);
  });

  test("a writer that takes nothing is a WriteTimeout", async () => {
    const { pool, ends } = poolInMemory("bytes", { timeout: { write: 50 } });
    const promise = pool.request("POST", URL, { content: new Uint8Array(200_000) });
    const far = await endOf(ends, 0);
    const release = far.hold();
    await fails(promise, WriteTimeout);
    release();
    await eventually(() => far.events.includes("aborted"));
  });

  test("is the writable's own: it may transfer what it gets", async () => {
    const seen: string[] = [];
    const networkBackend = streamsBackend(() => {
      let source: ReadableStreamDefaultController<Uint8Array>;
      const readable = new ReadableStream<Uint8Array>({
        start(controller) {
          source = controller;
        },
      });
      const writable = new WritableStream<Uint8Array>({
        write(chunk) {
          const mine = structuredClone(chunk, { transfer: [chunk.buffer] });
          seen.push(Buffer.from(mine).toString("latin1"));
          mine.fill(0);
          if (seen.join("").endsWith("\r\n\r\n")) source.enqueue(Buffer.from(OK));
        },
      });
      return { readable, writable };
    });
    const pool = openPool({ networkBackend });
    for (let count = 0; count < 3; count++) await pool.request("GET", URL);
    expect(seen).toEqual([GET, GET, GET]);
    const content = new TextEncoder().encode("once\r\n\r\n");
    await pool.request("POST", URL, { content });
    expect(new TextDecoder().decode(content)).toBe("once\r\n\r\n");
  });
});

describe("chunks that are no octets", () => {
  const chunks = {
    text: "HTTP/1.1 200 OK\r\n",
    "an ArrayBuffer": new ArrayBuffer(4),
    "a number": 5,
    nothing: undefined,
  };
  test.each(Object.entries(chunks))("%s", async (_name, chunk) => {
    const { pool, ends } = poolInMemory("chunks");
    const promise = pool.request("GET", URL);
    const far = await asked(ends, 0);
    far.sendChunk(chunk);
    const error = await fails(promise, ReadError);
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.message).toContain("a chunk of the readable must be a Uint8Array");
    await eventually(() => far.events.length === 2);
  });
});
