// node:http and node:https with an Agent that keeps connections, the content gathered into one buffer; a download is
// counted piece by piece.

import http from "node:http";
import https from "node:https";
import { HEADERS, keepAsking } from "./run.mjs";

/** @typedef {import("./run.mjs").Run} Run */

/** @param {Run} run */
export async function nodeHttp(run) {
  const { request } = run.settings.isTls ? https : http;
  const agent = agentFor(run);
  const options = { method: run.method, agent, headers: headersFor(run) };
  await keepAsking(run, () => perform(run, (whenDone) => request(run.nextUrl(), options, whenDone)));
  agent.destroy();
}

/** As many connections as there are loops, kept. @param {Run} run */
export function agentFor({ connections, settings }) {
  const options =
    settings.origins > 1
      ? { keepAlive: true, maxTotalSockets: connections, maxFreeSockets: 1 }
      : { keepAlive: true, maxSockets: connections, maxFreeSockets: connections };
  return settings.isTls ? new https.Agent(options) : new http.Agent(options);
}

/** With a Content-Length, where there is one: `end(octets)` alone would have it too, `write` not. @param {Run} run */
function headersFor({ octets }) {
  return octets ? { ...HEADERS, "content-length": octets.length } : HEADERS;
}

/** @param {Run} run @param {(whenDone: (response: http.IncomingMessage) => void) => http.ClientRequest} send */
function perform(run, send) {
  return new Promise((resolve, reject) => {
    const isKept = !run.settings.readsPieces;
    const request = send((response) => {
      if (run.readsHeaders) run.checkHeaders(response.rawHeaders.reduce((sum, part) => sum + part.length, 0));
      /** @type {Buffer[]} */
      const pieces = [];
      let size = 0;
      response.on("data", (piece) => {
        if (isKept) pieces.push(piece);
        else size += piece.length;
      });
      response.on("end", () => resolve(isKept ? Buffer.concat(pieces).length : size));
      response.on("error", reject);
    });
    request.on("error", reject);
    if (run.piece) writeOn(run, request, run.pieceCount);
    else request.end(run.octets ?? undefined);
  });
}

/** Each piece as soon as the one before is not waiting any more. @param {Run} run @param {http.ClientRequest} request @param {number} left */
function writeOn(run, request, left) {
  for (; left > 0; left--) {
    if (!request.write(run.piece)) return void request.once("drain", () => writeOn(run, request, left - 1));
  }
  request.end();
}
