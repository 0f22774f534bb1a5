// What the guard compares, and when it fails: ratios of CPU time alone, as absolute times are those of a machine, and
// requests per second those of whoever else wants its cores.

import type { ContestantName } from "./contestants.ts";
import type { CaseResult } from "./results.ts";

/** How much worse than recorded a ratio may be: what short runs on two busy cores were seen to differ by, and more. */
export const MARGIN = 1.8;

/** One ratio that must not get worse: a contestant in a case on Node, beside another. */
export interface Watched {
  readonly case: string;
  readonly contestant: ContestantName;
  readonly reference: "undici";
}

const watch = (name: string, contestant: ContestantName): Watched => ({ case: name, contestant, reference: "undici" });

export const WATCHED: readonly Watched[] = [
  watch("small", "httpcore"),
  watch("large", "httpcore"),
  watch("large", "httpcore-reader"),
  watch("chunks-256", "httpcore"),
  watch("headers", "httpcore"),
  watch("post-1k", "httpcore"),
];

/** `ratio`: how many times less CPU time than the reference. */
export interface Verdict extends Watched {
  readonly recorded: number | null;
  readonly measured: number | null;
  readonly isWorse: boolean;
}

/** A ratio that has not been recorded, or could not be measured, counts as worse: nobody would notice otherwise. */
export function judge(
  watched: readonly Watched[],
  recorded: readonly CaseResult[],
  measured: readonly CaseResult[],
): Verdict[] {
  return watched.map((one) => {
    const [before, now] = [ratioIn(recorded, one), ratioIn(measured, one)];
    return {
      ...one,
      recorded: before,
      measured: now,
      isWorse: before === null || now === null || now * MARGIN < before,
    };
  });
}

function ratioIn(results: readonly CaseResult[], { case: name, contestant, reference }: Watched): number | null {
  const result = results.find((one) => one.case === name && one.runtime === "node");
  return result?.contestants.find((one) => one.name === contestant)?.ratios[reference]?.cpu?.median ?? null;
}
