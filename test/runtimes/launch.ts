// The real runtimes: where their binaries are, and how each runs the suite. Every case comes back, or the launch fails.

import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { bunBinary, denoBinary, otherNode } from "../../scripts/runtimes/binaries.ts";
import { makePrograms } from "../../scripts/runtimes/programs.ts";
import { startWorker } from "../../scripts/runtimes/workerd.ts";
import type { Context, Outcome } from "./suite/harness.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const BUILD = here(".build");
/** How long a runtime may take for all of its cases, in milliseconds. */
const PATIENCE = 120_000;

/** Where a binary is, for each runtime of the suite; and what runs a program with it. */
const PROCESSES = {
  "node 20": { runtime: "node", command: () => [process.execPath] },
  "node 22": { runtime: "node", command: () => [otherNode("node-22")] },
  "node 24": { runtime: "node", command: () => [otherNode("node-24")] },
  deno: {
    runtime: "deno",
    command: (folder) => [denoBinary(), "run", ...denoPermissions(folder), "--no-lock", "--quiet"],
  },
  bun: { runtime: "bun", command: () => [bunBinary(), "run"] },
} as const satisfies Record<string, { runtime: string; command(folder: string): readonly string[] }>;

/** What Deno has to be granted; the last two for Unix sockets in `folder`. */
function denoPermissions(folder: string): readonly string[] {
  return ["--allow-net", `--allow-read=${folder}`, `--allow-write=${folder}`];
}

export type RuntimeName = keyof typeof PROCESSES | "workerd";
export const RUNTIMES: readonly RuntimeName[] = [...(Object.keys(PROCESSES) as (keyof typeof PROCESSES)[]), "workerd"];

/** Makes the programs that `run` runs. */
export function prepare(): Promise<void> {
  return makePrograms(BUILD, { process: here("main-process.ts"), worker: here("main-worker.ts") });
}

/** What a runtime made of the suite: its cases, and what else it said. */
export interface Run {
  readonly outcomes: readonly Outcome[];
  /** Why the run did not end as it must; null when it did. */
  readonly fault: string | null;
}

/** Runs the suite in a runtime. Never rejects. */
export function run(name: RuntimeName, context: Omit<Context, "runtime">): Promise<Run> {
  if (name === "workerd") return runWorkerd({ ...context, runtime: "workerd" });
  const { runtime, command } = PROCESSES[name];
  return runProcess(command(dirname(context.unixPlain)), { ...context, runtime });
}

function runProcess(command: readonly string[], context: Context): Promise<Run> {
  const [binary = "", ...options] = command;
  const child = spawn(binary, [...options, "./process.mjs", JSON.stringify(context)], {
    cwd: BUILD,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", NODE_OPTIONS: "" },
  });
  const outcomes: Outcome[] = [];
  let [line, said, hasEnded] = ["", "", false];
  child.stdout.on("data", (octets: Buffer) => {
    const lines = (line + octets.toString()).split("\n");
    line = lines.pop() ?? "";
    for (const text of lines) {
      if (text.startsWith("@@CASE ")) outcomes.push(JSON.parse(text.slice(7)));
      else if (text === "@@END") hasEnded = true;
      else said += `${text}\n`;
    }
  });
  child.stderr.on("data", (octets: Buffer) => {
    said += octets.toString();
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      said += `\nstill running after ${PATIENCE} ms`;
      child.kill("SIGKILL");
    }, PATIENCE);
    child.once("error", (error) => {
      said += String(error);
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      const isRight = hasEnded && code === 0;
      resolve({ outcomes, fault: isRight ? null : `ended with ${signal ?? code}; it said:\n${said}` });
    });
  });
}

async function runWorkerd(context: Context): Promise<Run> {
  const outcomes: Outcome[] = [];
  const worker = await startWorker(BUILD, context.ca);
  try {
    for (let index = 0; ; index++) {
      const response = await fetch(`${worker.origin}/${index}`, {
        method: "POST",
        body: JSON.stringify(context),
        signal: AbortSignal.timeout(30_000),
      });
      if (response.status === 404) return { outcomes, fault: null };
      if (!response.ok) throw new Error(`case ${index}: ${response.status} ${await response.text()}`);
      outcomes.push((await response.json()) as Outcome);
    }
  } catch (error) {
    return { outcomes, fault: `${String(error)}; it said:\n${worker.output()}` };
  } finally {
    worker.stop();
  }
}
