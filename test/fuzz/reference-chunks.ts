// A slow parser of the chunked coding (RFC 9112 section 7.1), to compare the real one with: octet by octet, from the
// grammar. Offsets count from the first chunk.
//
// What the RFC leaves open: a size is at most 2^53-1 and blamed at the digit that makes it more. Extensions are counted
// from behind the size to the end of the line, over the whole message, together with digits of a size from the 17th on. An octet is judged before it is counted.

import {
  Cursor,
  type Incomplete,
  isBlank,
  isHexDigit,
  isTchar,
  isText,
  outcomeOf,
  type Refusal,
  refuse,
} from "./reference-cursor.ts";
import { referenceTrailers } from "./reference-parser.ts";

export interface ReferenceLimits {
  readonly maxExtensionSize: number;
  readonly maxTrailerSize: number;
  readonly maxTrailerLines: number;
}

export interface ReferenceMessage {
  /** Content up to the end, or to what is wrong or missing. */
  content: string;
  /** Where the trailer section starts; null before it is reached. */
  trailerAt: number | null;
  trailers: [name: string, value: string][] | null;
  /** Octets behind the message. */
  rest: string;
  error: { reason: string; offset: number | undefined } | null;
}

/** Digits of a size that no number up to 2^53-1 needs are as good as an extension. */
const FREE_DIGITS = 16;

export function referenceChunks(octets: string, limits: ReferenceLimits): ReferenceMessage {
  const message: ReferenceMessage = { content: "", trailerAt: null, trailers: null, rest: "", error: null };
  const cursor = new Cursor(octets);
  const left = outcomeOf(() => chunkedBody(cursor, message, limits));
  if (left.kind === "error") message.error = { reason: left.reason, offset: left.offset };
  return message;
}

// chunked-body = *chunk last-chunk trailer-section CRLF
function chunkedBody(
  cursor: Cursor,
  message: ReferenceMessage,
  limits: ReferenceLimits,
): { kind: "end" } | Incomplete | Refusal {
  const budget = new ExtensionBudget(limits.maxExtensionSize);
  while (true) {
    const size = chunkSize(cursor, budget);
    chunkExtensions(cursor, budget);
    lineFeed(cursor);
    if (size === 0n) break;
    // chunk-data = 1*OCTET
    for (let count = 0n; count < size; count++) {
      message.content += cursor.next;
      cursor.at++;
    }
    if (!cursor.takes((octet) => octet === "\r")) refuse("invalid-chunk-end", cursor.at);
    if (!cursor.takes((octet) => octet === "\n")) refuse("invalid-chunk-end", cursor.at);
  }
  message.trailerAt = cursor.at;
  const section = referenceTrailers(cursor.text.slice(cursor.at), {
    maxLines: limits.maxTrailerLines,
    maxSize: limits.maxTrailerSize,
  });
  if (section.kind === "error") {
    const offset = section.offset === undefined ? undefined : section.offset + cursor.at;
    return { kind: "error", reason: section.reason, offset };
  }
  if (section.kind === "incomplete") return section;
  message.trailers = section.headers;
  message.rest = cursor.text.slice(cursor.at + section.size);
  return { kind: "end" };
}

/** Octets of extensions that may still come. */
class ExtensionBudget {
  #left: number;

  constructor(size: number) {
    this.#left = size;
  }

  /** Counts the octet at `at`. */
  spend(at: number): void {
    if (--this.#left < 0) refuse("max-chunk-extension-size", at);
  }
}

// chunk-size = 1*HEXDIG
function chunkSize(cursor: Cursor, budget: ExtensionBudget): bigint {
  let size = 0n;
  for (let digits = 0; ; digits++) {
    const octet = cursor.next;
    if (!isHexDigit(octet)) {
      const isEnd = octet === "\r" || octet === ";" || isBlank(octet);
      if (digits === 0 || !isEnd) refuse("invalid-chunk-size", cursor.at);
      return size;
    }
    size = size * 16n + BigInt(`0x${octet}`);
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) refuse("invalid-chunk-size", cursor.at);
    if (digits >= FREE_DIGITS) budget.spend(cursor.at);
    cursor.at++;
  }
}

// chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
function chunkExtensions(cursor: Cursor, budget: ExtensionBudget): void {
  const count = (is: (octet: string) => boolean): boolean => {
    if (!is(cursor.next)) return false;
    budget.spend(cursor.at);
    cursor.at++;
    return true;
  };
  const one = (expected: string) => (octet: string) => octet === expected;
  const wrong = (): never => refuse("invalid-chunk-extension", cursor.at);
  const blanks = (): void => {
    while (count(isBlank));
  };
  const token = (): void => {
    if (!count(isTchar)) wrong();
    while (count(isTchar));
  };
  // quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE
  const quotedString = (): void => {
    while (!count(one('"'))) {
      if (count(one("\\"))) {
        if (!count(isText)) wrong();
      } else if (!count(isText)) wrong();
    }
  };
  while (cursor.next !== "\r") {
    blanks();
    if (!count(one(";"))) wrong();
    blanks();
    token();
    const nameEnd = cursor.at;
    blanks();
    if (count(one("="))) {
      blanks();
      if (count(one('"'))) quotedString();
      else token();
      if (cursor.next !== "\r" && cursor.next !== ";" && !isBlank(cursor.next)) wrong();
    } else if (cursor.next === "\r" && cursor.at > nameEnd) wrong();
    else if (cursor.next !== "\r" && cursor.next !== ";") wrong();
  }
}

// The line ends with CRLF; the CR is there.
function lineFeed(cursor: Cursor): void {
  cursor.at++;
  if (!cursor.takes((octet) => octet === "\n")) refuse("invalid-chunk-size", cursor.at);
}
