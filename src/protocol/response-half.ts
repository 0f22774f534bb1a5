// The response half of an exchange: octets in, events out. The table of states.ts judges the order of events; counted
// here, because a table cannot count: how much content is left, and everything that has a limit.

import { RemoteProtocolError } from "../errors.ts";
import { copyOf, printable } from "../octets.ts";
import { ChunkReader } from "./chunk-decoder.ts";
import { BorrowedContent, type ReceiveEvent, type RequestFacts, type ResponseEvent } from "./events.ts";
import { protocolsIn } from "./field-lines.ts";
import { NO_HEADERS } from "./header-list.ts";
import type { Limits } from "./limits.ts";
import { passed } from "./reasons.ts";
import { ReceivedOctets } from "./received-octets.ts";
import { readResponseHead } from "./response-head.ts";
import { RESPONSE_TRANSITIONS, type ResponseState } from "./states.ts";
import { readTrailerSection } from "./trailer-section.ts";

const NEED_DATA = { type: "need-data" } as const;
const PAUSED = { type: "paused" } as const;
const CLOSED = { type: "closed" } as const;
/** Most responses end without trailers. */
const END = Object.freeze({ type: "end", trailers: NO_HEADERS } as const);

const CR = 0x0d;
const LF = 0x0a;

export class ResponseHalf {
  state: ResponseState = "idle";
  limits: Readonly<Limits>;
  /** Does the peer keep the connection open, by all that it has said? */
  keepAlive = true;
  peerHasClosed = false;
  readonly input = new ReceivedOctets();
  readonly #borrowed: BorrowedContent | null;
  readonly #chunks = new ChunkReader();
  #context = 0;
  #request: RequestFacts | null = null;
  #head: ResponseEvent | null = null;
  #interimCount = 0;
  #headSize = 0;
  contentSize = 0;
  #left = 0;

  constructor(limits: Readonly<Limits>, ownership: "copied" | "borrowed") {
    this.limits = limits;
    this.#borrowed = ownership === "borrowed" ? new BorrowedContent() : null;
  }

  /**
   * A request goes out: a response may come. `context` is a sum of the codec's CONTEXT_ values.
   * @throws RemoteProtocolError when octets came before that: they would be taken for the response
   */
  expect(context: number, request: RequestFacts): void {
    this.#dropLineEnds();
    if (this.input.size > 0) throw this.#unaskedFor();
    this.#advance(RESPONSE_TRANSITIONS[this.state].request);
    this.#context = context;
    this.#request = request;
    this.#head = null;
    this.#interimCount = 0;
    this.#headSize = 0;
    this.contentSize = 0;
  }

  /** The next event in the octets received. @throws RemoteProtocolError */
  read(): ReceiveEvent {
    switch (this.state) {
      case "awaiting":
        return this.#readHead();
      case "content":
        return this.#readContent();
      case "idle":
      case "done":
        return this.#readBetween();
      default:
        return this.state === "closed" ? CLOSED : PAUSED;
    }
  }

