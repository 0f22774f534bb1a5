// Options of a ConnectionPool: read once, checked, defaults filled in, nothing ignored.

import { UnsupportedByRuntime } from "./errors.ts";
import { familyOf } from "./ip-address.ts";
import type { NetworkBackend, SocketOptions } from "./network/network.ts";
import { ownProperties, typed, wrongType } from "./own-properties.ts";
import type { PoolSettings } from "./pool/pool.ts";
import { DEFAULT_TIMEOUTS, type ResolvedTimeouts, resolveTimeouts, type Timeouts } from "./pool/timeouts.ts";
import type { Trace } from "./pool/tracer.ts";
import { type Limits, resolveLimits } from "./protocol/limits.ts";
import { leniencyContext } from "./protocol/response-head.ts";
import { choiceOf, type Proxy } from "./proxy.ts";
import type { ProxyEnvironment } from "./proxy-environment.ts";
import type { ProxyChoice } from "./proxy-options.ts";
import { checkTLSOptions, type TLSOptions } from "./tls-options.ts";

export interface ConnectionPoolOptions {
  /** Connections in all; further requests queue, first in, first out. 100 unless given. */
  maxConnections?: number | undefined;
  /** Idle connections that are kept. As many as `maxConnections` unless given. */
  maxKeepaliveConnections?: number | undefined;
  /** Connections to one origin. As many as `maxConnections` unless given. */
  maxConnectionsPerOrigin?: number | undefined;
  /** Milliseconds that an idle connection is kept. 4,000 unless given; a server's `Keep-Alive: timeout` shortens it. */
  keepaliveExpiry?: number | undefined;
  /** How often connecting (TCP, TLS, proxy) is tried again, after 0, 0.5, 1, 2, 4 ... seconds. 0 unless given. */
  retries?: number | undefined;
  /** Time limits in milliseconds. */
  timeout?: Timeouts | undefined;
  tls?: TLSOptions | undefined;
  /** What requests go through: a URL, a Proxy, or what `Proxy.fromEnvironment()` gives. */
  proxy?: string | Proxy | ProxyEnvironment | undefined;
  socketOptions?: { noDelay?: boolean; keepAlive?: boolean | number } | undefined;
  /** Race the addresses of a name (RFC 8305); false: one after the other. True unless given. */
  happyEyeballs?: boolean | undefined;
  /** Called with what happens, step by step (docs/trace.md). */
  trace?: Trace | undefined;
  /** The IP address of this machine that connections come from. */
  localAddress?: string | null | undefined;
  /**
   * Look-up of one's own: the IP addresses of a name, in the order in which they are to be tried. It is not asked about
   * IP addresses. What it throws is the cause of a ConnectError.
   */
  resolve?: ((host: string) => Promise<readonly string[]> | readonly string[]) | null | undefined;
  /**
   * The path of a Unix socket that every connection goes to, whatever the URL's host; `Host`, and the name for TLS, are
   * the URL's all the same.
   */
  uds?: string | null | undefined;
  /** The network in place of the runtime's own. */
  networkBackend?: NetworkBackend | undefined;
  limits?: Partial<Limits> | undefined;
  /** `"bare-lf"`: a lone LF ends a line of a response head. */
  leniency?: readonly "bare-lf"[] | undefined;
}

/** Options with nothing left open. */
export interface CheckedPoolOptions {
  readonly settings: PoolSettings;
  readonly timeouts: ResolvedTimeouts;
  readonly servername: string | null;
  readonly proxies: ProxyChoice | null;
}

const DEFAULT_MAX_CONNECTIONS = 100;
/** A second less than the five seconds after which many servers close (node:http among them). */
const DEFAULT_KEEPALIVE_EXPIRY = 4000;
/** Milliseconds of silence before the first TCP keep-alive probe, where the caller only says that there be some. */
const DEFAULT_PROBE_DELAY = 60_000;

const OPTION_NAMES = new Set([
  "maxConnections",
  "maxKeepaliveConnections",
  "maxConnectionsPerOrigin",
  "keepaliveExpiry",
  "timeout",
  "tls",
  "proxy",
  "socketOptions",
  "happyEyeballs",
  "retries",
  "trace",
  "networkBackend",
  "localAddress",
  "resolve",
  "uds",
  "limits",
  "leniency",
]);
const SOCKET_OPTION_NAMES = new Set(["noDelay", "keepAlive"]);

/**
 * @throws TypeError for unknown options and wrong types, RangeError for numbers out of range, UnsupportedByRuntime for
 * what is not there yet, or not on this runtime
 */
