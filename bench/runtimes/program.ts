// One measurement in node, deno or bun: `program CONTESTANT CASE PORT CONNECTIONS WARM_UP DURATION` (milliseconds). Keeps
// as many requests under way as there are connections, and prints one line of JSON.

import process from "node:process";
import { CONTESTANTS } from "./contestants.ts";

const [contestant = "", name = "", ...numbers] = process.argv.slice(-6);
const [port = 0, connections = 1, warmUp = 0, duration = 0] = numbers.map(Number);
const ask = CONTESTANTS[contestant]?.[name];
if (!ask) throw new Error(`there is no ${contestant} ${name}`);

let count = 0;
let isStopping = false;
const url = `http://127.0.0.1:${port}/`;
const perform = ask(connections);

async function loop(): Promise<void> {
  while (!isStopping) {
    await perform(url);
    count++;
  }
}

const loops = Promise.all(Array.from({ length: connections }, loop));
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
await Promise.race([loops, sleep(warmUp)]);
const [startedAt, before, usage] = [performance.now(), count, process.cpuUsage()];
await Promise.race([loops, sleep(duration)]);
// A case whose one request takes longer than the duration is measured whole.
while (count === before) await sleep(1);
const { user, system } = process.cpuUsage(usage);
const done = count - before;
const seconds = (performance.now() - startedAt) / 1000;
console.log(JSON.stringify({ perSecond: done / seconds, cpuMicroseconds: (user + system) / done }));
isStopping = true;
process.exit(0);
