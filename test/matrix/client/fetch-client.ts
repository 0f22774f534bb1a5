// The runtime's own fetch as a contestant: Bun's, Deno's or workerd's. It shows no trailers, and its pool cannot be
// limited or closed; every job has an origin of its own, so that jobs cannot meet in it.

import { type Client, shown } from "./play.ts";

export function fetchClient(): Client {
  return {
    async send(method, url, signal) {
      const response = await fetch(url, { method, signal, redirect: "manual" });
      const content = shown(new Uint8Array(await response.arrayBuffer()));
      return { status: response.status, headers: [...response.headers], content, trailers: null };
    },
    close: () => {},
  };
}
