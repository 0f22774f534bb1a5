// Entry `httpcore` in browsers: the facade without a network of its own, as pages have no sockets. A pool needs a
// `networkBackend`: streamsBackend over a WebSocket, for example (docs/streams-backend.md).

import { onDefaultPool, type SendFunction } from "../api.ts";
import { BaseConnectionPool } from "../connection-pool.ts";
import { UnsupportedByRuntime } from "../errors.ts";
import type { NetworkBackend } from "../network/network.ts";
import type { ConnectionPoolOptions } from "../pool-options.ts";

export * from "../exports.ts";

/** The network that pools use unless they are given another: it refuses every connection. */
export const defaultBackend: NetworkBackend = {
  runtime: "browser",

  async connectTcp() {
    const message = "a browser has no sockets: give the pool a 'networkBackend', such as streamsBackend(open)";
    throw new UnsupportedByRuntime(message, { option: "networkBackend", runtime: "browser" });
  },
};

/** Connections that are kept and shared by requests. */
export class ConnectionPool extends BaseConnectionPool {
  /**
   * @throws TypeError or RangeError for options that are wrong, UnsupportedByRuntime for those that cannot be had here
   */
  constructor(options?: ConnectionPoolOptions) {
    super(options, defaultBackend);
  }
}

const api = /* @__PURE__ */ onDefaultPool(() => new ConnectionPool());

/** As on other runtimes; here it rejects with UnsupportedByRuntime, as the default pool has no network. */
export const request: SendFunction = api.request;

/** As on other runtimes; here it rejects with UnsupportedByRuntime, as the default pool has no network. */
export const stream: SendFunction = api.stream;
