// npm run bench:queue: what a request costs when ten thousand wait, against one that never has to.
//
// In a process of its own for each measurement, against the benchmark's server in another. Both kinds have the same
// connections busy all the time; in the one as many callers as connections, in the other ten thousand. CPU time for each
// request, medians of rounds, the two kinds one after the other in each. Exit code 1 when a ratio is over the limit.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import cliProgress from "cli-progress";
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

/** The options of Node that it is measured with. */
const NODES: readonly (readonly string[])[] = [[], ["--min-semi-space-size=64", "--max-semi-space-size=128"]];

async function cpuTime(
  { origins, connections }: Case,
  callers: number,
  port: number,
  execArgv: readonly string[],
): Promise<number> {
  const parameters = [origins, connections, callers, REQUESTS, port].map(String);
  const child = fork(fileURLToPath(new URL("client.mjs", import.meta.url)), parameters, { execArgv: [...execArgv] });
  const ended = once(child, "exit");
  const [microseconds] = (await Promise.race([once(child, "message"), ended])) as [number];
  const [code] = await ended;
  if (code !== 0) throw new Error(`the client ended with ${code}`);
  return microseconds;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

const server = await Server.start({ response: "small" });
const progress = new cliProgress.SingleBar({ format: "{bar} {value}/{total} {what}", noTTYOutput: true });
progress.start(CASES.length * ROUNDS * 2 * NODES.length, 0, { what: "" });
const lines: string[] = [];
for (const one of CASES) {
  const ratios: number[] = [];
  for (const execArgv of NODES) {
    const [few, many]: [number[], number[]] = [[], []];
    const kinds = [
      [few, one.connections],
      [many, QUEUED],
    ] as const;
    for (let round = 0; round < ROUNDS; round++) {
      for (const [figures, callers] of round % 2 === 0 ? kinds : kinds.toReversed()) {
        figures.push(await cpuTime(one, callers, server.port, execArgv));
        progress.increment({ what: one.title });
      }
    }
    ratios.push(median(many) / median(few));
  }
  if (!(Number(ratios[0]) <= MAX_RATIO)) process.exitCode = 1;
  lines.push([one.title.padEnd(48), ...ratios.map((ratio) => ratio.toFixed(2).padStart(8))].join(""));
}
progress.stop();
await server.stop();
const header = `${"".padEnd(48)}${"Node".padStart(8)}  with a large young generation`;
console.log(
  `\nCPU time of a request with ${QUEUED} waiting / with none (at most ${MAX_RATIO})\n${header}\n${lines.join("\n")}`,
);
