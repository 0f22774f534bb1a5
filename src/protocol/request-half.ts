// The request half of an exchange: events in, octets to write out. The table of states.ts judges the order of events;
// counted here, because a table cannot count: how much content Content-Length still announces.

import { LocalProtocolError } from "../errors.ts";
import { chunkPieces, lastChunk } from "./chunk-encoder.ts";
import type { RequestFacts } from "./events.ts";
import type { HeadersInput } from "./field-lines.ts";
import type { EncodedHead } from "./request-head.ts";
import { REQUEST_TRANSITIONS, type RequestEventName, type RequestState } from "./states.ts";

/** Nothing to write. */
export const NO_PIECES: readonly Uint8Array[] = [];

export class RequestHalf {
  state: RequestState = "idle";
  /** What its head means: framing, and what its headers ask for. Null before the first request. */
  facts: RequestFacts | null = null;
  #left = 0;
  readonly #make: ((size: number) => Uint8Array) | undefined;

  /** `make` gives the octets that framing is put in. */
  constructor(make?: (size: number) => Uint8Array) {
    this.#make = make;
  }

  /** Notes that `head` goes out. */
  sendHead(head: EncodedHead): void {
    this.state = this.#next(REQUEST_TRANSITIONS[this.state].request, "request");
    this.facts = head.facts;
    this.#left = head.facts.contentLength;
  }

  /** One piece of content, as pieces to be written one behind the other; large octets are not copied. */
  sendContent(octets: Uint8Array): readonly Uint8Array[] {
    this.state = this.#next(REQUEST_TRANSITIONS[this.state].content, "content");
    const framing = this.facts?.framing;
    if (framing === "chunked") return chunkPieces(octets, this.#make);
    if (octets.length > this.#left) {
      throw this.#fail("content-too-long", "the content is longer than the head announced");
    }
    this.#left -= octets.length;
    return octets.length === 0 ? NO_PIECES : [octets];
  }

  /** The end: nothing to write, or the last chunk with its trailers. */
  sendEnd(trailers?: HeadersInput): readonly Uint8Array[] {
    this.state = this.#next(REQUEST_TRANSITIONS[this.state].end, "end");
    if (this.facts?.framing === "chunked") return [this.#lastChunk(trailers)];
    if (trailers !== undefined) throw this.#fail("trailers-without-chunked", "trailers need chunked content");
    if (this.#left > 0) {
      throw this.#fail("content-too-short", `the content is ${this.#left} octets shorter than the head announced`);
    }
    return NO_PIECES;
  }

  #lastChunk(trailers: HeadersInput): Uint8Array {
    try {
      return lastChunk(trailers);
    } catch (error) {
      // The message cannot be ended any more, so the connection is of no use to another.
      this.state = "failed";
      throw error;
    }
  }

  #next(next: RequestState | undefined, event: RequestEventName): RequestState {
    if (next) return next;
    const sentence = `a request in state '${this.state}' cannot go on with '${event}'`;
    throw new LocalProtocolError(sentence, { reason: "wrong-order" });
  }

  #fail(reason: string, sentence: string): LocalProtocolError {
    this.state = "failed";
    return new LocalProtocolError(sentence, { reason });
  }
}
