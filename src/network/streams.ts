// Any pair of web streams as a network: a WebSocket, a tunnel, two ends in memory (docs/streams-backend.md).
//
// In: a function that opens a pair for a host and a port; it gets all that was asked for, and refuses what it cannot do.
// Out: the contract of network.ts. One read is always pending, so that an idle connection tells what comes. A writable
// may do with its chunks what it likes (many transfer their buffers), so each is a copy that nobody else has.

import { concat, copyOf } from "../octets.ts";
import { wrongType } from "../own-properties.ts";
import type {
  ConnectOptions,
  NetworkBackend,
  NetworkConnection,
  NetworkReceiver,
  TLSConnectOptions,
} from "./network.ts";

/** Octets in both directions: what comes from the peer, and what goes to it. Closing `writable` is a FIN. */
export interface StreamPair {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** What a pair is opened for. `tls` is null for http and ws; else the pair has to lead through TLS, with these options. */
export interface StreamPairOptions extends Omit<ConnectOptions, "window" | "connected" | "tls"> {
  readonly tls: Omit<TLSConnectOptions, "sessions"> | null;
}

/** The most that one read of a byte stream takes: as much as a socket of ours reads at once. */
const READ_SIZE = 65_536;
/** The longest delay that a timer takes (2^31-1 ms). */
const LONGEST_DELAY = 2_147_483_647;

const ignore = (): void => {};

/**
 * The network of the pairs that `open` gives, a new one for each connection. What `open` throws becomes the cause of a
 * ConnectError, or is thrown as it is when it is an error of this package: UnsupportedByRuntime, for what it cannot do.
 */
export function streamsBackend(open: (options: StreamPairOptions) => StreamPair | Promise<StreamPair>): NetworkBackend {
  if (typeof open !== "function") throw wrongType("open", "a function", open);
  return {
    runtime: "streams",

    connectTcp: ({ host, port, tls, socket, signal }, receiver) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const abort = (): void => reject(signal.reason);
        const connect = async (): Promise<void> => {
          try {
            const pair = await open({ host, port, tls: withoutSessions(tls), socket, signal });
            const connection = new StreamsConnection(pair, receiver);
            if (signal.aborted) connection.close();
            resolve(connection);
          } catch (error) {
            reject(error);
          }
          signal.removeEventListener("abort", abort);
        };
        signal.addEventListener("abort", abort);
        connect();
      }),
  };
}

// They are of no use to a pair, and the rest is what `startTLS` of a network stream takes.
function withoutSessions(tls: TLSConnectOptions | null): StreamPairOptions["tls"] {
  if (tls === null) return null;
  const { sessions: _, ...wishes } = tls;
  return wishes;
}

class StreamsConnection implements NetworkConnection {
  readonly #pair: StreamPair;
  readonly #receiver: NetworkReceiver;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | ReadableStreamBYOBReader;
  /** Where a byte stream reads into; null where the stream brings its own chunks. */
  #buffer: ArrayBufferLike | null = null;
  /** Writes that have not been taken. */
  #waiting = 0;
  #isReading = false;
  #isPaused = false;
  #hasEnded = false;
  #isClosed = false;
  #holder: unknown = null;

  constructor(pair: StreamPair, receiver: NetworkReceiver) {
    if (typeof pair?.readable?.getReader !== "function" || typeof pair.writable?.getWriter !== "function") {
      throw wrongType("what 'open' gives", "{ readable, writable }, two web streams", pair);
    }
    const { readable, writable } = pair;
    if (readable.locked || writable.locked) throw new TypeError("'open' must give a pair that nobody else uses");
    this.#pair = pair;
    this.#receiver = receiver;
    this.#writer = writable.getWriter();
    try {
      this.#reader = readable.getReader({ mode: "byob" });
      this.#buffer = new ArrayBuffer(READ_SIZE);
    } catch {
      this.#reader = readable.getReader();
    }
    this.#writer.closed.catch(this.#failLater);
    // A byte stream may close without an answer to the read that is pending. `closed` may overtake the last chunk.
    this.#reader.closed.then(() => this.#later(this.#end), this.#failLater);
    this.#read();
  }

  write(octets: Uint8Array): boolean {
    this.#waiting++;
    this.#writer.write(copyOf(octets)).then(this.#taken, this.#failLater);
    return false;
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    return this.write(concat(pieces));
  }

  settle(callback: () => void): void {
    // The first comes behind what the event loop has at hand, the second behind what it looks for then.
    turn(() => turn(callback));
  }

  end(): void {
    this.#writer.close().catch(ignore);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#read();
  }

  // Streams in memory keep no process alive, and others cannot be told not to.
  busy(): void {
    if (!this.#isClosed) this.#holder ??= setInterval(ignore, LONGEST_DELAY);
  }

  idle(): void {
    clearInterval(this.#holder as number);
    this.#holder = null;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.idle();
    this.#reader.cancel().catch(ignore);
    this.#writer.abort().catch(ignore);
  }

  getExtraInfo(key: string): unknown {
    return key === "raw" ? this.#pair : undefined;
  }

  #read(): void {
    if (this.#isReading || this.#isPaused || this.#isClosed) return;
    this.#isReading = true;
    // A default reader takes no view, and minds none.
    const view = this.#buffer && new Uint8Array(this.#buffer);
    (this.#reader as ReadableStreamBYOBReader).read(view as Uint8Array<ArrayBuffer>).then(this.#take, this.#failLater);
  }

  readonly #take = ({ done, value }: ReadableStreamReadResult<Uint8Array>): void => {
    if (done) {
      this.#end();
      return;
    }
    if (!(value instanceof Uint8Array)) {
      this.#fail(wrongType("a chunk of the readable", "a Uint8Array", value));
      return;
    }
    if (this.#buffer) this.#buffer = value.buffer;
    if (value.length > 0 && !this.#isClosed) this.#receiver.received(value, value.length);
    // Only now: another read takes the buffer away.
    this.#isReading = false;
    this.#read();
  };

  readonly #taken = (): void => {
    if (--this.#waiting === 0 && !this.#isClosed) this.#receiver.drained();
  };

  readonly #end = (): void => {
    if (this.#hasEnded || this.#isClosed) return;
    this.#hasEnded = true;
    this.#receiver.ended();
  };

  // A peer may answer and go away while we write (RFC 9112 section 9.5): its answer is read first. And what has been
  // taken of the request is known first, so that a failure is laid to the right side.
  readonly #failLater = (error: unknown): void => this.#later(() => this.#fail(error));

  #later(action: () => void): void {
    if (!this.#isClosed) this.settle(action);
  }

  readonly #fail = (error: unknown): void => {
    if (this.#isClosed) return;
    this.close();
    this.#receiver.failed(error);
  };
}

// Calls back in another turn of the event loop. Not by a timer where it can be helped: a page that is hidden has one a
// second.
function turn(callback: () => void): void {
  if (typeof MessageChannel === "undefined") {
    setTimeout(callback);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(null);
}
