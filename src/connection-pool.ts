// The pool as a caller has it: method, URL and options in, a Response out.
//
// Everything that can be wrong with a request is found before the pool is asked for a connection, and comes out as a
// rejection. What it adds to a request is written here and nowhere else: Host in front, a framing field at the end.

import { type Content, discardContent, type PreparedContent, prepareContent } from "./content.ts";
import { blameRequest, HTTPCoreError, locate, UnsupportedProtocol } from "./errors.ts";
import {
  type CheckedExtensions,
  checkExtensions,
  checkOptions,
  NO_OPTIONS,
  type RequestOptions,
} from "./extensions.ts";
import type { NetworkBackend } from "./network/network.ts";
import { wrongType } from "./own-properties.ts";
import { Exchange } from "./pool/exchange.ts";
import { prepareRequest, type RequestParts } from "./pool/outgoing-request.ts";
import { Pool } from "./pool/pool.ts";
import { isForwarded, type Route, routeTo } from "./pool/route.ts";
import { resolveTimeouts } from "./pool/timeouts.ts";
import { TracedExchange } from "./pool/traced-exchange.ts";
import { type CheckedPoolOptions, type ConnectionPoolOptions, checkPoolOptions } from "./pool-options.ts";
import { printAsText } from "./printing.ts";
import { type FieldLines, findField, type HeadersInput, toFieldLines } from "./protocol/field-lines.ts";
import { type Limits, resolveLimits } from "./protocol/limits.ts";
import { Request, toMethod } from "./request.ts";
import type { Response } from "./response.ts";
import { CollectingSink, type Settle, StreamingSink } from "./response-sinks.ts";
import { type RequestSource, shownRequest } from "./shown-request.ts";
import { type Authority, toParsedURL, type URL } from "./url.ts";

/** One of the pool's connections, as `pool.connections` lists them. */
export interface PoolConnection {
  readonly state: "CONNECTING" | "ACTIVE" | "IDLE" | "CLOSED";
  /** Requests sent on it so far. */
  readonly requestCount: number;
  /** `<HTTPConnection ['https://example.com:443', HTTP/1.1, IDLE, Request Count: 5]>` */
  toString(): string;
}

const SCHEMES = new Set(["http", "https", "ws", "wss"]);
/** Methods whose definition anticipates content: without any they say so (RFC 9110 section 8.6). */
const METHODS_WITH_CONTENT = new Set(["POST", "PUT", "PATCH"]);

// The function of the promise made last. With an executor of its own, each would keep what that sees alive, for as long
// as the request waits.
let settleLatest: Settle;
const keepFunction = (resolve: Settle): void => {
  settleLatest = resolve;
};

type SinkClass = typeof CollectingSink | typeof StreamingSink;

/** Connections that are kept and shared by requests. Every runtime's entry makes a subclass that knows its network. */
export class BaseConnectionPool {
  static {
    printAsText(BaseConnectionPool);
  }

  readonly #options: CheckedPoolOptions;
  readonly #pool: Pool;
  #route: Route | null = null;

  constructor(options: ConnectionPoolOptions | undefined, backend: NetworkBackend) {
    this.#options = checkPoolOptions(options, backend);
    this.#pool = new Pool(this.#options.settings);
  }

  /**
   * Sends a request and reads the whole response: `response.content` is there. Rejects with an error of errors.ts, or
   * with `signal.reason`.
   */
  request(
    method: string | Uint8Array,
    url: globalThis.URL | URL | string,
    options?: RequestOptions,
  ): Promise<Response> {
    return this.#send(method, url, options, CollectingSink);
  }

  /**
   * Sends a request and resolves when the response's head has come. The content is read with `iterStream()`, `read()`
   * or `body`; the caller ends it with `close()` or `await using`.
   */
  stream(method: string | Uint8Array, url: globalThis.URL | URL | string, options?: RequestOptions): Promise<Response> {
    return this.#send(method, url, options, StreamingSink);
  }

  /** Sends a request as it is: no header is added. Resolves like `stream`. */
  async handleRequest(request: Request): Promise<Response> {
    if (!(request instanceof Request)) throw wrongType("the request", "a Request", request);
    const { method, url, headers, content, extensions } = request;
    const promise = new Promise<Response>(keepFunction);
    const settle = settleLatest;
    try {
      const lines = toFieldLines(headers);
      const checked = checkExtensions(extensions);
      const { authority, target: urlTarget } = toParsedURL(url);
      const target = checked.target ?? urlTarget;
      const parts = { method, authority, target, lines, content: prepareContent(content), trailers: checked.trailers };
      this.#submit(parts, checked, null, settle, request, StreamingSink);
    } catch (error) {
      settle(Promise.reject(refuse(error, method, url, request, null)));
    }
    return promise;
  }

  /** The connections, connecting ones included; a copy of the list. */
  get connections(): PoolConnection[] {
    return this.#pool.connections;
  }

  /** Closes all connections: requests in flight fail with ReadError, queued and later ones with PoolClosed. */
  async close(): Promise<void> {
    this.#pool.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pool.close();
  }

  toString(): string {
    return `<ConnectionPool ${this.#pool.describe()}>`;
  }

