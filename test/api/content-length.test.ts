// Content that is not as long as its Content-Length, and sources that fail: the caller's error, at once, and a
// connection that is closed, so that the server cannot take it for complete.

import { type Content, LocalProtocolError } from "httpcore";
import { describe, expect, test } from "vitest";
import { eventually, fails, openPool, rejection } from "../support/outcomes.ts";
import { answering, NOBODY, serve } from "../support/scripted-server.ts";

describe("content that is there and has the wrong length reaches no server", () => {
  test.each<[string, () => Content]>([
    ["bytes", () => Uint8Array.of(1, 2, 3)],
    ["string", () => "abc"],
    ["ArrayBuffer", () => new ArrayBuffer(3)],
    ["Blob", () => new Blob(["abc"])],
  ])("%s", async (_type, content) => {
    const server = await serve(answering());
    for (const [length, reason] of [
      ["2", "content-too-long"],
      ["4", "content-too-short"],
      ["0", "content-too-long"],
    ]) {
      const headers = { "Content-Length": length ?? "" };
      const call = openPool().request("POST", server.url(), { headers, content: content() });
      expect((await fails(call, LocalProtocolError)).reason).toBe(reason);
    }
    expect(server.peers).toHaveLength(0);
  });
});

describe("content that comes piece by piece", () => {
  const headers = { "Content-Length": "3" };

  async function* async(items: string[]): AsyncGenerator<string> {
    for (const item of items) {
      await new Promise((resolve) => setImmediate(resolve));
      yield item;
    }
  }

  test.each<[string, () => Content]>([
    ["iterable", () => ["a", "b"]],
    ["async iterable", () => async(["a", "b"])],
    ["ReadableStream", () => new Blob(["ab"]).stream()],
    ["empty iterable", () => []],
  ])("%s too short: refused, and the connection is closed", async (_type, content) => {
    const server = await serve(answering());
    const pool = openPool();
    const call = pool.request("POST", server.url(), { headers, content: content() });
    const error = await fails(call, LocalProtocolError);
    expect(error.reason).toBe("content-too-short");
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
  });

  test.each<[string, () => Content]>([
    ["iterable", () => ["ab", "cd"]],
    ["async iterable", () => async(["ab", "c", "d"])],
    ["ReadableStream", () => new Blob(["abcd"]).stream()],
  ])("%s too long: no octet beyond the length is sent", async (_type, content) => {
    const server = await serve(() => {});
    const pool = openPool();
    const call = pool.request("POST", server.url(), { headers, content: content() });
    const error = await fails(call, LocalProtocolError);
    expect(error.reason).toBe("content-too-long");
    const peer = await server.peer(0);
    await peer.gone;
    expect("abc").toContain(peer.received.slice(peer.received.indexOf("\r\n\r\n") + 4));
    expect(pool.connections).toEqual([]);
  });

  test("too long also when the response has come already", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const outcome = await pool
      .request("POST", server.url(), { headers, content: async(["abc", "GET / HTTP/1.1\r\n\r\n"]) })
      .catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(LocalProtocolError);
    const peer = await server.peer(0);
    await peer.gone;
    expect(peer.received.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  test("the source is given up", async () => {
    const server = await serve(() => {});
    let returned = 0;
    const source = {
      *[Symbol.iterator](): Generator<string> {
        try {
          while (true) yield "ab";
        } finally {
          returned++;
        }
      },
    };
    await fails(openPool().request("POST", server.url(), { headers, content: source }), LocalProtocolError);
    await eventually(() => returned === 1, "return() was called");
  });
});

describe("a source that fails", () => {
  const mine = new Error("out of paper");

  function* failing(): Generator<string> {
    yield "ab";
    throw mine;
  }

  async function* failingLater(): AsyncGenerator<string> {
    yield "ab";
    await new Promise((resolve) => setImmediate(resolve));
    throw mine;
  }

  const failingStream = (): ReadableStream<Uint8Array> => {
    let pulls = 0;
    return new ReadableStream({
      pull(controller) {
        if (pulls++ > 0) throw mine;
        controller.enqueue(Uint8Array.of(0x61));
      },
    });
  };

  test.each<[string, () => Content]>([
    ["generator", failing],
    ["async generator", failingLater],
    ["ReadableStream", failingStream],
  ])("%s: the caller gets its own error, and the server no last chunk", async (_type, content) => {
    const server = await serve(answering());
    const pool = openPool();
    expect(await rejection(pool.request("POST", server.url(), { content: content() }))).toBe(mine);
    const peer = await server.peer(0);
    await peer.gone;
    expect(peer.received).not.toContain("0\r\n\r\n");
    expect(pool.connections).toEqual([]);
  });

  test("at its very start", async () => {
    const server = await serve(answering());
    const content: Iterable<string> = {
      [Symbol.iterator]() {
        throw mine;
      },
    };
    expect(await rejection(openPool().request("POST", server.url(), { content }))).toBe(mine);
    await (await server.peer(0)).gone;
  });

  test("other requests are not harmed", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const other = pool.request("POST", server.url("/other"), { content: ["x"] });
    await rejection(pool.request("POST", server.url(), { content: failingLater() }));
    expect((await other).status).toBe(200);
  });

  test("a value that is not an Error comes out as it is", async () => {
    const server = await serve(answering());
    const content = new ReadableStream<Uint8Array>({ start: (controller) => controller.error("just text") });
    expect(await rejection(openPool().request("POST", server.url(), { content }))).toBe("just text");
  });
});

describe("content that is never sent is given up as well", () => {
  test("a stream is cancelled when no connection can be made", async () => {
    let cancelled = 0;
    const content = new ReadableStream<Uint8Array>({
      cancel() {
        cancelled++;
      },
    });
    await rejection(openPool().request("POST", NOBODY, { content }));
    await eventually(() => cancelled === 1, "cancel() was called");
  });
});
