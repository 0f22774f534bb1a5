// The tree of errors. A leaf: it knows nothing of what raises them.
//
// HTTPCoreError
// ├── UnsupportedProtocol, UnsupportedByRuntime, PoolClosed, ResponseNotRead, StreamConsumed, ProxyError
// ├── TimeoutException ── PoolTimeout, ConnectTimeout, ReadTimeout, WriteTimeout, TotalTimeout
// ├── NetworkError ────── ConnectError, ReadError, WriteError
// └── ProtocolError ───── LocalProtocolError (the caller broke HTTP), RemoteProtocolError (the peer did)
//
// Names are httpcore's. `name` is written out, so that it survives a minifier; `code` follows from it: PoolTimeout has
// ERR_POOL_TIMEOUT.

/** In which part of an exchange something failed. */
export type Phase = "pool" | "connect" | "send" | "receive" | "close";

/** What is known of a failure beside its message. */
export interface HTTPCoreErrorOptions {
  /** The error that caused this one: the runtime's own, untouched. */
  cause?: unknown;
  /** The request that failed. */
  request?: unknown;
  /** The origin it was meant for: `https://example.com:443`. */
  origin?: string | undefined;
  phase?: Phase | undefined;
}

/** The base of all errors of this package. `code` is stable API, the message is not. */
export class HTTPCoreError extends Error {
  declare readonly code: string;
  /** The request that failed, where it is known. Not enumerable, as its headers may hold secrets. */
  declare readonly request: unknown;
  declare readonly origin: string | undefined;
  declare readonly phase: Phase | undefined;

  static {
    name(HTTPCoreError, "HTTPCoreError");
  }

  constructor(message: string, options: HTTPCoreErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    hide(this, "request", options.request);
    hide(this, "origin", options.origin);
    hide(this, "phase", options.phase);
  }
}

/** The URL's scheme is missing, or none of http, https, ws and wss. */
export class UnsupportedProtocol extends HTTPCoreError {
  static {
    name(UnsupportedProtocol, "UnsupportedProtocol");
  }
}

/** This runtime, or this version, cannot do what an option asks for. */
export class UnsupportedByRuntime extends HTTPCoreError {
  /** The option, as written by the caller: `tls.pinnedCertificates`. */
  readonly option: string;
  /** The runtime: `node`, `deno`, `bun`, `workerd`. */
  readonly runtime: string;

  static {
    name(UnsupportedByRuntime, "UnsupportedByRuntime");
  }

  constructor(message: string, options: HTTPCoreErrorOptions & { option: string; runtime: string }) {
    super(message, options);
    this.option = options.option;
    this.runtime = options.runtime;
  }
}

/** The pool has been closed. */
export class PoolClosed extends HTTPCoreError {
  static {
    name(PoolClosed, "PoolClosed");
  }
}

/** `content` or `trailers` were asked for before they had been read. */
export class ResponseNotRead extends HTTPCoreError {
  static {
    name(ResponseNotRead, "ResponseNotRead");
  }
}

/** The content can be read once, and has been. */
export class StreamConsumed extends HTTPCoreError {
  static {
    name(StreamConsumed, "StreamConsumed");
  }
}

/** The headers of a proxy's reply: a HeaderList, of which this file knows no more. */
export interface ReplyHeaders extends Iterable<[name: string, value: string]> {
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string): boolean;
}

/** The reply by which an HTTP proxy refused. */
export interface ProxyReply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** At most 64 KiB of it. */
  readonly content: Uint8Array;
}

/** A proxy refused: CONNECT was not answered with 2xx, or SOCKS5 said no. */
export class ProxyError extends HTTPCoreError {
  /** The status of an HTTP proxy's reply; undefined for a SOCKS proxy, like the two that follow. */
  readonly status: number | undefined;
  declare readonly headers: ReplyHeaders | undefined;
  /** At most 64 KiB of the reply's content. */
  declare readonly content: Uint8Array | undefined;

  static {
    name(ProxyError, "ProxyError");
  }

  constructor(message: string, options: HTTPCoreErrorOptions & { reply?: ProxyReply } = {}) {
    super(message, options);
    this.status = options.reply?.status;
    hide(this, "headers", options.reply?.headers);
    hide(this, "content", options.reply?.content);
  }
}

