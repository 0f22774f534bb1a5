// A slow parser of response heads and trailer sections, to compare the real one with. It is written from the grammar of
// RFC 9112 and RFC 9110, octet by octet, and from what docs/errors.md and docs/limits.md say is refused.
//
// What the RFCs leave open is decided as follows; the real parser does the same.
//  - The first octet that makes the message wrong is blamed. A wrong value is blamed at its own first octet, once its
//    line has ended, which is known at the octet behind it: SP or HTAB there would go on with the value.
//  - What is wrong with the head as a whole (both framing fields, Transfer-Encoding in HTTP/1.0, none with a coding in
//    it) is found at its end and blamed at octet 0.
//  - Of a message that is too large, one octet more than the limit is looked at, and no other.

import {
  Cursor,
  type Incomplete,
  isBlank,
  isDigit,
  isTchar,
  isText,
  isToken,
  outcomeOf,
  type Refusal,
  refuse,
  trimmed,
} from "./reference-cursor.ts";

export interface ReferenceOptions {
  readonly method: string;
  /** Does a lone LF end a line? */
  readonly lineEnds: "strict" | "bare-lf";
  readonly maxLines: number;
  readonly maxSize: number;
}

export interface ReferenceHead {
  readonly kind: "head";
  readonly status: number;
  readonly reason: string;
  readonly version: string;
  readonly headers: [name: string, value: string][];
  readonly framing: "none" | "content-length" | "chunked" | "close-delimited";
  readonly contentLength: number | null;
  readonly keepAlive: boolean;
  readonly keepAliveTimeout: number | null;
  readonly isSwitch: boolean;
  readonly size: number;
}

export interface ReferenceTrailers {
  readonly kind: "trailers";
  readonly headers: [name: string, value: string][];
  readonly size: number;
}

/** One field line: its name, its value with each fold made SP, and where that value stands. */
interface Line {
  readonly name: string;
  readonly value: string;
  readonly valueAt: number;
  readonly isFolded: boolean;
}

export function referenceHead(octets: string, options: ReferenceOptions): ReferenceHead | Refusal | Incomplete {
  return withinLimit(octets, options.maxSize, "max-header-size", (cursor) => {
    const { version, status, reason } = statusLine(cursor, options);
    const meaning = new Meaning(version, status, options);
    const lines = fieldSection(cursor, options, "header", (line) => meaning.add(line));
    return { kind: "head", status, reason, version, headers: pairs(lines), ...meaning.conclude(), size: cursor.at };
  });
}

export function referenceTrailers(
  octets: string,
  { maxLines, maxSize }: Pick<ReferenceOptions, "maxLines" | "maxSize">,
): ReferenceTrailers | Refusal | Incomplete {
  const result = withinLimit(octets, maxSize, "max-trailer-size", (cursor): ReferenceTrailers => {
    const options = { method: "GET", lineEnds: "strict", maxLines, maxSize } as const;
    const lines = fieldSection(cursor, options, "trailer", () => {});
    return { kind: "trailers", headers: pairs(lines), size: cursor.at };
  });
  // Which line was one too many is not told of a trailer section.
  const isTooLong = result.kind === "error" && result.reason === "max-header-lines";
  return isTooLong ? { kind: "error", reason: "max-trailer-lines", offset: undefined } : result;
}

function withinLimit<T extends { size: number }>(
  octets: string,
  maxSize: number,
  reason: string,
  parse: (cursor: Cursor) => T,
): T | Refusal | Incomplete {
  return outcomeOf(() => {
    const cursor = new Cursor(octets, 0, Math.min(octets.length, maxSize + 1));
    const result = outcomeOf(() => parse(cursor));
    const isPassed = "size" in result ? result.size > maxSize : result.kind === "incomplete" && octets.length > maxSize;
    if (isPassed) refuse(reason, undefined);
    return result;
  });
}

function pairs(lines: readonly Line[]): [string, string][] {
  return lines.map(({ name, value }) => [name, value]);
}

