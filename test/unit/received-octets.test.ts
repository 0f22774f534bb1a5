// ReceivedOctets: unused octets are kept in order, and attempts to parse them stay few. Counted, not timed.

import { describe, expect, test } from "vitest";
import { ReceivedOctets } from "../../src/protocol/received-octets.ts";
import { octets, text } from "../octets.ts";

function shown(input: ReceivedOctets): string {
  return text(input.octets.subarray(input.start, input.end));
}

/** Feeds `whole` in pieces of `step` octets; each attempt fails. Answers the sizes of what was tried. */
function attempts(whole: string, step: number): number[] {
  const input = new ReceivedOctets();
  const sizes: number[] = [];
  for (let at = 0; at < whole.length; at += step) {
    const piece = octets(whole.slice(at, at + step));
    input.add(piece, piece.length);
    if (!input.isWorthAttempt) continue;
    sizes.push(input.size);
    input.waitForMore();
  }
  return sizes;
}

const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);

describe("ReceivedOctets", () => {
  test("octets are used where they lie as long as none are left over", () => {
    const input = new ReceivedOctets();
    const first = octets("abc");
    input.add(first, 3);
    expect(input.octets).toBe(first);
    input.consume(3);
    const second = octets("defgh");
    input.add(second, 4);
    expect(input.octets).toBe(second);
    expect(shown(input)).toBe("defg");
  });

  test("octets left over are kept when their buffer changes", () => {
    const input = new ReceivedOctets();
    const shared = octets("abc");
    input.add(shared, 3);
    input.consume(1);
    input.waitForMore();
    shared.fill(0);
    shared.set(octets("def"));
    input.add(shared, 3);
    shared.fill(0);
    expect(shown(input)).toBe("bcdef");
  });

  test("any order of adding and consuming gives the octets in order", () => {
    const input = new ReceivedOctets();
    let sent = 0;
    let seen = "";
    for (let round = 0; round < 400; round++) {
      const size = (round * 37) % 23;
      const piece = new Uint8Array(size).map(() => sent++ & 0xff);
      input.add(piece, size);
      const count = Math.min(input.size, (round * 53) % 29);
      seen += text(input.octets.subarray(input.start, input.start + count));
      input.consume(count);
      if (input.size > 0) input.waitForMore();
    }
    seen += shown(input);
    const all = text(new Uint8Array(sent).map((_, i) => i & 0xff));
    expect(seen).toBe(all);
  });

  test("a large buffer is not kept for the life of the connection", () => {
    const input = new ReceivedOctets();
    input.add(octets("x"), 1);
    input.waitForMore();
    const large = new Uint8Array(100_000);
    input.add(large, large.length);
    input.consume(100_001);
    expect(input.octets.length).toBe(0);
    expect(input.size).toBe(0);
  });

  test("fed octet by octet, all attempts together are linear", () => {
    for (const size of [1_000, 10_000, 100_000]) {
      const sizes = attempts("x".repeat(size), 1);
      expect(sizes.length).toBeLessThan(32 + 2 * Math.log2(size));
      expect(sum(sizes)).toBeLessThan(3 * size + 1024);
    }
  });

  test("lines do not add attempts: only an empty line does", () => {
    const size = 20_000;
    for (const step of [1, 2, 7, 100]) {
      const sizes = attempts("Name: value\r\n".repeat(size / 13), step);
      expect(sum(sizes)).toBeLessThan(4 * size + 1024);
    }
  });

  test("the first octets are all worth an attempt, so that another protocol is found early", () => {
    expect(attempts("x".repeat(16), 1)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
  });

  test("an empty line is worth an attempt, however it is cut", () => {
    for (const ending of ["\r\n\r\n", "\n\n", "\n\r\n"]) {
      for (let cut = 0; cut <= ending.length; cut++) {
        const input = new ReceivedOctets();
        const front = octets("x".repeat(600) + ending.slice(0, cut));
        input.add(front, front.length);
        input.waitForMore();
        const back = octets(ending.slice(cut));
        for (const octet of back) input.add(Uint8Array.of(octet), 1);
        if (cut < ending.length) expect(input.isWorthAttempt, JSON.stringify([ending, cut])).toBe(true);
        expect(input.size).toBe(600 + ending.length);
      }
    }
  });

  test("an empty line in octets of an earlier message is none", () => {
    const input = new ReceivedOctets();
    const first = octets(`${"x".repeat(100)}\r\n\r\n${"y".repeat(300)}`);
    input.add(octets("a"), 1);
    input.waitForMore();
    input.add(first, first.length);
    input.consume(input.size);
    const second = octets("z".repeat(40));
    input.add(second, 40);
    input.waitForMore();
    input.add(octets("z"), 1);
    expect(input.isWorthAttempt).toBe(false);
  });

  test("looking for an empty line does not go beyond the octets that have come", () => {
    // A search over all of the buffer, each time an octet comes, would be quadratic.
    const input = new ReceivedOctets();
    const front = octets("x".repeat(3000));
    input.add(front, front.length);
    input.waitForMore();
    const { octets: buffer } = input;
    let furthest = 0;
    const indexOf = buffer.indexOf;
    buffer.indexOf = function (this: Uint8Array, octet: number, from = 0) {
      const found = indexOf.call(this, octet, from);
      furthest = Math.max(furthest, found < 0 ? this.length : found);
      return found;
    };
    input.add(octets("x"), 1);
    expect(input.octets).toBe(buffer);
    expect(furthest).toBeLessThanOrEqual(3001);
  });
});
