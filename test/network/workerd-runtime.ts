// The real workerd with the worker of workerd-program.ts: started once for a test file, and given jobs.
//
// In: the certificate to trust. Out: what a job answered, each job in an event of its own. It is killed at the end, as
// SIGTERM waits for streams that never end.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect } from "vitest";
import { codecForEsbuild, compileCodec } from "../../scripts/codec-plugin.mjs";
import { workerdBinary } from "../../scripts/runtimes/binaries.ts";
import { certificateAuthority } from "../support/certificates.ts";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The longest that a job may take. */
const LIMIT = 15_000;

/** Private networks are closed to workers unless the configuration opens them. Before 2026-08-04 there is no Node. */
const CONFIGURATION = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .program),
    (name = "internet", network = (
      allow = ["public", "private"],
      tlsOptions = (trustBrowserCas = false, trustedCertificates = [embed "ca.pem"]),
    )),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const program :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "codec.wasm", wasm = embed "codec.wasm"),
  ],
  compatibilityDate = "2026-04-01",
  durableObjectNamespaces = [(className = "PoolKeeper", uniqueKey = "pools")],
  durableObjectStorage = (inMemory = void),
  bindings = [(name = "POOLS", durableObjectNamespace = "PoolKeeper")],
);
`;

/** What a rejected job says of its error. */
export interface Failure {
  readonly name: string;
  readonly code: string | null;
  readonly message: string;
  readonly cause: string | null;
  readonly phase: string | null;
  readonly option: string | null;
  readonly runtime: string | null;
}

export type Failed = { readonly failure: Failure };

export class WorkerdProcess {
  /** What it wrote to stderr. */
  log = "";
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #port: number;

  constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.#port = port;
    child.stderr?.on("data", (octets: Buffer) => {
      this.log += octets.toString();
    });
  }

  /** Runs the job `name` of workerd-program.ts in an event of its own. */
  async run<T = unknown>(name: string, argument: unknown = null): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.#port}/${name}`, {
      method: "POST",
      body: JSON.stringify(argument),
      signal: AbortSignal.timeout(LIMIT),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${name}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }

  /** Starts the job `name`; what is returned breaks its event off, as a client does that goes away. */
  start(name: string, argument: unknown): () => void {
    const body = JSON.stringify(argument);
    const socket = net.connect(this.#port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`POST /${name} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    return () => socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    const closed = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await closed;
    rmSync(this.#folder, { recursive: true });
  }
}

/** Starts workerd with the worker in the file `program`; `authority` is the certificate that it trusts, in PEM. */
export async function startWorkerd(authority: string, program = "workerd-program.ts"): Promise<WorkerdProcess> {
  const folder = mkdtempSync(join(tmpdir(), "httpcore-workerd-"));
  await build({
    entryPoints: [source(program)],
    bundle: true,
    format: "esm",
    external: ["cloudflare:*"],
    alias: { httpcore: source("../../src/entry/workerd.ts") },
    plugins: [codecForEsbuild("module")],
    outfile: join(folder, "worker.js"),
  });
  writeFileSync(join(folder, "codec.wasm"), await compileCodec());
  writeFileSync(join(folder, "ca.pem"), authority);
  writeFileSync(join(folder, "config.capnp"), CONFIGURATION);
  const child = spawn(workerdBinary(), ["serve", "--control-fd=3", join(folder, "config.capnp")], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  return new WorkerdProcess(child, folder, await portOf(child.stdio[3] as Readable, child));
}

/**
 * workerd for the tests of a file: started before them and killed behind them, when no promise may have been rejected
 * with nobody to hear it.
 */
export function workerForFile(): () => WorkerdProcess {
  let worker: WorkerdProcess | null = null;
  const running = (): WorkerdProcess => {
    if (!worker) throw new Error("workerd does not run");
    return worker;
  };
  beforeAll(async () => {
    worker = await startWorkerd((await certificateAuthority()).cert);
  }, 60_000);
  afterAll(async () => {
    // One on purpose, to see that it would be heard of.
    await running().run("rejectUnheard");
    const unheard = await running().run("rejections");
    await running().stop();
    expect(unheard).toEqual(["Error: on purpose"]);
    expect(running().log).not.toMatch(/uncaught|unhandled/i);
  });
  return running;
}

/** The port that workerd listens on, as its control pipe tells. */
async function portOf(control: Readable, child: ChildProcess): Promise<number> {
  let log = "";
  const note = (octets: Buffer): void => {
    log += octets.toString();
  };
  child.stderr?.on("data", note);
  for await (const line of createInterface(control)) {
    const message: { event: string; port?: number } = JSON.parse(line);
    if (message.event !== "listen" || message.port === undefined) continue;
    control.resume();
    child.stderr?.removeListener("data", note);
    return message.port;
  }
  throw new Error(`workerd did not start: ${log}`);
}