// status-line = HTTP-version SP status-code SP [ reason-phrase ]; the second SP may be missing together with the phrase.
function statusLine(cursor: Cursor, options: ReferenceOptions): { version: string; status: number; reason: string } {
  for (const expected of "HTTP/1.") {
    if (!cursor.takes((octet) => octet === expected)) refuse("invalid-version", cursor.at);
  }
  const minor = cursor.next;
  if (!cursor.takes(isDigit)) refuse("invalid-version", cursor.at);
  if (isDigit(cursor.next)) refuse("invalid-version", cursor.at);
  if (!cursor.takes((octet) => octet === " ")) refuse("invalid-status", cursor.at);
  let digits = "";
  while (digits.length < 3) {
    const digit = cursor.next;
    const isWrong = digits === "" ? digit === "0" || !isDigit(digit) : !isDigit(digit);
    if (isWrong) refuse("invalid-status", cursor.at);
    digits += digit;
    cursor.at++;
  }
  let reason = "";
  if (cursor.takes((octet) => octet === " ")) {
    reason = cursor.run(isText);
    if (cursor.next !== "\r" && cursor.next !== "\n") refuse("invalid-reason-phrase", cursor.at);
  } else if (cursor.next !== "\r" && cursor.next !== "\n") refuse("invalid-status", cursor.at);
  lineEnd(cursor, options);
  return { version: `HTTP/1.${minor}`, status: Number(digits), reason };
}

// CRLF, or LF where that is allowed.
function lineEnd(cursor: Cursor, { lineEnds }: ReferenceOptions): void {
  const start = cursor.at;
  if (cursor.takes((octet) => octet === "\r")) {
    if (!cursor.takes((octet) => octet === "\n")) refuse("bare-cr", start);
  } else {
    cursor.at++;
    if (lineEnds === "strict") refuse("bare-lf", start);
  }
}

// *( field-line CRLF ) CRLF
function fieldSection(
  cursor: Cursor,
  options: ReferenceOptions,
  kind: "header" | "trailer",
  judge: (line: Line) => void,
): Line[] {
  const lines: Line[] = [];
  if (kind === "header" && isBlank(cursor.next)) refuse("whitespace-before-headers", cursor.at);
  while (cursor.next !== "\r" && cursor.next !== "\n") {
    const line = fieldLine(cursor, options, lines.length);
    judge(line);
    lines.push(line);
  }
  lineEnd(cursor, options);
  return lines;
}

// field-line = field-name ":" OWS field-value OWS
function fieldLine(cursor: Cursor, options: ReferenceOptions, index: number): Line {
  const start = cursor.at;
  const name = cursor.run(isTchar);
  const behind = cursor.next;
  if (behind === "\r" || behind === "\n") refuse("missing-colon", cursor.at);
  if (isBlank(behind)) refuse("whitespace-before-colon", cursor.at);
  if (behind !== ":") refuse("invalid-header-name", cursor.at);
  if (name === "") refuse("empty-header-name", cursor.at);
  if (index >= options.maxLines) refuse("max-header-lines", start);
  cursor.at++;
  const parts: string[] = [];
  let valueAt = -1;
  while (true) {
    const partAt = cursor.at;
    const part = cursor.run(isText);
    if (cursor.next !== "\r" && cursor.next !== "\n") refuse("invalid-header-value", cursor.at);
    if (valueAt < 0 && trimmed(part) !== "") valueAt = partAt + part.search(/[^ \t]/);
    const lineEndAt = cursor.at;
    parts.push(trimmed(part));
    lineEnd(cursor, options);
    // obs-fold = OWS CRLF RWS (RFC 9112 section 5.2)
    if (isBlank(cursor.next)) continue;
    if (valueAt < 0) valueAt = lineEndAt;
    return { name, value: trimmed(parts.join(" ")), valueAt, isFolded: parts.length > 1 };
  }
}

/** What the fields of a head mean together: framing (RFC 9112 section 6.3) and persistence (section 9.3). */
class Meaning {
  readonly #version: string;
  readonly #status: number;
  readonly #isHead: boolean;
  readonly #isTunnel: boolean;
  readonly #lengths: number[] = [];
  readonly #codings: string[] = [];
  #hasTransferEncoding = false;
  readonly #options: string[] = [];
  #isConnectionFaulty = false;
  #timeout: number | null = null;

