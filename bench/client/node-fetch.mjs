// node-fetch on node:http, with an Agent that keeps connections, without decompression and redirects.

import fetch from "node-fetch";
import { agentFor } from "./node-http.mjs";
import { HEADERS, keepAsking, octetsOfPairs } from "./run.mjs";

/** @param {import("./run.mjs").Run} run */
export async function nodeFetch(run) {
  const agent = agentFor(run);
  /** @type {import("node-fetch").RequestInit} */
  const init = { method: run.method, headers: HEADERS, agent, compress: false, redirect: "manual" };
  await keepAsking(run, async () => {
    const body = run.makeContent();
    const response = await fetch(run.nextUrl(), body ? { ...init, body: /** @type {Buffer} */ (body) } : init);
    if (run.readsHeaders) run.checkHeaders(octetsOfPairs(response.headers));
    return (await response.arrayBuffer()).byteLength;
  });
  agent.destroy();
}
