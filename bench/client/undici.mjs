// undici's fastest interface that reads a response for the caller: `request` on a pool of one origin. Its timeouts on
// head and body are on, as they are by default.

import { Pool } from "undici";
import { HEADERS, keepAsking } from "./loops.mjs";

const REQUEST = { path: "/", method: "GET", headers: HEADERS };

/** The content as octets, which is what httpcore's `request` gives. @param {import("./main.mjs").Run} run */
export async function arrayBuffer(run) {
  const pool = poolFor(run);
  await keepAsking(run, async () => (await (await pool.request(REQUEST)).body.arrayBuffer()).byteLength);
  await pool.destroy();
}

/** The same with an AbortSignal, one for each loop. @param {import("./main.mjs").Run} run */
export async function withSignal(run) {
  const pool = poolFor(run);
  const requests = Array.from({ length: run.connections }, () => ({
    ...REQUEST,
    signal: new AbortController().signal,
  }));
  await keepAsking(run, async (index) => {
    const { body } = await pool.request(requests[index]);
    return (await body.arrayBuffer()).byteLength;
  });
  await pool.destroy();
}

/**
 * The content is thrown away: less work than any caller wants who needs it, and a reference for others' figures. What
 * was dumped cannot be measured, so its size is taken for right.
 * @param {import("./main.mjs").Run} run
 */
export async function dump(run) {
  const pool = poolFor(run);
  await keepAsking(run, async () => {
    const { body } = await pool.request(REQUEST);
    await body.dump();
    return run.contentSize;
  });
  await pool.destroy();
}

/** @param {import("./main.mjs").Run} run */
function poolFor({ port, connections }) {
  return new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });
}
