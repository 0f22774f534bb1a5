// TLS on a connection that is there already, by node:tls on a stream that stands for the connection.
//
// Deno's own `startTls` waits for ever while a read is pending, which here is always; it knows no TLS within TLS; and
// node:tls waits for ever on a socket that reads with `onread`. On a plain stream node:tls does what it does in Node.
// In: the connection, and what comes on it. Out: a connection whose octets are those within TLS.

import { Duplex } from "node:stream";
import type tls from "node:tls";
import { allocate, concat, copyOf } from "../octets.ts";
import { afterPoll, BusyMark } from "./deno-event-loop.ts";
import type { NetworkConnection, NetworkReceiver, TLSConnectOptions } from "./network.ts";
import { beginTLS, tlsFacts } from "./node-tls.ts";
import type { Relay } from "./relay.ts";

/** Options of node:tls that are not used here: undefined, so that nothing on Object.prototype is taken. */
const NOT_GIVEN: object = Object.fromEntries(
  (
    "host port path lookup timeout secureContext pfx secureProtocol secureOptions ciphers sigalgs crl ecdhCurve " +
    "pskCallback enableTrace clientCertEngine privateKeyEngine privateKeyIdentifier allowPartialTrustChain dhparam " +
    "honorCipherOrder sessionIdContext sessionTimeout ticketKeys requestOCSP"
  )
    .split(" ")
    .map((name) => [name, undefined]),
);

/** TLS on `outer`, as its client; `relay` is who is told what comes on it. Closes `outer` when it fails. */
export async function startTLSOn(
  outer: NetworkConnection,
  relay: Relay,
  options: TLSConnectOptions,
  receiver: NetworkReceiver,
  signal: AbortSignal,
): Promise<NetworkConnection> {
  // The process must not end in the middle of a handshake.
  outer.busy();
  const stream = new ConnectionStream(outer);
  relay.target = stream;
  try {
    const socket = await setUp(stream, options, signal);
    return new TunnelConnection(socket, outer, stream, receiver);
  } catch (error) {
    outer.close();
    throw error;
  } finally {
    outer.idle();
  }
}

/** A connection as a stream, which is what node:tls takes. */
class ConnectionStream extends Duplex implements NetworkReceiver {
  readonly #connection: NetworkConnection;
  #taken: (() => void) | null = null;
  #isHeld = false;

  constructor(connection: NetworkConnection) {
    super({ allowHalfOpen: true });
    this.#connection = connection;
  }

  /** Reads no more, whoever asks for it. */
  hold(): void {
    this.#isHeld = true;
    this.#connection.pause();
  }

  letGo(): void {
    this.#isHeld = false;
    this.#connection.resume();
  }

  override _read(): void {
    if (!this.#isHeld) this.#connection.resume();
  }

  override _write(octets: Uint8Array, _encoding: string, taken: () => void): void {
    if (this.#connection.write(octets)) taken();
    else this.#taken = taken;
  }

  override _final(done: () => void): void {
    this.#connection.end?.();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#connection.close();
    done(error);
  }

  received(octets: Uint8Array, size: number): void {
    if (!this.push(copyOf(octets, 0, size))) this.#connection.pause();
  }

  drained(): void {
    const taken = this.#taken;
    this.#taken = null;
    taken?.();
  }

  ended(): void {
    this.push(null);
  }

  failed(error: unknown): void {
    this.destroy(error as Error);
  }
}

async function setUp(stream: Duplex, options: TLSConnectOptions, signal: AbortSignal): Promise<tls.TLSSocket> {
  signal.throwIfAborted();
  const { socket, judge } = beginTLS({ ...NOT_GIVEN, socket: stream }, options, null);
  return new Promise((resolve, reject) => {
    const abort = (): void => fail(signal.reason);
    const closed = (): void => fail(new Error("the connection was closed before TLS was set up"));
    const settle = (): void => {
      signal.removeEventListener("abort", abort);
      socket.removeListener("error", fail);
      socket.removeListener("close", closed);
    };
    const fail = (error: unknown): void => {
      settle();
      for (const one of [socket, stream]) one.on("error", () => {}); // what they still report has nobody to go to
      socket.destroy();
      reject(error);
    };
    signal.addEventListener("abort", abort);
    stream.once("error", fail);
    socket.once("error", fail);
    socket.once("close", closed);
    socket.once("secureConnect", () => {
      try {
        judge();
      } catch (error) {
        fail(error);
        return;
      }
      settle();
      resolve(socket);
    });
  });
}

class TunnelConnection implements NetworkConnection {
  readonly #socket: tls.TLSSocket;
  readonly #outer: NetworkConnection;
  readonly #stream: ConnectionStream;
  readonly #receiver: NetworkReceiver;
  readonly #busyMark = new BusyMark();
  #isWaiting = false;
  #isOver = false;

  constructor(socket: tls.TLSSocket, outer: NetworkConnection, stream: ConnectionStream, receiver: NetworkReceiver) {
    this.#socket = socket;
    this.#outer = outer;
    this.#stream = stream;
    this.#receiver = receiver;
    socket.on("data", (octets: Uint8Array) => {
      if (!this.#isOver) receiver.received(octets, octets.length);
    });
    socket.on("end", () => {
      if (!this.#isOver) receiver.ended();
    });
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => {
      outer.close();
      this.#fail(new Error("the connection was closed"));
    });
  }

  write(octets: Uint8Array): boolean {
    this.#isWaiting = true;
    this.#socket.write(octets, this.#written);
    return false;
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    return this.write(concat(pieces, allocate));
  }

  end(): void {
    this.#socket.end();
  }

  settle(callback: () => void): void {
    afterPoll(callback);
  }

  // Deno's node:tls reads on while its socket is paused, and keeps what comes: so what is underneath is stopped.
  pause(): void {
    this.#stream.hold();
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
    this.#stream.letGo();
  }

  busy(): void {
    if (!this.#isOver) this.#busyMark.set();
  }

  idle(): void {
    this.#busyMark.clear();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.idle();
    // TLS says good-bye first (RFC 9112 section 9.8), unless octets are stuck, which it would wait for.
    if (this.#socket.writableLength === 0) this.#socket.destroySoon();
    else this.#socket.destroy();
  }

  getExtraInfo(key: string): unknown {
    const socket = this.#socket;
    switch (key) {
      case "tls":
        return tlsFacts(socket);
      case "raw":
        return socket;
      default:
        return this.#outer.getExtraInfo(key);
    }
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
