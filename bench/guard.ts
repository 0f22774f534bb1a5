// npm run bench:guard: fails when httpcore's CPU time for a request, beside undici's, is clearly worse than recorded in
// bench/results.json. Short runs; what looks worse is measured a second time, longer, before it fails.

import { existsSync } from "node:fs";
import { CASES } from "./cases.ts";
import { compare } from "./compare.ts";
import { judge, MARGIN, type Verdict, WATCHED, type Watched } from "./guard-rules.ts";
import type { Comparison } from "./options.ts";
import { readRecord } from "./record.ts";
import type { CaseResult } from "./results.ts";
import { align } from "./table.ts";

const FIRST = { rounds: 2, times: { warmUp: 800, mostWarmUp: 2000, duration: 500, starts: 0 } };
const SECOND = { rounds: 2, times: { warmUp: 800, mostWarmUp: 2000, duration: 1000, starts: 0 } };

if (!existsSync(new URL("../dist/index.js", import.meta.url))) {
  throw new Error("there is no dist/index.js to measure; run `npm run build` first");
}
const recorded = readRecord()?.cases ?? [];
const first = judge(WATCHED, recorded, await measure(WATCHED, FIRST));
const suspects = first.filter(({ isWorse, recorded }) => isWorse && recorded !== null);
const second = suspects.length > 0 ? judge(suspects, recorded, await measure(suspects, SECOND)) : [];
const verdicts = [...first.filter((one) => !suspects.includes(one)), ...second];
process.stdout.write(`Times less CPU than undici for a request; worse is a ${MARGIN}th of what is recorded\n`);
process.stdout.write(align([["", "recorded", "measured", ""], ...verdicts.map(rowOf)]));
process.exitCode = verdicts.some(({ isWorse }) => isWorse) ? 1 : 0;

async function measure(watched: readonly Watched[], options: typeof FIRST): Promise<CaseResult[]> {
  const comparisons = CASES.flatMap((one): Comparison[] => {
    const own = watched.filter((other) => other.case === one.name).map(({ contestant }) => contestant);
    return own.length > 0 ? [{ case: one, runtime: "node", contestants: [...own, "undici"] }] : [];
  });
  return compare({ ...options, comparisons, isRecord: false });
}

function rowOf({ case: name, contestant, recorded, measured, isWorse }: Verdict): string[] {
  const show = (ratio: number | null): string => ratio?.toFixed(2) ?? "missing";
  return [`${name}: ${contestant}`, show(recorded), show(measured), isWorse ? "WORSE" : "ok"];
}
