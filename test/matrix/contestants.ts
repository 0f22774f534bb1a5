// Who takes part: how each client is found, what version it has, and how its half of a run is started.
//
// In: jobs for a client. Out: what it played, one after the other. Runtimes are looked for in the environment and on
// the PATH; one that is not there is reported, and is no mistake.

import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Job, Played } from "./client/play.ts";
import { playInProcess } from "./process.ts";
import { UsageError } from "./usage-error.ts";
import { playInWorkerd } from "./workerd.ts";

export interface Contestant {
  readonly name: string;
  readonly title: string;
  /** Null when it is not installed. */
  readonly version: () => string | null;
  readonly play: (jobs: readonly Job[], played: (result: Played) => void) => Promise<void>;
}

const require = createRequire(import.meta.url);
const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export const BUILT = file("../../dist/index.js");

/** Where the binary of a runtime is said to be. */
export const VARIABLES = { deno: "HTTPCORE_DENO", bun: "HTTPCORE_BUN", workerd: "HTTPCORE_WORKERD" } as const;

type Runtime = keyof typeof VARIABLES;

export const CONTESTANTS: readonly Contestant[] = [
  {
    name: "httpcore",
    title: "httpcore `request`",
    version: () => (existsSync(BUILT) ? versionIn(file("../../package.json")) : null),
    play: inNode("httpcore.ts"),
  },
  {
    name: "undici",
    title: "undici `request`",
    version: () => versionIn(require.resolve("undici/package.json")),
    play: inNode("undici.ts"),
  },
  {
    name: "node-http",
    title: "node:http",
    version: () => `Node ${process.versions.node}`,
    play: inNode("node-http.ts"),
  },
  {
    name: "bun",
    title: "Bun `fetch`",
    version: () => versionOf("bun"),
    play: (jobs, played) => playInProcess([pathOf("bun"), "run", file("client/fetch.ts")], jobs, played),
  },
  {
    name: "deno",
    title: "Deno `fetch`",
    version: () => versionOf("deno"),
    play: (jobs, played) => {
      const options = ["run", "-A", "--no-lock", "--no-config", "--node-modules-dir=none", "--no-check"];
      return playInProcess([pathOf("deno"), ...options, file("client/fetch.ts")], jobs, played);
    },
  },
  {
    name: "workerd",
    title: "workerd `fetch`",
    version: () => versionOf("workerd"),
    play: (jobs, played) => playInWorkerd(pathOf("workerd"), file("client/worker.ts"), jobs, played),
  },
];

function inNode(program: string): Contestant["play"] {
  return (jobs, played) => {
    return playInProcess([process.execPath, "--import", "tsx", file(`client/${program}`)], jobs, played);
  };
}

function versionIn(manifest: string): string {
  return String(JSON.parse(readFileSync(manifest, "utf8")).version);
}

function versionOf(runtime: Runtime): string | null {
  const path = find(runtime);
  if (path === null) return null;
  // "deno 2.9.6 (stable, ...)", "1.4.5", "workerd 2026-11-17"
  const version = /^(?:\w+ )?(\d[\d.-]*)/.exec(outputOf(path))?.[1];
  if (version === undefined) throw new UsageError(`'${path} --version' tells no version; is it ${runtime}?`);
  return version;
}

function outputOf(path: string): string {
  try {
    return execFileSync(path, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
}

function pathOf(runtime: Runtime): string {
  const path = find(runtime);
  if (path === null) throw new Error(`${runtime} is not installed`);
  return path;
}

/** @throws UsageError when the environment names a file that cannot be run: that is a mistake, not an absence */
function find(runtime: Runtime): string | null {
  const given = process.env[VARIABLES[runtime]];
  if (given) {
    if (!isExecutable(given)) throw new UsageError(`${VARIABLES[runtime]}: '${given}' cannot be run`);
    return given;
  }
  const paths = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, runtime));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
