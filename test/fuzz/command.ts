// The command: options in; progress, figures and counterexamples out. What fails is kept in a folder, where the tests
// find it.

import { parseArgs } from "node:util";
import progress from "cli-progress";
import { escaped, type KeptFailure, keepFailure, keptFailures, replay } from "./kept-failures.ts";
import { measurements } from "./linear.ts";
import { type Failure, type Run, runTarget, type Target } from "./target.ts";
import { TARGETS } from "./targets.ts";

const USAGE = `usage: npm run fuzz -- [--seconds N] [--runs N] [--only NAME] [--seed N]

  --seconds N  stop after N seconds, shared by all targets; 60 unless --runs is given
  --runs N     stop each target after N runs
  --only NAME  one of ${[...TARGETS.map(({ name }) => name), "linear"].join(", ")}
  --seed N     where to start; a new one each time unless given
`;

const DEFAULT_SECONDS = 60;

interface Options {
  readonly seconds: number;
  readonly runs: number;
  readonly only: string | null;
  readonly seed: number;
}

/** Answers the exit code: 0 only if nothing failed. */
export async function fuzz(parameters: string[], folder: URL): Promise<number> {
  const options = read(parameters);
  if (!options) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { only, seed, runs, seconds } = options;
  const targets = TARGETS.filter(({ name }) => only === null || name === only);
  process.stdout.write(`seed ${seed}\n`);
  let failures = await replayAll(keptFailures(folder).filter(({ target }) => only === null || target === only));
  const end = performance.now() + seconds * 1000;
  for (const [index, target] of targets.entries()) {
    const until = performance.now() + (end - performance.now()) / (targets.length - index);
    const { failure } = await runVisibly(target, seed, runs, until);
    if (!failure) continue;
    failures++;
    report(failure, keepFailure(folder, failure));
  }
  if (only === null || only === "linear") failures += measure();
  process.stdout.write(failures === 0 ? "no failure\n" : `${failures} failures\n`);
  return failures === 0 ? 0 : 1;
}

function read(parameters: string[]): Options | null {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({ args: parameters, options: { seconds: text, runs: text, only: text, seed: text } });
    const { seconds, runs, only = null, seed } = values;
    if (only !== null && only !== "linear" && !TARGETS.some(({ name }) => name === only)) return null;
    return {
      seconds: number(seconds, runs === undefined ? DEFAULT_SECONDS : Infinity),
      runs: number(runs, Infinity),
      only,
      seed: number(seed, Date.now() % 2 ** 31),
    };
  } catch {
    return null;
  }
}

function number(given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  if (!/^\d+$/.test(given)) throw new RangeError(`${given} is no number`);
  return Number(given);
}

async function replayAll(kept: readonly KeptFailure[]): Promise<number> {
  let failures = 0;
  for (const failure of kept) {
    try {
      await replay(failure, TARGETS);
    } catch (error) {
      failures++;
      process.stdout.write(`past failure ${failure.file} is back: ${error instanceof Error ? error.message : error}\n`);
    }
  }
  process.stdout.write(`${kept.length} past failures played again\n`);
  return failures;
}

async function runVisibly(target: Target, seed: number, runs: number, until: number): Promise<Run> {
  const display = new Display(target, runs, until);
  const run = await runTarget(target, { seed, runs, until, progress: (count) => display.add(count) });
  display.finish(run);
  return run;
}

const SHOW_EVERY = process.stdout.isTTY ? 200 : 15_000;

/**
 * A line of progress. It is drawn between batches and never by a timer of its own, as targets may have put a clock of
 * theirs in place of the real one.
 */
class Display {
  readonly #name: string;
  readonly #total: number;
  readonly #until: number;
  readonly #started = performance.now();
  #done = 0;
  #shownAt = performance.now();

  constructor({ name }: Target, total: number, until: number) {
    this.#name = name.padEnd(16);
    this.#total = total;
    this.#until = until;
  }

  add(count: number): void {
    this.#done += count;
    const moment = performance.now();
    if (moment - this.#shownAt < SHOW_EVERY) return;
    this.#shownAt = moment;
    const share = Math.max(this.#done / this.#total, (moment - this.#started) / (this.#until - this.#started));
    const bar = progress.Format.BarFormat(Math.min(share, 1), {
      ...progress.Presets.shades_classic,
      barsize: 30,
      barCompleteString: "=".repeat(30),
      barIncompleteString: " ".repeat(30),
      barGlue: "",
    });
    const line = `${this.#name} [${bar}] ${this.#done} runs`;
    process.stdout.write(process.stdout.isTTY ? `\r${line}` : `${line}\n`);
  }

  finish({ runs, failure }: Run): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    const outcome = failure ? "FAILED" : "no failure";
    const line = `${this.#name} ${runs} runs in ${seconds} s: ${outcome}`;
    process.stdout.write(`${process.stdout.isTTY ? "\r\x1b[K" : ""}${line}\n`);
  }
}

function report(failure: Failure, file: string): void {
  const { target, message, seed, runs } = failure;
  process.stdout.write(`
${message}

smallest case:
${escaped(failure.case)}

kept as test/fuzz/failures/${file}: npx vitest run test/fuzz plays it again. To find it again:
npm run fuzz -- --only ${target} --seed ${seed} --runs ${runs}

`);
}

function measure(): number {
  let failures = 0;
  for (const { name, ratio, isLinear } of measurements()) {
    if (!isLinear) failures++;
    process.stdout.write(`linear: ${name}: double the size takes ${ratio.toFixed(2)} times as long\n`);
  }
  return failures;
}
