// The response as a caller has it: status, headers, and content that is read once, in the way the caller chooses.
//
// Content comes from a ContentReader: a connection, or what the constructor was given. Reading it to its end gives the
// connection back; closing the response before that closes the connection.

import { type Content, type ContentIterator, giveUp, prepareContent, toOctets } from "./content.ts";
import { ReadError, ResponseNotRead, StreamConsumed } from "./errors.ts";
import { GrowingOctets } from "./growing-octets.ts";
import { copyOf, NO_OCTETS } from "./octets.ts";
import { ownProperties } from "./own-properties.ts";
import { byteStream } from "./piece-queue.ts";
import type { ExchangeTimes } from "./pool/exchange-times.ts";
import type { NetworkStream } from "./pool/network-stream.ts";
import { printAsText } from "./printing.ts";
import type { ResponseEvent } from "./protocol/events.ts";
import type { HeadersInput } from "./protocol/field-lines.ts";
import { HeaderList, NO_HEADERS } from "./protocol/header-list.ts";

/** Where content comes from. */
export interface ContentReader {
  /** The next piece; null at the end. */
  read(): Promise<Uint8Array | null>;
  /** Trailer fields, once `read` has answered null; null before. */
  readonly trailers: HeaderList | null;
  /** Gives up what has not been read. Idempotent. */
  close(): void;
}

/** What accompanies a response beyond HTTP's own fields. */
export interface ResponseExtensions {
  /** What the peer sent: `HTTP/1.1`, `HTTP/1.0`. */
  httpVersion?: string;
  /** The reason phrase; may be empty. */
  reasonPhrase?: string;
  /** Milliseconds from the call on; it fills while the response comes. */
  timings?: ExchangeTimes | undefined;
  /** After 101, or 2xx to CONNECT: the connection itself. */
  networkStream?: NetworkStream | undefined;
  [name: string]: unknown;
}

/** What a response is made of, beside its status. */
export interface ResponseInit {
  headers?: HeadersInput | undefined;
  content?: Content | null | undefined;
  extensions?: ResponseExtensions | undefined;
}

/** Statuses that a web Response has with a null body only. */
const NULL_BODY_STATUSES = new Set([204, 205, 304]);

const INIT_NAMES = new Set(["headers", "content", "extensions"]);
const NO_INIT: ResponseInit = {};
const NO_CONTENT: ContentReader = { read: async () => null, trailers: NO_HEADERS, close() {} };

const decoder = new TextDecoder();

/** A response whose content is to be read from a reader, or has been read and is here with its trailers. */
export let receivedResponse: (
  head: ResponseEvent,
  times: ExchangeTimes | undefined,
  content: ContentReader | Uint8Array,
  trailers?: HeaderList,
) => Response;

export class Response {
  static {
    printAsText(Response);
  }

  /** 100 to 999, as received. */
  readonly status: number;
  #headers: HeaderList = NO_HEADERS;
  #extensions: ResponseExtensions | null = null;
  #head: ResponseEvent | null = null;
  #times: ExchangeTimes | undefined;
  #reader: ContentReader = NO_CONTENT;
  #content: Uint8Array | null = null;
  #trailers: HeaderList | null = null;
  #reading: Promise<Uint8Array> | null = null;
  #body: ReadableStream<Uint8Array> | null = null;
  #isConsumed = false;

  static {
    receivedResponse = (head, times, content, trailers) => {
      const response = new Response(head.status, NO_INIT);
      response.#headers = head.headers;
      response.#head = head;
      response.#times = times;
      if (content instanceof Uint8Array) {
        response.#content = content;
        response.#trailers = trailers ?? NO_HEADERS;
        response.#isConsumed = true;
      } else {
        response.#reader = content;
      }
      return response;
    };
  }

  /** @throws TypeError for a status, headers or content that are none */
  constructor(status: number, init: ResponseInit = NO_INIT) {
    if (!Number.isInteger(status) || status < 100 || status > 999) {
      throw new TypeError(`status must be a whole number from 100 to 999, not ${String(status)}`);
    }
    this.status = status;
    if (init === NO_INIT) return;
    const { headers, content, extensions } = ownProperties(init, "a response", INIT_NAMES) as ResponseInit;
    this.#headers = headers instanceof HeaderList ? headers : new HeaderList(headers);
    if (content !== undefined) this.#reader = new GivenContent(content);
    if (extensions) this.#extensions = extensions;
  }

  get headers(): HeaderList {
    return this.#headers;
  }

  get extensions(): ResponseExtensions {
    const head = this.#head;
    this.#extensions ??= head ? { httpVersion: head.version, reasonPhrase: head.reason, timings: this.#times } : {};
    return this.#extensions;
  }

