// Child processes that talk in lines of JSON on their standard output. None outlives the run: they are killed when this
// process ends in whatever way it can notice, and end by themselves when it is gone.

import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Beyond the time that it measures, a client gets this long to start and to end; in milliseconds. */
export const PATIENCE = 30_000;
const MAX_STDERR = 4000;

const children = new Set<ChildProcess>();

/** Kills what still runs. */
function killAll(): void {
  for (const child of children) child.kill("SIGKILL");
}

process.once("exit", killAll);

interface Message {
  readonly type: string;
}

/** A child whose output is messages with a `type`. */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #exit: Promise<unknown>;
  readonly #waiting = new Map<string, (message: Message) => void>();
  #stderr = "";

  /** `name` is what errors call it. */
  constructor(name: string, [binary = "", ...args]: readonly string[], options: SpawnOptions = {}) {
    this.#name = name;
    this.#process = spawn(binary, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
    children.add(this.#process);
    const { stdout, stderr, stdin } = this.#process;
    stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR);
    });
    if (stdout) createInterface(stdout).on("line", (line) => this.#take(line));
    // A child that is gone is noticed by its exit.
    stdin?.on("error", () => {});
    // "close" comes behind the last octet of stderr.
    this.#exit = once(this.#process, "close");
    this.#exit.catch(() => {}).finally(() => children.delete(this.#process));
  }

  send(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  /** The next message of a type. @throws Error when the child ends or `patience` milliseconds pass before it comes */
  async message<T>(type: string, patience: number): Promise<T> {
    const received = new Promise<T>((resolve) => {
      this.#waiting.set(type, (message) => resolve(message as T));
    });
    const complaint = `sent no '${type}'`;
    const ended = this.#exit.then(() => Promise.reject(this.#failure(complaint)));
    return this.#within(Promise.race([received, ended]), complaint, patience);
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

  #take(line: string): void {
    try {
      const message = JSON.parse(line) as Message;
      this.#waiting.get(message.type)?.(message);
    } catch {
      this.#stderr += `${line}\n`;
    }
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
