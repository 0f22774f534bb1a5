// Child processes: the server of a case, and one client for each measurement. None outlives the run: they are killed
// when this process ends in whatever way it can notice, and end by themselves when it is gone.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Case } from "./options.ts";

/** What a client reports. */
export interface Measurement {
  readonly requestsPerSecond: number;
  readonly cpuMicroseconds: number;
  /** CPU time per time, 1 for one core. */
  readonly busy: number;
  readonly peakMegabytes: number;
}

interface Usage {
  readonly cpuMicroseconds: number;
  readonly atMilliseconds: number;
}

/** Beyond the time that it measures, a client gets this long to start and to end. */
const PATIENCE = 20_000;
const MAX_STDERR = 4000;

const children = new Set<ChildProcess>();

/** Kills what still runs. */
export function killAll(): void {
  for (const child of children) child.kill("SIGKILL");
}

process.once("exit", killAll);

export class Server {
  readonly port: number;
  readonly #child: Child;

  private constructor(child: Child, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start({ response }: { readonly response: string }): Promise<Server> {
    const child = new Child("server.mjs", [response]);
    const { port } = await child.message<{ port: number }>("listening", PATIENCE);
    return new Server(child, port);
  }

  async usage(): Promise<Usage> {
    const answer = this.#child.message<Usage>("usage", PATIENCE);
    this.#child.send("usage");
    return answer;
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }
}

/** Runs one client to its end. @throws Error with what the client wrote to its standard error */
export async function measure(
  contestant: string,
  { response, connections }: Case,
  server: Server,
  { warmUp, duration }: { warmUp: number; duration: number },
): Promise<Measurement & { serverBusy: number }> {
  const client = new Child("client/main.mjs", [
    contestant,
    response,
    ...[connections, server.port, warmUp, duration].map(String),
  ]);
  try {
    const result = client.message<Measurement>("result", warmUp + duration + PATIENCE);
    result.catch(() => {}); // awaited below, unless what is awaited before fails first
    await client.message("begin", warmUp + PATIENCE);
    const before = await server.usage();
    const measurement = await result;
    const after = await server.usage();
    const milliseconds = after.atMilliseconds - before.atMilliseconds;
    await client.ended(PATIENCE);
    return { ...measurement, serverBusy: (after.cpuMicroseconds - before.cpuMicroseconds) / 1000 / milliseconds };
  } finally {
    await client.stop();
  }
}

/** A child that talks to us in messages with a `type`. */
class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #exit: Promise<unknown>;
  #stderr = "";

  constructor(file: string, args: readonly string[]) {
    this.#name = [file, ...args].join(" ");
    const path = fileURLToPath(new URL(file, import.meta.url));
    // No loader of ours in the child: what it runs is plain JavaScript.
    this.#process = fork(path, args, { execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] });
    children.add(this.#process);
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR);
    });
    // "close" comes behind the last octet of stderr.
    this.#exit = once(this.#process, "close");
    this.#exit.then(
      () => children.delete(this.#process),
      () => children.delete(this.#process),
    );
  }

  send(message: string): void {
    this.#process.send(message);
  }

  /** The next message of a type. @throws Error when the child ends or `patience` milliseconds pass before it comes */
  async message<T>(type: string, patience: number): Promise<T> {
    const received = new Promise<T>((resolve) => {
      const listen = (message: { type?: unknown }): void => {
        if (message.type !== type) return;
        this.#process.off("message", listen);
        resolve(message as T);
      };
      this.#process.on("message", listen);
    });
    return this.#before(received, `sent no '${type}'`, patience);
  }

  /** @throws Error unless the child ends by itself and well */
  async ended(patience: number): Promise<void> {
    await this.#within(this.#exit, "did not end", patience);
    if (this.#process.exitCode !== 0) throw this.#failure("failed");
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill("SIGKILL");
    await this.#exit.catch(() => {});
  }

  async #before<T>(wanted: Promise<T>, complaint: string, patience: number): Promise<T> {
    const ended = this.#exit.then(() => Promise.reject(this.#failure(complaint)));
    return this.#within(Promise.race([wanted, ended]), complaint, patience);
  }

  async #within<T>(wanted: Promise<T>, complaint: string, patience: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#failure(`${complaint} within ${patience} ms`)), patience);
    });
    try {
      return await Promise.race([wanted, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  #failure(complaint: string): Error {
    const { exitCode, signalCode } = this.#process;
    const end = signalCode ? `, killed by ${signalCode}` : exitCode === null ? "" : `, exit code ${exitCode}`;
    return new Error(`${this.#name} ${complaint}${end}${this.#stderr ? `\n${this.#stderr.trimEnd()}` : ""}`);
  }
}
