// The ways that lead to an origin: straight, with TLS, and through each kind of proxy.
//
// In: what the origin does with a connection. Out: the servers of the way, listening, and the pool options and the URL
// that lead there. All connections of a client end at the first server.

import { Proxy, type ProxyOptions } from "httpcore";
import { socksing, tunnelling } from "../support/proxies.ts";
import type { Script } from "../support/scripted-server.ts";
import { Listener, trusted } from "./listener.ts";

export interface OpenWay {
  /** The one that clients connect to first. */
  readonly servers: readonly Listener[];
  readonly options: { readonly tls?: { ca: string }; readonly proxy?: Proxy };
  /** Without a path. */
  readonly origin: string;
}

interface Way {
  readonly scheme: "http" | "https" | "ws";
  /** What the proxy does; "forward": it answers in place of the origin. Null: there is none. */
  readonly proxy: { readonly scheme: "http" | "https" | "socks5"; readonly does: Script | "forward" } | null;
}

const ACCOUNT = "user:password";

export const WAYS = {
  direct: { scheme: "http", proxy: null },
  TLS: { scheme: "https", proxy: null },
  "HTTP proxy, forwarding": { scheme: "http", proxy: { scheme: "http", does: "forward" } },
  "HTTP proxy, tunnel": { scheme: "ws", proxy: { scheme: "http", does: tunnelling() } },
  "HTTP proxy, tunnel to TLS": { scheme: "https", proxy: { scheme: "http", does: tunnelling() } },
  "https proxy, forwarding": { scheme: "http", proxy: { scheme: "https", does: "forward" } },
  "https proxy, tunnel to TLS": { scheme: "https", proxy: { scheme: "https", does: tunnelling() } },
  SOCKS5: { scheme: "http", proxy: { scheme: "socks5", does: socksing({ account: ACCOUNT }) } },
  "SOCKS5 to TLS": { scheme: "https", proxy: { scheme: "socks5", does: socksing({ account: ACCOUNT }) } },
} as const satisfies Record<string, Way>;

export type WayName = keyof typeof WAYS;

export async function openWay(name: WayName, atOrigin: Script): Promise<OpenWay> {
  const { scheme, proxy }: Way = WAYS[name];
  const tls = await trusted();
  if (proxy?.does === "forward") {
    const server = await Listener.open(proxy.scheme === "https" ? "https" : "http", atOrigin);
    return { servers: [server], options: { proxy: proxyAt(proxy.scheme, server, tls) }, origin: "http://a.example" };
  }
  const origin = await Listener.open(scheme === "https" ? "https" : "http", atOrigin);
  const url = `${scheme}://127.0.0.1:${origin.port}`;
  if (proxy === null) return { servers: [origin], options: { tls }, origin: url };
  const server = await Listener.open(proxy.scheme === "https" ? "https" : "http", proxy.does);
  return {
    servers: [server, origin],
    options: { tls, proxy: proxyAt(proxy.scheme, server, tls) },
    origin: url,
  };
}

function proxyAt(scheme: "http" | "https" | "socks5", { port }: Listener, tls: { ca: string }): Proxy {
  const userinfo = scheme === "socks5" ? `${ACCOUNT}@` : "";
  const options: ProxyOptions = { url: `${scheme}://${userinfo}127.0.0.1:${port}` };
  return new Proxy(scheme === "https" ? { ...options, tls } : options);
}
