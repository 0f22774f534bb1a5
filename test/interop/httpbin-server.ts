// A real httpbin behind a real gunicorn, on a free port of the loopback interface.
//
// In: a Python that has both installed. Out: a URL that answers. The port is chosen by the operating system and read
// from gunicorn's log, so that there is no race for it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_PAUSE = 50;
const MAX_POLLS = 400;

/** What to do where httpbin is missing. */
export const INSTALL_HINT =
  "no Python with httpbin and gunicorn: install the Debian packages python3-httpbin and gunicorn";

export interface HttpbinServer {
  /** `http://127.0.0.1:12345` */
  readonly origin: string;
  close(): Promise<void>;
}

/** Threads of a gunicorn that keeps connections open, and of one that closes each after its response. */
export const PERSISTENT = 8;
export const CLOSING = 1;

/** Starts httpbin with so many threads. */
export async function startHttpbin(python: string, threads: number): Promise<HttpbinServer> {
  const options = ["--bind", "127.0.0.1:0", "--threads", String(threads), "--graceful-timeout", "1"];
  const child = spawn(python, ["-m", "gunicorn", ...options, "httpbin:app"], { stdio: ["ignore", "ignore", "pipe"] });
  const close = (): Promise<void> => stop(child);
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  for (let poll = 0; poll < MAX_POLLS && child.exitCode === null; poll++) {
    const [, origin] = /Listening at: (http:\/\/\S+)/.exec(log) ?? [];
    if (origin !== undefined && (await answers(origin))) return { origin, close };
    await sleep(POLL_PAUSE);
  }
  await close();
  throw new Error(`httpbin did not start:\n${log}`);
}

// Asked with fetch, not with the library under test.
async function answers(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/status/204`, { signal: AbortSignal.timeout(5_000) })).status === 204;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGQUIT"); // gunicorn: at once, with its workers
  await ended;
}
