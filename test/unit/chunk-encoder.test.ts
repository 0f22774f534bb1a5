// ChunkEncoder and chunkPieces: one chunk a piece, sizes in lower-case hexadecimal, trailers checked as headers are.

import { ChunkEncoder, LocalProtocolError } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { chunkPieces } from "../../src/protocol/chunk-encoder.ts";
import { joined, octets, text } from "../octets.ts";

describe("ChunkEncoder", () => {
  test("encodes each piece as one chunk", () => {
    const encoder = new ChunkEncoder();
    expect(text(encoder.encode(octets("abc")))).toBe("3\r\nabc\r\n");
    expect(text(encoder.encode(octets("\0\r\n\xff")))).toBe("4\r\n\0\r\n\xff\r\n");
  });

  test("writes sizes without leading zeros, in lower case", () => {
    for (const size of [1, 9, 10, 15, 16, 255, 256, 2048, 2049, 4095, 4096, 65_535, 65_536, 1_000_000]) {
      const chunk = new ChunkEncoder().encode(new Uint8Array(size));
      const line = `${size.toString(16)}\r\n`;
      expect(text(chunk.subarray(0, line.length))).toBe(line);
      expect(chunk.length).toBe(line.length + size + 2);
      expect(text(chunk.subarray(-2))).toBe("\r\n");
    }
  });

  test("encodes nothing for no octets", () => {
    expect(new ChunkEncoder().encode(octets("")).length).toBe(0);
    expect(chunkPieces(octets(""))).toEqual([]);
  });

  test("ends with the last chunk and the trailer section", () => {
    expect(text(new ChunkEncoder().end())).toBe("0\r\n\r\n");
    expect(text(new ChunkEncoder().end({}))).toBe("0\r\n\r\n");
    expect(
      text(
        new ChunkEncoder().end([
          ["A", "b"],
          ["A", octets("\xff")],
        ]),
      ),
    ).toBe("0\r\nA: b\r\nA: \xff\r\n\r\n");
  });

  test("refuses trailers that break the grammar", () => {
    for (const pair of [
      ["a b", "c"],
      ["", "c"],
      ["a", "b\r\nc: d"],
      ["a", "b\0"],
      ["a\0b", "c"],
      ["a", " b"],
      ["a", "b "],
    ]) {
      expect(() => new ChunkEncoder().end([pair as [string, string]]), JSON.stringify(pair)).toThrow(
        LocalProtocolError,
      );
    }
    expect(() => new ChunkEncoder().end({ a: "\u010d" })).toThrow(TypeError);
  });

  test("what was encoded does not change with the next call", () => {
    const encoder = new ChunkEncoder();
    const given = octets("abc");
    const [first, end] = [encoder.encode(given), encoder.end({ A: "b" })];
    encoder.encode(octets("x".repeat(500)));
    encoder.end({ Cccc: "dddd" });
    given.fill(0);
    expect(text(first) + text(end)).toBe("3\r\nabc\r\n0\r\nA: b\r\n\r\n");
  });
});

describe("chunkPieces", () => {
  test("joins small chunks into one piece and leaves large content where it is", () => {
    expect(chunkPieces(new Uint8Array(100)).length).toBe(1);
    const large = new Uint8Array(100_000);
    const pieces = chunkPieces(large);
    expect(pieces).toContain(large);
    expect(joined(pieces.filter((piece) => piece !== large))).toBe("186a0\r\n\r\n");
  });

  test("gives the same octets on both sides of the border", () => {
    for (const size of [2047, 2048, 2049]) {
      const content = "x".repeat(size);
      expect(joined(chunkPieces(octets(content)))).toBe(`${size.toString(16)}\r\n${content}\r\n`);
    }
  });
});
