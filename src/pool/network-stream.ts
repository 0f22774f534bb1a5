// The connection itself, handed to the caller when HTTP is over on it: after 101, or 2xx to CONNECT (RFC 9110 sections
// 7.8 and 9.3.6). Octets in both directions and nothing of HTTP; those read past the head come first.
//
// It is told what the network reads in the HTTP connection's place, and keeps that one's slot in the pool until it is
// closed, or both sides have ended. `startTLS` makes a successor, to whom it leaves the connection.

import { ConnectTimeout, ReadError, RemoteProtocolError, UnsupportedByRuntime, WriteError } from "../errors.ts";
import type { NetworkConnection, NetworkReceiver } from "../network/network.ts";
import { checkOctets, copyOf } from "../octets.ts";
import { byteStream, PieceQueue } from "../piece-queue.ts";
import { checkTLSOptions, type TLSOptions } from "../tls-options.ts";
import { TimeLimit } from "./deadlines.ts";
import { breakage, connectFailure } from "./failures.ts";
import { type OutgoingRequest, peerOf } from "./outgoing-request.ts";
import type { ResolvedTimeouts } from "./timeouts.ts";

/** What errors call the runtime: the stream does not know whose network it is on. */
const THIS_NETWORK = "this network";

/** Where a connection leads to; `host` is the name that TLS verifies unless another is given. */
export interface Peer {
  readonly host: string;
  readonly port: number;
}

/** From now on the connection is `network`, and `stream` is told what it reads. */
type HandOver = (stream: NetworkStream, network: NetworkConnection) => void;

/** A connection whose octets are the caller's. */
export class NetworkStream implements NetworkReceiver {
  readonly #peer: Peer;
  readonly #connectTimeout: number;
  readonly #handOver: HandOver;
  readonly #closed: () => void;
  readonly #pieces = new PieceQueue(() => this.#network?.resume());
  #network: NetworkConnection | null = null;
  /** Settles when the octets that the network has not taken yet are taken. */
  #draining: Promise<void> | null = null;
  #drained: () => void = () => {};
  #writeFailure: { readonly error: unknown } | null = null;
  #hasPeerEnded = false;
  #handshake: AbortController | null = null;
  #successor: NetworkStream | null = null;
  #readable: ReadableStream<Uint8Array> | null = null;
  #writable: WritableStream<Uint8Array> | null = null;

  /**
   * `connectTimeout`: milliseconds for a TLS handshake. `handOver` makes a successor the one that the network talks to,
   * `closed` closes the connection; both are the HTTP connection's.
   */
  constructor(peer: Peer, connectTimeout: number, handOver: HandOver, closed: () => void) {
    this.#peer = peer;
    this.#connectTimeout = connectTimeout;
    this.#handOver = handOver;
    this.#closed = closed;
  }

  /** Runs on `network`, which may have told of octets already. */
  attach(network: NetworkConnection): void {
    this.#network = network;
    network.lend?.();
  }

