// The builds of the codec say the same: WebAssembly with SIMD, without, and JavaScript. Each gets the same octets at the
// same address, and answer, results, field table, decoder state, moved content and encoded octets are compared.

import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import {
  CONTEXT_BARE_LF,
  CONTEXT_CONNECT,
  CONTEXT_HEAD,
  FLAG_FOLDED,
  HEAD,
  RESULT_FLAGS,
  TEXT,
  WINDOW,
} from "../../assembly/abi.ts";
import { allCores, type Core, type Left, MAX_LINES, onAll } from "../wasm/cores.ts";
import {
  anyOctets,
  chunked,
  cuts,
  head,
  mutated,
  octet,
  split,
  target,
  token,
  trailerSection,
  valueText,
} from "./octet-arbitraries.ts";

const SEED = 9112;
const RUNS = 20_000;

let cores: readonly Core[] = [];

beforeAll(async () => {
  cores = await allCores();
});

/** Where a message lies: at any address, with octets of an earlier one behind it, or with none that a scan passes. */
const place = fc.record({ address: fc.nat(40).map((offset) => WINDOW + offset), behind: fc.oneof(anyOctets, token) });
const maxLines = fc.integer({ min: 0, max: MAX_LINES });

/** Plays `property` on many cases, and answers how many of them said what. */
function tally<Values extends [unknown, ...unknown[]]>(
  cases: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> },
  play: (...values: Values) => string,
  numRuns = RUNS,
): Map<string, number> {
  const counts = new Map<string, number>();
  const property = fc.property(...cases, (...values) => {
    const said = play(...values);
    counts.set(said, (counts.get(said) ?? 0) + 1);
  });
  fc.assert(property, { seed: SEED, numRuns });
  return counts;
}

const said = ({ answer }: Left): string => (answer > 0 ? "whole" : String(answer));

/** Cases prove something only when they get far, and fail in many ways. */
function expectVariety(counts: ReadonlyMap<string, number>, kinds: number): void {
  expect(counts.get("whole") ?? 0).toBeGreaterThan(RUNS / 20);
  expect(counts.size).toBeGreaterThanOrEqual(kinds);
}

