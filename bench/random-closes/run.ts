// npm run bench:closes -- [requests] [seed]: what callers see of a server that closes idle connections at random.
//
// Requests are 100,000 unless given, from 50 callers, idempotent and with content that can be had again: no caller is to
// see any error. Exit code 1 when one does. It takes what `npm run build` has made.

import cliProgress from "cli-progress";
import { runLoad } from "./load.ts";

const dist = new URL("../../dist/index.js", import.meta.url).href;
const { ConnectionPool } = (await import(dist)) as typeof import("httpcore");
const [requests = 100_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number);
const MOST_SHOWN = 20;

const bar = new cliProgress.SingleBar(
  { format: "{bar} {value}/{total} requests, {eta} s left", noTTYOutput: true, notTTYSchedule: 10_000 },
  cliProgress.Presets.shades_classic,
);
process.stdout.write(`seed ${seed}\n`);
bar.start(requests, 0);
const started = performance.now();
const outcome = await runLoad(new ConnectionPool(), { requests, seed, callers: 50, progress: () => bar.increment() });
bar.stop();

const { errors, connections, late, closes } = outcome;
const seconds = ((performance.now() - started) / 1000).toFixed(1);
process.stdout.write(`${requests} requests on ${connections} connections in ${seconds} s: ${errors.length} errors\n`);
process.stdout.write(`${late} pieces of requests came on connections that had been closed with a FIN\n`);
for (const [way, count] of Object.entries(closes)) process.stdout.write(`${count} closed by ${way}\n`);
for (const error of errors.slice(0, MOST_SHOWN)) process.stdout.write(`${error}\n`);
process.exitCode = errors.length === 0 ? 0 : 1;
