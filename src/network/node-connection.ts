// A connection of Node: a socket of node:net or node:tls that has been set up, as the contract of network.ts.
//
// Every write to a plain socket is taken at once or waits in Node; TLS tells later, and only by a callback. A failing
// write must not lose what has come. Deno and Bun use this class, too, on their node:net and node:tls.

import type net from "node:net";
import type tls from "node:tls";
import { NO_OCTETS } from "../octets.ts";
import type { NetworkConnection, NetworkReceiver, TLSConnectOptions } from "./network.ts";
import { tlsFacts } from "./node-tls.ts";

/** TLS on a socket that is there, as its client. */
export type StartTLS = (
  socket: net.Socket,
  options: TLSConnectOptions,
  receiver: NetworkReceiver,
  signal: AbortSignal,
) => Promise<NetworkConnection>;

/** The longest delay that a timer takes (2^31-1 ms). */
const LONGEST_DELAY = 2_147_483_647;
let busyCount = 0;
let holder: NodeJS.Timeout | null = null;

// Open sockets never keep the process alive; a timer does as long as any of them, or a handshake, is busy. Telling a socket to do it
// and not to costs two calls into Node for every request, the count costs nothing.
export function countBusy(change: 1 | -1): void {
  busyCount += change;
  if (busyCount === 0) holder?.unref();
  else if (busyCount === 1 && change === 1) {
    holder ??= setInterval(() => {}, LONGEST_DELAY);
    holder.ref();
  }
}

export class NodeConnection implements NetworkConnection {
  readonly #socket: net.Socket;
  readonly #receiver: NetworkReceiver;
  readonly #startTLS: StartTLS;
  /** What every write calls back: a tick of the event loop that only TLS needs, as it never takes octets at once. */
  readonly #told: ((error?: Error | null) => void) | undefined;
  #isBusy = false;
  #isWaiting = false;
  #isBroken = false;
  #isOver = false;

  constructor(socket: net.Socket, receiver: NetworkReceiver, startTLS: StartTLS) {
    this.#socket = socket;
    this.#receiver = receiver;
    this.#startTLS = startTLS;
    if ("encrypted" in socket) this.#told = this.#written;
    socket.unref();
    this.#readBeforeWritesFail();
    socket.on("end", () => {
      if (!this.#isOver) receiver.ended();
    });
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the connection was closed")));
  }

  write(octets: Uint8Array): boolean {
    this.#socket.write(octets, this.#told);
    return this.#isDrained();
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece, this.#told);
    this.#socket.uncork();
    return this.#isDrained();
  }

  async startTLS(
    options: TLSConnectOptions,
    receiver: NetworkReceiver,
    signal: AbortSignal,
  ): Promise<NetworkConnection> {
    this.#isOver = true;
    this.idle();
    return this.#startTLS(this.#socket, options, receiver, signal);
  }

  end(): void {
    this.#socket.end();
  }

  settle(callback: () => void): void {
    // The first comes behind the poll that may be under way, the second behind a whole one.
    setImmediate(() => setImmediate(callback));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  busy(): void {
    if (this.#isBusy || this.#isOver) return;
    this.#isBusy = true;
    countBusy(1);
  }

  idle(): void {
    if (!this.#isBusy) return;
    this.#isBusy = false;
    countBusy(-1);
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.idle();
    const socket = this.#socket;
    // TLS says good-bye first (RFC 9112 section 9.8), unless octets are stuck, which it would wait for.
    if ("encrypted" in socket && socket.writableLength === 0) socket.destroySoon();
    else socket.destroy();
  }

  getExtraInfo(key: string): unknown {
    const socket = this.#socket;
    switch (key) {
      case "clientAddress":
        return socket.localAddress && { host: socket.localAddress, port: socket.localPort };
      case "serverAddress":
        return socket.remoteAddress && { host: socket.remoteAddress, port: socket.remotePort };
      case "tls":
        return "encrypted" in socket ? tlsFacts(socket as tls.TLSSocket) : undefined;
      case "raw":
        return socket;
      default:
        return undefined;
    }
  }

  // A peer may answer and go away while we write (RFC 9112 section 9.5). Node destroys the socket when a write fails,
  // and what has come and not been read would be lost: so it is read first.
  #readBeforeWritesFail(): void {
    const socket = this.#socket;
    const destroy = socket.destroy;
    socket.destroy = (error?: Error & { syscall?: string }): net.Socket => {
      if (this.#isOver || (!this.#isBroken && error?.syscall !== "write")) return destroy.call(socket, error);
      if (!this.#isBroken) this.settle(() => destroy.call(socket, error));
      this.#isBroken = true;
      return socket;
    };
  }

  #isDrained(): boolean {
    this.#isWaiting = this.#isBroken || this.#socket.writableLength > 0;
    if (this.#isWaiting && !this.#told) this.#socket.write(NO_OCTETS, this.#written);
    return !this.#isWaiting;
  }

  readonly #written = (error?: Error | null): void => {
    if (error || !this.#isWaiting || this.#isOver || this.#socket.writableLength > 0) return;
    this.#isWaiting = false;
    this.#receiver.drained();
  };

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.idle();
    this.#socket.destroy();
    this.#receiver.failed(error);
  }
}
