// The fetch of the undici package, which is newer than the one inside Node.

import { Agent, fetch } from "undici";
import { fetchWith } from "./fetch.mjs";

/** @param {import("./run.mjs").Run} run */
export async function undiciFetch(run) {
  const dispatcher = new Agent({ connections: run.connections });
  await fetchWith(run, (url, init) => fetch(url, { ...init, dispatcher }));
  await dispatcher.destroy();
}
