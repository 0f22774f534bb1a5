// A contestant in a process of its own: jobs go in as its last argument, each result comes back as a marked line.
//
// A client may die of an anomaly and take the jobs beside it along. What is missing then is played again, one job in a
// process; who dies once more has crashed.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Job, Played } from "./client/play.ts";
import { MARK } from "./client/run-jobs.ts";

/** What a process may take beyond the patience of its jobs. */
const MARGIN = 20_000;
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

const children = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/** Starts a child that goes when we go, and lets nobody wait for ever. */
export function start(command: readonly string[], stdio: ("ignore" | "pipe")[], limit: number): ChildProcess {
  const [path = "", ...args] = command;
  const child = spawn(path, args, { cwd: REPOSITORY, stdio });
  children.add(child);
  const timer = setTimeout(() => child.kill("SIGKILL"), limit);
  child.once("close", () => {
    clearTimeout(timer);
    children.delete(child);
  });
  return child;
}

export async function playInProcess(
  command: readonly string[],
  jobs: readonly Job[],
  played: (result: Played) => void,
): Promise<void> {
  const { missing } = await attempt(command, jobs, played);
  for (const job of missing) {
    const again = await attempt(command, [job], played);
    if (again.missing.length > 0) {
      const outcome = { kind: "crashes", error: again.stderr } as const;
      played({ id: job.id, first: outcome, next: outcome });
    }
  }
}

async function attempt(
  command: readonly string[],
  jobs: readonly Job[],
  played: (result: Played) => void,
): Promise<{ missing: Job[]; stderr: string }> {
  const missing = new Map(jobs.map((job) => [job.id, job]));
  const limit = jobs.reduce((sum, { patience }) => sum + 2 * patience, MARGIN);
  const child = start([...command, JSON.stringify(jobs)], ["ignore", "pipe", "pipe"], limit);
  const closed = once(child, "close");
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("the child has no pipes");
  const errors = text(stderr);
  for await (const line of createInterface(stdout)) {
    if (!line.startsWith(MARK)) continue;
    const result: Played = JSON.parse(line.slice(MARK.length));
    missing.delete(result.id);
    played(result);
  }
  await closed;
  const said = (await errors).trim();
  // A contestant that has not played at all has not crashed: it could not be started.
  if (jobs.length > 1 && missing.size === jobs.length) throw new Error(`nothing was played: ${said.slice(-2000)}`);
  return { missing: [...missing.values()], stderr: said.slice(-200) };
}
