// One measurement, in a process of its own on Node, Deno or Bun: SETTINGS are the last argument, as JSON. What is found
// goes out as lines of JSON: `begin` when the warm-up is over, and `result`.

import process from "node:process";
import { forgetPeak, peakMegabytes, residentMegabytes } from "./memory.mjs";
import { Run } from "./run.mjs";

/** The least of the warm-up that has to be CPU time. */
const WARM_PART = 0.6;
/** Milliseconds. */
const WARM_STEP = 20;

/** @typedef {(run: Run) => Promise<void>} Contestant keeps asking until `run.isStopping` */

/** @type {Readonly<Record<import("./run.mjs").Settings["kind"], (run: Run, compete: Contestant) => Promise<void>>>} */
const KINDS = { load, whole, cold };

/** Nothing is imported before it is asked for. @param {Readonly<Record<string, () => Promise<Contestant>>>} contestants */
export async function measure(contestants) {
  /** @type {import("./run.mjs").Settings} */
  const settings = JSON.parse(process.argv.at(-1) ?? "");
  const { contestant: name, kind, patience } = settings;
  const getReady = Object.hasOwn(contestants, name) ? contestants[name] : undefined;
  if (!getReady) throw new Error(`there is no contestant '${name}'; known are ${Object.keys(contestants).join(", ")}`);
  // A process whose starter is gone would stay.
  setTimeout(() => process.exit(3), patience);
  await KINDS[kind](new Run(settings), await getReady());
  process.exit(0);
}

/** @param {Run} run @param {Contestant} compete */
async function load(run, compete) {
  const end = compete(run);
  await Promise.race([count(run), end.then(failEarly)]);
  run.isStopping = true;
  await end;
}

/** @param {Run} run */
async function count(run) {
  const { duration } = run.settings;
  await warm(run);
  report({ type: "begin" });
  run.startMeasuring();
  const startedAt = performance.now();
  const usage = process.cpuUsage();
  const before = run.responses;
  await sleep(duration);
  const cpu = cpuSince(usage);
  const milliseconds = performance.now() - startedAt;
  const responses = run.responses - before;
  if (responses === 0) throw new Error(`no response in ${duration} ms`);
  report({
    type: "result",
    requestsPerSecond: (responses / milliseconds) * 1000,
    cpuMicroseconds: cpu / responses,
    p50Milliseconds: run.percentile(0.5),
    p99Milliseconds: run.percentile(0.99),
    peakMegabytes: peakMegabytes(),
  });
}

/**
 * Waits until the time is over, most of it has been CPU time of ours, and as many responses have come as it takes to have
 * a client's code compiled, which slow clients reach late; but not for ever.
 * @param {Run} run
 */
async function warm(run) {
  const { warmUp, mostWarmUp, warmResponses } = run.settings;
  const startedAt = performance.now();
  const usage = process.cpuUsage();
  await sleep(warmUp);
  const isCold = () => cpuSince(usage) / 1000 < warmUp * WARM_PART || run.responses < warmResponses;
  while (isCold() && performance.now() - startedAt < mostWarmUp) await sleep(WARM_STEP);
}

/** As many responses as there are to be, and the memory above what the process took before. */
/** @param {Run} run @param {Contestant} compete */
async function whole(run, compete) {
  report({ type: "begin" });
  forgetPeak();
  const baseline = residentMegabytes();
  const startedAt = performance.now();
  const usage = process.cpuUsage();
  await compete(run);
  const cpu = cpuSince(usage);
  const milliseconds = performance.now() - startedAt;
  report({
    type: "result",
    requestsPerSecond: (run.responses / milliseconds) * 1000,
    cpuMicroseconds: cpu / run.responses,
    p50Milliseconds: null,
    p99Milliseconds: null,
    peakMegabytes: peakMegabytes(),
    aboveBaselineMegabytes: peakMegabytes() - baseline,
  });
}

/** The CPU time of the whole process; how long it took is for the starter to say. */
/** @param {Run} run @param {Contestant} compete */
async function cold(run, compete) {
  await compete(run);
  const { user, system } = process.cpuUsage();
  report({ type: "result", cpuMicroseconds: user + system, peakMegabytes: peakMegabytes() });
}

/** @param {NodeJS.CpuUsage} usage */
function cpuSince(usage) {
  const { user, system } = process.cpuUsage(usage);
  return user + system;
}

/** @param {number} milliseconds @returns {Promise<void>} */
function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** @param {object} message */
function report(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function failEarly() {
  throw new Error("the contestant ended before it was told to");
}
