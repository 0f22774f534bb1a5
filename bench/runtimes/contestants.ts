// httpcore and the runtime's own fetch, for the two cases: small responses whole, and a download piece by piece.

import { ConnectionPool } from "httpcore";

/** Asks once and takes the whole response. */
export type Ask = (url: string) => Promise<void>;

/** What bench/responses.mjs answers: octets of content. */
const SMALL_SIZE = 98;
const DOWNLOAD_SIZE = 256 * 1024 * 1024;

function check(size: number, expected: number): void {
  if (size !== expected) throw new Error(`${size} octets of content came instead of ${expected}`);
}

export const CONTESTANTS: Readonly<Record<string, Readonly<Record<string, (connections: number) => Ask>>>> = {
  httpcore: {
    small(connections) {
      const pool = new ConnectionPool({ maxConnections: connections });
      return async (url) => check((await pool.request("GET", url)).content.length, SMALL_SIZE);
    },
    download(connections) {
      const pool = new ConnectionPool({ maxConnections: connections });
      return async (url) => {
        let size = 0;
        for await (const piece of await pool.stream("GET", url)) size += piece.length;
        check(size, DOWNLOAD_SIZE);
      };
    },
  },
  fetch: {
    small: () => async (url) => check((await (await fetch(url)).arrayBuffer()).byteLength, SMALL_SIZE),
    download: () => async (url) => {
      const { body } = await fetch(url);
      if (!body) throw new Error("no content came");
      const reader = body.getReader();
      let size = 0;
      for (let read = await reader.read(); !read.done; read = await reader.read()) size += read.value.length;
      check(size, DOWNLOAD_SIZE);
    },
  },
};
