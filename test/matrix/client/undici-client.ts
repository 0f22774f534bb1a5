// undici's `request` as a contestant, with one connection.

import { Agent, type Dispatcher, request } from "undici";
import { type Client, shown } from "./play.ts";

export function undiciClient(): Client {
  const dispatcher = new Agent({ connections: 1 });
  return {
    async send(method, url, signal) {
      const response = await request(url, { method: method as Dispatcher.HttpMethod, dispatcher, signal });
      const content = shown(new Uint8Array(await response.body.arrayBuffer()));
      return {
        status: response.statusCode,
        headers: pairs(response.headers),
        content,
        trailers: pairs(response.trailers),
      };
    },
    close: () => void dispatcher.destroy(),
  };
}

function pairs(fields: Readonly<Record<string, string | string[] | undefined>>): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
}