/** A time limit was passed. */
export class TimeoutException extends HTTPCoreError {
  static {
    name(TimeoutException, "TimeoutException");
  }
}

/** No connection became free within `timeout.pool`. */
export class PoolTimeout extends TimeoutException {
  static {
    name(PoolTimeout, "PoolTimeout");
  }
}

/** TCP and TLS were not set up within `timeout.connect`. */
export class ConnectTimeout extends TimeoutException {
  static {
    name(ConnectTimeout, "ConnectTimeout");
  }
}

/** No octet came for `timeout.read`. */
export class ReadTimeout extends TimeoutException {
  static {
    name(ReadTimeout, "ReadTimeout");
  }
}

/** The peer took no octet for `timeout.write`. */
export class WriteTimeout extends TimeoutException {
  static {
    name(WriteTimeout, "WriteTimeout");
  }
}

/** The whole exchange took longer than `timeout.total`. */
export class TotalTimeout extends TimeoutException {
  static {
    name(TotalTimeout, "TotalTimeout");
  }
}

/** The network failed. */
export class NetworkError extends HTTPCoreError {
  static {
    name(NetworkError, "NetworkError");
  }
}

/** No connection: name look-up, TCP or TLS failed, a certificate included. */
export class ConnectError extends NetworkError {
  static {
    name(ConnectError, "ConnectError");
  }
}

/** The connection broke while a response was awaited or read. */
export class ReadError extends NetworkError {
  static {
    name(ReadError, "ReadError");
  }
}

/** The connection broke while the request was sent. */
export class WriteError extends NetworkError {
  static {
    name(WriteError, "WriteError");
  }
}

/** What a protocol error adds: which rule was broken, and where. */
export interface ProtocolErrorOptions extends HTTPCoreErrorOptions {
  reason: string;
  offset?: number | undefined;
}

/** HTTP was broken, by the caller or by the peer. */
export class ProtocolError extends HTTPCoreError {
  /** The rule that was broken, such as `invalid-header-name`; docs/errors.md lists them all. */
  readonly reason: string;
  /** Where, in octets from the first octet of the message, if it is known. */
  readonly offset: number | undefined;

  static {
    name(ProtocolError, "ProtocolError");
  }

  constructor(message: string, options: ProtocolErrorOptions) {
    super(message, options);
    this.reason = options.reason;
    this.offset = options.offset;
  }
}

/** The caller asked for something that HTTP does not allow. */
export class LocalProtocolError extends ProtocolError {
  static {
    name(LocalProtocolError, "LocalProtocolError");
  }
}

/** The peer broke HTTP, or passed a limit. Nothing of its connection is used again. */
export class RemoteProtocolError extends ProtocolError {
  static {
    name(RemoteProtocolError, "RemoteProtocolError");
  }
}

/** The error for something that the contract names and this version does not do. */
export function missingOption(option: string, runtime: string): UnsupportedByRuntime {
  const message = `'${option}' is not supported on ${runtime} by this version`;
  return new UnsupportedByRuntime(message, { option, runtime });
}

/** `error`, with the origin and the phase noted on it when it is one of ours and does not have them yet. */
export function locate<E>(error: E, origin: string, phase?: Phase): E {
  if (error instanceof HTTPCoreError && error.origin === undefined) {
    hide(error, "origin", origin);
    hide(error, "phase", phase);
  }
  return error;
}

/** `error`, with the request noted on it when it is one of ours and does not have it yet. */
export function blameRequest<E>(error: E, makeRequest: () => unknown): E {
  if (!(error instanceof HTTPCoreError) || error.request !== undefined) return error;
  try {
    hide(error, "request", makeRequest());
  } catch {
    // The error itself is what matters.
  }
  return error;
}

function name(errorClass: { prototype: object }, className: string): void {
  hide(errorClass.prototype, "name", className);
  hide(errorClass.prototype, "code", `ERR_${className.replace(/[a-z](?=[A-Z])/g, "$&_").toUpperCase()}`);
}

// Not enumerable, as the fields of Error itself are: printing an error prints its message and stack, not the request.
function hide(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, configurable: true, writable: true, enumerable: false });
}