  #readHead(): ReceiveEvent {
    const { input, limits } = this;
    const head = this.#isWorthAttempt(limits.maxHeaderSize - this.#headSize)
      ? readResponseHead(
          input.octets,
          input.start,
          input.end,
          this.#context,
          limits.maxHeaderLines,
          limits.maxHeaderSize - this.#headSize,
        )
      : null;
    if (!head) return this.#needMore();
    input.consume(head.size);
    this.#headSize += head.size;
    this.#head = head;
    if (head.type === "informational") this.#acceptInterim(head);
    else if (head.isSwitch) this.#acceptSwitch(head);
    else this.#acceptFinal(head);
    return head;
  }

  // May a section that can have `most` octets be complete, or be found too long or cut?
  #isWorthAttempt(most: number): boolean {
    const { input } = this;
    return input.size > 0 && (input.isWorthAttempt || this.peerHasClosed || input.size > most);
  }

  #acceptInterim(head: ResponseEvent): void {
    this.#advance(RESPONSE_TRANSITIONS[this.state].informational);
    if (!head.keepAlive) this.keepAlive = false;
    const { maxInformational } = this.limits;
    if (++this.#interimCount > maxInformational) {
      throw passed("max-informational", maxInformational);
    }
  }

  // RFC 9110 section 7.8: only to what was offered.
  #acceptSwitch(head: ResponseEvent): void {
    if (head.status === 101) {
      const offers = this.#request?.offers ?? [];
      // 101 ought to name its protocol; one that does not is taken for what was offered.
      const unasked = protocolsIn(head.headers.get("upgrade") ?? "").filter((protocol) => !offers.includes(protocol));
      if (offers.length === 0 || unasked.length > 0) {
        const sentence = `101 came, to switch to "${unasked.join()}", which was not offered`;
        throw new RemoteProtocolError(sentence, { reason: "unexpected-upgrade" });
      }
    }
    this.#advance(RESPONSE_TRANSITIONS[this.state].switch);
    this.keepAlive = false;
  }

  /** Is the peer known to speak HTTP/1.0? */
  get isOldVersion(): boolean {
    return this.#head?.version === "HTTP/1.0";
  }

  #acceptFinal(head: ResponseEvent): void {
    this.#advance(RESPONSE_TRANSITIONS[this.state].response);
    if (!head.keepAlive || head.keepAliveTimeout === 0) this.keepAlive = false;
    this.#left = head.contentLength ?? 0;
    this.#checkContentSize(this.#left);
    if (head.framing === "chunked") this.#chunks.reset(head.size);
  }

  #readContent(): ReceiveEvent {
    switch (this.#head?.framing) {
      case "chunked":
        return this.#readChunks();
      case "content-length":
        return this.#left === 0 ? this.#end() : this.#takeContent(this.#left);
      case "close-delimited":
        return this.peerHasClosed && this.input.size === 0 ? this.#end() : this.#takeContent(Number.MAX_SAFE_INTEGER);
      default:
        return this.#end();
    }
  }

  #takeContent(most: number): ReceiveEvent {
    const { input } = this;
    const size = Math.min(input.size, most);
    if (size === 0) return this.#needMore();
    const { octets, start } = input;
    this.#left -= size;
    input.consume(size);
    return this.#content(octets, start, start + size);
  }

  #readChunks(): ReceiveEvent {
    const { input, limits } = this;
    const chunks = this.#chunks;
    while (!chunks.isAtTrailer) {
      if (input.size === 0) return this.#needMore();
      const consumed = chunks.read(input.octets, input.start, input.end, limits.maxChunkExtensionSize);
      const { content, contentStart, contentEnd } = chunks;
      input.consume(consumed);
      if (contentEnd > contentStart) return this.#content(content, contentStart, contentEnd);
    }
    const section = this.#isWorthAttempt(limits.maxTrailerSize)
      ? readTrailerSection(input.octets, input.start, input.end, limits, chunks.size)
      : null;
    if (!section) return this.#needMore();
    input.consume(section.size);
    this.#advance(RESPONSE_TRANSITIONS[this.state].end);
    return { type: "end", trailers: section.trailers };
  }

  // Between two exchanges nothing may come but CRLF (RFC 9112 section 9.2) and the close.
  #readBetween(): ReceiveEvent {
    this.#dropLineEnds();
    if (this.input.size > 0) {
      this.keepAlive = false;
      if (this.state === "done") return PAUSED;
      throw this.#unaskedFor();
    }
    if (!this.peerHasClosed) return this.state === "done" ? PAUSED : NEED_DATA;
    this.keepAlive = false;
    this.#advance(RESPONSE_TRANSITIONS[this.state].close);
    return CLOSED;
  }

  #dropLineEnds(): void {
    const { input } = this;
    while (input.size > 0 && (input.octets[input.start] === CR || input.octets[input.start] === LF)) input.consume(1);
  }

  #unaskedFor(): RemoteProtocolError {
    const shown = printable(this.input.octets.subarray(this.input.start, this.input.end));
    return new RemoteProtocolError(`the peer sent ${shown}, but nothing had been asked`, {
      reason: "unasked-for-octets",
    });
  }

  #needMore(): ReceiveEvent {
    const { input } = this;
    if (this.peerHasClosed) throw this.#cut();
    if (input.size > 0 && input.isWorthAttempt) input.waitForMore();
    return NEED_DATA;
  }

  #content(octets: Uint8Array, start: number, end: number): ReceiveEvent {
    this.contentSize += end - start;
    this.#checkContentSize(this.contentSize);
    const borrowed = this.#borrowed;
    return borrowed ? borrowed.place(octets, start, end) : { type: "content", octets: copyOf(octets, start, end) };
  }

  #end(): ReceiveEvent {
    this.#advance(RESPONSE_TRANSITIONS[this.state].end);
    return END;
  }

  #advance(next: ResponseState | undefined): void {
    if (!next) throw new Error(`a response in state '${this.state}' cannot go on like this`);
    this.state = next;
  }

  #checkContentSize(size: number): void {
    const { maxContentSize } = this.limits;
    if (size > maxContentSize) {
      throw passed("max-content-size", maxContentSize);
    }
  }

  // The peer has closed where more was due (RFC 9112 section 8).
  #cut(): RemoteProtocolError {
    const came = this.input.size;
    if (this.state === "awaiting") {
      if (came === 0) {
        const sentence = "the server closed the connection without sending a response";
        return new RemoteProtocolError(sentence, { reason: "no-response" });
      }
      const sentence = `the server closed the connection within the response head, after ${came} octets`;
      return new RemoteProtocolError(sentence, { reason: "incomplete-head", offset: came });
    }
    const lack = this.#head?.framing === "content-length" ? `, ${this.#left} octets short` : ", before its last chunk";
    const sentence = `the server closed the connection after ${this.contentSize} octets of content${lack}`;
    return new RemoteProtocolError(sentence, { reason: "incomplete-content" });
  }
}
