// npm run bench: httpcore and other clients, compared on this machine (docs/benchmarks.md tells how and why).
//
// For each case a server process; in each round every contestant once, in a fresh process, one after the other, and
// every other round in reverse order, so that no one always comes first. What fails is reported and makes the exit code 1.

import { existsSync } from "node:fs";
import { compare } from "./compare.ts";
import { writeDocs } from "./docs.ts";
import { estimate, HELP, type Options, readOptions, UsageError } from "./options.ts";
import { keepResults, writePartial } from "./record.ts";
import { formatCase } from "./table.ts";

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
    if (options === "docs") {
      writeDocs();
      return 0;
    }
    if (!existsSync(BUILT)) throw new UsageError("there is no dist/index.js to measure; run `npm run build` first");
    return await report(options);
  } catch (error) {
    const isExpected = error instanceof UsageError;
    console.error(isExpected ? `${error.message}\nSee: npm run bench -- --help` : error);
    return isExpected ? 2 : 1;
  }
}

async function report(options: Options): Promise<number> {
  const seconds = estimate(options);
  console.log(`This takes about ${seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} minutes`}.`);
  const results = await compare(options);
  for (const result of results) console.log(`\n${formatCase(result)}`);
  console.log("x: by requests per second / by CPU time per request; median of the rounds' ratios");
  console.log("(!): the server had no time left, so more requests per second were not to be had\n");
  if (options.isRecord) {
    keepResults(results);
    writeDocs();
  } else {
    writePartial(results);
  }
  const failures = results.flatMap(({ contestants }) => contestants.flatMap((one) => one.failures));
  for (const failure of failures) console.error(`FAILED: ${failure}\n`);
  return failures.length > 0 ? 1 : 0;
}
