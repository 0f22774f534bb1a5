// Octets gathered piece by piece: whatever the pieces and whatever was promised, the result is all of them in order.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GrowingOctets } from "../../src/growing-octets.ts";

function gathered(pieces: readonly Uint8Array[], expected: number | null): Uint8Array {
  const all = new GrowingOctets();
  for (const piece of pieces) all.add(piece, expected);
  return all.take();
}

describe("gathered octets", () => {
  test("are all that were added, in order", () => {
    const sizes = fc.array(fc.oneof(fc.nat(10), fc.nat(6000), fc.nat(300_000)), { maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.constantFrom(null, 0, 1, 5000, 10_000_000), (all, promise) => {
        let next = 0;
        const pieces = all.map((size) => Uint8Array.from({ length: size }, () => next++ % 251));
        const result = gathered(pieces, promise);
        expect(result.length).toBe(all.reduce((sum, size) => sum + size, 0));
        expect(result.every((octet, at) => octet === at % 251)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("have a buffer of just their size", () => {
    const piece = new Uint8Array(100).fill(1);
    for (const expected of [null, 250, 10_000_000]) {
      expect(gathered([piece, piece, piece.subarray(50)], expected).buffer.byteLength).toBe(250);
    }
    expect(gathered([], null).length).toBe(0);
  });

  test("share blocks when they are small: a million of one octet", () => {
    const all = new GrowingOctets();
    for (let i = 0; i < 1_000_000; i++) all.add(Uint8Array.of(i & 255), null);
    const result = all.take();
    expect([result.length, result[257], result[999_999]]).toEqual([1_000_000, 1, 999_999 & 255]);
  });
});
