// The real runtimes: where their binaries are, and how each runs the suite. Every case comes back, or the launch fails.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUILD } from "./build.ts";
import type { Context, Outcome } from "./suite/harness.ts";

const { resolve } = createRequire(import.meta.url);
const FOLDER = fileURLToPath(new URL(".", import.meta.url));
/** How long a runtime may take for all of its cases, in milliseconds. */
const PATIENCE = 120_000;

/** Where a binary is, for each runtime of the suite; and what runs a program with it. */
const PROCESSES = {
  "node 20": { runtime: "node", command: () => [process.execPath] },
  "node 22": { runtime: "node", command: () => [otherNode("node-22")] },
  "node 24": { runtime: "node", command: () => [otherNode("node-24")] },
  deno: { runtime: "deno", command: () => [denoBinary(), "run", "--allow-net", "--no-lock", "--quiet"] },
  bun: { runtime: "bun", command: () => [bunBinary(), "run"] },
} as const;

export type RuntimeName = keyof typeof PROCESSES | "workerd";
export const RUNTIMES: readonly RuntimeName[] = [...(Object.keys(PROCESSES) as (keyof typeof PROCESSES)[])];

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
  return runProcess(command(), { ...context, runtime });
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
  writeFileSync(join(BUILD, "ca.pem"), context.ca);
  writeFileSync(
    join(BUILD, "suite.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "suite", worker = .suite),
    (name = "internet", network = (
      allow = ["public", "private"],
      tlsOptions = (trustBrowserCas = true, trustedCertificates = [embed "ca.pem"]),
    )),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "suite")],
);
const suite :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "codec.wasm", wasm = embed "codec.wasm"),
  ],
  compatibilityDate = "2026-04-01",
);
`,
  );
  const child = spawn(resolveWorkerd(), ["serve", "--control-fd=3", "suite.capnp"], {
    cwd: BUILD,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (octets: Buffer) => {
      said += octets.toString();
    });
  }
  const outcomes: Outcome[] = [];
  try {
    const port = await listeningPort(child);
    for (let index = 0; ; index++) {
      const response = await fetch(`http://127.0.0.1:${port}/${index}`, {
        method: "POST",
        body: JSON.stringify(context),
        signal: AbortSignal.timeout(30_000),
      });
      if (response.status === 404) return { outcomes, fault: null };
      if (!response.ok) throw new Error(`case ${index}: ${response.status} ${await response.text()}`);
      outcomes.push((await response.json()) as Outcome);
    }
  } catch (error) {
    return { outcomes, fault: `${String(error)}; it said:\n${said}` };
  } finally {
    // It would wait for streams that are not read to their end.
    child.kill("SIGKILL");
  }
}

/** The port that workerd tells on its control channel. */
function listeningPort(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`workerd ended with ${code}`)));
    child.once("error", reject);
    child.stdio[3]?.on("data", (octets: Buffer) => {
      for (const text of octets.toString().split("\n").filter(Boolean)) {
        const message = JSON.parse(text) as { event: string; port?: number };
        if (message.event === "listen" && message.port) resolve(message.port);
      }
    });
  });
}

function otherNode(name: string): string {
  const folder = join(FOLDER, "node-versions");
  const binary = join(folder, "node_modules", name, "bin/node");
  if (!existsSync(binary)) {
    // npm itself, not through a shell of npm's own: its settings of the project above do not hold there.
    const { status, stderr } = spawnSync("npm", ["ci"], { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`npm ci in ${folder} failed: ${stderr}`);
  }
  return binary;
}

function denoBinary(): string {
  const platform = { linux: "linux-", darwin: "darwin-", win32: "win32-" }[process.platform as string] ?? "";
  const libc = process.platform === "linux" ? "-glibc" : "";
  return join(dirname(resolve("deno/package.json")), `../@deno/${platform}${process.arch}${libc}/deno`);
}

function bunBinary(): string {
  return join(dirname(resolve("bun/package.json")), "bin/bun.exe");
}

function resolveWorkerd(): string {
  const workerd = createRequire(import.meta.url)("workerd") as { default: string };
  return workerd.default;
}
