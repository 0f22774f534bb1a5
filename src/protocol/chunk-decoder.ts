// The chunked coding taken off (RFC 9112 section 7.1), read by read.
//
// In: octets in the codec's memory or elsewhere; those elsewhere are copied into the codec's text region, a piece at a
// time, decoded there, and the content is copied out. The state between two reads is five numbers.

import {
  CHUNK_TRAILER,
  INCOMPLETE,
  RESULT_CONTENT_END,
  RESULT_CONTENT_START,
  STATE_COUNT,
  STATE_PHASE,
  WINDOW_SIZE,
} from "../../assembly/abi.ts";
import { LocalProtocolError } from "../errors.ts";
import { checkOctets, copyOf } from "../octets.ts";
import { codec, place } from "../wasm/codec.ts";
import { type HeaderList, NO_HEADERS } from "./header-list.ts";
import { type Limits, resolveLimits } from "./limits.ts";
import { remoteError } from "./reasons.ts";
import { ReceivedOctets } from "./received-octets.ts";
import { readTrailerSection } from "./trailer-section.ts";

/** Decodes chunks up to the trailer section, which is left to the owner. */
export class ChunkReader {
  readonly #state = new Int32Array(STATE_COUNT);
  /** Octets of the message so far, those in front of the first chunk included. */
  size = 0;

  /** The last chunk has been read: the trailer section follows. */
  get isAtTrailer(): boolean {
    return this.#state[STATE_PHASE] === CHUNK_TRAILER;
  }

  /** Starts a new message, of which `before` octets have been read already. */
  reset(before = 0): void {
    this.#state.fill(0);
    this.size = before;
  }

  /**
   * Decodes octets from `start` to `end`, at most one window of them. Answers how many were consumed; the content is
   * then `contentStart` to `contentEnd` of the codec's memory, until the codec is used again.
   * @throws RemoteProtocolError when the framing is broken or a limit passed; its offset counts from the message's start
   */
  read(octets: Uint8Array, start: number, end: number, maxExtensionSize: number): number {
    const size = Math.min(end - start, WINDOW_SIZE);
    const address = place(octets, start, start + size);
    codec.state.set(this.#state);
    const answer = codec.decodeChunks(address, size, maxExtensionSize);
    if (answer < INCOMPLETE) throw remoteError(answer, "malformed chunk", octets, start, end, this.size);
    this.#state.set(codec.state);
    this.size += answer;
    return answer;
  }

  get contentStart(): number {
    return codec.result[RESULT_CONTENT_START] as number;
  }

  get contentEnd(): number {
    return codec.result[RESULT_CONTENT_END] as number;
  }
}

/**
 * A decoder for one chunked message, to be used alone.
 *
 * `decode` takes octets as they come and gives the content in them; when `done`, `trailers` holds the trailer fields
 * and `rest` the octets behind the message.
 */
export class ChunkDecoder {
  readonly #reader = new ChunkReader();
  readonly #pending = new ReceivedOctets();
  readonly #limits: Limits;
  #trailers: HeaderList | null = null;
  #rest: Uint8Array = new Uint8Array(0);
  #error: unknown = null;

  constructor(limits: Partial<Limits> = {}) {
    this.#limits = resolveLimits(limits);
    this.#reader.reset();
  }

  /** The whole message has been read, trailer section included. */
  get done(): boolean {
    return this.#trailers !== null;
  }

  /** The trailer fields; empty before the end. */
  get trailers(): HeaderList {
    return this.#trailers ?? NO_HEADERS;
  }

  /** Octets that were given but belong to what comes behind the message. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  /**
   * The pieces of content in `octets`, each a copy.
   * @throws RemoteProtocolError when the framing is broken or a limit passed, LocalProtocolError when already done;
   * the same error at each later call
   */
  decode(octets: Uint8Array): Uint8Array[] {
    checkOctets(octets);
    if (this.#error) throw this.#error;
    if (this.done) throw new LocalProtocolError("the chunked message has ended", { reason: "message-has-ended" });
    try {
      return this.#decode(octets);
    } catch (error) {
      this.#error = error;
      throw error;
    }
  }

  #decode(octets: Uint8Array): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let at = 0;
    while (at < octets.length && !this.#reader.isAtTrailer) {
      at += this.#reader.read(octets, at, octets.length, this.#limits.maxChunkExtensionSize);
      const { contentStart, contentEnd } = this.#reader;
      if (contentEnd > contentStart) pieces.push(copyOf(codec.octets, contentStart, contentEnd));
    }
    if (this.#reader.isAtTrailer && at < octets.length) this.#readTrailers(octets.subarray(at));
    return pieces;
  }

  #readTrailers(octets: Uint8Array): void {
    const pending = this.#pending;
    pending.add(octets, octets.length);
    if (!pending.isWorthAttempt) return;
    const section = readTrailerSection(pending.octets, pending.start, pending.end, this.#limits, this.#reader.size);
    if (!section) {
      pending.waitForMore();
      return;
    }
    pending.consume(section.size);
    this.#trailers = section.trailers;
    this.#rest = copyOf(pending.octets, pending.start, pending.end);
  }
}
