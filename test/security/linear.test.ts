// Twice the octets take twice the time: whatever a server sends, and in whatever pieces, nothing is looked at again and
// again. Each test compares runs within itself; the first shows that the measure tells a quadratic run.

import { ChunkDecoder, ClientConnection, DEFAULT_LIMITS, type Limits } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets } from "../octets.ts";
import { openPool } from "../support/outcomes.ts";
import { type Peer, serve } from "../support/scripted-server.ts";
import { LINEAR, ratioOfDouble } from "./ratios.ts";

const HEAD = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
/** The highest that memory allows. */
const HIGHEST: Partial<Limits> = {
  maxHeaderSize: 262_144,
  maxHeaderLines: 4096,
  maxTrailerSize: 262_144,
  maxTrailerLines: 4096,
  maxChunkExtensionSize: 2 ** 31 - 1,
};

/** Gives `response` to a connection in reads of `step` octets, and answers how it went on. */
function feed(response: Uint8Array, step: number, content: "copied" | "borrowed" = "borrowed"): string {
  const connection = new ClientConnection({ limits: { ...DEFAULT_LIMITS, ...HIGHEST }, content });
  connection.send({ type: "request", method: "GET", target: "/", headers: { Host: "a" } });
  connection.send({ type: "end" });
  let last = "";
  for (let at = 0; at < response.length; at += step) {
    connection.receive(response.subarray(at, at + step));
    for (last = "content"; last !== "need-data" && last !== "paused"; last = connection.nextEvent().type);
  }
  return last;
}

test("the measure tells a quadratic run", async () => {
  const quadratic = (size: number): void => {
    let sum = 0;
    for (let i = 0; i < size; i++) for (let k = 0; k < size; k++) sum += i ^ k;
    if (sum === 1) throw new Error("never");
  };
  expect(await ratioOfDouble(800, quadratic)).toBeGreaterThan(LINEAR);
});

// The fault: a value is trimmed by a pattern that starts anew at each space, or parsing starts anew at each octet.
describe("T-linear: the time for a head grows with its octets", () => {
  const SIZE = 60_000;
  const sections: [string, (size: number) => string][] = [
    ["spaces in a value", (size) => `A: b${" ".repeat(size)}c\r\n`],
    ["spaces before a value", (size) => `A:${" ".repeat(size)}b\r\n`],
    ["spaces behind a value", (size) => `A: b${" ".repeat(size)}\r\n`],
    ["tabs and spaces", (size) => `A: b${"\t ".repeat(size / 2)}c\r\n`],
    ["one long value", (size) => `A: ${"x".repeat(size)}\r\n`],
    ["folds", (size) => `A: b${"\r\n c".repeat(size / 4)}\r\n`],
    ["empty folds", (size) => `A: b${"\r\n ".repeat(size / 3)}\r\n`],
    ["a list of connection options", (size) => `Connection: a${",a".repeat(size / 2)}\r\n`],
    ["a list of empty connection options", (size) => `Connection: ${",".repeat(size)}\r\n`],
    ["lengths", (size) => `Content-Length: 0${", 0".repeat(size / 3)}\r\n`],
    ["Keep-Alive parameters", (size) => `Keep-Alive: ${"timeout, ".repeat(size / 9)}timeout=5\r\n`],
  ];

  test.each(sections)("%s: in one read", async (_what, section) => {
    // Below the size from which the engine keeps a string in another place, which takes longer for other reasons.
    const size = (2 * SIZE) / 3;
    const responses = new Map([size, 2 * size].map((n) => [n, octets(headWith(section, n))]));
    const run = (n: number): void => {
      for (let i = 0; i < 40; i++) expectHead(feed(responses.get(n) as Uint8Array, 2 * SIZE));
    };
    expect(await ratioOfDouble(size, run)).toBeLessThanOrEqual(LINEAR);
  });

  test.each(sections)("%s: octet by octet", async (_what, section) => {
    const responses = new Map([SIZE, 2 * SIZE].map((size) => [size, octets(headWith(section, size))]));
    const run = (size: number): void => expectHead(feed(responses.get(size) as Uint8Array, 1));
    expect(await ratioOfDouble(SIZE, run)).toBeLessThanOrEqual(LINEAR);
  });

  test.each<[string, string, string]>([
    ["extensions of a chunk", `${CHUNKED}1;a`, " "],
    ["extension names", `${CHUNKED}1`, ";a"],
    ["extension values", `${CHUNKED}1;a="`, "\\x"],
  ])("a megabyte of %s, octet by octet and in large reads", async (_what, start, piece) => {
    for (const step of [1, 65_536]) {
      const size = step === 1 ? 50_000 : 500_000;
      const responses = new Map([size, 2 * size].map((n) => [n, octets(start + piece.repeat(n / piece.length))]));
      const run = (n: number): string => feed(responses.get(n) as Uint8Array, step);
      expect(await ratioOfDouble(size, run)).toBeLessThanOrEqual(LINEAR);
    }
  });

  test("a trailer section, octet by octet", async () => {
    for (const line of [`A: b${" ".repeat(1000)}c\r\n`, "A: b\r\n c\r\n"]) {
      const count = (size: number): number => Math.min(4000, Math.floor(size / line.length));
      const responses = new Map(
        [20_000, 40_000].map((size) => [size, octets(`${CHUNKED}0\r\n${line.repeat(count(size))}\r\n`)]),
      );
      const run = (size: number): string => feed(responses.get(size) as Uint8Array, 1);
      expect(await ratioOfDouble(20_000, run)).toBeLessThanOrEqual(LINEAR);
    }
  });

  // The fault: each look at the list goes through all of its lines, or a folded value is repaired once for each fold.
  test("what a caller reads of a large head", async () => {
    const responses = new Map(
      [2000, 4000].map((count) => [count, octets(`${HEAD}${"A: b\r\n c\r\n".repeat(count)}\r\n`)]),
    );
    const run = (count: number): void => {
      const connection = new ClientConnection({ limits: { ...DEFAULT_LIMITS, ...HIGHEST } });
      connection.send({ type: "request", method: "GET", target: "/", headers: { Host: "a" } });
      for (let i = 0; i < 5; i++) {
        if (i === 0) connection.receive(responses.get(count) as Uint8Array);
        const event = i === 0 ? connection.nextEvent() : null;
        if (event?.type !== "response") continue;
        const { headers } = event;
        expect(headers.getAll("a")).toHaveLength(count);
        expect([headers.get("a")?.length, headers.toJSON().length]).toEqual([count * 5 - 2, count]);
        expect([headers.raw.length, [...headers].length]).toEqual([count, count]);
      }
    };
    expect(await ratioOfDouble(2000, run)).toBeLessThanOrEqual(LINEAR);
  });

  test("a megabyte of spaces is refused by the limit, and not read to its end", () => {
    const response = octets(`${HEAD}A:${" ".repeat(1_000_000)}b\r\n\r\n`);
    for (const step of [1, 1000, 1_000_000]) {
      expect(() => feed(response, step)).toThrow(expect.objectContaining({ reason: "max-header-size" }));
    }
  });

  // A whole response head with a section of just about `size` octets.
  function headWith(section: (size: number) => string, size: number): string {
    return `${HEAD}${section(size)}\r\n`;
  }

  function expectHead(last: string): void {
    if (last !== "need-data" && last !== "paused") throw new Error(`the head was not taken: ${last}`);
  }
});

