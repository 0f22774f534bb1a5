// What is fuzzed, and how: a target generates cases and checks one, throwing when something is wrong.
//
// In: a target, a seed and a budget. Out: how many runs there were, and the first failure, shrunk by fast-check. Runs go
// in batches with a seed each, so that a failure can be had again without all that ran before it. A case is plain JSON,
// octets as text with one character each, so that it can be kept in a file and played again.

import fc from "fast-check";

export interface Target<Case = unknown> {
  readonly name: string;
  /** What must hold, in a sentence. */
  readonly claim: string;
  /** How many runs are part of `npm test`. */
  readonly defaultRuns: number;
  readonly cases: fc.Arbitrary<Case>;
  /** Is `check` a promise to be waited for? */
  readonly isAsync: boolean;
  check(sample: Case): void | Promise<void>;
}

export interface Failure {
  readonly target: string;
  readonly message: string;
  /** The batch that found it: `--only target --seed seed --runs runs` finds it again. */
  readonly seed: number;
  readonly runs: number;
  readonly case: unknown;
}

export interface Budget {
  readonly seed: number;
  readonly runs: number;
  /** The moment, on the clock of `performance.now`, at which to stop. */
  readonly until?: number;
  /** Called after each batch with the number of runs in it. */
  progress?(runs: number): void;
}

export interface Run {
  readonly runs: number;
  readonly failure: Failure | null;
}

/** Small enough to stop in time, large enough to make nothing of what a batch costs. */
const BATCH = 500;
const ASYNC_BATCH = 50;

export async function runTarget(target: Target, budget: Budget): Promise<Run> {
  const { seed, runs, until = Infinity } = budget;
  let done = 0;
  for (let batch = 0; done < runs && performance.now() < until; batch++) {
    const numRuns = Math.min(target.isAsync ? ASYNC_BATCH : BATCH, runs - done);
    const failure = await runBatch(target, seed + batch, numRuns);
    done += numRuns;
    budget.progress?.(numRuns);
    if (failure) return { runs: done, failure };
  }
  return { runs: done, failure: null };
}

async function runBatch(target: Target, seed: number, numRuns: number): Promise<Failure | null> {
  const property = target.isAsync
    ? fc.asyncProperty(target.cases, async (sample) => {
        await target.check(sample);
      })
    : fc.property(target.cases, (sample) => {
        target.check(sample);
      });
  const { failed, counterexample, errorInstance } = await fc.check(property as fc.IAsyncProperty<[unknown]>, {
    seed,
    numRuns,
  });
  if (!failed) return null;
  const message = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return { target: target.name, message, seed, runs: numRuns, case: counterexample?.[0] };
}

/** A record without surprises: fast-check makes some without a prototype, which no JSON file gives back. */
export function record<T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}
