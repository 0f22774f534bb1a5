// undici's interface that reads a response for the caller: `request` on a pool of one origin, its fastest way; with many
// origins on an Agent, which is what keeps a pool for each. Timeouts on head and body are on, as they are by default.

import { Agent, Pool } from "undici";
import { HEADERS, keepAsking, octetsOfObject } from "./run.mjs";

/** @typedef {import("./run.mjs").Run} Run */
/** @typedef {import("undici").Dispatcher.RequestOptions} RequestOptions */

/** The content as octets, which is what httpcore's `request` gives. @param {Run} run */
export async function request(run) {
  const dispatcher = run.settings.origins > 1 ? new Agent({ connections: 1 }) : poolFor(run);
  const options = optionsFor(run);
  await keepAsking(run, () => perform(run, dispatcher, options));
  await dispatcher.destroy();
}

/** The same with an AbortSignal, one for each loop. @param {Run} run */
export async function withSignal(run) {
  const pool = poolFor(run);
  const options = Array.from({ length: run.connections }, () => ({
    ...optionsFor(run),
    signal: new AbortController().signal,
  }));
  await keepAsking(run, (index) => perform(run, pool, /** @type {RequestOptions} */ (options[index])));
  await pool.destroy();
}

/**
 * The content is thrown away: less work than any caller wants who needs it. What was dumped cannot be measured, so its
 * size is taken for right.
 * @param {Run} run
 */
export async function dump(run) {
  const pool = poolFor(run);
  const options = optionsFor(run);
  await keepAsking(run, async () => {
    const { body } = await pool.request(options);
    await body.dump();
    return run.contentSize;
  });
  await pool.destroy();
}

/** @param {Run} run */
export function poolFor({ origin, connections }) {
  return new Pool(origin, { connections, pipelining: 1 });
}

/** @param {Run} run @returns {RequestOptions} */
export function optionsFor(run) {
  return { path: "/", method: /** @type {"GET" | "POST"} */ (run.method), headers: HEADERS };
}

/** Options with content, where there is any. @param {Run} run @param {RequestOptions} options */
export function withContent(run, options) {
  const body = run.makeContent();
  return body ? { ...options, body: /** @type {Buffer} */ (body) } : options;
}

/** @param {Run} run @param {import("undici").Dispatcher} dispatcher @param {RequestOptions} options */
async function perform(run, dispatcher, options) {
  const more =
    run.settings.origins > 1 ? { ...options, origin: run.nextUrl().slice(0, -1) } : withContent(run, options);
  const { body, headers } = await dispatcher.request(more);
  if (run.readsHeaders) run.checkHeaders(octetsOfObject(headers));
  if (!run.settings.readsPieces) return (await body.arrayBuffer()).byteLength;
  let size = 0;
  for await (const piece of body) size += piece.length;
  return size;
}
