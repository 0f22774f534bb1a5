// One measurement, in a process of its own: `node main.mjs CONTESTANT RESPONSE CONNECTIONS PORT WARM_UP DURATION`
// (milliseconds). Keeps CONNECTIONS requests under way, one on each connection, warms up, then counts for DURATION.
//
// A contestant gets a `Run` and keeps `run.connections` loops going until `run.isStopping`, counting every response
// whose content has come. It checks the content's size, so that nobody is fast by leaving something out.

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { responseNamed } from "../responses.mjs";

/**
 * @typedef {object} Run
 * @property {number} port
 * @property {number} connections
 * @property {number} contentSize what each response must contain
 * @property {number} responseSize octets of a response, head included
 * @property {number} responses counted so far
 * @property {boolean} isStopping
 */

/** @type {Readonly<Record<string, () => Promise<(run: Run) => Promise<void>>>>} */
const CONTESTANTS = {
  httpcore: async () => (await import("./httpcore.mjs")).withFeatures,
  "httpcore-plain": async () => (await import("./httpcore.mjs")).plain,
  "httpcore-paths": async () => (await import("./httpcore.mjs")).paths,
  undici: async () => (await import("./undici.mjs")).arrayBuffer,
  "undici-dump": async () => (await import("./undici.mjs")).dump,
  "undici-signal": async () => (await import("./undici.mjs")).withSignal,
  "node-http": async () => (await import("./node-http.mjs")).nodeHttp,
  bare: async () => (await import("./bare-socket.mjs")).bareSocket,
};

const [name = "", response = "", ...numbers] = process.argv.slice(2);
const [connections, port, warmUp, duration] = numbers.map(Number);
const load = Object.hasOwn(CONTESTANTS, name) ? CONTESTANTS[name] : undefined;
if (!load) throw new Error(`there is no contestant '${name}'; known are ${Object.keys(CONTESTANTS).join(", ")}`);

process.on("disconnect", () => process.exit(1));

const { octets, contentSize } = responseNamed(response);
/** @type {Run} */
const run = { port, connections, contentSize, responseSize: octets.length, responses: 0, isStopping: false };
const compete = await load();
const end = compete(run);
await Promise.race([measure(), end.then(failEarly)]);
run.isStopping = true;
await end;
process.exit();

async function measure() {
  await sleep(warmUp);
  report({ type: "begin" });
  const startedAt = performance.now();
  const usage = process.cpuUsage();
  const responses = run.responses;
  await sleep(duration);
  const { user, system } = process.cpuUsage(usage);
  const milliseconds = performance.now() - startedAt;
  const count = run.responses - responses;
  if (count === 0) throw new Error(`no response in ${duration} ms`);
  report({
    type: "result",
    requestsPerSecond: (count / milliseconds) * 1000,
    cpuMicroseconds: (user + system) / count,
    busy: (user + system) / 1000 / milliseconds,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  });
}

/** @param {object} message */
function report(message) {
  if (process.send) process.send(message);
  else console.log(JSON.stringify(message));
}

function failEarly() {
  throw new Error("the contestant ended before it was told to");
}
