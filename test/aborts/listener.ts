// A server on this machine that knows how many connections clients hold open: plain or with TLS, from the first octet on.
//
// In: a script for each connection. It ends when it is closed, whoever uses it: a test, or a run of the fuzzer.

import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { certificateAuthority, type Identity, leafFor } from "../support/certificates.ts";
import { ClientHasGone, Peer, type Script } from "../support/scripted-server.ts";

let identity: Promise<Identity> | null = null;

/** The authority that a client has to trust. */
export async function trusted(): Promise<{ ca: string }> {
  return { ca: (await certificateAuthority()).cert };
}

export class Listener {
  readonly port: number;
  readonly complaints: string[] = [];
  readonly #server: net.Server;
  readonly #open: Set<net.Socket>;

  private constructor(server: net.Server, open: Set<net.Socket>) {
    this.#server = server;
    this.#open = open;
    this.port = (server.address() as net.AddressInfo).port;
  }

  static async open(scheme: "http" | "https", script: Script): Promise<Listener> {
    const open = new Set<net.Socket>();
    const isPlain = scheme === "http";
    identity ??= leafFor("127.0.0.1");
    const server = isPlain ? net.createServer({ noDelay: true }) : tls.createServer({ ...(await identity) });
    server.on("tlsClientError", () => {});
    server.on("connection", (socket: net.Socket) => {
      open.add(socket);
      socket.setNoDelay();
      socket.on("error", () => {});
      socket.on("close", () => open.delete(socket));
    });
    // All addresses that begin with 127 are this machine.
    server.listen(0, "0.0.0.0");
    await once(server, "listening");
    const listener = new Listener(server, open);
    let count = 0;
    server.on(isPlain ? "connection" : "secureConnection", (socket: net.Socket) => {
      const peer = new Peer(socket);
      peer.gone.then(() => socket.destroy());
      Promise.resolve(script(peer, count++)).catch((error: unknown) => {
        if (!(error instanceof ClientHasGone)) listener.complaints.push(String(error));
      });
    });
    return listener;
  }

  /** Connections that are open, those in the midst of TLS among them. */
  get openCount(): number {
    return this.#open.size;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
  }
}
