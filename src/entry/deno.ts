// Entry `httpcore` on Deno: the facade on its sockets.

import { onDefaultPool, type SendFunction } from "../api.ts";
import { BaseConnectionPool } from "../connection-pool.ts";
import { denoBackend } from "../network/deno.ts";
import type { ConnectionPoolOptions } from "../pool-options.ts";

export * from "../exports.ts";

/** Connections that are kept and shared by requests. */
export class ConnectionPool extends BaseConnectionPool {
  /**
   * @throws TypeError or RangeError for options that are wrong, UnsupportedByRuntime for those that cannot be had here
   */
  constructor(options?: ConnectionPoolOptions) {
    super(options, denoBackend);
  }
}

const api = /* @__PURE__ */ onDefaultPool(() => new ConnectionPool());

/**
 * Sends a request on the default pool and reads the whole response: `response.content` is there.
 * Rejects with an error of this package, or with `signal.reason`.
 */
export const request: SendFunction = api.request;

/**
 * Sends a request on the default pool and resolves when the response's head has come. The content is read with
 * `iterStream()`, `read()` or `body`; the caller ends it with `close()` or `await using`.
 */
export const stream: SendFunction = api.stream;

/** The network that pools use unless they are given another; for backends that wrap it. */
export { denoBackend as defaultBackend } from "../network/deno.ts";
