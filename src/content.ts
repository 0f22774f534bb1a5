// Request content as callers give it, sorted into three kinds: none, octets that are there, and a source of pieces.

import { NO_OCTETS } from "./octets.ts";
import { kindOf, wrongType } from "./own-properties.ts";

/** What is accepted wherever request content is given. Strings are sent as UTF-8. */
export type Content =
  | Uint8Array
  | ArrayBuffer
  | string
  | Blob
  | Iterable<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>
  | ReadableStream<Uint8Array>;

/** Content that comes piece by piece. */
export interface ContentSource {
  /** Octets in all, where they are known beforehand: a Blob's size. */
  readonly size: number | null;
  /** May `open` be called a second time, for the same octets? */
  readonly isReplayable: boolean;
  /** Starts at the beginning. */
  open(): ContentIterator;
  /** Nothing of it will be wanted: gives it up, unless it has been opened, when that is up to the one who did. */
  discard(): void;
}

/** Pieces in their order; `return` gives the source up early. */
export interface ContentIterator {
  next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>>;
  return?(): unknown;
}

/** Null: there is no content. */
export type PreparedContent = Uint8Array | ContentSource | null;

const encoder = new TextEncoder();

/** Iterables whose items are no octets, taken for content by mistake. */
const NO_CONTENT_TAGS = new Set(["FormData", "URLSearchParams", "Headers", "Map"]);

/** @throws TypeError when `content` is none of the accepted types */
export function prepareContent(content: Content | null | undefined): PreparedContent {
  if (content === null || content === undefined) return null;
  if (typeof content === "string") return content === "" ? NO_OCTETS : encoder.encode(content);
  if (content instanceof Uint8Array) return content;
  if (content instanceof ArrayBuffer) return new Uint8Array(content);
  if (content instanceof Blob) {
    return { size: content.size, isReplayable: true, open: () => readerIterator(content.stream()), discard() {} };
  }
  if (typeof content === "object" && !ArrayBuffer.isView(content)) {
    if (content instanceof ReadableStream && content.locked) throw new TypeError("content is a stream that is locked");
    if (content instanceof ReadableStream) return oneShot(content, () => readerIterator(content));
    if (Symbol.asyncIterator in content) return oneShot(content, () => content[Symbol.asyncIterator]());
    if (Symbol.iterator in content && !NO_CONTENT_TAGS.has(kindOf(content))) {
      return oneShot(content, () => content[Symbol.iterator]());
    }
  }
  throw wrongType("content", "octets, a string, a Blob, an iterable, a ReadableStream or null", content);
}

/** The octets of one item of an iterable. @throws TypeError when it is neither octets nor a string */
export function toOctets(item: unknown): Uint8Array {
  if (item instanceof Uint8Array) return item;
  if (typeof item === "string") return encoder.encode(item);
  throw wrongType("an item of content", "a Uint8Array or a string", item);
}

/** Nothing of `content` will be wanted. */
export function discardContent(content: PreparedContent): void {
  if (content !== null && !(content instanceof Uint8Array)) content.discard();
}

/** Ends an iteration early. What the source does with it, or throws at it, is its own affair. */
export function giveUp(iterator: ContentIterator | null): void {
  try {
    Promise.resolve(iterator?.return?.()).catch(() => {});
  } catch {
    // as above
  }
}

function oneShot(source: object, start: () => ContentIterator): ContentSource {
  let isOpened = false;
  const open = (): ContentIterator => {
    isOpened = true;
    return start();
  };
  return {
    size: null,
    isReplayable: false,
    open,
    discard() {
      if (isOpened) return;
      try {
        giveUp(open());
        // A stream of Node's that nobody has begun to read takes no notice of that: it holds a file, say, all the same.
        (source as { destroy?(): void }).destroy?.();
      } catch {
        // a stream that somebody else reads is theirs to end
      }
    },
  };
}

function readerIterator(stream: ReadableStream<Uint8Array>): ContentIterator {
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    return: () => reader.cancel(),
  };
}
