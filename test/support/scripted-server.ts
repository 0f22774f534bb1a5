// A raw server that does what a test tells it to: it keeps every octet that a client sent, and sends octets as given.
//
// In: a script, run for each connection. Out: the connections ("peers") with what came on them. It knows just enough
// of HTTP to tell where a request ends, and refuses to know anything about responses. Servers close with their test.

import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { onTestFinished } from "vitest";
import { requestEnd } from "./request-end.ts";

/** The plainest response. */
export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** Where nobody listens: connections are refused. */
export const NOBODY = "http://127.0.0.1:1";

/** What a server does with one connection; `index` counts connections from 0 on. */
export type Script = (peer: Peer, index: number) => unknown;

/** One connection of a client, seen from the server. */
export class Peer {
  readonly socket: net.Socket;
  /** Every octet that came, one character for each. */
  received = "";
  /** Has the client closed its side, or broken the connection? */
  hasGone = false;
  /** How the client broke the connection, if it did not close it. */
  fault: unknown = null;
  /** Resolves when the client has gone. */
  readonly gone: Promise<void>;
  #taken = 0;
  #wake: (() => void)[] = [];

  constructor(socket: net.Socket) {
    this.socket = socket;
    this.gone = new Promise((resolve) => {
      const leave = (): void => {
        this.hasGone = true;
        this.#notify();
        resolve();
      };
      socket.on("end", leave);
      socket.on("close", leave);
      socket.on("error", (error) => {
        this.fault = error;
        leave();
      });
    });
    socket.on("data", (octets: Buffer) => {
      this.received += octets.toString("latin1");
      this.#notify();
    });
  }

  /** The octets of the next request, once it is complete. */
  request(): Promise<string> {
    return this.#take(() => requestEnd(this.received, this.#taken));
  }

  /** Waits until `text` has come, and takes nothing. */
  async until(text: string): Promise<void> {
    while (!this.received.includes(text)) await this.#more();
  }

  send(octets: string | Uint8Array): void {
    this.socket.write(typeof octets === "string" ? Buffer.from(octets, "latin1") : octets);
  }

  /** Sends `octets` and a FIN. */
  end(octets: string | Uint8Array = ""): void {
    this.socket.end(typeof octets === "string" ? Buffer.from(octets, "latin1") : octets);
  }

  /** Sends a RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  async #take(find: () => number | null): Promise<string> {
    for (let end = find(); ; end = find()) {
      if (end !== null) {
        const octets = this.received.slice(this.#taken, end);
        this.#taken = end;
        return octets;
      }
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    if (this.hasGone) throw new ClientHasGone();
    await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}

/** What a script meets that waits for more from a client that has gone. */
export class ClientHasGone extends Error {}

export class ScriptedServer {
  readonly peers: Peer[] = [];
  readonly scheme: "http" | "https";
  readonly #server: net.Server;
  #wake: (() => void)[] = [];

  constructor(scheme: "http" | "https", server: net.Server) {
    this.scheme = scheme;
    this.#server = server;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** `http://127.0.0.1:1234` */
  get origin(): string {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  url(target = "/"): string {
    return this.origin + target;
  }

  /** The first `count` connections, once they are there. */
  async connected(count: number): Promise<Peer[]> {
    while (this.peers.length < count) await new Promise<void>((resolve) => this.#wake.push(resolve));
    return this.peers.slice(0, count);
  }

  /** The connection with this number, counted from 0, once it is there. */
  async peer(index: number): Promise<Peer> {
    const peer = (await this.connected(index + 1))[index];
    if (!peer) throw new Error(`there is no connection ${index}`);
    return peer;
  }

  accept(socket: net.Socket, script: Script): void {
    const peer = new Peer(socket);
    const index = this.peers.push(peer) - 1;
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
    // A script that waits for a client that has gone is over; anything else is a mistake in the test.
    Promise.resolve(script(peer, index)).catch((error: unknown) => {
      if (!(error instanceof ClientHasGone)) throw error;
    });
  }

  close(): void {
    this.#server.close();
    for (const { socket } of this.peers) socket.destroy();
  }
}

/** A plain server on 127.0.0.1 (or `host`) that ends with the test. */
export async function serve(script: Script, host = "127.0.0.1"): Promise<ScriptedServer> {
  const listener = net.createServer({ allowHalfOpen: true, noDelay: true });
  return start(new ScriptedServer("http", listener), listener, "connection", script, host);
}

/** The same with TLS. */
export async function serveTLS(options: tls.TlsOptions, script: Script): Promise<ScriptedServer> {
  const listener = tls.createServer({ ...options, allowHalfOpen: true, noDelay: true });
  listener.on("tlsClientError", () => {});
  return start(new ScriptedServer("https", listener), listener, "secureConnection", script, "127.0.0.1");
}

async function start(
  server: ScriptedServer,
  listener: net.Server,
  event: "connection" | "secureConnection",
  script: Script,
  host: string,
): Promise<ScriptedServer> {
  listener.on(event, (socket: net.Socket) => server.accept(socket, script));
  listener.listen(0, host);
  await once(listener, "listening");
  onTestFinished(() => server.close());
  return server;
}

/** A script that gives every request the same response. */
export function answering(response: string | Uint8Array = OK): Script {
  return async (peer) => {
    while (true) {
      await peer.request();
      peer.send(response);
    }
  };
}

/** A script that gives the first request of a connection the first response, and so on, then nothing more. */
export function answeringEach(...responses: (string | Uint8Array)[]): Script {
  return async (peer) => {
    for (const response of responses) {
      await peer.request();
      peer.send(response);
    }
  };
}

/** Answers; but the first connection ends at its second request. */
export const endingWhenReused: Script = async (peer, index) => {
  await peer.request();
  peer.send(OK);
  await peer.request();
  if (index === 0) return peer.end();
  peer.send(OK);
  return answering()(peer, index);
};