describe("SIMD, scalar and JavaScript", () => {
  test("memory is the same from the start", async () => {
    const [simd, scalar, script] = await allCores();
    expect(scalar?.octets.length).toBe(simd?.octets.length);
    expect(script?.octets.length).toBe(simd?.octets.length);
    expect(Buffer.compare(scalar?.octets ?? Buffer.alloc(0), simd?.octets ?? Buffer.alloc(1))).toBe(0);
    expect(Buffer.compare(script?.octets ?? Buffer.alloc(0), simd?.octets ?? Buffer.alloc(1))).toBe(0);
  });

  test("cut response heads alike", () => {
    const context = fc.nat(CONTEXT_HEAD | CONTEXT_CONNECT | CONTEXT_BARE_LF);
    let folded = 0;
    const counts = tally(
      [fc.oneof({ weight: 9, arbitrary: mutated(head) }, anyOctets), place, context, maxLines],
      (text, where, context, maxLines) => {
        const left = onAll(cores, {
          ...where,
          text,
          make: (core) => core.parseResponseHead(where.address, text.length, context, maxLines),
        });
        if ((left.result[RESULT_FLAGS] ?? 0) & FLAG_FOLDED) folded++;
        return said(left);
      },
    );
    expectVariety(counts, 18);
    expect(folded).toBeGreaterThan(0);
  });

  test("cut trailer sections alike", () => {
    const counts = tally(
      [fc.oneof({ weight: 9, arbitrary: mutated(trailerSection) }, anyOctets), place, maxLines],
      (text, where, maxLines) =>
        said(
          onAll(cores, {
            ...where,
            text,
            make: (core) => core.parseTrailerSection(where.address, text.length, maxLines),
          }),
        ),
    );
    expectVariety(counts, 9);
  });

  test("decode chunks alike, read by read", () => {
    const counts = tally([mutated(chunked), cuts, place, fc.nat(40)], (whole, cuts, where, maxExtensionSize) => {
      let state: ArrayLike<number> = [];
      for (const text of split(whole, cuts)) {
        const decoded = onAll(cores, {
          ...where,
          text,
          state,
          make: (core) => core.decodeChunks(where.address, text.length, maxExtensionSize),
        });
        if (decoded.answer < 0 || (decoded.answer === 0 && text !== "")) return String(decoded.answer);
        if (decoded.answer < text.length) return "whole";
        state = decoded.state;
      }
      return "more";
    });
    expectVariety(counts, 5);
  });

  // Sizes of more than 32 bits, from which no test has so many octets to give.
  test("count down large chunks alike", () => {
    const left = fc.bigInt({ min: 0n, max: (1n << 53n) - 1n });
    const phase = fc.constantFrom(0, 1, 12);
    tally([anyOctets, left, phase, place, fc.nat(40)], (text, left, phase, where, digits) => {
      const state = [phase, Number(BigInt.asIntN(32, left)), Number(left >> 32n), digits, 0];
      const make = (core: Core): number => core.decodeChunks(where.address, text.length, 1000);
      return said(onAll(cores, { ...where, text, state, make }));
    });
  });

  const parts = fc.array(fc.tuple(fc.oneof(token, requestName()), fc.oneof(valueText, requestValue())), {
    maxLength: 8,
  });
  const textOf = (parts: readonly string[]): string => parts.map((part) => `${part}\0`).join("");
  const surplus = fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, fc.integer({ min: -1, max: 1 }));

  test("encode request heads alike", () => {
    const line = fc.tuple(fc.oneof(token, fc.constantFrom("GET", "POST")), fc.oneof(target, anyOctets));
    const heads = fc
      .tuple(line, parts)
      .map(([line, fields]) => ({ text: textOf([...line, ...fields.flat()]), count: fields.length }));
    const spoilt = fc.oneof(
      { weight: 3, arbitrary: heads },
      heads.chain(({ text, count }) => withFault(text, count)),
    );
    const counts = tally([spoilt, surplus, anyOctets], ({ text, count }, surplus, behind) =>
      said(
        onAll(cores, {
          address: TEXT,
          text,
          behind,
          make: (core) => core.encodeRequestHead(text.length, Math.max(count + surplus, 0)),
        }),
      ),
    );
    expectVariety(counts, 9);
  });

  test("encode trailer sections alike", () => {
    const counts = tally([parts, surplus, anyOctets], (parts, surplus, behind) => {
      const text = textOf(parts.flat());
      const make = (core: Core): number => core.encodeTrailerSection(text.length, Math.max(parts.length + surplus, 0));
      return said(onAll(cores, { address: TEXT, text, behind, make }));
    });
    expectVariety(counts, 3);
  });

  test("encode chunk sizes alike, and rightly", () => {
    const edges = Array.from({ length: 53 }, (_, bits) => 2 ** bits).flatMap((size) => [size - 1, size, size + 1]);
    const sizes = fc.oneof(fc.constantFrom(...edges, Number.MAX_SAFE_INTEGER), fc.maxSafeNat());
    tally([sizes], (size) => {
      const left = onAll(cores, { address: TEXT, text: "", behind: "", make: (core) => core.encodeChunkSize(size) });
      expect(Buffer.from(left.head).toString("latin1")).toBe(`${size.toString(16)}\r\n`);
      return said(left);
    });
  });

  test("the memories are the same in the end", () => {
    const before = cores.map(({ octets }) => Buffer.from(octets.buffer, 0, HEAD));
    for (const memory of before.slice(1)) expect(Buffer.compare(memory, before[0] ?? Buffer.alloc(0))).toBe(0);
  });
});

function requestName(): fc.Arbitrary<string> {
  // biome-ignore format: a table
  return fc.constantFrom(
    "Host", "host", "Expect", "Connection", "Content-Length", "content-length", "Transfer-Encoding", "Upgrade",
    "transfer-encoding", "Hosu", "Expecu", "Keep-Alive",
  );
}

function requestValue(): fc.Arbitrary<string> {
  // biome-ignore format: a table
  return fc.constantFrom(
    "", "a", "example.com", "example.com:80", "[::1]:8080", "[v1.a]", "[::1", "a b", "100-continue", "100-Continue, x",
    "close", "keep-alive, close", "5", "9007199254740991", "9007199254740992", "chunked", "Chunked", "gzip, chunked", " a", "a\t",
  );
}

function withFault(text: string, count: number): fc.Arbitrary<{ text: string; count: number }> {
  return fc
    .tuple(fc.nat(text.length), octet)
    .map(([at, fault]) => ({ text: text.slice(0, at) + fault + text.slice(at + 1), count }));
}