  #send(
    method: string | Uint8Array,
    url: globalThis.URL | URL | string,
    given: RequestOptions | undefined,
    SinkClass: SinkClass,
  ): Promise<Response> {
    const promise = new Promise<Response>(keepFunction);
    const settle = settleLatest;
    let options = NO_OPTIONS;
    let parts: RequestParts | null = null;
    try {
      options = checkOptions(given);
      const signal = checkSignal(options.signal);
      signal?.throwIfAborted();
      const name = toMethod(method);
      const { authority, target: urlTarget } = toParsedURL(url);
      const extensions = checkExtensions(options.extensions);
      const content = prepareContent(options.content);
      const target = extensions.target ?? urlTarget;
      // The Host of CONNECT is what is connected to (RFC 9110 section 7.2); a target that is none is refused as that.
      const host = name === "CONNECT" && /^[^/?#@]+$/.test(target) ? target : authority.hostHeader;
      const lines = completeLines(name, host, options.headers, content);
      parts = { method: name, authority, target, lines, content, trailers: extensions.trailers };
      this.#submit(parts, extensions, signal, settle, options, SinkClass);
    } catch (error) {
      settle(Promise.reject(refuse(error, method, url, options, parts)));
    }
    return promise;
  }

  #submit(
    parts: RequestParts,
    extensions: CheckedExtensions,
    signal: AbortSignal | null,
    settle: Settle,
    source: RequestSource,
    SinkClass: SinkClass,
  ): void {
    const { authority } = parts;
    if (!SCHEMES.has(authority.scheme)) {
      throw new UnsupportedProtocol(`the URL has the unsupported protocol '${authority.scheme}://'`);
    }
    const sniHostname = extensions.sniHostname ?? this.#options.servername;
    const route = this.#routeTo(authority, sniHostname);
    const isChanged = isForwarded(route);
    const request = prepareRequest(isChanged ? forwarded(parts, route) : parts);
    // Reading the options may have run code of the caller's.
    signal?.throwIfAborted();
    // The head is shared by requests that are alike: a request that waits keeps nothing else of what it was made with.
    const sink = new SinkClass(settle, source, isChanged ? parts : request.head, extensions);
    const timeouts = resolveTimeouts(extensions.timeout, this.#options.timeouts);
    const limits = this.#limitsOf(extensions);
    const trace = extensions.trace ?? this.#options.settings.trace;
    const exchange = trace
      ? new TracedExchange(
          trace,
          shownRequest(source, parts, authority),
          request,
          route,
          sink,
          this.#pool,
          timeouts,
          limits,
          signal,
        )
      : new Exchange(request, route, sink, this.#pool, timeouts, limits, signal);
    sink.exchange = exchange;
    this.#pool.submit(exchange);
  }

  // A program stays with an origin for a while, and authorities are made once.
  #routeTo(authority: Authority, sniHostname: string | null): Route {
    const latest = this.#route;
    if (latest?.authority === authority && sniHostname === null && this.#options.proxies === null) return latest;
    const route = routeTo(authority, sniHostname, this.#options.proxies?.choose(authority) ?? null);
    if (sniHostname === null) this.#route = route;
    return route;
  }

  #limitsOf({ maxContentSize, maxHeaderSize }: CheckedExtensions): Readonly<Limits> {
    const { limits } = this.#options.settings;
    if (maxContentSize === undefined && maxHeaderSize === undefined) return limits;
    return resolveLimits({ maxContentSize, maxHeaderSize }, limits);
  }
}

// The lines of `headers`, with Host in front and the framing field that the content asks for at the end, unless given.
function completeLines(method: string, host: string, headers: HeadersInput, content: PreparedContent): FieldLines {
  const lines = toFieldLines(headers, ["Host", host]);
  if (findField(lines, "host", 2) !== undefined) lines.splice(0, 2);
  if (findField(lines, "content-length") !== undefined || findField(lines, "transfer-encoding") !== undefined) {
    return lines;
  }
  if (content === null) {
    if (METHODS_WITH_CONTENT.has(method)) lines.push("Content-Length", "0");
  } else {
    const size = content instanceof Uint8Array ? content.length : content.size;
    if (size === null) lines.push("Transfer-Encoding", "chunked");
    else lines.push("Content-Length", String(size));
  }
  return lines;
}

// As a proxy gets it: the headers that are for the proxy behind Host, but for those that the request has of its own, and
// the whole URL as target (RFC 9112 section 3.2.2), unless the caller has given one that is no path: a URL, or CONNECT's.
function forwarded(parts: RequestParts, { proxy, authority }: Route): RequestParts {
  const added = (proxy?.lines ?? []).filter((_, i, all) => {
    const name = all[i & ~1] as string;
    return findField(parts.lines, name.toLowerCase()) === undefined;
  });
  const host = parts.lines.findIndex((part, i) => i % 2 === 0 && part.toLowerCase() === "host");
  // Without Host the request is refused, and must not be for what is the proxy's.
  const lines = parts.lines.toSpliced(host < 0 ? parts.lines.length : host + 2, 0, ...added);
  const { target } = parts;
  // The last proxy makes "*" of a URL without a path (section 3.2.4).
  const path = target === "*" ? "" : target.startsWith("/") ? target : null;
  return { ...parts, lines, target: path === null ? target : `http://${authority.hostHeader}${path}` };
}

// A request that is not sent: its content is given up, whatever it is, and the error tells of it, from what was read of
// it as far as that went.
function refuse(
  error: unknown,
  method: string | Uint8Array,
  url: globalThis.URL | URL | string,
  source: RequestSource,
  parts: RequestParts | null,
): unknown {
  const { content = null, extensions = {}, headers } = source;
  try {
    discardContent(prepareContent(content as Content));
  } catch {
    // it is no content
  }
  if (!(error instanceof HTTPCoreError)) return error;
  const { request } = blameRequest(error, () =>
    parts ? shownRequest(source, parts, parts.authority) : new Request(method, url, { headers, content, extensions }),
  );
  return request instanceof Request ? locate(error, request.url.origin) : error;
}

function checkSignal(signal: unknown): AbortSignal | null {
  if (signal === undefined || signal === null) return null;
  if (typeof signal === "object" && "aborted" in signal) return signal as AbortSignal;
  throw wrongType("signal", "an AbortSignal", signal);
}
