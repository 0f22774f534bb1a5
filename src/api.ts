// `request` and `stream` on a pool that is made with the first call and lives as long as the process.

import type { BaseConnectionPool } from "./connection-pool.ts";
import type { RequestOptions } from "./extensions.ts";
import type { Response } from "./response.ts";
import type { URL } from "./url.ts";

/** What both functions look like. */
export type SendFunction = (
  method: string | Uint8Array,
  url: globalThis.URL | URL | string,
  options?: RequestOptions,
) => Promise<Response>;

/** The two functions, on one pool that `openPool` makes when it is needed. */
export function onDefaultPool(openPool: () => BaseConnectionPool): { request: SendFunction; stream: SendFunction } {
  let pool: BaseConnectionPool | null = null;
  const defaultPool = (): BaseConnectionPool => {
    pool ??= openPool();
    return pool;
  };
  return {
    request: (method, url, options) => defaultPool().request(method, url, options),
    stream: (method, url, options) => defaultPool().stream(method, url, options),
  };
}