  /** The whole content, once it has been read. @throws ResponseNotRead before that */
  get content(): Uint8Array {
    if (this.#content) return this.#content;
    throw new ResponseNotRead("the content has not been read: await response.read()");
  }

  /** The trailer fields, once the content has ended; mostly none. @throws ResponseNotRead before that */
  get trailers(): HeaderList {
    const trailers = this.#trailers ?? this.#reader.trailers;
    if (trailers) return trailers;
    throw new ResponseNotRead("the content has not been read to its end");
  }

  /**
   * Reads the whole content; a second call gives the same octets. Rejects with StreamConsumed when the content has been
   * iterated over, with a RemoteProtocolError or ReadError when it is cut.
   */
  async read(): Promise<Uint8Array> {
    if (this.#content) return this.#content;
    this.#reading ??= this.#readAll();
    return this.#reading;
  }

  /**
   * The content as it comes, in pieces that the caller may keep. Once: a second iteration is StreamConsumed. Leaving
   * the loop early closes the response.
   */
  async *iterStream(): AsyncIterableIterator<Uint8Array> {
    this.#consume();
    try {
      for (let piece = await this.#reader.read(); piece !== null; piece = await this.#reader.read()) yield piece;
    } finally {
      if (!this.#reader.trailers) this.#reader.close();
    }
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return this.iterStream();
  }

  /** The content as a byte stream with back-pressure; the same stream at each access. Reading from it consumes. */
  get body(): ReadableStream<Uint8Array> {
    let isStarted = false;
    this.#body ??= byteStream(
      async () => {
        if (!isStarted) this.#consume();
        isStarted = true;
        return this.#reader.read();
      },
      () => this.#reader.close(),
    );
    return this.#body;
  }

  /** The whole content as text: UTF-8. */
  async text(): Promise<string> {
    return decoder.decode(await this.read());
  }

  /** The whole content as JSON. Rejects with SyntaxError when it is none. */
  async json<T = unknown>(): Promise<T> {
    return JSON.parse(await this.text()) as T;
  }

  /** A web Response with the same status, headers and content. @throws TypeError for a status that it cannot have */
  toWeb(): globalThis.Response {
    if (this.status < 200 || this.status > 599) {
      throw new TypeError(`a web Response cannot have status ${this.status}`);
    }
    // Nobody will read the content that a null body leaves out.
    if (NULL_BODY_STATUSES.has(this.status)) this.#reader.close();
    const body = NULL_BODY_STATUSES.has(this.status) ? null : this.#content ? copyOf(this.#content) : this.body;
    const statusText = this.extensions.reasonPhrase ?? "";
    return new globalThis.Response(body, { status: this.status, statusText, headers: this.headers.toWeb() });
  }

  /** Ends the response: content that has not been read closes its connection. Idempotent. */
  async close(): Promise<void> {
    this.#reader.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader.close();
  }

  toString(): string {
    return `<Response [${this.status}]>`;
  }

  async #readAll(): Promise<Uint8Array> {
    this.#consume();
    const expected = Number(this.headers.get("content-length") ?? Number.NaN);
    const all = new GrowingOctets();
    for (let piece = await this.#reader.read(); piece !== null; piece = await this.#reader.read()) {
      all.add(piece, Number.isSafeInteger(expected) ? expected : null);
    }
    this.#content = all.take();
    return this.#content;
  }

  #consume(): void {
    if (this.#isConsumed) throw new StreamConsumed("the content can be read once, and has been");
    this.#isConsumed = true;
  }
}

/** Content that a caller gave to the constructor. */
class GivenContent implements ContentReader {
  trailers: HeaderList | null = null;
  readonly #iterator: ContentIterator;
  #isClosed = false;

  constructor(content: Content | null) {
    const prepared = prepareContent(content) ?? NO_OCTETS;
    this.#iterator = prepared instanceof Uint8Array ? [prepared].values() : prepared.open();
  }

  async read(): Promise<Uint8Array | null> {
    if (this.trailers) return null;
    if (this.#isClosed) throw new ReadError("the response has been closed");
    while (true) {
      const { done, value } = (await this.#iterator.next()) as IteratorResult<unknown>;
      if (done) {
        this.trailers = NO_HEADERS;
        return null;
      }
      const piece = toOctets(value);
      // A copy, as a byte stream takes the buffer away from whoever has it.
      if (piece.length > 0) return copyOf(piece);
    }
  }

  close(): void {
    if (this.#isClosed || this.trailers) return;
    this.#isClosed = true;
    giveUp(this.#iterator);
  }
}
