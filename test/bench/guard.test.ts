// When the guard against slower code fails, with figures made up for it.

import { expect, test } from "vitest";
import { CASES } from "../../bench/cases.ts";
import { judge, MARGIN, WATCHED } from "../../bench/guard-rules.ts";
import type { CaseResult, ContestantResult } from "../../bench/results.ts";

const WATCH = [{ case: "small", contestant: "httpcore", reference: "undici" }] as const;

/** A result where httpcore takes `ratio` times less CPU time than undici. */
function resultWith(ratio: number): CaseResult[] {
  const spread = { median: ratio, min: ratio, max: ratio };
  const httpcore: ContestantResult = {
    name: "httpcore",
    ratios: { undici: { rate: spread, cpu: spread } },
    requestsPerSecond: spread,
    cpuMicroseconds: spread,
    p50Milliseconds: null,
    p99Milliseconds: null,
    peakMegabytes: null,
    aboveBaselineMegabytes: null,
    serverBusy: null,
    failures: [],
  };
  return [{ case: "small", runtime: "node", date: "2026-01-01", rounds: 1, contestants: [httpcore] }];
}

test.each([
  ["as recorded", 2.4, false],
  ["better", 3, false],
  ["worse, but within the margin", (2.4 / MARGIN) * 1.01, false],
  ["worse than the margin allows", (2.4 / MARGIN) * 0.99, true],
  ["slower than undici", 0.9, true],
])("%s", (_, measured, isWorse) => {
  expect(judge(WATCH, resultWith(2.4), resultWith(measured))).toEqual([
    { ...WATCH[0], recorded: 2.4, measured, isWorse },
  ]);
});

test("what was never recorded is worse", () => {
  expect(judge(WATCH, [], resultWith(2.4))).toMatchObject([{ recorded: null, measured: 2.4, isWorse: true }]);
});

test("what could not be measured is worse", () => {
  expect(judge(WATCH, resultWith(2.4), [])).toMatchObject([{ recorded: 2.4, measured: null, isWorse: true }]);
});

test("another runtime's ratio does not count", () => {
  const elsewhere = resultWith(2.4).map((one): CaseResult => ({ ...one, runtime: "deno" }));
  expect(judge(WATCH, resultWith(2.4), elsewhere)).toMatchObject([{ measured: null, isWorse: true }]);
});

test.each(WATCHED)("$contestant takes part in $case, beside $reference", ({ case: name, contestant, reference }) => {
  const on = CASES.find((one) => one.name === name)?.contestants.node;
  expect(on).toEqual(expect.arrayContaining([contestant, reference]));
});
