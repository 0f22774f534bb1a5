// A worker in the real workerd, on the loopback interface: worker.mjs and codec.wasm of a folder.

import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { workerdBinary } from "./binaries.ts";

export interface RunningWorker {
  /** `http://127.0.0.1:1234` */
  readonly origin: string;
  readonly pid: number;
  /** What it has written to its outputs. */
  output(): string;
  stop(): void;
}

/** Starts the worker of `folder`; its sockets trust `ca`, and may reach this machine. Rejects when it does not listen. */
export async function startWorker(folder: string, ca?: string): Promise<RunningWorker> {
  if (ca !== undefined) writeFileSync(join(folder, "ca.pem"), ca);
  const trusted = ca === undefined ? "" : ', trustedCertificates = [embed "ca.pem"]';
  writeFileSync(
    join(folder, "worker.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "internet", network = (
      allow = ["public", "private"],
      tlsOptions = (trustBrowserCas = true${trusted}),
    )),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "codec.wasm", wasm = embed "codec.wasm"),
  ],
  compatibilityDate = "2026-04-01",
);
`,
  );
  const child = spawn(workerdBinary(), ["serve", "--control-fd=3", "worker.capnp"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (octets: Buffer) => {
      said += octets.toString();
    });
  }
  // It would wait for streams that are not read to their end.
  const stop = (): void => void child.kill("SIGKILL");
  try {
    const origin = `http://127.0.0.1:${await listeningPort(child)}`;
    return { origin, pid: child.pid ?? 0, output: () => said, stop };
  } catch (error) {
    stop();
    throw new Error(`${String(error)}; it said:\n${said}`);
  }
}

/** The port that workerd tells on its control channel. */
function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("close", (code) => reject(new Error(`workerd ended with ${code}`)));
    child.once("error", reject);
    child.stdio[3]?.on("data", (octets: Buffer) => {
      for (const text of octets.toString().split("\n").filter(Boolean)) {
        const message = JSON.parse(text) as { event: string; port?: number };
        if (message.event === "listen" && message.port) resolve(message.port);
      }
    });
  });
}
