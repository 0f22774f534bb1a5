// Where a connection goes to, by which way, and what tells it from others.

import type { TLSConnectOptions } from "../network/network.ts";
import type { FieldLines } from "../protocol/field-lines.ts";
import type { Authority } from "../url.ts";

/** Octets that tell a proxy who asks. */
export interface Credentials {
  readonly user: Uint8Array;
  readonly password: Uint8Array;
}

/** A proxy as connections need it; every field has been checked. */
export interface ProxySettings {
  readonly kind: "http" | "socks5";
  /** What stands for all of it, credentials and TLS options included, and shows nothing of them. */
  readonly key: string;
  readonly authority: Authority;
  /** TLS to the proxy itself; null where there is none. */
  readonly tls: TLSConnectOptions | null;
  /** HTTP: what is said to the proxy with every CONNECT and every forwarded request, credentials included. */
  readonly lines: FieldLines;
  /** SOCKS5. */
  readonly credentials: Credentials | null;
}

/** Only requests with the same `key` share a connection. */
export interface Route {
  readonly key: string;
  /** The origin, whatever leads to it. */
  readonly authority: Authority;
  /** The name for TLS with the origin; null where there is no TLS. */
  readonly servername: string | null;
  readonly proxy: ProxySettings | null;
}

/** The route to `authority`; `sniHostname` replaces the host's name in TLS and so makes a route of its own. */
export function routeTo(authority: Authority, sniHostname: string | null, proxy: ProxySettings | null): Route {
  const way = proxy === null ? authority.origin : `${authority.origin} ${proxy.key}`;
  const isSecure = authority.scheme === "https" || authority.scheme === "wss";
  if (!isSecure) return { key: way, authority, servername: null, proxy };
  // A trailing dot is DNS's and no part of the name in SNI and certificates (RFC 6066 section 3).
  const servername = sniHostname ?? authority.host.replace(/\.$/, "");
  const key = sniHostname === null ? way : `${way} ${sniHostname}`;
  return { key, authority, servername, proxy };
}

/**
 * Is the proxy asked for the resource, and not for a connection to its origin? An http proxy is for http: it could not
 * read https, and need not understand what ws turns into.
 */
export function isForwarded({ authority, proxy }: Route): boolean {
  return proxy?.kind === "http" && authority.scheme === "http";
}
