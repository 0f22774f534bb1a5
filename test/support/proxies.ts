// Proxies on real sockets, as scripts for the raw server: CONNECT and SOCKS5, each with its reply as a test wants it, and
// behind it a connection to this machine, whatever host was asked for.

import { once } from "node:events";
import net from "node:net";
import { ClientHasGone, type Peer, type Script } from "./scripted-server.ts";

/** What opens a tunnel. */
export const ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

/** Joins `peer` with a port of this machine, both ways, from octet `at` of what came on; ends with either. */
export function join(peer: Peer, port: number, at: number): void {
  const upstream = net.connect({ port, host: "127.0.0.1", noDelay: true });
  upstream.on("error", () => peer.socket.destroy());
  peer.socket.on("close", () => upstream.destroy());
  upstream.write(Buffer.from(peer.received.slice(at), "latin1"));
  peer.socket.pipe(upstream);
  upstream.pipe(peer.socket);
}

/** Sends `octets` one by one, each in a segment of its own. */
export async function dribble(peer: Peer, octets: string): Promise<void> {
  for (const octet of octets) {
    peer.send(octet);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

type Send = (peer: Peer, octets: string) => unknown;
const atOnce: Send = (peer, octets) => peer.send(octets);

/** Answers CONNECT with `reply`, sent by `send`, and joins the client with the port it asked for. */
export function tunnelling(reply = ESTABLISHED, send = atOnce): Script {
  return async (peer) => {
    const request = await peer.request();
    await send(peer, reply);
    join(peer, Number(/^CONNECT \S+:(\d+) /.exec(request)?.[1]), request.length);
  };
}

/** Octets as text, one character for each. */
export const text = (...octets: number[]): string => String.fromCharCode(...octets);

/** Waits for the octets of `peer` from `at` on, `size` of them. */
export async function octetsOf(peer: Peer, at: number, size: number): Promise<string> {
  while (peer.received.length < at + size) {
    if (peer.hasGone) throw new ClientHasGone();
    await Promise.race([once(peer.socket, "data"), peer.gone]);
  }
  return peer.received.slice(at, at + size);
}

export interface SocksOptions {
  /** `user:password`, asked for when given. */
  readonly account?: string;
  readonly send?: Send;
  /** The reply to the request, in place of one with an IPv4 address. */
  readonly reply?: string;
}

/** What a SOCKS server answers when all is well: its own address is 127.0.0.1:9. */
export const CONNECTED = text(5, 0, 0, 1, 127, 0, 0, 1, 0, 9);

/** A SOCKS5 server; joins the client with the port it asked for. */
export function socksing({ account, send = atOnce, reply = CONNECTED }: SocksOptions = {}): Script {
  return async (peer) => {
    let at = 0;
    const take = async (size: number): Promise<string> => {
      const octets = await octetsOf(peer, at, size);
      at += size;
      return octets;
    };
    const sized = async (): Promise<string> => take((await take(1)).charCodeAt(0));
    await take(1);
    const methods = await sized();
    const method = account === undefined ? text(0) : text(2);
    if (!methods.includes(method)) return peer.end(text(5, 0xff));
    await send(peer, text(5) + method);
    if (account !== undefined) {
      await take(1);
      const given = `${await sized()}:${await sized()}`;
      await send(peer, text(1, given === account ? 0 : 1));
      if (given !== account) return peer.end();
    }
    const kind = (await take(4)).charCodeAt(3);
    if (kind === 3) await sized();
    else await take(kind === 1 ? 4 : 16);
    const port = await take(2);
    await send(peer, reply);
    if (reply.charCodeAt(1) === 0) join(peer, port.charCodeAt(0) * 256 + port.charCodeAt(1), at);
    else peer.end();
  };
}
