// npm run bench:queue [rounds]: what a request costs when ten thousand wait, against one that never has to.
//
// In a process of its own for each measurement, against the benchmark's server in another. All kinds have the same
// connections busy all the time: with as many callers as connections; with ten thousand that wait in the pool; and with
// ten thousand that wait in front of it, in an array of promises, which tells what it costs that so many wait at all. CPU
// time for each request, medians of rounds, the kinds by turns. Exit code 1 when a ratio is over the limit where the
// array of promises is not.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import cliProgress from "cli-progress";
import { otherNode } from "../../scripts/runtimes/binaries.ts";
import { median } from "../measurement.ts";
import { Server } from "../server.ts";

interface Case {
  readonly title: string;
  readonly origins: number;
  readonly connections: number;
}

const CASES: readonly Case[] = [
  { title: "100 connections to one origin", origins: 1, connections: 100 },
  { title: "1,000 connections to 1,000 origins, one each", origins: 1000, connections: 1000 },
  { title: "100 connections to 1,000 origins", origins: 1000, connections: 100 },
];
const QUEUED = 10_000;
const REQUESTS = 50_000;
const MAX_RATIO = 1.3;
const ROUNDS = Number(process.argv[2] ?? 5);

/** What it is measured on: how long a young generation lives differs between them. */
const NODES = [
  { title: `Node ${process.versions.node}`, execPath: process.execPath, execArgv: [] },
  { title: "Node 24", execPath: otherNode("node-24"), execArgv: [] },
  {
    title: "Node 24 with room for all that wait in its young generation",
    execPath: otherNode("node-24"),
    execArgv: ["--min-semi-space-size=64", "--max-semi-space-size=128"],
  },
];

async function cpuTime(
  queue: "pool" | "outside",
  { origins, connections }: Case,
  callers: number,
  { execPath, execArgv }: (typeof NODES)[number],
): Promise<number> {
  const parameters = [queue, ...[origins, connections, callers, REQUESTS, server.port].map(String)];
  const child = fork(fileURLToPath(new URL("client.mjs", import.meta.url)), parameters, { execPath, execArgv });
  const ended = once(child, "exit");
  const [microseconds] = (await Promise.race([once(child, "message"), ended])) as [number];
  const [code] = await ended;
  if (code !== 0) throw new Error(`the client ended with ${code}`);
  return microseconds;
}

const server = await Server.start({ response: "small" });
const progress = new cliProgress.SingleBar({ format: "{bar} {value}/{total} {what}", noTTYOutput: true });
progress.start(NODES.length * CASES.length * ROUNDS * 3, 0, { what: "" });
const lines: string[] = [];
for (const node of NODES) {
  lines.push(node.title);
  for (const one of CASES) {
    const kinds = [
      { figures: [] as number[], queue: "pool", callers: one.connections },
      { figures: [] as number[], queue: "pool", callers: QUEUED },
      { figures: [] as number[], queue: "outside", callers: QUEUED },
    ] as const;
    for (let round = 0; round < ROUNDS; round++) {
      for (const { figures, queue, callers } of round % 2 === 0 ? kinds : kinds.toReversed()) {
        figures.push(await cpuTime(queue, one, callers, node));
        progress.increment({ what: one.title });
      }
    }
    const [few = 0, many = 0, outside = 0] = kinds.map(({ figures }) => median(figures));
    if (many / few > MAX_RATIO && outside / few <= MAX_RATIO) process.exitCode = 1;
    const ratios = [many / few, outside / few].map((ratio) => ratio.toFixed(2).padStart(12));
    lines.push([`  ${one.title}`.padEnd(50), ...ratios].join(""));
  }
}
progress.stop();
await server.stop();
console.log(
  `\nCPU time of a request with ${QUEUED} waiting / with none (at most ${MAX_RATIO})\n${"".padEnd(50)}${"in the pool".padStart(12)}  in an array of promises in front of it\n${lines.join("\n")}`,
);
