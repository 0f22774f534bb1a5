// The chunked coding taken off (RFC 9112 section 7.1), read by read.
//
// In: octets in the codec's memory or elsewhere; those elsewhere are copied into the codec's text region, a piece at a
// time, and decoded there. The data of large chunks is not for the codec: it is content where it lies. The state between
// two reads is five numbers.

import {
  CHUNK_DATA,
  CHUNK_DATA_CR,
  CHUNK_TRAILER,
  INCOMPLETE,
  LARGE_CHUNK,
  RESULT_CONTENT_END,
  RESULT_CONTENT_START,
  STATE_COUNT,
  STATE_LEFT_HIGH,
  STATE_LEFT_LOW,
  STATE_PHASE,
  WINDOW_SIZE,
} from "../../assembly/abi.ts";
import { LocalProtocolError } from "../errors.ts";
import { checkOctets, copyOf, NO_OCTETS } from "../octets.ts";
import { codec, place } from "../wasm/codec.ts";
import { type HeaderList, NO_HEADERS } from "./header-list.ts";
import { type Limits, resolveLimits } from "./limits.ts";
import { remoteError } from "./reasons.ts";
import { ReceivedOctets } from "./received-octets.ts";
import { readTrailerSection } from "./trailer-section.ts";

/** Octets that are copied to look for the next large chunk, where the one before was large. */
const FRAMING_LOOK = 32;

/** Decodes chunks up to the trailer section, which is left to the owner. */
export class ChunkReader {
  readonly #state = new Int32Array(STATE_COUNT);
  #wasLarge = false;
  /** Where the content of the last read lies, until the codec is used again. */
  content: Uint8Array = NO_OCTETS;
  contentStart = 0;
  contentEnd = 0;
  /** Octets of the message so far, those in front of the first chunk included. */
  size = 0;

  /** The last chunk has been read: the trailer section follows. */
  get isAtTrailer(): boolean {
    return this.#state[STATE_PHASE] === CHUNK_TRAILER;
  }

  /** Starts a new message, of which `before` octets have been read already. */
  reset(before = 0): void {
    this.#state.fill(0);
    this.#wasLarge = false;
    this.size = before;
  }

  /**
   * Decodes octets from `start` to `end`, at most one window of them. Answers how many were consumed; the content in them
   * is then `contentStart` to `contentEnd` of `content`.
   * @throws RemoteProtocolError when the framing is broken or a limit passed; its offset counts from the message's start
   */
  read(octets: Uint8Array, start: number, end: number, maxExtensionSize: number): number {
    const left = this.#left;
    const isLarge = left >= LARGE_CHUNK && this.#state[STATE_PHASE] === CHUNK_DATA;
    const consumed = isLarge
      ? this.#readData(octets, start, Math.min(left, end - start))
      : this.#readFraming(octets, start, end, maxExtensionSize);
    this.#wasLarge = isLarge;
    this.size += consumed;
    return consumed;
  }

  #readData(octets: Uint8Array, start: number, size: number): number {
    this.content = octets;
    this.contentStart = start;
    this.contentEnd = start + size;
    const left = this.#left - size;
    this.#state[STATE_LEFT_LOW] = left;
    this.#state[STATE_LEFT_HIGH] = left / 2 ** 32;
    if (left === 0) this.#state[STATE_PHASE] = CHUNK_DATA_CR;
    return size;
  }

  #readFraming(octets: Uint8Array, start: number, end: number, maxExtensionSize: number): number {
    const most = this.#wasLarge && octets !== codec.window ? FRAMING_LOOK : WINDOW_SIZE;
    const size = Math.min(end - start, most);
    const address = place(octets, start, start + size);
    copyState(this.#state, codec.state);
    const answer = codec.decodeChunks(address, size, maxExtensionSize);
    if (answer < INCOMPLETE) throw remoteError(answer, "malformed chunk", octets, start, end, this.size);
    copyState(codec.state, this.#state);
    this.content = codec.octets;
    this.contentStart = codec.result[RESULT_CONTENT_START] as number;
    this.contentEnd = codec.result[RESULT_CONTENT_END] as number;
    return answer;
  }

  /** Octets left of the chunk. */
  get #left(): number {
    return (this.#state[STATE_LEFT_HIGH] as number) * 2 ** 32 + ((this.#state[STATE_LEFT_LOW] as number) >>> 0);
  }
}

// For five numbers a loop is cheaper than a call into the engine.
function copyState(from: Int32Array, to: Int32Array): void {
  for (let i = 0; i < STATE_COUNT; i++) to[i] = from[i] as number;
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
      const { content, contentStart, contentEnd } = this.#reader;
      if (contentEnd > contentStart) pieces.push(copyOf(content, contentStart, contentEnd));
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
