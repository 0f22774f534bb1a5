// ChunkDecoder on its own: pieces of content, the end, what lies behind it, and what happens after an error.

import { ChunkDecoder, LocalProtocolError, RemoteProtocolError } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { joined, octets, text } from "../octets.ts";

function decodeAll(decoder: ChunkDecoder, pieces: readonly string[]): string {
  return pieces.map((piece) => joined(decoder.decode(octets(piece)))).join("");
}

describe("ChunkDecoder", () => {
  const message = "3;a=b\r\nabc\r\n4\r\ndefg\r\n0\r\nA: b\r\nA: c\r\n\r\n";

  test("gives the content, the trailers and the end, however the octets come", () => {
    const runs = [[message], [...message]];
    for (let at = 1; at < message.length; at++) runs.push([message.slice(0, at), message.slice(at)]);
    for (const pieces of runs) {
      const decoder = new ChunkDecoder();
      expect(decodeAll(decoder, pieces)).toBe("abcdefg");
      expect(decoder.done).toBe(true);
      expect(decoder.trailers.getAll("a")).toEqual(["b", "c"]);
      expect(decoder.rest.length).toBe(0);
    }
  });

  test("is done with the empty line and not before", () => {
    const decoder = new ChunkDecoder();
    for (const octet of message.slice(0, -1)) {
      decoder.decode(octets(octet));
      expect(decoder.done).toBe(false);
      expect(decoder.trailers.length).toBe(0);
    }
    decoder.decode(octets("\n"));
    expect(decoder.done).toBe(true);
  });

  test("no octets give no content", () => {
    const decoder = new ChunkDecoder();
    expect(decoder.decode(octets(""))).toEqual([]);
    expect(decodeAll(decoder, ["3\r\n", "", "abc\r\n0\r\n", "", "\r\n"])).toBe("abc");
    expect(decoder.done).toBe(true);
  });

  test("octets behind the end are kept apart", () => {
    for (const pieces of [
      [`${message}HTTP/1.1`],
      [message.slice(0, -1), "\nHTTP/1.1"],
      [...message.slice(0, -1), "\nHTTP/1.1"],
    ]) {
      const decoder = new ChunkDecoder();
      expect(decodeAll(decoder, pieces)).toBe("abcdefg");
      expect(text(decoder.rest)).toBe("HTTP/1.1");
    }
  });

  test("nothing can be decoded behind the end", () => {
    const decoder = new ChunkDecoder();
    decoder.decode(octets("0\r\n\r\n"));
    expect(() => decoder.decode(octets("0\r\n\r\n"))).toThrow(LocalProtocolError);
  });

  test("the pieces are copies: neither the input nor the next call changes them", () => {
    const decoder = new ChunkDecoder();
    const given = octets("3\r\nabc\r\n");
    const pieces = decoder.decode(given);
    given.fill(0);
    decoder.decode(octets("3\r\nxyz\r\n"));
    expect(joined(pieces)).toBe("abc");
  });

  test("the octets given are not changed", () => {
    const given = octets("1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n");
    const before = given.slice();
    expect(joined(new ChunkDecoder().decode(given))).toBe("abc");
    expect(given).toEqual(before);
  });

  test("more octets than one window at once come out whole", () => {
    const content = "0123456789abcdef".repeat(12_500);
    const decoder = new ChunkDecoder();
    const given = `30d40\r\n${content}\r\n30d40\r\n${content}\r\n0\r\n\r\nrest`;
    expect(decodeAll(decoder, [given])).toBe(content + content);
    expect(decoder.done).toBe(true);
    expect(text(decoder.rest)).toBe("rest");
  });

  test("many chunks of one octet come out whole", () => {
    const decoder = new ChunkDecoder();
    expect(decodeAll(decoder, ["1\r\nx\r\n".repeat(50_000), "0\r\n\r\n"])).toBe("x".repeat(50_000));
    expect(decoder.done).toBe(true);
  });

  test("two decoders do not disturb each other", () => {
    const [a, b] = [new ChunkDecoder(), new ChunkDecoder()];
    let fromA = "";
    let fromB = "";
    const other = "2\r\nxy\r\n5\r\nzuvwt\r\n0\r\n\r\n";
    for (let i = 0; i < Math.max(message.length, other.length); i++) {
      if (i < message.length) fromA += joined(a.decode(octets(message.charAt(i))));
      if (i < other.length) fromB += joined(b.decode(octets(other.charAt(i))));
    }
    expect([fromA, a.done, fromB, b.done]).toEqual(["abcdefg", true, "xyzuvwt", true]);
  });

  test("offsets of errors count from the first octet of the message, however the octets come", () => {
    const broken = "3\r\nabc\r\n3\r\ndefX\r\n";
    for (const pieces of [[broken], [...broken], [broken.slice(0, 9), broken.slice(9)]]) {
      const decoder = new ChunkDecoder();
      expect(() => decodeAll(decoder, pieces)).toThrow(
        expect.objectContaining({ reason: "invalid-chunk-end", offset: 14 }),
      );
    }
    const trailer = "1\r\na\r\n0\r\nA : b\r\n\r\n";
    for (const pieces of [[trailer], [...trailer]]) {
      const decoder = new ChunkDecoder();
      const error = expect.objectContaining({ reason: "whitespace-before-colon", offset: 10 });
      expect(() => decodeAll(decoder, pieces)).toThrow(error);
    }
  });

  test("behind an error nothing is decoded any more", () => {
    const decoder = new ChunkDecoder();
    const decode = (given: string): unknown => {
      try {
        return decoder.decode(octets(given));
      } catch (error) {
        return error;
      }
    };
    const error = decode("3\r\nabcX");
    expect(error).toBeInstanceOf(RemoteProtocolError);
    expect(decode("3\r\nabc\r\n0\r\n\r\n")).toBe(error);
    expect(decode("")).toBe(error);
    expect(decoder.done).toBe(false);
  });

  test("its limits are those of the message", () => {
    const flood = octets(`1;${"a".repeat(20)}\r\n`);
    expect(() => new ChunkDecoder({ maxChunkExtensionSize: 20 }).decode(flood)).toThrow(
      expect.objectContaining({ reason: "max-chunk-extension-size" }),
    );
    expect(new ChunkDecoder({ maxChunkExtensionSize: 21 }).decode(flood)).toEqual([]);
  });
});
