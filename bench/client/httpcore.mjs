// httpcore as its users have it: the built package, by its name; `pool.request` gives the whole content.

import { ConnectionPool } from "httpcore";
import { HEADERS, keepAsking, octetsOfPairs } from "./run.mjs";

/** @typedef {import("./run.mjs").Run} Run */

/**
 * A read timeout and an AbortSignal for every request: what a careful caller gives. Each loop has a signal of its own,
 * as a job that makes many requests has.
 * @param {Run} run
 */
export async function withFeatures(run) {
  const pool = poolFor(run, { timeout: { read: 30_000 } });
  const options = Array.from({ length: run.connections }, () => ({
    headers: HEADERS,
    signal: new AbortController().signal,
  }));
  await keepAsking(run, (index) => perform(run, pool, /** @type {Options} */ (options[index])));
  await pool.close();
}

/** @param {Run} run */
export async function plain(run) {
  const pool = poolFor(run);
  const options = { headers: HEADERS };
  await keepAsking(run, () => perform(run, pool, options));
  await pool.close();
}

/** As `plain`, with another path for each request: no head is like the one before. @param {Run} run */
export async function paths(run) {
  const pool = poolFor(run);
  const options = { headers: HEADERS };
  let count = 0;
  const nextUrl = () => `${run.origin}/${count++ % 10_000}`;
  await keepAsking(run, async () => (await pool.request("GET", nextUrl(), options)).content.length);
  await pool.close();
}

/** @param {Run} run @param {import("httpcore").ConnectionPoolOptions} [options] */
function poolFor(run, options) {
  return new ConnectionPool({ maxConnections: run.connections, ...options });
}

/** @typedef {{ headers: typeof HEADERS, signal?: AbortSignal }} Options */

/** @param {Run} run @param {ConnectionPool} pool @param {Options} options */
async function perform(run, pool, options) {
  const content = run.makeContent();
  const response = await pool.request(run.method, run.nextUrl(), content ? { ...options, content } : options);
  if (run.readsHeaders) run.checkHeaders(octetsOfPairs(response.headers));
  return response.content.length;
}
