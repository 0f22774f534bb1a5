// The command line: what it chooses from, and how long that takes.

import { parseArgs } from "node:util";
import { CASES, type Case } from "./cases.ts";
import { CONTESTANTS, type ContestantName, QUICK, RUNTIMES, type Runtime, titleOf } from "./contestants.ts";
import type { Times } from "./measure.ts";

/** One runtime in one case, and who takes part. */
export interface Comparison {
  readonly case: Case;
  readonly runtime: Runtime;
  readonly contestants: readonly ContestantName[];
}

export interface Options {
  readonly comparisons: readonly Comparison[];
  readonly rounds: number;
  readonly times: Times;
  /** Are the results worth keeping: whole cases, measured at full length? */
  readonly isRecord: boolean;
}

/** A command line that cannot be obeyed. */
export class UsageError extends Error {}

const FULL = { rounds: 3, times: { warmUp: 800, mostWarmUp: 4000, duration: 1500, starts: 10 } };
const QUICK_TIMES = { rounds: 1, times: { warmUp: 250, mostWarmUp: 700, duration: 400, starts: 3 } };
/** Of a measurement, in milliseconds: starting and ending the process. */
const OVERHEAD = 350;
/** Of a measurement that has no fixed duration: what was seen. */
const WHOLE = 4000;

const names = (list: readonly string[]): string => list.join(", ");

export const HELP: string = `Usage: npm run bench -- [options]

Compares httpcore with other clients on the loopback interface. Build first: npm run build.

  --quick              few cases and contestants, one round: a look in less than a minute, not a result
  --rounds N           rounds (${FULL.rounds}, with --quick ${QUICK_TIMES.rounds})
  --runtime NAME,...   only on these: ${names(RUNTIMES)}
  --case NAME,...      only these cases:
${CASES.map(({ name, title }) => `                         ${name.padEnd(16)} ${title}`).join("\n")}
  --only NAME,...      only these contestants, in the cases that have them:
${CONTESTANTS.map((name) => `                         ${name.padEnd(16)} ${titleOf(name)}`).join("\n")}
  --docs               measures nothing: writes docs/benchmarks.md and its plots again
  --help               this text

Tables go to the standard output. Whole cases at full length also go to bench/results.json, in the place of what it had
of them, and from there to docs/benchmarks.md; with --quick or --only to bench/partial.json alone.
`;

/** What to do. @throws UsageError */
export function readOptions(args: readonly string[]): Options | "help" | "docs" {
  const given = parse(args);
  if (given.help) return "help";
  if (given.docs) return "docs";
  const base = given.quick ? QUICK_TIMES : FULL;
  const byName = CASES.map(({ name }) => name);
  const caseNames = chosen("--case", given.case, byName) ?? byName;
  const isLeftOut = (one: Case, runtime: Runtime): boolean =>
    given.quick === true && given.case === undefined && !one.quickOn?.includes(runtime);
  const runtimes = chosen("--runtime", given.runtime, RUNTIMES) ?? RUNTIMES;
  const only = chosen("--only", given.only, CONTESTANTS) ?? (given.quick ? QUICK : CONTESTANTS);
  const comparisons = CASES.filter(({ name }) => caseNames.includes(name)).flatMap((one) =>
    runtimes.flatMap((runtime): Comparison[] => {
      const contestants = one.contestants[runtime]?.filter((name) => only.includes(name)) ?? [];
      return contestants.length > 0 && !isLeftOut(one, runtime) ? [{ case: one, runtime, contestants }] : [];
    }),
  );
  if (comparisons.length === 0) throw new UsageError("none of these contestants is in any of these cases");
  return {
    comparisons,
    rounds: given.rounds === undefined ? base.rounds : toRounds(given.rounds),
    times: base.times,
    isRecord: !given.quick && given.only === undefined,
  };
}

/** Seconds that the run will take, about. */
export function estimate({ comparisons, rounds, times }: Options): number {
  const oneOf = { load: times.warmUp + times.duration + OVERHEAD, cold: times.starts * OVERHEAD, whole: WHOLE };
  const ofOne = ({ case: { kind }, contestants }: Comparison): number => contestants.length * oneOf[kind];
  return (rounds * comparisons.reduce((sum, comparison) => sum + ofOne(comparison), 0)) / 1000;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean" },
        docs: { type: "boolean" },
        help: { type: "boolean" },
        rounds: { type: "string" },
        runtime: { type: "string" },
        case: { type: "string" },
        only: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function toRounds(text: string): number {
  const rounds = Number(text);
  if (!/^\d+$/.test(text) || rounds < 1 || rounds > 1000) {
    throw new UsageError(`--rounds takes a number from 1 to 1000, not '${text}'`);
  }
  return rounds;
}

/** The names of a list; null when the option is not given. */
function chosen<T extends string>(option: string, list: string | undefined, all: readonly T[]): T[] | null {
  if (list === undefined) return null;
  return list.split(",").map((text) => {
    const name = all.find((known) => known === text.trim());
    if (name === undefined) throw new UsageError(`${option} cannot be '${text.trim()}'; known are ${names(all)}`);
    return name;
  });
}
