// What goes into and comes out of a ClientConnection. Interim and final heads, content and ends: nothing else.

import { copyOf, NO_OCTETS } from "../octets.ts";
import type { FieldLines, HeadersInput } from "./field-lines.ts";
import type { HeaderList } from "./header-list.ts";

/** How the end of the content is found (RFC 9112 section 6.3). */
export type Framing = "none" | "content-length" | "chunked" | "close-delimited";

/** What an encoded request head means for the exchange. */
export interface RequestFacts {
  readonly framing: Exclude<Framing, "close-delimited">;
  /** Octets that Content-Length announces; 0 for the other framings. */
  readonly contentLength: number;
  readonly hasHost: boolean;
  /** The protocols offered in Upgrade, in lower case; none for most requests. */
  readonly offers: readonly string[];
  readonly closes: boolean;
  readonly expectsContinue: boolean;
}

/** The head of a request. Nothing is added to its headers: `Host` and framing fields are the sender's to give. */
export interface RequestEvent {
  readonly type: "request";
  readonly method: string;
  /** The request target, octet for octet: 0x21 to 0x7E. */
  readonly target: string;
  readonly headers: HeadersInput;
}

/** A piece of request content. */
export interface SendContentEvent {
  readonly type: "content";
  readonly octets: Uint8Array;
}

/** The end of the request; due for every request, with content or without. */
export interface SendEndEvent {
  readonly type: "end";
  /** Trailer fields: chunked content only. */
  readonly trailers?: HeadersInput;
}

/** What the client sends. */
export type SendEvent = RequestEvent | SendContentEvent | SendEndEvent;

/** A response head: interim (`informational`, 1xx but 101) or final (`response`). */
export interface ResponseEvent {
  readonly type: "informational" | "response";
  /** 100 to 999. */
  readonly status: number;
  /** The reason phrase, one character per octet; may be empty. */
  readonly reason: string;
  /** What the peer sent: `HTTP/1.1`, `HTTP/1.0`. */
  readonly version: string;
  readonly headers: HeaderList;
  readonly framing: Framing;
  /** Octets of content announced by Content-Length; null where the framing is another. */
  readonly contentLength: number | null;
  /** Does the connection persist after this message, as far as the peer is concerned (RFC 9112 section 9.3)? */
  readonly keepAlive: boolean;
  /** Seconds of `Keep-Alive: timeout`; null when not given. */
  readonly keepAliveTimeout: number | null;
  /** 101, or 2xx to CONNECT: another protocol follows the head. */
  readonly isSwitch: boolean;
  /** Octets of the head. */
  readonly size: number;
}

/** A piece of response content, transfer coding taken off. */
export interface ContentEvent {
  readonly type: "content";
  readonly octets: Uint8Array;
}

/**
 * As ContentEvent, for octets that stay where they are: `octets` makes a view, `copy` a copy. One object for all that is
 * borrowed from a connection, so it holds until the next event is asked for.
 */
export class BorrowedContent implements ContentEvent {
  readonly type = "content";
  #source: Uint8Array = NO_OCTETS;
  #start = 0;
  #end = 0;

  /** The octets from `start` to `end` of `source` are the content now. */
  place(source: Uint8Array, start: number, end: number): this {
    this.#source = source;
    this.#start = start;
    this.#end = end;
    return this;
  }

  get size(): number {
    return this.#end - this.#start;
  }

  get octets(): Uint8Array {
    return this.#source.subarray(this.#start, this.#end);
  }

  copy(): Uint8Array<ArrayBuffer> {
    return copyOf(this.#source, this.#start, this.#end);
  }
}

/** The end of the response. */
export interface EndEvent {
  readonly type: "end";
  readonly trailers: HeaderList;
}

/** More octets are needed. */
export interface NeedDataEvent {
  readonly type: "need-data";
}

/** The exchange is over, or the protocol switched: octets that follow are not looked at (`trailingData`). */
export interface PausedEvent {
  readonly type: "paused";
}

/** The peer has closed the connection between two exchanges. */
export interface ClosedEvent {
  readonly type: "closed";
}

/** What the client receives. */
export type ReceiveEvent = ResponseEvent | ContentEvent | EndEvent | NeedDataEvent | PausedEvent | ClosedEvent;

/** A request head whose headers are flat already. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly lines: FieldLines;
}
