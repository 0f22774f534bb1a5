// The words of errors and the numbers that the codec answers are two lists: each number must have its own word.

import { expect, test } from "vitest";
import * as abi from "../../assembly/abi.ts";
import { localError } from "../../src/protocol/reasons.ts";

/** Words of limits, which go by the name of the limit. */
const LIMITS: Readonly<Record<string, string>> = {
  REASON_TOO_MANY_HEADER_LINES: "max-header-lines",
  REASON_CHUNK_EXTENSIONS_TOO_LARGE: "max-chunk-extension-size",
};
const reasons = Object.entries(abi).filter(([name]) => name.startsWith("REASON_"));

test("there are reasons", () => {
  expect(reasons.length).toBeGreaterThan(20);
});

test.each(reasons)("%s has its word", (name, number) => {
  const word = LIMITS[name] ?? name.slice("REASON_".length).toLowerCase().replaceAll("_", "-");
  expect(localError(-number, "").reason).toBe(word);
});

test("a number that is none is found out", () => {
  expect(() => localError(-reasons.length - 1, "")).toThrow("unknown answer");
});
