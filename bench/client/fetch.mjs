// fetch, the runtime's own or another, with the whole content taken; a download is read piece by piece.

import { HEADERS, keepAsking, octetsOfPairs } from "./run.mjs";

/** @typedef {import("./run.mjs").Run} Run */

/**
 * What all kinds of fetch have in common.
 * @typedef {object} AnyResponse
 * @property {Iterable<readonly [string, string]>} headers
 * @property {() => Promise<ArrayBuffer>} arrayBuffer
 * @property {{ getReader(): { read(): Promise<{ done: boolean, value?: Uint8Array | undefined }> } } | null} body
 */

/** @param {Run} run */
export async function ownFetch(run) {
  await fetchWith(run, (url, init) => fetch(url, /** @type {RequestInit} */ (init)));
}

/** @param {Run} run @param {(url: string, init: object) => Promise<AnyResponse>} fetch */
export async function fetchWith(run, fetch) {
  const init = { headers: HEADERS, method: run.method };
  await keepAsking(run, async () => {
    const body = run.makeContent();
    const response = await fetch(run.nextUrl(), body ? { ...init, body, duplex: "half" } : init);
    if (run.readsHeaders) run.checkHeaders(octetsOfPairs(response.headers));
    return run.settings.readsPieces ? sizeOf(response) : (await response.arrayBuffer()).byteLength;
  });
}

/** @param {AnyResponse} response */
async function sizeOf({ body }) {
  if (!body) throw new Error("no content came");
  const reader = body.getReader();
  let size = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) size += read.value?.length ?? 0;
  return size;
}
