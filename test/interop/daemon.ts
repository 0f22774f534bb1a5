// A program that runs in the foreground in a folder of its own, on ports of its own, until its test is over.
//
// In: the program and a plan, made for a folder and ports: files to write there and how to start. Out: a server that
// takes connections. It refuses to know what the program serves.
//
// Everything runs as nobody where the tests run as root: some of these programs refuse to be root. A program leads a
// group of processes, which ends with it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findProgram, type Program } from "./program.ts";

/** Where a program runs. */
export interface Place {
  readonly folder: string;
  /** Free ports on 127.0.0.1; the program listens on all of them. */
  readonly ports: readonly number[];
}

export interface Plan {
  /** Contents, by path in the folder. A path that ends with a slash is an empty folder. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly options: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Debian's user that owns nothing. */
const NOBODY_ID = 65534;
const IS_ROOT = process.getuid?.() === 0;
/** Nobody listens there. */
export const DEAD_PORT = 1;
/** Below the ports that the system gives to clients, and to servers that ask for any; some for each of vitest's workers. */
const FIRST_PORT = 10_000;
const PORTS_OF_A_WORKER = 500;
const MAX_WORKERS = 40;
const POLL_PAUSE = 10;
const PATIENCE = 20_000;

const workerPort = FIRST_PORT + (Number(process.env.VITEST_POOL_ID ?? 0) % MAX_WORKERS) * PORTS_OF_A_WORKER;
let portIndex = Math.floor(Math.random() * PORTS_OF_A_WORKER);
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) killGroup(child);
});

export class Daemon implements Place {
  readonly folder: string;
  readonly ports: readonly number[];
  /** Everything that the program printed. */
  log = "";
  readonly #child: ChildProcess;

  constructor({ folder, ports }: Place, child: ChildProcess) {
    this.folder = folder;
    this.ports = ports;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.log += text;
      });
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The first port. */
  get port(): number {
    return this.ports[0] ?? 0;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Ends the program with its children, and removes its folder. */
  async close(): Promise<void> {
    const exit = this.hasEnded ? null : once(this.#child, "exit");
    killGroup(this.#child);
    running.delete(this.#child);
    await exit;
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Starts a program and waits until it listens on each of `portCount` ports. */
export async function startDaemon(
  program: Program,
  portCount: number,
  plan: (place: Place) => Plan | Promise<Plan>,
): Promise<Daemon> {
  const folder = await mkdtemp(join(tmpdir(), `httpcore-${program.name}-`));
  const ports = await Promise.all(Array.from({ length: portCount }, freePort));
  const place = { folder, ports };
  const { files = {}, options, environment } = await plan(place);
  for (const [name, content] of Object.entries(files)) await writeBelow(folder, name, content);
  await giveToNobody(folder);
  const child = spawn(String(findProgram(program)), options, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    ...(IS_ROOT && { uid: NOBODY_ID, gid: NOBODY_ID }),
  });
  running.add(child);
  await once(child, "spawn");
  const daemon = new Daemon(place, child);
  for (const port of ports) await untilListening(daemon, port, program.name);
  return daemon;
}

/** A port on which nobody listens, and which neither the system nor another worker gives to somebody else. */
async function freePort(): Promise<number> {
  while (true) {
    const port = workerPort + (portIndex++ % PORTS_OF_A_WORKER);
    const server = net.createServer().listen(port, "127.0.0.1");
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("listening", () => resolve(true)).once("error", () => resolve(false));
    });
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}

// Nothing tells that a program of another listens but a connection that it takes.
async function untilListening(daemon: Daemon, port: number, name: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!(await isListening(port))) {
    if (daemon.hasEnded || performance.now() > end) {
      await daemon.close();
      throw new Error(`${name} does not listen on port ${port}:\n${daemon.log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_PAUSE));
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    const answer = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.once("connect", answer(true)).once("error", answer(false));
  });
}

async function writeBelow(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const path = join(folder, name);
  await mkdir(name.endsWith("/") ? path : dirname(path), { recursive: true });
  if (!name.endsWith("/")) await writeFile(path, content);
}

async function giveToNobody(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  if (!IS_ROOT) return;
  for (const name of [".", ...(await readdir(folder, { recursive: true }))]) {
    await chown(join(folder, name), NOBODY_ID, NOBODY_ID);
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nobody of the group is left.
  }
}
