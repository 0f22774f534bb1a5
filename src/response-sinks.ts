// The two ways to take a response: all at once (`request`), or head first and content as it is asked for (`stream`).

import { blameRequest, locate, ReadError } from "./errors.ts";
import type { CheckedExtensions } from "./extensions.ts";
import { GrowingOctets } from "./growing-octets.ts";
import { PieceQueue } from "./piece-queue.ts";
import type { Exchange, ResponseSink } from "./pool/exchange.ts";
import type { NetworkStream } from "./pool/network-stream.ts";
import type { BorrowedContent, ResponseEvent } from "./protocol/events.ts";
import { type HeaderList, NO_HEADERS } from "./protocol/header-list.ts";
import { type ContentReader, type Response, receivedResponse } from "./response.ts";
import { type RequestSource, type ShownHead, shownRequest } from "./shown-request.ts";

/**
 * Settles a call: with its response, or with a promise that is rejected. One function for both, as each function of a
 * promise is an object that lives as long as the request waits.
 */
export type Settle = (outcome: Response | Promise<never>) => void;

type Callbacks = Pick<CheckedExtensions, "informational" | "reader">;

abstract class Sink implements ResponseSink {
  /** Set before any call comes. */
  exchange: Exchange | null = null;
  readonly #settle: Settle;
  readonly #source: RequestSource;
  readonly #head: ShownHead;
  readonly #callbacks: Callbacks;

  /** `source`: what the call was made with, for errors. */
  constructor(settle: Settle, source: RequestSource, head: ShownHead, callbacks: Callbacks) {
    this.#settle = settle;
    this.#source = source;
    this.#head = head;
    this.#callbacks = callbacks;
  }

  protected resolve(response: Response): void {
    this.#settle(response);
  }

  fail(error: unknown): void {
    this.#settle(Promise.reject(this.blame(error)));
  }

  protected blame<E>(error: E): E {
    const { authority } = (this.exchange as Exchange).request;
    return blameRequest(error, () => shownRequest(this.#source, this.#head, authority));
  }

  /** An abort rejects with the caller's own reason. */
  abort(reason: unknown): void {
    this.#settle(Promise.reject(reason));
  }

  informational({ status, reason, headers }: ResponseEvent): void {
    this.#callbacks.informational?.({ status, reasonPhrase: reason, headers });
  }

  content(piece: BorrowedContent): boolean {
    const { reader } = this.#callbacks;
    if (!reader) return this.keep(piece);
    const answer = reader(piece.octets) as { then?: unknown } | null | undefined;
    if (typeof answer?.then === "function") {
      Promise.resolve(answer).catch(() => {});
      throw new TypeError("extensions.reader must not return a promise: its octets hold during the call only");
    }
    return true;
  }

  abstract head(head: ResponseEvent): void;
  abstract switched(head: ResponseEvent, stream: NetworkStream): void;
  protected abstract keep(piece: BorrowedContent): boolean;
  abstract end(trailers: HeaderList): void;
}

/** Gathers the whole response and resolves with it. */
export class CollectingSink extends Sink {
  #head: ResponseEvent | null = null;
  #content: Uint8Array | GrowingOctets | null = null;

  head(head: ResponseEvent): void {
    this.#head = head;
  }

  switched(head: ResponseEvent, stream: NetworkStream): void {
    stream.close();
    this.resolve(receivedResponse(head, this.exchange?.times ?? undefined, new Uint8Array(0)));
  }

  protected keep(piece: BorrowedContent): boolean {
    const expected = this.#head?.contentLength ?? null;
    if (piece.size === expected) {
      // All of it has come at once: the one copy is the result.
      this.#content = piece.copy();
      return true;
    }
    if (!(this.#content instanceof GrowingOctets)) this.#content = new GrowingOctets();
    this.#content.add(piece.octets, expected);
    return true;
  }

  end(trailers: HeaderList): void {
    const head = this.#head as ResponseEvent;
    this.exchange?.release();
    const gathered = this.#content ?? new Uint8Array(0);
    const content = gathered instanceof GrowingOctets ? gathered.take() : gathered;
    this.resolve(receivedResponse(head, this.exchange?.times ?? undefined, content, trailers));
  }
}

/** Resolves with the head, and keeps pieces of content until they are read. */
export class StreamingSink extends Sink implements ContentReader {
  readonly #pieces = new PieceQueue(() => this.#emptied());
  #hasHead = false;
  #trailers: HeaderList | null = null;
  #stream: NetworkStream | null = null;

  // --- ResponseSink -----------------------------------------------------------------------------------------------

  head(head: ResponseEvent): void {
    this.#hasHead = true;
    this.resolve(receivedResponse(head, this.exchange?.times ?? undefined, this));
  }

  switched(head: ResponseEvent, stream: NetworkStream): void {
    this.#hasHead = true;
    this.#stream = stream;
    this.#trailers = NO_HEADERS;
    this.#pieces.end();
    const response = receivedResponse(head, this.exchange?.times ?? undefined, this);
    response.extensions.networkStream = stream;
    this.resolve(response);
  }

  protected keep(piece: BorrowedContent): boolean {
    return this.#pieces.push(piece.copy());
  }

  end(trailers: HeaderList): void {
    this.#trailers = trailers;
    // Before a reader hears of the end, so that it finds the connection in the pool.
    if (!this.#pieces.isReadable) this.exchange?.release();
    this.#pieces.end();
  }

  override fail(error: unknown): void {
    if (!this.#hasHead) super.fail(error);
    this.#stream?.fail(error);
    // Pieces that came before the fault are still handed out.
    this.#pieces.fail(this.blame(error));
  }

  override abort(reason: unknown): void {
    if (!this.#hasHead) super.abort(reason);
    this.#stream?.fail(reason);
    this.#discard(reason);
  }

  // --- ContentReader ----------------------------------------------------------------------------------------------

  get trailers(): HeaderList | null {
    return this.#pieces.isAtEnd ? this.#trailers : null;
  }

  read(): Promise<Uint8Array | null> {
    return this.#pieces.read();
  }

  close(): void {
    this.#stream?.close();
    if (this.#pieces.hasFailed || this.#pieces.isAtEnd) return;
    const error = new ReadError("the response has been closed");
    if (this.exchange) locate(error, this.exchange.request.authority.origin, "close");
    this.exchange?.abandon();
    this.#discard(this.blame(error));
  }

  // What came is not to be read any more, nor is its end.
  #discard(error: unknown): void {
    this.#trailers = null;
    this.#pieces.discard(error);
  }

  #emptied(): void {
    if (this.#trailers) this.exchange?.release();
    else this.exchange?.resume();
  }
}
