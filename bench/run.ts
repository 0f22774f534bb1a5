// npm run bench: httpcore and other clients, compared on this machine (docs/benchmarks.md tells how and why).
//
// For each case a server process; in each round every contestant once, in a fresh process, one after the other, and
// every other round in reverse order, so that no one always comes first. What fails is reported and makes the exit code 1.

import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import cliProgress from "cli-progress";
import { type Case, HELP, type Options, readOptions, UsageError } from "./options.ts";
import { measure, Server } from "./processes.ts";
import { type CaseResult, formatCase, type Series, summarize } from "./results.ts";

const RESULTS = new URL("results.json", import.meta.url);
const BUILT = new URL("../dist/index.js", import.meta.url);

/** Ctrl-C and the like: the children go with us (processes.ts kills them on exit). */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
for (const [name, number] of Object.entries(SIGNALS)) process.once(name, () => process.exit(128 + number));

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options === "help") {
      process.stdout.write(HELP);
      return 0;
    }
    if (!existsSync(BUILT)) throw new UsageError("there is no dist/index.js to measure; run `npm run build` first");
    return await compare(options);
  } catch (error) {
    const isExpected = error instanceof UsageError;
    console.error(isExpected ? `${error.message}\nSee: npm run bench -- --help` : error);
    return isExpected ? 2 : 1;
  }
}

async function compare(options: Options): Promise<number> {
  const { cases, contestants, rounds } = options;
  const progress = new cliProgress.SingleBar({
    format: "{bar} {value}/{total} {what}",
    clearOnComplete: true,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  progress.start(cases.length * contestants.length * rounds, 0, { what: "" });
  const results: CaseResult[] = [];
  try {
    for (const one of cases) {
      const showStep = (what: string): void => progress.update({ what: `${one.name}: ${what}` });
      results.push(await compareIn(one, options, showStep, () => progress.increment()));
    }
  } finally {
    progress.stop();
  }
  for (const result of results) console.log(`\n${formatCase(result)}`);
  console.log("x: by requests per second / by CPU time per request; median of the rounds' ratios\n");
  const record = {
    date: new Date().toISOString(),
    machine: machineFacts(),
    ...options,
    results: results.map(summarize),
  };
  writeFileSync(RESULTS, `${JSON.stringify(record, null, 2)}\n`);
  const failures = results.flatMap(({ series }) => series.flatMap((one) => one.failures));
  for (const failure of failures) console.error(`FAILED: ${failure}\n`);
  return failures.length > 0 ? 1 : 0;
}

async function compareIn(
  one: Case,
  { contestants, rounds, ...times }: Options,
  showStep: (what: string) => void,
  stepDone: () => void,
): Promise<CaseResult> {
  const series: Series[] = contestants.map((contestant) => ({ contestant, samples: [], failures: [] }));
  const server = await Server.start(one);
  try {
    for (let round = 0; round < rounds; round++) {
      for (const { contestant, samples, failures } of round % 2 === 0 ? series : series.toReversed()) {
        showStep(contestant.title);
        try {
          samples.push({ round, ...(await measure(contestant.name, one, server, times)) });
        } catch (error) {
          failures.push(error instanceof Error ? error.message : String(error));
        }
        stepDone();
      }
    }
  } finally {
    await server.stop();
  }
  return { case: one, series };
}

function machineFacts(): object {
  const undici = createRequire(import.meta.url)("undici/package.json") as { version: string };
  return {
    processor: os.cpus()[0]?.model ?? "unknown",
    cores: os.availableParallelism(),
    memoryMegabytes: Math.round(os.totalmem() / 2 ** 20),
    platform: `${os.platform()} ${os.arch()} ${os.release()}`,
    node: process.version,
    v8: process.versions.v8,
    undici: undici.version,
  };
}
