// httpcore as a contestant. The caller says which httpcore: the built one, or the sources under test.

import type * as httpcore from "httpcore";
import { type Client, shown } from "./play.ts";

export function httpcoreClient({ ConnectionPool }: Pick<typeof httpcore, "ConnectionPool">): Client {
  const pool = new ConnectionPool({ maxConnections: 1 });
  return {
    async send(method, url, signal) {
      const response = await pool.request(method, url, { signal });
      return {
        status: response.status,
        headers: [...response.headers],
        content: shown(response.content),
        trailers: [...response.trailers],
      };
    },
    close: () => void pool.close(),
  };
}
