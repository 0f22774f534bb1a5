// Options of a ConnectionPool: read once, checked, defaults filled in, nothing ignored.

import { missingOption } from "./errors.ts";
import type { NetworkBackend } from "./network/network.ts";
import { ownProperties, typed, wrongType } from "./own-properties.ts";
import type { PoolSettings } from "./pool/pool.ts";
import { DEFAULT_TIMEOUTS, type ResolvedTimeouts, resolveTimeouts, type Timeouts } from "./pool/timeouts.ts";
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
  /** Time limits in milliseconds. */
  timeout?: Timeouts | undefined;
  tls?: TLSOptions | undefined;
  /** What requests go through: a URL, a Proxy, or what `Proxy.fromEnvironment()` gives. */
  proxy?: string | Proxy | ProxyEnvironment | undefined;
  socketOptions?: { noDelay?: boolean; keepAlive?: boolean | number } | undefined;
  /** Race the addresses of a name (RFC 8305). True unless given. */
  happyEyeballs?: boolean | undefined;
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
  readonly limits: Limits;
  readonly servername: string | null;
  readonly proxies: ProxyChoice | null;
}

const DEFAULT_MAX_CONNECTIONS = 100;
/** A second less than the five seconds after which many servers close (node:http among them). */
const DEFAULT_KEEPALIVE_EXPIRY = 4000;
/** Milliseconds of silence before the first TCP keep-alive probe, where the caller only says that there be some. */
const DEFAULT_PROBE_DELAY = 60_000;

/** Part of the contract, and not there yet; each with the value that asks for nothing. */
const MISSING_OPTIONS: Readonly<Record<string, unknown>> = {
  retries: 0,
  uds: null,
  localAddress: null,
  trace: null,
};
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
  "networkBackend",
  "limits",
  "leniency",
  ...Object.keys(MISSING_OPTIONS),
]);
const SOCKET_OPTION_NAMES = new Set(["noDelay", "keepAlive"]);

/**
 * @throws TypeError for unknown options and wrong types, RangeError for numbers out of range, UnsupportedByRuntime for
 * what is not there yet
 */
export function checkPoolOptions(
  given: ConnectionPoolOptions | undefined,
  backend: NetworkBackend,
): CheckedPoolOptions {
  const options = ownProperties(given, "pool options", OPTION_NAMES) as ConnectionPoolOptions & Record<string, unknown>;
  const network = checkBackend(options.networkBackend) ?? backend;
  for (const [name, nothing] of Object.entries(MISSING_OPTIONS)) {
    if (options[name] !== undefined && options[name] !== nothing) throw missingOption(name, network.runtime);
  }
  leniencyContext(options.leniency);
  const maxConnections = count(options, "maxConnections", DEFAULT_MAX_CONNECTIONS, 1);
  const { ca, verify, servername } = checkTLSOptions(options.tls, network.runtime);
  return {
    settings: {
      maxConnections,
      maxConnectionsPerOrigin: count(options, "maxConnectionsPerOrigin", maxConnections, 1),
      maxKeepaliveConnections: count(options, "maxKeepaliveConnections", maxConnections, 0),
      keepaliveExpiry: milliseconds(options, "keepaliveExpiry", DEFAULT_KEEPALIVE_EXPIRY),
      socket: checkSocketOptions(options),
      tls: { ca, verify },
      leniency: options.leniency ?? [],
      backend: network,
    },
    timeouts: resolveTimeouts(options.timeout, DEFAULT_TIMEOUTS),
    limits: resolveLimits(options.limits),
    servername,
    proxies: choiceOf(options.proxy),
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
  };
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
