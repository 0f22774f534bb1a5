// npm run bench:runtimes: httpcore against the own fetch of node, deno, bun and workerd, in one run of alternating turns.
//
// Ratios only: within each round, httpcore over fetch, and the median of the rounds.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import cliProgress from "cli-progress";
import { bunBinary, denoBinary } from "../../scripts/runtimes/binaries.ts";
import { makePrograms } from "../../scripts/runtimes/programs.ts";
import { startWorker } from "../../scripts/runtimes/workerd.ts";
import { Server } from "../processes.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const BUILD = here(".build");

const CASES = {
  small: {
    title: "200 B responses, 50 connections (workerd: one after the other)",
    response: "small",
    connections: 50,
  },
  download: { title: "256 MiB with Content-Length, 1 connection", response: "download", connections: 1 },
} as const;
type CaseName = keyof typeof CASES;

const COMMANDS = {
  node: () => [process.execPath],
  deno: () => [denoBinary(), "run", "--allow-net", "--no-lock", "--quiet"],
  bun: () => [bunBinary(), "run"],
} as const;
type Runtime = keyof typeof COMMANDS | "workerd";
const RUNTIMES: readonly Runtime[] = ["node", "deno", "bun", "workerd"];

/** Requests that a worker performs in one event: some seconds of them. */
const COUNTS = { small: 20_000, download: 4 };
const [WARM_UP, DURATION] = [1000, 3000];

interface Figures {
  readonly perSecond: number;
  readonly cpuMicroseconds: number | null;
}

const HELP = `Usage: npm run bench:runtimes -- [options]

  --runtime NAME,...   only these: ${RUNTIMES.join(", ")}
  --case NAME,...      only these: ${Object.keys(CASES).join(", ")}
  --rounds N           3 unless given
`;

const { values } = parseArgs({
  options: {
    runtime: { type: "string" },
    case: { type: "string" },
    rounds: { type: "string", default: "3" },
    help: { type: "boolean" },
  },
});
if (values.help) {
  process.stdout.write(HELP);
} else {
  await compare(
    chosen(values.runtime, RUNTIMES),
    chosen(values.case, Object.keys(CASES) as CaseName[]),
    Math.max(1, Number(values.rounds)),
  );
}
process.exit();

function chosen<T extends string>(list: string | undefined, all: readonly T[]): T[] {
  const names = list?.split(",") ?? all;
  const unknown = names.find((name) => !all.includes(name as T));
  if (unknown !== undefined) throw new Error(`there is no '${unknown}'; known are ${all.join(", ")}`);
  return names as T[];
}

async function compare(runtimes: readonly Runtime[], cases: readonly CaseName[], rounds: number): Promise<void> {
  await makePrograms(BUILD, { process: here("program.ts"), worker: here("worker.ts") });
  const progress = new cliProgress.SingleBar({
    format: "{bar} {value}/{total} {what}",
    clearOnComplete: true,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  progress.start(cases.length * runtimes.length * rounds * 2, 0, { what: "" });
  const lines: string[] = [];
  for (const name of cases) {
    const server = await Server.start(CASES[name]);
    lines.push(`\n${CASES[name].title}`, "runtime     httpcore/s        fetch/s    x fetch: per second / CPU time");
    for (const runtime of runtimes) {
      const pairs: [Figures, Figures][] = [];
      for (let round = 0; round < rounds; round++) {
        const turns = round % 2 === 0 ? ["httpcore", "fetch"] : ["fetch", "httpcore"];
        const figures: Record<string, Figures> = {};
        for (const contestant of turns) {
          progress.update({ what: `${name}: ${runtime} ${contestant}` });
          figures[contestant] = await measure(runtime, contestant, name, server.port);
          progress.increment();
        }
        pairs.push([figures.httpcore as Figures, figures.fetch as Figures]);
      }
      lines.push(line(runtime, pairs));
    }
    await server.stop();
  }
  progress.stop();
  console.log(lines.join("\n"));
}

function line(runtime: string, pairs: readonly [Figures, Figures][]): string {
  const rates = [0, 1].map((i) =>
    median(pairs.map((pair) => pair[i as 0 | 1].perSecond))
      .toFixed(2)
      .padStart(14),
  );
  const faster = median(pairs.map(([own, other]) => own.perSecond / other.perSecond)).toFixed(2);
  const cheaper = pairs.map(([own, other]) => (other.cpuMicroseconds ?? 0) / (own.cpuMicroseconds ?? 0));
  const cpu = runtime === "workerd" ? "-" : median(cheaper).toFixed(2);
  return `${runtime.padEnd(8)}${rates.join(" ")}    ${faster} / ${cpu}`;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function measure(runtime: Runtime, contestant: string, name: CaseName, port: number): Promise<Figures> {
  if (runtime === "workerd") return measureWorker(contestant, name, port);
  const [binary = "", ...options] = COMMANDS[runtime]();
  const numbers = [port, CASES[name].connections, WARM_UP, DURATION].map(String);
  const child = spawn(binary, [...options, "./process.mjs", contestant, name, ...numbers], {
    cwd: BUILD,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const octets of child.stdout) said += String(octets);
  return JSON.parse(said) as Figures;
}

// Timed from outside: a worker's own clock stands still while it works.
async function measureWorker(contestant: string, name: CaseName, port: number): Promise<Figures> {
  const worker = await startWorker(BUILD);
  try {
    const ask = async (count: number): Promise<void> => {
      const response = await fetch(`${worker.origin}/${contestant}/${name}/${port}/${count}`);
      const text = await response.text();
      if (!response.ok) throw new Error(`${contestant} in workerd: ${response.status} ${text}\n${worker.output()}`);
    };
    await ask(Math.ceil(COUNTS[name] / 10));
    const startedAt = performance.now();
    await ask(COUNTS[name]);
    return { perSecond: COUNTS[name] / ((performance.now() - startedAt) / 1000), cpuMicroseconds: null };
  } finally {
    worker.stop();
  }
}