// The fault: each chunk is joined to what came before, or makes the rest of the read move up.
describe("T-tiny-chunks: a million one-octet chunks take a million times one", () => {
  const CHUNK = "1\r\nx\r\n";
  const HALF = 500_000;
  const message = (count: number): Uint8Array => octets(`${CHUNKED}${CHUNK.repeat(count)}0\r\n\r\n`);

  test.each([
    ["in reads of 64 KiB", 65_536],
    ["octet by octet", 1],
    ["cut within each chunk", 7],
  ])("in the protocol, %s", async (_how, step) => {
    const size = step === 65_536 ? HALF : HALF / 20;
    const messages = new Map([size, 2 * size].map((count) => [count, message(count)]));
    const run = (count: number): void => expect(feed(messages.get(count) as Uint8Array, step)).toBe("paused");
    expect(await ratioOfDouble(size, run)).toBeLessThanOrEqual(LINEAR);
  });

  test("in the decoder alone", async () => {
    const chunks = new Map([HALF, 2 * HALF].map((count) => [count, octets(CHUNK.repeat(count))]));
    const run = (count: number): void => {
      const decoder = new ChunkDecoder();
      const all = chunks.get(count) as Uint8Array;
      let size = 0;
      for (let at = 0; at < all.length; at += 65_536) {
        for (const piece of decoder.decode(all.subarray(at, at + 65_536))) size += piece.length;
      }
      expect(size).toBe(count);
    };
    expect(await ratioOfDouble(HALF, run)).toBeLessThanOrEqual(LINEAR);
  });

  async function serveChunks() {
    const messages = new Map([HALF, 2 * HALF].map((count) => [count, message(count)]));
    return serve(async (peer: Peer) => {
      while (true) {
        const count = Number(/\/(\d+)/.exec(await peer.request())?.[1]);
        peer.send(messages.get(count) as Uint8Array);
      }
    });
  }

  test("read whole, over a socket", async () => {
    const server = await serveChunks();
    const pool = openPool();
    const run = async (count: number): Promise<void> => {
      const { content } = await pool.request("GET", server.url(`/${count}`));
      expect(content).toHaveLength(count);
    };
    expect(await ratioOfDouble(HALF, run)).toBeLessThanOrEqual(LINEAR);
  });

  test("streamed, over a socket", async () => {
    const server = await serveChunks();
    const pool = openPool();
    const run = async (count: number): Promise<void> => {
      const response = await pool.stream("GET", server.url(`/${count}`));
      let size = 0;
      for await (const piece of response.iterStream()) size += piece.length;
      expect(size).toBe(count);
    };
    expect(await ratioOfDouble(HALF, run)).toBeLessThanOrEqual(LINEAR);
  });
});
