// What a case is, and what it may ask for. No test framework: the cases run inside node, deno, bun and workerd.
//
// In: where the peer listens. Out: a case passes, with what its peer recorded where that is to be compared between
// runtimes, or fails with the error that it threw.

import { ConnectionPool, type ConnectionPoolOptions, type Response } from "httpcore";

/** Where the peer of the suite (peer.ts) listens, and what the runtime is. All of it travels as JSON. */
export interface Context {
  readonly runtime: "node" | "deno" | "bun" | "workerd";
  /** `http://127.0.0.1:1234` */
  readonly plain: string;
  /** TLS for the name `localhost`, signed by `ca`. */
  readonly secure: string;
  /** TLS whose certificate is for another name. */
  readonly wrongName: string;
  /** TLS whose certificate nobody trusts. */
  readonly untrusted: string;
  /** Accepts, and never answers a TLS handshake. */
  readonly silent: string;
  /** Takes no connection any more: connecting hangs. */
  readonly full: string;
  /** Nobody listens there. */
  readonly refused: string;
  /** A SOCKS5 proxy (socks-peer.ts). */
  readonly socks: string;
  /** The authority of `secure` in PEM. On workerd it is trusted by configuration. */
  readonly ca: string;
}

/** What a case works with. */
export interface Tools extends Context {
  /** A pool that is closed with the case. */
  open(options?: ConnectionPoolOptions): ConnectionPool;
  /** A pool that trusts the authority of `secure`, closed with the case. */
  openSecure(options?: ConnectionPoolOptions): ConnectionPool;
}

export interface Case {
  readonly name: string;
  /** Throws when it fails. What it gives is compared between the runtimes. */
  run(tools: Tools): Promise<string | undefined>;
}

export interface Outcome {
  readonly name: string;
  readonly recording: string | null;
  readonly error: string | null;
}

/** How long one case may take, in milliseconds: far more than it needs. */
const PATIENCE = 15_000;

/** Makes the list of cases that `describe` names. */
export function cases(group: string, list: Record<string, (tools: Tools) => Promise<unknown>>): Case[] {
  return Object.entries(list).map(([name, run]) => ({
    name: `${group}: ${name}`,
    run: async (tools) => {
      const recording = await run(tools);
      return typeof recording === "string" ? recording : undefined;
    },
  }));
}

/** Runs one case to its end. Never rejects. */
export async function runCase(one: Case, context: Context): Promise<Outcome> {
  const pools: ConnectionPool[] = [];
  const open = (options?: ConnectionPoolOptions): ConnectionPool => {
    const pool = new ConnectionPool(options);
    pools.push(pool);
    return pool;
  };
  const openSecure = (options: ConnectionPoolOptions = {}): ConnectionPool =>
    open(context.runtime === "workerd" ? options : { ...options, tls: { ca: context.ca, ...options.tls } });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not settled within ${PATIENCE} ms`)), PATIENCE);
  });
  try {
    const recording = await Promise.race([one.run({ ...context, open, openSecure }), patience]);
    return { name: one.name, recording: recording ?? null, error: null };
  } catch (error) {
    return { name: one.name, recording: null, error: describe(error) };
  } finally {
    clearTimeout(timer);
    await Promise.all(pools.map((pool) => pool.close()));
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const cause = error.cause === undefined ? "" : `\n  caused by ${String(error.cause)}`;
  return `${error.stack ?? String(error)}${cause}`;
}

/** @throws unless both are the same, as JSON shows them */
export function equal(actual: unknown, expected: unknown, what = "value"): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what} is ${left}, expected ${right}`);
}

/** @throws unless `condition` holds */
export function holds(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`does not hold: ${what}`);
}

/** What `promise` is rejected with, whose name must be `name`. @throws when it is fulfilled, or rejected with another */
export async function rejects(promise: Promise<unknown>, name: string): Promise<Error & Record<string, unknown>> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    if (error instanceof Error && error.name === name) return error as Error & Record<string, unknown>;
    throw new Error(`rejected with ${String(error)}, expected ${name}`, { cause: error });
  }
  throw new Error(`fulfilled with ${String(value)}, expected ${name}`);
}

/** One character for each octet. */
export function latin1(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}

/** The octets of a request, as the peer's /octets gave them back. */
export async function recorded(response: Promise<Response>): Promise<string> {
  const { status, content } = await response;
  equal(status, 200, "status");
  return latin1(content);
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until `condition` holds. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 3000) throw new Error(`still not so: ${what}`);
    await sleep(5);
  }
}
