// The two ways to take a response: all at once (`request`), or head first and content as it is asked for (`stream`).

import { blameRequest, ReadError } from "./errors.ts";
import type { InformationalCallback } from "./extensions.ts";
import { GrowingOctets } from "./growing-octets.ts";
import { copyOf } from "./octets.ts";
import type { Exchange, ResponseSink } from "./pool/exchange.ts";
import type { ResponseEvent } from "./protocol/events.ts";
import type { HeaderList } from "./protocol/header-list.ts";
import type { Request } from "./request.ts";
import { type ContentReader, completeResponse, type Response, streamingResponse } from "./response.ts";

/** Content that waits to be read; from there on the connection is not read from. Two reads of the socket. */
const MAX_WAITING = 131_072;

/** How a call is settled. `makeRequest` is called for an error, which shows the request. */
export interface Settle {
  readonly resolve: (response: Response) => void;
  readonly reject: (error: unknown) => void;
  readonly makeRequest: () => Request;
}

abstract class Sink implements ResponseSink {
  /** Set before any call comes. */
  exchange: Exchange | null = null;
  readonly #settle: Settle;
  readonly #informational: InformationalCallback | null;

  constructor(settle: Settle, informational: InformationalCallback | null) {
    this.#settle = settle;
    this.#informational = informational;
  }

  protected resolve(response: Response): void {
    this.#settle.resolve(response);
  }

  /** An abort rejects with the caller's own reason. */
  protected rejectUntouched(reason: unknown): void {
    this.#settle.reject(reason);
  }

  protected reject(error: unknown): void {
    this.#settle.reject(blameRequest(error, this.#settle.makeRequest));
  }

  informational({ status, reason, headers }: ResponseEvent): void {
    this.#informational?.({ status, reasonPhrase: reason, headers });
  }

  abstract head(head: ResponseEvent): void;
  abstract content(octets: Uint8Array): boolean;
  abstract end(trailers: HeaderList): void;
  abstract fail(error: unknown): void;
  abstract abort(reason: unknown): void;
}

/** Gathers the whole response and resolves with it. */
export class CollectingSink extends Sink {
  #head: ResponseEvent | null = null;
  #whole: Uint8Array | null = null;
  #growing: GrowingOctets | null = null;

  head(head: ResponseEvent): void {
    this.#head = head;
  }

  content(octets: Uint8Array): boolean {
    const expected = this.#head?.contentLength ?? null;
    if (octets.length === expected) {
      // All of it has come at once: the one copy is the result.
      this.#whole = copyOf(octets);
      return true;
    }
    this.#growing ??= new GrowingOctets();
    this.#growing.add(octets, expected);
    return true;
  }

  end(trailers: HeaderList): void {
    const head = this.#head as ResponseEvent;
    this.exchange?.release();
    const content = this.#whole ?? this.#growing?.take() ?? new Uint8Array(0);
    this.resolve(completeResponse(head, content, trailers));
  }

  fail(error: unknown): void {
    this.reject(error);
  }

  abort(reason: unknown): void {
    this.rejectUntouched(reason);
  }
}

interface Waiter {
  resolve(piece: Uint8Array | null): void;
  reject(error: unknown): void;
}

/** Resolves with the head, and keeps pieces of content until they are read. */
export class StreamingSink extends Sink implements ContentReader {
  readonly #pieces: Uint8Array[] = [];
  #waitingSize = 0;
  #hasHead = false;
  #end: HeaderList | null = null;
  #failure: { error: unknown } | null = null;
  #waiter: Waiter | null = null;
  #isPaused = false;

  // --- ResponseSink -----------------------------------------------------------------------------------------------

  head(head: ResponseEvent): void {
    this.#hasHead = true;
    this.resolve(streamingResponse(head, this));
  }

  content(octets: Uint8Array): boolean {
    const piece = copyOf(octets);
    const waiter = this.#takeWaiter();
    if (waiter) {
      waiter.resolve(piece);
      return true;
    }
    this.#pieces.push(piece);
    this.#waitingSize += piece.length;
    this.#isPaused = this.#waitingSize >= MAX_WAITING;
    return !this.#isPaused;
  }

  end(trailers: HeaderList): void {
    this.#end = trailers;
    if (this.#pieces.length > 0) return;
    this.exchange?.release();
    this.#takeWaiter()?.resolve(null);
  }

  fail(error: unknown): void {
    // Pieces that came before the fault are still handed out.
    this.#failure = { error };
    if (!this.#hasHead) this.reject(error);
    this.#takeWaiter()?.reject(error);
  }

  abort(reason: unknown): void {
    this.#discard();
    this.#failure = { error: reason };
    if (!this.#hasHead) this.rejectUntouched(reason);
    this.#takeWaiter()?.reject(reason);
  }

  // --- ContentReader ----------------------------------------------------------------------------------------------

  get trailers(): HeaderList | null {
    return this.#pieces.length === 0 ? this.#end : null;
  }

  async read(): Promise<Uint8Array | null> {
    const piece = this.#pieces.shift();
    if (piece) {
      this.#waitingSize -= piece.length;
      if (this.#pieces.length === 0) {
        if (this.#end) this.exchange?.release();
        else if (this.#isPaused) this.#resume();
      }
      return piece;
    }
    if (this.#end) return null;
    if (this.#failure) throw this.#failure.error;
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  close(): void {
    if (this.#failure || (this.#end && this.#pieces.length === 0)) return;
    this.#discard();
    this.#failure = { error: new ReadError("the response has been closed") };
    this.exchange?.abandon();
    this.#takeWaiter()?.reject(this.#failure.error);
  }

  #resume(): void {
    this.#isPaused = false;
    this.exchange?.resume();
  }

  // What came is not to be read any more, nor is its end.
  #discard(): void {
    this.#pieces.length = 0;
    this.#waitingSize = 0;
    this.#end = null;
  }

  #takeWaiter(): Waiter | null {
    const waiter = this.#waiter;
    this.#waiter = null;
    return waiter;
  }
}
