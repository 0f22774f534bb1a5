// Entry `httpcore` on workerd: the facade on `cloudflare:sockets`.
//
// Sockets and timers belong to the event that made them. So a pool is a pool for each event that uses it, limits and
// queue included; a Durable Object is one event for life. `request` and `stream` have a pool for each call, whose
// connection is closed with the response.

import type { SendFunction } from "../api.ts";
import { BaseConnectionPool, type PoolConnection } from "../connection-pool.ts";
import type { RequestOptions } from "../extensions.ts";
import { networkFor, refuseProxy, workerdBackend } from "../network/workerd.ts";
import { PerEvent } from "../network/workerd-events.ts";
import { replaceDeadlines } from "../pool/deadlines.ts";
import { unwatchInEvent, watchInEvent } from "../pool/event-deadlines.ts";
import type { ConnectionPoolOptions } from "../pool-options.ts";
import { printAsText } from "../printing.ts";
import { choiceOf } from "../proxy.ts";
import type { Request } from "../request.ts";
import type { Response } from "../response.ts";
import type { URL } from "../url.ts";

export * from "../exports.ts";

replaceDeadlines(watchInEvent, unwatchInEvent);

/** Connections that are kept and shared by requests of one event. */
export class ConnectionPool {
  static {
    printAsText(ConnectionPool);
  }

  readonly #pools: PerEvent<BaseConnectionPool>;
  /** What an event has that has not used the pool, or comes when it is closed; and what those call who are in none. */
  readonly #unused: BaseConnectionPool;

  /**
   * @throws TypeError or RangeError for options that are wrong, UnsupportedByRuntime for those that cannot be had here
   */
  constructor(options?: ConnectionPoolOptions) {
    const kept = copyOf(options);
    const open = (): BaseConnectionPool => new BaseConnectionPool(kept, networkFor(kept?.tls?.servername ?? null));
    this.#unused = open();
    refuseProxies(kept);
    this.#pools = new PerEvent(open);
  }

  /**
   * Sends a request and reads the whole response: `response.content` is there. Rejects with an error of this package, or
   * with `signal.reason`.
   */
  async request(
    method: string | Uint8Array,
    url: globalThis.URL | URL | string,
    options?: RequestOptions,
  ): Promise<Response> {
    return this.#own.request(method, url, options);
  }

  /**
   * Sends a request and resolves when the response's head has come. The content is read with `iterStream()`, `read()`
   * or `body`; the caller ends it with `close()` or `await using`.
   */
  async stream(
    method: string | Uint8Array,
    url: globalThis.URL | URL | string,
    options?: RequestOptions,
  ): Promise<Response> {
    return this.#own.stream(method, url, options);
  }

  /** Sends a request as it is: no header is added. Resolves like `stream`. */
  async handleRequest(request: Request): Promise<Response> {
    return this.#own.handleRequest(request);
  }

  /** The connections of this event, connecting ones included; a copy of the list. */
  get connections(): PoolConnection[] {
    return this.#here.connections;
  }

  /** Closes all connections: requests in flight fail with ReadError, queued and later ones with PoolClosed. */
  async close(): Promise<void> {
    this.#pools.close();
    this.#unused.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  toString(): string {
    return this.#here.toString();
  }

  get #own(): BaseConnectionPool {
    return this.#pools.get() ?? this.#unused;
  }

  get #here(): BaseConnectionPool {
    return this.#pools.find() ?? this.#unused;
  }
}

/** A connection that has become idle is closed: a pool for one call. */
const ONE_CALL: ConnectionPoolOptions = { maxKeepaliveConnections: 0 };

/**
 * Sends a request on a connection of its own and reads the whole response: `response.content` is there.
 * Rejects with an error of this package, or with `signal.reason`.
 */
export const request: SendFunction = (method, url, options) =>
  new BaseConnectionPool(ONE_CALL, workerdBackend).request(method, url, options);

/**
 * Sends a request on a connection of its own and resolves when the response's head has come. The content is read with
 * `iterStream()`, `read()` or `body`; the caller ends it, and the connection, with `close()` or `await using`.
 */
export const stream: SendFunction = (method, url, options) =>
  new BaseConnectionPool(ONE_CALL, workerdBackend).stream(method, url, options);

/** The network that pools use unless they are given another; for backends that wrap it. */
export { workerdBackend as defaultBackend } from "../network/workerd.ts";

// What later events open their pools with: the caller may have changed the object by then.
function copyOf(options: ConnectionPoolOptions | undefined): ConnectionPoolOptions | undefined {
  if (typeof options !== "object" || options === null) return options;
  const copies = Object.entries(options).map(([name, value]) => [name, isPlain(value) ? { ...value } : value]);
  // Without a prototype, so that only what is its own is read.
  return Object.assign(Object.create(null), Object.fromEntries(copies));
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function refuseProxies(options: ConnectionPoolOptions | undefined): void {
  if (options?.networkBackend) return;
  for (const { authority } of choiceOf(options?.proxy)?.all ?? []) refuseProxy(authority.scheme);
}
