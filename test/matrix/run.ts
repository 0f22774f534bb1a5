// npm run matrix: every anomaly to every client that is installed, and a table of what they made of them.
//
// Clients come one after the other, each with servers of its own. The exit code is 1 when httpcore is not right in every
// row, or when a client could not be played; 2 when the command line is wrong.

import { existsSync, writeFileSync } from "node:fs";
import cliProgress from "cli-progress";
import { BUILT, type Contestant } from "./contestants.ts";
import { type Exchanges, judge } from "./judge.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { type Column, details, documentOf } from "./report.ts";
import { AnomalyServer } from "./server.ts";
import { UsageError } from "./usage-error.ts";

/** Far more than any bounded anomaly takes: who answers nothing for so long hangs. */
const PATIENCE = 6000;

/** Ctrl-C and the like: the children go with us (process.ts kills them on exit). */
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
    const wantsBuilt = options.contestants.some(({ name }) => name === "httpcore");
    if (wantsBuilt && !existsSync(BUILT)) throw new UsageError("there is no dist/index.js; run `npm run build` first");
    return await compare(options);
  } catch (error) {
    const isExpected = error instanceof UsageError;
    console.error(isExpected ? `${error.message}\nSee: npm run matrix -- --help` : error);
    return isExpected ? 2 : 1;
  }
}

async function compare({ contestants, anomalies, out }: Options): Promise<number> {
  const found = contestants.map((contestant) => ({ contestant, version: contestant.version() }));
  const present = found.flatMap(({ contestant, version }) => (version === null ? [] : [{ contestant, version }]));
  const absent = found.filter(({ version }) => version === null).map(({ contestant }) => contestant);
  for (const { title } of absent) console.error(`${title} is not installed and stays out`);

  const progress = new cliProgress.SingleBar({
    format: "{bar} {value}/{total} {what}",
    clearOnComplete: true,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  progress.start(present.length * anomalies.length, 0, { what: "" });
  const columns: Column[] = [];
  const failures: string[] = [];
  try {
    for (const { contestant, version } of present) {
      progress.update({ what: contestant.name });
      try {
        const exchanges = await play(contestant, anomalies, () => progress.increment());
        columns.push({ contestant, version, exchanges });
      } catch (error) {
        failures.push(`${contestant.title}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    progress.stop();
  }

  if (out === null) console.log(details(anomalies, columns));
  else writeFileSync(out, documentOf(anomalies, columns, absent));
  for (const failure of failures) console.error(`FAILED: ${failure}\n`);
  const httpcore = columns.find(({ contestant }) => contestant.name === "httpcore");
  const wrong = anomalies.filter((anomaly) => {
    const record = httpcore?.exchanges.get(anomaly.id);
    return record !== undefined && judge(anomaly, record).verdict !== "right";
  });
  for (const { id } of wrong) console.error(`httpcore is not right: ${id}`);
  return failures.length > 0 || wrong.length > 0 ? 1 : 0;
}

async function play(
  contestant: Contestant,
  anomalies: Options["anomalies"],
  playedOne: () => void,
): Promise<Map<string, Exchanges>> {
  const server = await AnomalyServer.start(anomalies);
  const exchanges = new Map<string, Exchanges>();
  try {
    await contestant.play(server.jobs(PATIENCE), ({ id, first, next }) => {
      exchanges.set(id, { first, next, isReused: server.isReused(id) });
      playedOne();
    });
  } finally {
    server.close();
  }
  const missing = anomalies.filter(({ id }) => !exchanges.has(id)).map(({ id }) => id);
  if (missing.length > 0) throw new Error(`not played: ${missing.join(", ")}`);
  return exchanges;
}
