// What most security tests do: a real server says something hostile, and it is seen what the client makes of it.
//
// In: octets. Out: the error, after it has been seen that nothing of the connection is used again. The server never
// closes by itself unless it is told to: what is wrong must be found in the octets, and not in a close behind them.

import { type ConnectionPool, type ConnectionPoolOptions, RemoteProtocolError, type RequestOptions } from "httpcore";
import { expect } from "vitest";
import { type CaseOptions, refuses } from "../protocol-cases.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { OK, type Peer, type ScriptedServer, serve } from "../support/scripted-server.ts";

/** A bound for requests that must fail on their own account: a client that waits meets this, which is another error. */
export const BOUND: RequestOptions = { extensions: { timeout: { total: 5000 } } };

/** Answers the first connection with `octets`, in one piece, and all others with `OK` each time they ask. */
export function hostile(octets: string, closes: "closes" | "stays open" = "stays open"): Promise<ScriptedServer> {
  return serve(async (peer, index) => {
    if (index > 0) return honest(peer);
    await peer.request();
    if (closes === "closes") peer.end(octets);
    else peer.send(octets);
  });
}

/** Answers each request with `OK`. */
export async function honest(peer: Peer): Promise<void> {
  while (true) {
    await peer.request();
    peer.send(OK);
  }
}

export interface HostileOptions {
  method?: string;
  pool?: ConnectionPoolOptions;
  request?: RequestOptions;
  /** The server closes behind its octets. */
  closes?: "closes" | "stays open";
}

/** The error that `octets` bring about, from a client that has closed the connection and goes on with another one. */
export async function hostileError(octets: string, options: HostileOptions = {}): Promise<RemoteProtocolError> {
  const server = await hostile(octets, options.closes);
  const pool = openPool(options.pool);
  const request = { ...BOUND, ...options.request };
  const error = await fails(pool.request(options.method ?? "GET", server.url("/1"), request), RemoteProtocolError);
  await onlyAFreshConnectionServes(pool, server);
  return error;
}

/** The connection with the number 0 is closed, and the next request gets a right answer on a new one. */
export async function onlyAFreshConnectionServes(pool: ConnectionPool, server: ScriptedServer): Promise<void> {
  await (await server.peer(0)).gone;
  const before = server.peers.length;
  const response = await pool.request("GET", server.url("/next"), BOUND);
  expect([response.status, await response.text(), server.peers.length]).toEqual([200, "ok", before + 1]);
}

/** `response` is refused with `reason`: over a socket, and by the protocol however the octets are split. */
export async function refused(response: string, reason: string, offset?: number, options: CaseOptions = {}) {
  refuses(response, reason, offset === undefined ? options : { ...options, offset });
  const method = options.method ?? "GET";
  const error = await hostileError(response, { method, closes: options.closes ? "closes" : "stays open" });
  expect([error.reason, error.offset]).toEqual([reason, offset ?? error.offset]);
}

/** Sends `text` again and again, as fast as it is taken, until the client has gone. */
export async function flood(peer: Peer, text: string): Promise<void> {
  const piece = Buffer.from(text.repeat(Math.ceil(65_536 / text.length)), "latin1");
  while (!peer.hasGone) {
    if (peer.socket.write(piece)) continue;
    await Promise.race([new Promise<void>((resolve) => peer.socket.once("drain", resolve)), peer.gone]);
  }
}
