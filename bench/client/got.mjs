// got, with what a caller turns off who wants the response as it came: retries, redirects, decompression.

import got from "got";
import { agentFor } from "./node-http.mjs";
import { HEADERS, keepAsking, octetsOfObject } from "./run.mjs";

/** @param {import("./run.mjs").Run} run */
export async function gotClient(run) {
  const agent = agentFor(run);
  const client = got.extend({
    headers: HEADERS,
    agent: { http: agent },
    retry: { limit: 0 },
    followRedirect: false,
    decompress: false,
    responseType: "buffer",
  });
  const method = /** @type {"GET" | "POST"} */ (run.method);
  await keepAsking(run, async () => {
    const body = run.makeContent();
    const { body: content, headers } = await client(run.nextUrl(), body ? { method, body } : { method });
    if (run.readsHeaders) run.checkHeaders(octetsOfObject(headers));
    return content.length;
  });
  agent.destroy();
}
