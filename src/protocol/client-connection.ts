// The HTTP/1.1 client connection without any I/O: octets in, events out; events in, octets out (RFC 9112).
//
// What the peer sent is given to `receive`, and `nextEvent` is called until it answers `need-data`, `paused` or
// `closed`. What the client wants is given to `send`, which answers the octets to write. The two halves of an exchange
// are objects of their own and follow the tables of states.ts; what joins them is here: whether a response is expected,
// and whether the connection can be used again. It refuses to know: sockets, time, URLs.

import { LocalProtocolError, RemoteProtocolError } from "../errors.ts";
import { allocate, checkOctets, concat, copyOf } from "../octets.ts";
import { ownProperties, wrongType } from "../own-properties.ts";
import type { ReceiveEvent, RequestFacts, SendEvent } from "./events.ts";
import { type HeadersInput, toFieldLines } from "./field-lines.ts";
import { type Limits, resolveLimits } from "./limits.ts";
import { RequestHalf } from "./request-half.ts";
import { type EncodedHead, encodeRequest } from "./request-head.ts";
import { ResponseHalf } from "./response-half.ts";
import { leniencyContext, methodContext } from "./response-head.ts";
import type { RequestState, ResponseState } from "./states.ts";

/** Options of a ClientConnection. */
export interface ClientConnectionOptions {
  limits?: Partial<Limits> | undefined;
  /** `"bare-lf"`: a lone LF ends a line of a head (RFC 9112 section 2.2 allows it). */
  leniency?: readonly "bare-lf"[] | undefined;
  /**
   * Who owns the octets of content events. `"copied"`, the default: both what is given and what is handed out are
   * copies. `"borrowed"`: what is given must not change until `nextEvent` asks for more, and what is handed out is a
   * view that holds until `nextEvent` is called again on any connection.
   */
  content?: "copied" | "borrowed" | undefined;
}

const OPTION_NAMES = new Set(["limits", "leniency", "content"]);

/** One HTTP/1.1 connection, seen from the client, without a socket. */
export class ClientConnection {
  readonly #request: RequestHalf;
  readonly #response: ResponseHalf;
  readonly #leniency: number;
  readonly #ownership: "copied" | "borrowed";
  #error: unknown = null;

  /** @throws TypeError or RangeError for options that are wrong */
  constructor(options: ClientConnectionOptions = {}) {
    const { content = "copied", leniency, limits } = ownProperties(options, "options", OPTION_NAMES) as typeof options;
    if (content !== "copied" && content !== "borrowed") throw wrongType("content", '"copied" or "borrowed"', content);
    this.#ownership = content;
    this.#leniency = leniencyContext(leniency);
    // What is borrowed is written and no more: its framing may share a slab with others'.
    this.#request = new RequestHalf(content === "borrowed" ? allocate : undefined);
    this.#response = new ResponseHalf(resolveLimits(limits), content);
  }

  /** State of the request half: `idle`, `sending`, `done` or `failed`. */
  get requestState(): RequestState {
    return this.#request.state;
  }

  /** State of the response half: `idle`, `awaiting`, `content`, `done`, `switched`, `closed` or `failed`. */
  get responseState(): ResponseState {
    return this.#response.state;
  }

  /** What the head of the request under way means; null before the first. */
  get requestFacts(): RequestFacts | null {
    return this.#request.facts;
  }

  /** May the next request go out on this connection (RFC 9112 section 9.3)? Only with both halves idle or done. */
  get isReusable(): boolean {
    const { keepAlive, peerHasClosed, state, input } = this.#response;
    const isAtRest = state === "done" || state === "idle";
    return isAtRest && state === this.#request.state && keepAlive && !peerHasClosed && input.size === 0;
  }

  /** Octets of content that have come of the response under way, transfer coding taken off. */
  get contentSize(): number {
    return this.#response.contentSize;
  }

  /** Octets received behind the end of the response, or behind the head that switched the protocol; a copy. */
  get trailingData(): Uint8Array {
    const { octets, start, end } = this.#response.input;
    return copyOf(octets, start, end);
  }

  /** Sets the limits of the next response. */
  setLimits(limits: Readonly<Limits>): void {
    this.#response.limits = limits;
  }

  /**
   * The octets to write for `event`.
   * @throws LocalProtocolError when the event is not allowed now or breaks HTTP, TypeError when it is none,
   * RemoteProtocolError when the peer spoke before it was asked; no octet of it may be sent then
   */
  send(event: SendEvent): Uint8Array {
    if (event.type === "content") {
      checkOctets(event.octets);
      return concat(this.sendContent(event.octets));
    }
    if (event.type === "end") return concat(this.sendEnd(event.trailers));
    const { method, target, headers } = event;
    const head = encodeRequest({ method, target, lines: toFieldLines(headers) });
    this.sendHead(head);
    return copyOf(head.octets);
  }

  /** As `send` of a request event, for a head that has been encoded before. */
  sendHead(head: EncodedHead): void {
    if (this.#request.state !== "idle" || this.#response.state !== "idle") {
      throw this.#notNow("wrong-order", "no request can be sent now");
    }
    if (head.facts.framing === "chunked" && this.#response.isOldVersion) {
      // RFC 9112 section 6.1; the next connection may lead to a server that knows better.
      const sentence = "the server speaks HTTP/1.0: give a Content-Length";
      throw new LocalProtocolError(sentence, { reason: "chunked-to-http-1-0" });
    }
    this.#response.expect(methodContext(head.method) | this.#leniency, head.facts);
    this.#request.sendHead(head);
    if (head.facts.closes) this.#response.keepAlive = false;
  }

  /** As `send` of a content event, in pieces to be written one behind the other; large octets are not copied. */
  sendContent(octets: Uint8Array): readonly Uint8Array[] {
    return this.#request.sendContent(octets);
  }

  /** As `send` of an end event, in pieces. */
  sendEnd(trailers?: HeadersInput): readonly Uint8Array[] {
    return this.#request.sendEnd(trailers);
  }

  /** Takes the first `size` octets of `octets`, as they came from the peer; null when the peer has closed its side. */
  receive(octets: Uint8Array | null, size: number = octets?.length ?? 0): void {
    if (octets === null) {
      this.#response.peerHasClosed = true;
      return;
    }
    checkOctets(octets);
    this.#response.input.add(this.#ownership === "borrowed" ? octets : copyOf(octets, 0, size), size);
  }

  /**
   * The next event.
   * @throws RemoteProtocolError when the peer broke HTTP or passed a limit; the same error at each later call
   */
  nextEvent(): ReceiveEvent {
    if (this.#error) throw this.#error;
    try {
      const event = this.#response.read();
      // RFC 9110 section 7.8: the new protocol begins behind the whole request.
      if (event.type === "response" && event.isSwitch && this.#request.state !== "done") {
        const sentence = `${event.status} came before the request had been sent`;
        throw new RemoteProtocolError(sentence, { reason: "unexpected-upgrade" });
      }
      return event;
    } catch (error) {
      this.#error = error;
      this.#response.state = "failed";
      throw error;
    }
  }

  /**
   * Makes ready for the next request.
   * @throws LocalProtocolError unless the exchange is over and the connection persists
   */
  startNextCycle(): void {
    if (!this.isReusable) {
      throw this.#notNow("not-reusable", "the connection cannot be used again");
    }
    this.#request.state = "idle";
    this.#response.state = "idle";
  }

  #notNow(reason: string, sentence: string): LocalProtocolError {
    return new LocalProtocolError(`${sentence} (request ${this.requestState}, response ${this.responseState})`, {
      reason,
    });
  }
}
