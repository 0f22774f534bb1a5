// The default share of fuzzing: past failures first, then every target for a while, with a fixed seed. `npm run fuzz`
// goes on from there.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escaped, keptFailures, replay } from "./kept-failures.ts";
import { chunked, head, mutated, trailerSection } from "./octet-arbitraries.ts";
import { referenceChunks } from "./reference-chunks.ts";
import { referenceHead, referenceTrailers } from "./reference-parser.ts";
import { runTarget } from "./target.ts";
import { TARGETS } from "./targets.ts";

const SEED = 9112;

describe("past failures", () => {
  test.each(keptFailures(new URL("failures/", import.meta.url)))("$file holds", async (failure) => {
    await replay(failure, TARGETS);
  });
});

describe("targets", () => {
  test.each(TARGETS)("$name: $claim", { timeout: 120_000 }, async (target) => {
    const { runs, failure } = await runTarget(target, { seed: SEED, runs: target.defaultRuns });
    if (failure) expect.fail(`${failure.message}\nin ${escaped(failure.case)}`);
    expect(runs).toBe(target.defaultRuns);
  });
});

// Fuzzing proves nothing where it does not get to: what is generated must be right often enough to reach what lies
// behind, and wrong in every way that there is.
describe("what is generated", () => {
  const HEAD_OPTIONS = { method: "GET", lineEnds: "strict", maxLines: 6, maxSize: 150 } as const;
  const LIMITS = { maxExtensionSize: 20, maxTrailerSize: 100, maxTrailerLines: 3 };

  function tally(results: readonly string[]): { share(kind: string): number; kinds: Set<string> } {
    const share = (kind: string): number => results.filter((result) => result === kind).length / results.length;
    return { share, kinds: new Set(results) };
  }

  const sample = (octets: fc.Arbitrary<string>): string[] => fc.sample(octets, { numRuns: 20_000, seed: SEED });

  test("heads are accepted, and refused for every reason", () => {
    const { share, kinds } = tally(
      sample(mutated(head)).map((octets) => {
        const result = referenceHead(octets, HEAD_OPTIONS);
        return result.kind === "error" ? result.reason : result.kind;
      }),
    );
    expect(share("head")).toBeGreaterThan(0.1);
    expect(kinds).toEqual(
      new Set([
        ...["head", "incomplete", "invalid-version", "invalid-status", "invalid-reason-phrase", "bare-cr", "bare-lf"],
        ...["whitespace-before-headers", "empty-header-name", "invalid-header-name", "whitespace-before-colon"],
        ...["missing-colon", "invalid-header-value", "folded-framing-header", "invalid-content-length"],
        ...["conflicting-content-length", "content-length-with-transfer-encoding", "unsupported-transfer-encoding"],
        ...["transfer-encoding-in-http-1-0", "max-header-size", "max-header-lines"],
      ]),
    );
  });

  test("trailer sections are accepted, and refused for every reason", () => {
    const { share, kinds } = tally(
      sample(mutated(trailerSection)).map((octets) => {
        const result = referenceTrailers(octets, { maxLines: LIMITS.maxTrailerLines, maxSize: LIMITS.maxTrailerSize });
        return result.kind === "error" ? result.reason : result.kind;
      }),
    );
    expect(share("trailers")).toBeGreaterThan(0.1);
    expect(kinds).toEqual(
      new Set([
        ...["trailers", "incomplete", "bare-cr", "bare-lf", "empty-header-name", "invalid-header-name"],
        ...[
          "whitespace-before-colon",
          "missing-colon",
          "invalid-header-value",
          "max-trailer-size",
          "max-trailer-lines",
        ],
      ]),
    );
  });

  test("chunked messages are accepted, and refused for every reason", () => {
    const { share, kinds } = tally(
      sample(mutated(chunked)).map((octets) => {
        const { error, trailers } = referenceChunks(octets, LIMITS);
        return error ? error.reason : trailers ? "whole" : "incomplete";
      }),
    );
    expect(share("whole")).toBeGreaterThan(0.1);
    for (const reason of ["invalid-chunk-size", "invalid-chunk-extension", "invalid-chunk-end", "bare-lf"]) {
      expect(kinds).toContain(reason);
    }
    expect(kinds).toContain("max-chunk-extension-size");
  });
});