  constructor(version: string, status: number, { method }: ReferenceOptions) {
    this.#version = version;
    this.#status = status;
    this.#isHead = method === "HEAD";
    this.#isTunnel = method === "CONNECT" && status >= 200 && status <= 299;
  }

  add(line: Line): void {
    // What follows the head of a tunnel is not HTTP: no field frames anything, or says how long it may persist (RFC 9112
    // section 6.3 item 2).
    if (this.#isTunnel) return;
    switch (line.name.toLowerCase()) {
      case "content-length":
        this.#addContentLength(line);
        break;
      case "transfer-encoding":
        this.#addTransferEncoding(line);
        break;
      case "connection":
        this.#addConnection(line);
        break;
      case "keep-alive":
        this.#addKeepAlive(line);
    }
  }

  // Content-Length = 1*DIGIT, also as a list of one number again and again (RFC 9110 section 8.6).
  #addContentLength({ value, valueAt, isFolded }: Line): void {
    if (isFolded) refuse("folded-framing-header", valueAt);
    for (const element of value.split(",").map(trimmed)) {
      const isNumber = /^[0-9]+$/.test(element) && BigInt(element) <= BigInt(Number.MAX_SAFE_INTEGER);
      if (!isNumber) refuse("invalid-content-length", valueAt);
      const length = Number(element);
      if (this.#lengths.some((other) => other !== length)) refuse("conflicting-content-length", valueAt);
      this.#lengths.push(length);
    }
  }

  // Transfer-Encoding = #transfer-coding; empty elements are ignored (RFC 9110 section 5.6.1.2).
  #addTransferEncoding({ value, valueAt, isFolded }: Line): void {
    if (isFolded) refuse("folded-framing-header", valueAt);
    this.#hasTransferEncoding = true;
    for (const element of value.split(",").map(trimmed)) {
      if (element === "") continue;
      if (element.toLowerCase() !== "chunked" || this.#codings.length > 0)
        refuse("unsupported-transfer-encoding", valueAt);
      this.#codings.push(element);
    }
  }

  // Connection = #connection-option; connection-option = token
  #addConnection({ value, valueAt, isFolded }: Line): void {
    if (isFolded) refuse("folded-framing-header", valueAt);
    for (const element of value.split(",").map(trimmed)) {
      if (element === "") continue;
      if (isToken(element)) this.#options.push(element.toLowerCase());
      else this.#isConnectionFaulty = true;
    }
  }

  // Keep-Alive = #keepalive-param; the last `timeout` that is a number counts. What does not fit into 31 bits is more
  // time than any connection has, and as good as none.
  #addKeepAlive({ value }: Line): void {
    for (const element of value.split(",").map(trimmed)) {
      const digits = /^timeout=([0-9]+)$/i.exec(element)?.[1];
      if (digits !== undefined && Number(digits) < 2 ** 31) this.#timeout = Number(digits);
    }
  }

  conclude(): Pick<ReferenceHead, "framing" | "contentLength" | "keepAlive" | "keepAliveTimeout" | "isSwitch"> {
    if (this.#hasTransferEncoding) {
      if (this.#version === "HTTP/1.0") refuse("transfer-encoding-in-http-1-0", 0);
      if (this.#lengths.length > 0) refuse("content-length-with-transfer-encoding", 0);
      if (this.#codings.length === 0) refuse("unsupported-transfer-encoding", 0);
    }
    const framing = this.#framing();
    return {
      framing,
      contentLength: framing === "content-length" ? (this.#lengths[0] ?? 0) : null,
      keepAlive: framing !== "close-delimited" && this.#persists(),
      keepAliveTimeout: this.#timeout,
      isSwitch: this.#status === 101 || this.#isTunnel,
    };
  }

  #framing(): ReferenceHead["framing"] {
    const status = this.#status;
    if (this.#isHead || this.#isTunnel || status < 200 || status === 204 || status === 304) return "none";
    if (this.#codings.length > 0) return "chunked";
    return this.#lengths.length > 0 ? "content-length" : "close-delimited";
  }

  #persists(): boolean {
    if (this.#isConnectionFaulty || this.#options.includes("close")) return false;
    return this.#version !== "HTTP/1.0" || this.#options.includes("keep-alive");
  }
}
