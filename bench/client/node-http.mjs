// node:http with an Agent that keeps connections, the content gathered into one buffer.

import http from "node:http";
import { HEADERS, keepAsking } from "./loops.mjs";

/** @param {import("./main.mjs").Run} run */
export async function nodeHttp(run) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: run.connections, maxFreeSockets: run.connections });
  const options = { host: "127.0.0.1", port: run.port, path: "/", method: "GET", agent, headers: HEADERS };
  await keepAsking(run, async () => (await perform(options)).length);
  agent.destroy();
}

/** @param {http.RequestOptions} options @returns {Promise<Buffer>} */
function perform(options) {
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      /** @type {Buffer[]} */
      const pieces = [];
      response.on("data", (piece) => pieces.push(piece));
      response.on("end", () => resolve(Buffer.concat(pieces)));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end();
  });
}
