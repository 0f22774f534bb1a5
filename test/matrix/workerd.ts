// workerd as a contestant: the worker is bundled, served on loopback, and given one job in each request.

import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { build } from "esbuild";
import type { Job, Played } from "./client/play.ts";
import { start } from "./process.ts";

const AT_ONCE = 6;
const LIMIT = 300_000;

/** Private networks are closed to workers unless the configuration opens them; so loopback is named here. */
const CONFIGURATION = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .client),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const client :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-04-01",
);
`;

export async function playInWorkerd(
  path: string,
  program: string,
  jobs: readonly Job[],
  played: (result: Played) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "httpcore-matrix-"));
  try {
    await build({ entryPoints: [program], bundle: true, format: "esm", outfile: join(folder, "worker.js") });
    writeFileSync(join(folder, "config.capnp"), CONFIGURATION);
    const stdio = ["ignore", "ignore", "ignore", "pipe"] as const;
    const child = start([path, "serve", "--control-fd=3", join(folder, "config.capnp")], [...stdio], LIMIT);
    const closed = once(child, "close");
    try {
      await giveJobs(await portOf(child.stdio[3] as Readable), jobs, played);
    } finally {
      // SIGTERM waits for streams that never end.
      child.kill("SIGKILL");
      await closed;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The first line on the control pipe that tells where workerd listens. */
async function portOf(control: Readable): Promise<number> {
  for await (const line of createInterface(control)) {
    const message: { event: string; port?: number } = JSON.parse(line);
    if (message.event === "listen" && message.port !== undefined) {
      control.resume();
      return message.port;
    }
  }
  throw new Error("workerd did not start");
}

async function giveJobs(port: number, jobs: readonly Job[], played: (result: Played) => void): Promise<void> {
  const waiting = [...jobs];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job; job = waiting.shift()) played(await giveJob(port, job));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function giveJob(port: number, job: Job): Promise<Played> {
  try {
    const signal = AbortSignal.timeout(3 * job.patience);
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: JSON.stringify(job), signal });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Played;
  } catch (error) {
    // The worker's own code does not fail: the runtime broke the request off.
    const outcome = { kind: "crashes", error: String(error) } as const;
    return { id: job.id, first: outcome, next: outcome };
  }
}
