// A connection of Deno's own with TLS on it, `Deno.TlsConn`: octets by `read` and `write`.
//
// Each connection reads into a buffer of its own: several reads may be done before the first of them is heard of, so one
// window would not do for all. Writes are queued: each takes what it can, and tells later how much that was.

import { allocate, concat } from "../octets.ts";
import { afterPoll, BusyMark } from "./deno-event-loop.ts";
import type { NetworkConnection, NetworkReceiver } from "./network.ts";

/** No read brings more than one TLS record (RFC 8446 section 5.1). */
const READ_SIZE = 16_384;

export class DenoConnection implements NetworkConnection {
  readonly #conn: Deno.TlsConn;
  readonly #receiver: NetworkReceiver;
  readonly #facts: object;
  readonly #buffer = new Uint8Array(READ_SIZE);
  readonly #busyMark = new BusyMark();
  readonly #queue: Uint8Array[] = [];
  #isWriting = false;
  #isEnding = false;
  /** A write has failed. */
  #isBroken = false;
  #isReading = false;
  #isPaused = false;
  /** What a read told that was under way when reading was stopped. */
  #held: (() => void) | null = null;
  #isOver = false;

  /** `facts`: what is known of TLS. */
  constructor(conn: Deno.TlsConn, receiver: NetworkReceiver, facts: object) {
    this.#conn = conn;
    this.#receiver = receiver;
    this.#facts = facts;
    conn.unref();
    this.#read();
  }

  write(octets: Uint8Array): boolean {
    this.#queue.push(octets);
    if (!this.#isWriting) this.#send();
    return false;
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    return this.write(concat(pieces, allocate));
  }

  end(): void {
    this.#isEnding = true;
    if (!this.#isWriting) this.#send();
  }

  settle(callback: () => void): void {
    afterPoll(callback);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    const held = this.#held;
    this.#held = null;
    held?.();
    if (!this.#isReading) this.#read();
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
    this.#conn.close();
  }

  getExtraInfo(key: string): unknown {
    switch (key) {
      case "clientAddress":
        return addressOf(this.#conn.localAddr);
      case "serverAddress":
        return addressOf(this.#conn.remoteAddr);
      case "tls":
        return this.#facts;
      case "raw":
        return this.#conn;
      default:
        return undefined;
    }
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      while (!this.#isOver && !this.#isPaused) {
        const size = await this.#conn.read(this.#buffer);
        this.#tell(() => {
          if (size === null) this.#receiver.ended();
          else this.#receiver.received(this.#buffer, size);
        });
        if (size === null) return; // and never reads again
      }
      this.#isReading = false;
    } catch (error) {
      this.#tell(() => this.#fail(error));
    }
  }

  #tell(news: () => void): void {
    if (this.#isPaused) this.#held = news;
    else if (!this.#isOver) news();
  }

  async #send(): Promise<void> {
    if (this.#isBroken) return;
    this.#isWriting = true;
    try {
      for (let octets = this.#queue.shift(); octets && !this.#isOver; octets = this.#queue.shift()) {
        for (let at = 0; at < octets.length && !this.#isOver; ) {
          at += await this.#conn.write(at === 0 ? octets : octets.subarray(at));
        }
      }
      if (this.#isEnding && !this.#isOver) await this.#conn.closeWrite();
      this.#isWriting = false;
      if (!this.#isOver) this.#receiver.drained();
    } catch (error) {
      this.#isBroken = true;
      // A peer may answer and go away while we write (RFC 9112 section 9.5): what has come is read first.
      this.settle(() => this.#fail(error));
    }
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.close();
    this.#receiver.failed(error);
  }
}

function addressOf({ hostname, port }: Deno.NetAddr): object {
  return { host: hostname, port };
}
