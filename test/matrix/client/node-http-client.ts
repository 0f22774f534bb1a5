// node:http as a contestant, with an agent that keeps one connection.

import http from "node:http";
import { type Client, shown } from "./play.ts";

export function nodeHttpClient(): Client {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return {
    async send(method, url, signal) {
      const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
        http.request(url, { method, agent, signal }).on("response", resolve).on("error", reject).end();
      });
      const pieces: Uint8Array[] = [];
      for await (const piece of response) pieces.push(piece);
      return {
        status: response.statusCode ?? 0,
        headers: pairs(response.rawHeaders),
        content: shown(Buffer.concat(pieces)),
        trailers: pairs(response.rawTrailers),
      };
    },
    close: () => agent.destroy(),
  };
}

function pairs(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, i) => [String(raw[2 * i]), String(raw[2 * i + 1])]);
}
