// The load: callers that send idempotent requests, one after the other, to a server that closes idle connections at
// random (server.mjs). Out: every error that a caller saw, and what the server did meanwhile.
//
// The pool comes from whoever runs it, as the tests take it from the sources and the command from what is shipped.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ConnectionPool, RequestOptions } from "httpcore";

export interface Load {
  readonly seed: number;
  readonly requests: number;
  readonly callers: number;
  /** Called for each request that has ended. */
  progress?(): void;
}

/** What the server has done. */
export interface Tally {
  readonly connections: number;
  readonly requests: number;
  /** Pieces of requests that came when the connection had been closed with a FIN. */
  readonly late: number;
  /** How often a connection was closed, by way. */
  readonly closes: Readonly<Record<string, number>>;
}

export interface Outcome extends Tally {
  /** In words. */
  readonly errors: readonly string[];
}

/** Every kind of request that may be sent a second time, by method and content: none, in one write, in many. */
const KINDS: readonly (() => readonly [method: string, size: number, options: RequestOptions])[] = [
  () => ["GET", 0, {}],
  () => ["GET", 0, {}],
  () => ["PUT", 100, { content: new Uint8Array(100) }],
  () => ["PUT", 100_000, { content: new Uint8Array(100_000) }],
  () => ["PUT", 30_000, { content: new Blob([new Uint8Array(30_000)]) }],
];

/** Runs `load` on `pool`. Never rejects for what a request came to. */
export async function runLoad(pool: ConnectionPool, load: Load): Promise<Outcome> {
  const server = fork(fileURLToPath(new URL("server.mjs", import.meta.url)), [String(load.seed)], { execArgv: [] });
  try {
    const [{ port }] = (await once(server, "message")) as [{ port: number }];
    const errors: string[] = [];
    let begun = 0;
    const call = async (): Promise<void> => {
      while (begun < load.requests) {
        const number = begun++;
        const kind = KINDS[number % KINDS.length] as (typeof KINDS)[number];
        const [method, size, options] = kind();
        const expected = `${method} /${number} ${size}`;
        try {
          const response = await pool.request(method, `http://127.0.0.1:${port}/${number}`, options);
          const content = await response.text();
          if (content !== expected) errors.push(`${expected} was answered with ${content}`);
        } catch (error) {
          errors.push(`${expected}: ${error}, by ${(error as Error).cause}`);
        }
        load.progress?.();
        await idle(number);
      }
    };
    await Promise.all(Array.from({ length: load.callers }, call));
    const told = once(server, "message") as Promise<[Tally]>;
    server.send("tally");
    const [{ connections, requests, late, closes }] = await told;
    return { errors, connections, requests, late, closes };
  } finally {
    await pool.close();
    server.kill();
  }
}

/** What a caller does between two requests: goes on at once, or lets its connection be idle for a while. */
async function idle(number: number): Promise<void> {
  if (number % 7 < 3) return;
  if (number % 7 < 5) await new Promise((resolve) => setImmediate(resolve));
  else await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
}