  /** The next octets, a copy; null when the peer has closed its side. Rejects with ReadError when the connection broke. */
  read(): Promise<Uint8Array | null> {
    if (!this.#pieces.isReadable) this.#network?.resume();
    return this.#pieces.read();
  }

  /**
   * Sends octets, in the order of the calls; resolves when they have been taken, and they must not change before.
   * Rejects with WriteError when the connection broke or is closed.
   */
  async write(octets: Uint8Array): Promise<void> {
    checkOctets(octets);
    // Of several that wait the first to go on writes, and the others find that they have to wait again.
    while (this.#draining) await this.#draining;
    if (this.#writableNetwork().write(octets)) return;
    this.#draining = new Promise((resolve) => {
      this.#drained = resolve;
    });
    await this.#draining;
    if (this.#writeFailure) throw this.#writeFailure.error;
  }

  /** Closes the connection, both ways and at once. Idempotent. */
  async close(): Promise<void> {
    this.fail(new ReadError("the network stream has been closed"));
    this.#closed();
  }

  /**
   * TLS on this connection, as its client: a new stream, which takes this one's place. The options are those of a
   * pool's `tls`. Rejects with ConnectError or ConnectTimeout; with RemoteProtocolError when octets have come that
   * nobody has read, as they came in the clear and must not be taken for the peer's. The connection is closed then.
   */
  async startTLS(options?: TLSOptions): Promise<NetworkStream> {
    const peer = this.#peer;
    const connectTimeout = this.#connectTimeout;
    const { servername, ...tls } = checkTLSOptions(options);
    while (this.#draining) await this.#draining;
    const network = this.#writableNetwork();
    if (!network.startTLS) throw noTLS();
    const handshake = new AbortController();
    this.#handshake = handshake;
    const sentence = `the TLS handshake did not end within timeout.connect (${connectTimeout} ms)`;
    const limit = new TimeLimit(connectTimeout, () => handshake.abort(new ConnectTimeout(sentence)));
    try {
      if (this.#pieces.isReadable) throw octetsBeforeTLS();
      const stream = new NetworkStream(peer, connectTimeout, this.#handOver, this.#closed);
      const wishes = { ...tls, servername: servername ?? peer.host };
      const secure = await network.startTLS(wishes, stream, handshake.signal);
      this.#handshake = null;
      secure.busy();
      this.#handOver(stream, secure);
      this.fail(new ReadError("TLS has been started"));
      this.#successor = stream;
      return stream;
    } catch (error) {
      const { aborted, reason } = handshake.signal;
      this.close();
      throw aborted ? reason : connectFailure(peer.host, peer.port, error);
    } finally {
      limit.lift();
    }
  }

  /**
   * A fact: `clientAddress`, `serverAddress`, `tls` (protocol, cipher, alpn, peerCertificate), `isReadable` (would a read
   * settle at once?), `raw` (the runtime's own object); undefined when it is not known.
   */
  getExtraInfo(key: string): unknown {
    return key === "isReadable" ? this.#pieces.isReadable : this.#network?.getExtraInfo(key);
  }

  /** What `read` gives, as a byte stream with back-pressure; the same stream at each access. */
  get readable(): ReadableStream<Uint8Array> {
    this.#readable ??= byteStream(
      () => this.read(),
      () => this.close(),
    );
    return this.#readable;
  }

  /** `write` as a stream; the same at each access. Closing it tells the peer (FIN), and reading goes on. */
  get writable(): WritableStream<Uint8Array> {
    this.#writable ??= new WritableStream({
      write: (octets) => this.write(octets),
      close: () => this.#end(this.#writableNetwork()),
      abort: () => this.close(),
    });
    return this.#writable;
  }

  /** Everything that waits, and everything to come, fails with `error`; the connection is closed by whoever calls. */
  fail(error: unknown): void {
    this.#handshake?.abort(error);
    this.#successor?.fail(error);
    this.#pieces.discard(error);
    this.#failWrites(error instanceof ReadError ? new WriteError(error.message, { cause: error.cause }) : error);
  }

  // --- NetworkReceiver --------------------------------------------------------------------------------------------

  received(octets: Uint8Array, size: number): void {
    if (!this.#pieces.push(copyOf(octets, 0, size))) this.#network?.pause();
  }

  drained(): void {
    this.#draining = null;
    this.#drained();
  }

  ended(): void {
    this.#hasPeerEnded = true;
    this.#pieces.end();
    if (this.#writeFailure) this.#closed();
  }

  /** The connection broke: what came before is still to be read. */
  failed(cause: unknown): void {
    this.#pieces.fail(breakage("reading", cause));
    this.#failWrites(breakage("writing", cause));
    this.#closed();
  }

  #writableNetwork(): NetworkConnection {
    if (this.#writeFailure) throw this.#writeFailure.error;
    return this.#network as NetworkConnection;
  }

  #failWrites(error: unknown): void {
    this.#writeFailure ??= { error };
    this.drained();
  }

  #end(network: NetworkConnection): void {
    this.#failWrites(new WriteError("the writable side has been closed"));
    network.end?.();
    if (this.#hasPeerEnded || !network.end) this.#closed();
  }
}

/** What a stream needs of the exchange whose connection it gets. */
interface Predecessor {
  readonly request: OutgoingRequest;
  readonly timeouts: ResolvedTimeouts;
  abandon(): void;
}

/**
 * The stream that gets the connection `network` of `exchange`, and `octets` that have come on it; `attach` is told of it,
 * and of each successor.
 */
export function takeOver(
  exchange: Predecessor,
  network: NetworkConnection,
  octets: Uint8Array,
  attach: HandOver,
): NetworkStream {
  const handOver: HandOver = (stream, connection) => {
    stream.attach(connection);
    attach(stream, connection);
  };
  const { request, timeouts } = exchange;
  const stream = new NetworkStream(peerOf(request), timeouts.connect, handOver, () => exchange.abandon());
  handOver(stream, network);
  if (octets.length > 0) stream.received(octets, octets.length);
  return stream;
}

function noTLS(): UnsupportedByRuntime {
  const sentence = "this network cannot start TLS on a connection";
  return new UnsupportedByRuntime(sentence, { option: "startTLS", runtime: THIS_NETWORK });
}

function octetsBeforeTLS(): RemoteProtocolError {
  const sentence = "octets that came before TLS have not been read";
  return new RemoteProtocolError(sentence, { reason: "octets-before-tls" });
}
