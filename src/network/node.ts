// The network of Node: node:net and node:tls (https://nodejs.org/docs/latest-v20.x/api/net.html, .../tls.html).
//
// Sockets read with `onread` into the one window they are given: no buffer and no stream machinery a read, which is a
// quarter of the cost of a small response. Sockets are half-open, so that a FIN of the peer closes nothing of ours.
// node:tls is loaded with the first TLS connection, as it costs more to load than everything else together.

import net from "node:net";
import type tls from "node:tls";
import { NO_OCTETS } from "../octets.ts";
import type {
  ConnectOptions,
  NetworkBackend,
  NetworkConnection,
  NetworkReceiver,
  SocketOptions,
  TLSConnectOptions,
} from "./network.ts";

/** The protocol offered by ALPN: the only one spoken here. */
export const ALPN_PROTOCOLS = ["http/1.1"];

export const nodeBackend: NetworkBackend = {
  runtime: "node",

  async connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    const { signal, socket: wishes } = options;
    signal.throwIfAborted();
    if (options.tls === null) {
      return open(net.connect(socketOptions(options, receiver)), "connect", receiver, signal, wishes);
    }
    const socket = await connectTLS(socketOptions(options, receiver), options.tls, signal);
    return open(socket, "secureConnect", receiver, signal, wishes);
  },
};

/** Options of node:net and node:tls that are not used here: undefined, so that nothing on Object.prototype is taken. */
const NOT_GIVEN: object = Object.fromEntries(
  (
    "path localAddress localPort family hints lookup timeout signal fd handle socket secureContext pfx cert key session " +
    "minVersion maxVersion secureProtocol secureOptions sigalgs crl ecdhCurve pskCallback enableTrace"
  )
    .split(" ")
    .map((name) => [name, undefined]),
);

function socketOptions(options: ConnectOptions, receiver: NetworkReceiver): net.NetConnectOpts {
  const { host, port, socket, window } = options;
  return {
    host,
    port,
    ...NOT_GIVEN,
    allowHalfOpen: true,
    autoSelectFamily: socket.happyEyeballs,
    onread: {
      buffer: window,
      callback(size, octets) {
        receiver.received(octets, size);
        return true;
      },
    },
  };
}

/** A socket of node:tls that is being set up, on `socket` or to where its options lead. */
export async function connectTLS(
  socket: tls.ConnectionOptions,
  { servername, ca, verify }: TLSConnectOptions,
  signal: AbortSignal,
): Promise<tls.TLSSocket> {
  const { connect, checkServerIdentity } = await import("node:tls");
  signal.throwIfAborted();
  return connect({
    ...socket,
    // RFC 6066 section 3: no IP address in SNI. The certificate is checked against it all the same.
    servername: net.isIP(servername) === 0 ? servername : "",
    ca: ca === null ? undefined : (ca as string),
    rejectUnauthorized: verify,
    ALPNProtocols: ALPN_PROTOCOLS,
    // RFC 9110 section 4.3.4: never by the common name, which node:tls takes where there is no other.
    checkServerIdentity: (_host, certificate) =>
      checkServerIdentity(servername, { ...certificate, subject: { ...certificate.subject, CN: "" } }),
  });
}

function open(
  socket: net.Socket,
  openEvent: "connect" | "secureConnect",
  receiver: NetworkReceiver,
  signal: AbortSignal,
  wishes: SocketOptions | null,
): Promise<NetworkConnection> {
  return new Promise((resolve, reject) => {
    const abort = (): void => fail(signal.reason);
    const fail = (error: unknown): void => {
      settle();
      socket.on("error", () => {}); // what a destroyed socket still reports has nobody to go to
      socket.destroy();
      reject(error);
    };
    const settle = (): void => {
      signal.removeEventListener("abort", abort);
      socket.removeListener("error", fail);
      socket.removeListener("close", closed);
    };
    const closed = (): void => fail(new Error("the connection was closed before it was set up"));
    signal.addEventListener("abort", abort);
    socket.once("error", fail);
    socket.once("close", closed);
    socket.once(openEvent, () => {
      settle();
      // node:tls takes these two as methods only.
      if (wishes) socket.setNoDelay(wishes.noDelay);
      if (wishes && wishes.keepAlive !== null) socket.setKeepAlive(true, wishes.keepAlive);
      resolve(new NodeConnection(socket, receiver));
    });
  });
}

/** The longest delay that a timer takes (2^31-1 ms). */
const LONGEST_DELAY = 2_147_483_647;
let busyCount = 0;
let holder: NodeJS.Timeout | null = null;

// Open sockets never keep the process alive; a timer does as long as any of them is busy. Telling a socket to do it
// and not to costs two calls into Node for every request, the count costs nothing.
function countBusy(change: 1 | -1): void {
  busyCount += change;
  if (busyCount === 0) holder?.unref();
  else if (busyCount === 1 && change === 1) {
    holder ??= setInterval(() => {}, LONGEST_DELAY);
    holder.ref();
  }
}

class NodeConnection implements NetworkConnection {
  readonly #socket: net.Socket;
  readonly #receiver: NetworkReceiver;
  /** What every write calls back: a tick of the event loop that only TLS needs, as it never takes octets at once. */
  readonly #told: ((error?: Error | null) => void) | undefined;
  #isBusy = false;
  #isWaiting = false;
  #isBroken = false;
  #isOver = false;

  constructor(socket: net.Socket, receiver: NetworkReceiver) {
    this.#socket = socket;
    this.#receiver = receiver;
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
    const socket = this.#socket;
    this.#isOver = true;
    this.idle();
    // The process must not end in the middle of a handshake.
    countBusy(1);
    try {
      const secure = await connectTLS({ ...NOT_GIVEN, socket }, options, signal);
      // node:tls takes no `onread` for a socket that is there already.
      secure.on("data", (octets) => receiver.received(octets, octets.length));
      return await open(secure, "secureConnect", receiver, signal, null);
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      countBusy(-1);
    }
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

/** What `getExtraInfo` tells of TLS. */
export function tlsFacts(socket: tls.TLSSocket): object | undefined {
  // Nothing is known any more once the socket is closed.
  const cipher = socket.getCipher() as tls.CipherNameAndProtocol | null | undefined;
  if (!cipher) return undefined;
  return {
    protocol: socket.getProtocol(),
    cipher: cipher.standardName,
    alpn: socket.alpnProtocol || null,
    peerCertificate: socket.getPeerCertificate().raw,
  };
}