export function checkPoolOptions(
  given: ConnectionPoolOptions | undefined,
  backend: NetworkBackend,
): CheckedPoolOptions {
  const options = ownProperties(given, "pool options", OPTION_NAMES) as ConnectionPoolOptions & Record<string, unknown>;
  const network = checkBackend(options.networkBackend) ?? backend;
  leniencyContext(options.leniency);
  const proxies = choiceOf(options.proxy);
  const maxConnections = count(options, "maxConnections", DEFAULT_MAX_CONNECTIONS, 1);
  const { servername, ...tls } = checkTLSOptions(options.tls);
  const socket = checkSocketOptions(options);
  network.check?.(tls, socket);
  for (const proxy of proxies?.all ?? []) if (proxy.tls) network.check?.(proxy.tls, socket);
  const uds = checkPath(options, network, socket);
  if (uds !== null && proxies) throw new TypeError("options.uds is a way of its own: it cannot go with a proxy");
  return {
    settings: {
      maxConnections,
      maxConnectionsPerOrigin: count(options, "maxConnectionsPerOrigin", maxConnections, 1),
      maxKeepaliveConnections: count(options, "maxKeepaliveConnections", maxConnections, 0),
      keepaliveExpiry: milliseconds(options, "keepaliveExpiry", DEFAULT_KEEPALIVE_EXPIRY),
      socket,
      tls,
      uds,
      retries: count(options, "retries", 0, 0),
      trace: typed<Trace>(options, "options", "trace", "function"),
      leniency: options.leniency ?? [],
      limits: resolveLimits(options.limits),
      backend: network,
    },
    timeouts: resolveTimeouts(options.timeout, DEFAULT_TIMEOUTS),
    servername,
    proxies,
  };
}

function checkSocketOptions(options: ConnectionPoolOptions & Record<string, unknown>): PoolSettings["socket"] {
  const socket = ownProperties(options.socketOptions, "socketOptions", SOCKET_OPTION_NAMES);
  const { keepAlive } = socket;
  if (keepAlive !== undefined && typeof keepAlive !== "boolean" && !(typeof keepAlive === "number" && keepAlive >= 0)) {
    throw wrongType("socketOptions.keepAlive", "a boolean or a number of milliseconds", keepAlive);
  }
  return {
    noDelay: typed<boolean>(socket, "socketOptions", "noDelay", "boolean") ?? true,
    keepAlive: keepAlive === true ? DEFAULT_PROBE_DELAY : typeof keepAlive === "number" ? keepAlive : null,
    happyEyeballs: typed<boolean>(options, "options", "happyEyeballs", "boolean") ?? true,
    localAddress: checkLocalAddress(options),
    resolve: typed(options, "options", "resolve", "function"),
  };
}

function checkLocalAddress(options: Record<string, unknown>): string | null {
  const address = typed<string>(options, "options", "localAddress", "string");
  if (address === null || familyOf(address) !== null) return address;
  throw new TypeError(`options.localAddress must be an IP address, not ${JSON.stringify(address)}`);
}

function checkPath(
  options: Record<string, unknown>,
  { runtime, connectUnix }: NetworkBackend,
  { localAddress, resolve }: SocketOptions,
): string | null {
  const path = typed<string>(options, "options", "uds", "string");
  if (path === "") throw new TypeError("options.uds must be a path, and is empty");
  if (path !== null && (localAddress !== null || resolve !== null)) {
    throw new TypeError("options.uds is a way without IP addresses: it cannot go with localAddress or resolve");
  }
  if (path === null || connectUnix) return path;
  throw new UnsupportedByRuntime(`'uds' is not supported on ${runtime}`, { option: "uds", runtime });
}

function checkBackend(given: unknown): NetworkBackend | null {
  if (given === undefined || given === null) return null;
  const backend = given as Partial<NetworkBackend>;
  if (typeof backend.connectTcp !== "function" || typeof backend.runtime !== "string") {
    throw wrongType("networkBackend", "an object with 'runtime' and 'connectTcp'", given);
  }
  return given as NetworkBackend;
}

function count(options: Record<string, unknown>, name: string, standard: number, least: number): number {
  const value = options[name] ?? standard;
  if (value === Infinity || (Number.isInteger(value) && (value as number) >= least)) return value as number;
  throw new RangeError(`${name} must be a whole number from ${least} on, not ${String(value)}`);
}

function milliseconds(options: Record<string, unknown>, name: string, standard: number): number {
  const value = options[name] ?? standard;
  if (typeof value === "number" && value >= 0) return value;
  throw new RangeError(`${name} must be milliseconds from 0 on, not ${String(value)}`);
}
