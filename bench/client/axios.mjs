// axios on node:http, with what a caller turns off who wants the response as it came: redirects, decompression, the
// proxy of the environment.

import axios from "axios";
import { agentFor } from "./node-http.mjs";
import { HEADERS, keepAsking, octetsOfObject } from "./run.mjs";

/** @param {import("./run.mjs").Run} run */
export async function axiosClient(run) {
  const agent = agentFor(run);
  const client = axios.create({
    adapter: "http",
    headers: HEADERS,
    httpAgent: agent,
    maxRedirects: 0,
    decompress: false,
    proxy: false,
    responseType: "arraybuffer",
  });
  await keepAsking(run, async () => {
    const { data, headers } = await client.request({
      method: run.method,
      url: run.nextUrl(),
      data: run.makeContent(),
    });
    if (run.readsHeaders) run.checkHeaders(octetsOfObject({ .../** @type {object} */ (headers) }));
    return data.length;
  });
  agent.destroy();
}
