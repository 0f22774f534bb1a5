// Stands between an exchange that is traced and whoever takes its response: tells the tracer what comes, and keeps it as
// long as the tracer wants to be waited for. Meanwhile the connection is paused, so that little is kept.

import { BorrowedContent, type ResponseEvent } from "../protocol/events.ts";
import type { HeaderList } from "../protocol/header-list.ts";
import type { Exchange, ResponseSink } from "./exchange.ts";
import type { NetworkStream } from "./network-stream.ts";
import { type Tracer, withHidden } from "./tracer.ts";

export const RECEIVE_HEADERS = "http11.receive_response_headers";
const RECEIVE_BODY = "http11.receive_response_body";

export class TracingSink implements ResponseSink {
  /** Set before any call comes. */
  exchange: Exchange | null = null;
  readonly #inner: ResponseSink;
  readonly #tracer: Tracer;
  /** Calls that the tracer holds back. */
  #kept: (() => void)[] = [];
  #isHolding = false;
  #wantsMore = true;
  #contentSize = 0;

  constructor(inner: ResponseSink, tracer: Tracer) {
    this.#inner = inner;
    this.#tracer = tracer;
  }

  informational(head: ResponseEvent): void {
    this.#pass(() => this.#inner.informational(head));
  }

  head(head: ResponseEvent): void {
    this.#tellHead(head);
    this.#tracer.started(RECEIVE_BODY);
    this.#pass(() => this.#inner.head(head));
  }

  switched(head: ResponseEvent, stream: NetworkStream): void {
    this.#tellHead(head);
    this.#pass(() => this.#inner.switched(head, stream));
  }

  content(piece: BorrowedContent): boolean {
    this.#contentSize += piece.size;
    if (!this.#isHolding) return this.#inner.content(piece);
    const copy = new BorrowedContent().place(piece.copy(), 0, piece.size);
    this.#kept.push(() => {
      this.#wantsMore = this.#inner.content(copy);
    });
    return false;
  }

  end(trailers: HeaderList): void {
    this.#tracer.complete(RECEIVE_BODY, { contentSize: this.#contentSize });
    this.#pass(() => this.#inner.end(trailers));
  }

  fail(error: unknown): void {
    this.#tracer.allFailed(error);
    this.#handOver();
    this.#inner.fail(error);
  }

  abort(reason: unknown): void {
    this.#tracer.allFailed(reason);
    this.discard();
    this.#inner.abort(reason);
  }

  /** What is kept is not to be handed over any more. */
  discard(): void {
    this.#kept = [];
  }

  #tellHead({ version, status, reason, headers }: ResponseEvent): void {
    const facts = { httpVersion: version, status, reasonPhrase: reason };
    this.#tracer.complete(RECEIVE_HEADERS, withHidden(facts, "headers", headers));
  }

  #pass(call: () => void): void {
    // The tracer has ended it, told of this very call.
    if (this.exchange?.isFinished) return;
    if (!this.#isHolding && !this.#tracer.held) {
      call();
      return;
    }
    this.#kept.push(call);
    if (!this.#isHolding) this.#hold();
  }

  async #hold(): Promise<void> {
    this.#isHolding = true;
    while (this.#tracer.held) await this.#tracer.held;
    this.#isHolding = false;
    this.#handOver();
    if (this.#wantsMore) this.exchange?.resume();
  }

  #handOver(): void {
    const calls = this.#kept;
    this.#kept = [];
    try {
      for (const call of calls) call();
    } catch (error) {
      // The caller's `informational` threw.
      this.exchange?.breakOff(error);
    }
  }
}
