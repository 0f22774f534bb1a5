// httpcore as its users have it: the built package, by its name.

import { ConnectionPool } from "httpcore";
import { HEADERS, keepAsking } from "./loops.mjs";

/**
 * A read timeout and an AbortSignal for every request: what a careful caller gives. Each loop has a signal of its own,
 * as a job that makes many requests has.
 * @param {import("./main.mjs").Run} run
 */
export async function withFeatures(run) {
  const pool = new ConnectionPool({ maxConnections: run.connections, timeout: { read: 30_000 } });
  const url = `http://127.0.0.1:${run.port}/`;
  const options = Array.from({ length: run.connections }, () => ({
    headers: HEADERS,
    signal: new AbortController().signal,
  }));
  await keepAsking(run, async (index) => (await pool.request("GET", url, options[index])).content.length);
  await pool.close();
}

/** @param {import("./main.mjs").Run} run */
export async function plain(run) {
  const pool = new ConnectionPool({ maxConnections: run.connections });
  const url = `http://127.0.0.1:${run.port}/`;
  const options = { headers: HEADERS };
  await keepAsking(run, async () => (await pool.request("GET", url, options)).content.length);
  await pool.close();
}

/** As `plain`, with another path for each request: no head is like the one before. @param {import("./main.mjs").Run} run */
export async function paths(run) {
  const pool = new ConnectionPool({ maxConnections: run.connections });
  const origin = `http://127.0.0.1:${run.port}/`;
  const options = { headers: HEADERS };
  let count = 0;
  await keepAsking(run, async () => (await pool.request("GET", origin + (count++ % 10_000), options)).content.length);
  await pool.close();
}
