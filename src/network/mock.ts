// A network without a network: every connection plays the same pieces, one a read, and then ends.
//
// A piece is played when somebody waits for octets and the request before it is complete, as a server would answer. So
// pieces for a second response stay back until the second request has been written. What is written is kept. TLS changes
// nothing, so that pieces can be played through a tunnel.

import { concat, copyOf, decodeLatin1 } from "../octets.ts";
import { ownProperties } from "../own-properties.ts";
import type {
  ConnectOptions,
  NetworkBackend,
  NetworkConnection,
  NetworkReceiver,
  TLSConnectOptions,
} from "./network.ts";

/** Faults of a MockBackend; each number counts pieces played on a connection. */
export interface MockOptions {
  /** After this many pieces the connection is reset. */
  reset?: number;
  /** After this many pieces nothing more happens. */
  stall?: number;
  /** Pieces are cut into reads of at most this many octets. */
  split?: number;
}

const OPTION_NAMES = new Set(["reset", "stall", "split"]);
const encoder = new TextEncoder();
/** Keeps the process alive while an exchange waits for a stalled connection, as a socket would. */
const HEARTBEAT = 1_000_000;

/** A network for tests. Strings are played as UTF-8. */
export class MockBackend implements NetworkBackend {
  readonly runtime = "mock";
  readonly #pieces: readonly Uint8Array[];
  readonly #options: MockOptions;
  readonly #connections: MockConnection[] = [];

  /** @throws TypeError or RangeError for options that are wrong */
  constructor(pieces: readonly (Uint8Array | string)[] = [], options: MockOptions = {}) {
    checkOptions(options);
    const octets = pieces.map((piece) => (typeof piece === "string" ? encoder.encode(piece) : piece));
    this.#pieces = options.split === undefined ? octets : cut(octets, options.split);
    this.#options = options;
  }

  /** What each connection wrote, in the order in which they were opened. */
  get written(): Uint8Array[] {
    return this.#connections.map((connection) => connection.written);
  }

  async connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    options.signal.throwIfAborted();
    const connection = new MockConnection(this.#pieces, this.#options, receiver);
    this.#connections.push(connection);
    return connection;
  }
}

class MockConnection implements NetworkConnection {
  readonly #pieces: readonly Uint8Array[];
  readonly #options: MockOptions;
  #receiver: NetworkReceiver;
  readonly #written: Uint8Array[] = [];
  /** What was written since the last piece was played. */
  #request = "";
  #played = 0;
  #isBusy = false;
  #isPaused = false;
  /** One piece for each `resume`. */
  #isLent = false;
  #isPlaying = false;
  #isClosed = false;
  #heartbeat: unknown = null;

  constructor(pieces: readonly Uint8Array[], options: MockOptions, receiver: NetworkReceiver) {
    this.#pieces = pieces;
    this.#options = options;
    this.#receiver = receiver;
  }

  get written(): Uint8Array {
    return concat(this.#written);
  }

  write(octets: Uint8Array): boolean {
    this.#written.push(copyOf(octets));
    this.#request += decodeLatin1(octets, 0, octets.length);
    this.#play();
    return true;
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    for (const piece of pieces) this.write(piece);
    return true;
  }

  async startTLS(
    _options: TLSConnectOptions,
    receiver: NetworkReceiver,
    signal: AbortSignal,
  ): Promise<NetworkConnection> {
    signal.throwIfAborted();
    this.#receiver = receiver;
    this.#isLent = false;
    this.#isPaused = false;
    return this;
  }

  lend(): void {
    this.#isLent = true;
    this.#isPaused = true;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#play();
  }

  busy(): void {
    this.#isBusy = true;
    this.#request = "";
    this.#play();
  }

  idle(): void {
    this.#isBusy = false;
    this.#rest();
  }

  close(): void {
    this.#isClosed = true;
    this.#rest();
  }

  getExtraInfo(): undefined {
    return undefined;
  }

  // Each piece in a turn of its own, as reads of a socket are.
  async #play(): Promise<void> {
    if (this.#isPlaying) return;
    this.#isPlaying = true;
    await Promise.resolve();
    while (this.#isBusy && !this.#isPaused && !this.#isClosed && isComplete(this.#request)) {
      if (this.#played === this.#options.stall) {
        this.#heartbeat ??= setInterval(() => {}, HEARTBEAT);
        break;
      }
      if (this.#played === this.#options.reset) {
        this.#receiver.failed(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
        break;
      }
      if (this.#isLent) this.#isPaused = true;
      const piece = this.#pieces[this.#played++];
      if (piece) this.#receiver.received(piece, piece.length);
      else this.#receiver.ended();
      if (!piece) break;
      await Promise.resolve();
    }
    this.#isPlaying = false;
  }

  #rest(): void {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat as number);
    this.#heartbeat = null;
  }
}

function checkOptions(options: MockOptions): void {
  for (const [name, value] of Object.entries(ownProperties(options, "options", OPTION_NAMES))) {
    const least = name === "split" ? 1 : 0;
    if (value === undefined || (Number.isInteger(value) && (value as number) >= least)) continue;
    throw new RangeError(`${name} must be a whole number from ${least} on, not ${String(value)}`);
  }
}

// Is a whole request there? Its own encoder wrote it, so the plainest look is enough.
function isComplete(request: string): boolean {
  // SOCKS is none, and begins with its version.
  if (request.charCodeAt(0) < 0x20) return true;
  const headEnd = request.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  const head = request.slice(0, headEnd).toLowerCase();
  if (head.includes("\r\ntransfer-encoding:"))
    return request.endsWith("0\r\n\r\n") || /\r\n0\r\n(?:.+\r\n)+\r\n$/.test(request);
  const length = /\r\ncontent-length: (\d+)/.exec(head);
  return request.length >= headEnd + 4 + Number(length?.[1] ?? 0);
}

function cut(pieces: readonly Uint8Array[], size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (const piece of pieces) for (let at = 0; at < piece.length; at += size) parts.push(piece.subarray(at, at + size));
  return parts;
}
