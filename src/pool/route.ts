// Where a connection goes to, and what tells it from others.

import type { Authority } from "../url.ts";

/** Only requests with the same `key` share a connection. */
export interface Route {
  readonly key: string;
  readonly authority: Authority;
  /** The name for TLS; null where there is no TLS. */
  readonly servername: string | null;
}

/** The route to `authority`; `sniHostname` replaces the host's name in TLS and so makes a route of its own. */
export function routeTo(authority: Authority, sniHostname: string | null): Route {
  const isSecure = authority.scheme === "https" || authority.scheme === "wss";
  if (!isSecure) return { key: authority.origin, authority, servername: null };
  // A trailing dot is DNS's and no part of the name in SNI and certificates (RFC 6066 section 3).
  const servername = sniHostname ?? authority.host.replace(/\.$/, "");
  const key = sniHostname === null ? authority.origin : `${authority.origin} ${sniHostname}`;
  return { key, authority, servername };
}
