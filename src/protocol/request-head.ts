// Request heads: text in, octets out, through the codec. Everything that would let a caller break the framing or
// inject octets is refused here, before anything is sent.

import {
  FLAG_CLOSE,
  FLAG_EXPECT_CONTINUE,
  FLAG_HOST,
  FLAG_UPGRADE,
  HEAD,
  REASON_INVALID_HEADER_NAME,
  REASON_INVALID_HEADER_VALUE,
  REASON_INVALID_METHOD,
  REASON_INVALID_TARGET,
  RESULT_ERROR_OFFSET,
  RESULT_FLAGS,
  RESULT_FRAMING,
  TEXT_SIZE,
} from "../../assembly/abi.ts";
import type { LocalProtocolError } from "../errors.ts";
import { allocate, escapeText, writeLatin1 } from "../octets.ts";
import { codec } from "../wasm/codec.ts";
import type { RequestFacts, RequestHead } from "./events.ts";
import { type FieldLines, findAll, type HeadersInput, protocolsIn, toFieldLines } from "./field-lines.ts";
import { localError, refused } from "./reasons.ts";
import { checkRequest, checkTrailers } from "./request-rules.ts";
import { FRAMINGS } from "./response-head.ts";

const SHORT_PART = 48;

/** What is sent must not be longer than what can be received (RFC 9110 section 2.3): a status line stands in front there. */
const MAX_TEXT = TEXT_SIZE - 64;

/** U+0100 and above do not fit into an octet. Lower ones do, and are judged by the codec. */
const TOO_WIDE = /[^\0-\xff]/;

/** A request head ready to be sent. */
export interface EncodedHead {
  readonly method: string;
  readonly target: string;
  readonly lines: readonly string[];
  /** The octets of the head. */
  readonly octets: Uint8Array;
  readonly facts: RequestFacts;
}

// The head encoded last. A program that asks for the same again and again, or many times at once, has it encoded once.
let latest: EncodedHead | null = null;

/**
 * Encodes a request that may be sent: by its grammar, and by the rules of request-rules.ts. The answer is shared by
 * requests that are alike, and so must be `head.lines`: neither is changed by anybody.
 * @throws LocalProtocolError when a part breaks the grammar, the framing fields contradict each other, or a rule is broken
 */
export function encodeRequest(head: RequestHead): EncodedHead {
  const { method, target, lines } = head;
  if (latest && latest.target === target && latest.method === method && areSame(latest.lines, lines)) return latest;
  const size = encodeHead(head);
  const facts = requestFacts(lines);
  checkRequest(head, facts);
  latest = { method, target, lines, octets: takeEncoded(size, allocate(size)), facts };
  return latest;
}

function areSame(lines: readonly string[], others: readonly string[]): boolean {
  return lines.length === others.length && lines.every((part, i) => part === others[i]);
}

// Encodes the head into the codec's head region and answers its size.
function encodeHead(head: RequestHead): number {
  const { method, target, lines } = head;
  const methodEnd = putPart(method, 0);
  if (methodEnd < 0) throw blame(-REASON_INVALID_METHOD, head, 0);
  const targetEnd = putPart(target, methodEnd);
  if (targetEnd < 0) throw blame(-REASON_INVALID_TARGET, head, 1);
  const size = putLines(lines, targetEnd);
  const answer = codec.encodeRequestHead(size, lines.length >> 1);
  if (answer < 0) throw refusal(answer, head);
  return answer;
}

/**
 * The octets of a trailer section, its empty line included.
 * @throws LocalProtocolError when a field line breaks the grammar
 */
export function encodeTrailerSection(trailers: HeadersInput): Uint8Array {
  const lines = toFieldLines(trailers);
  checkTrailers(lines);
  const answer = codec.encodeTrailerSection(putLines(lines, 0), lines.length >> 1);
  if (answer < 0) throw refusal(answer, { method: "", target: "", lines });
  return takeEncoded(answer, new Uint8Array(answer));
}

// What the head that was encoded last means.
function requestFacts(lines: FieldLines): RequestFacts {
  const framing = FRAMINGS[codec.result[RESULT_FRAMING] as number] as RequestFacts["framing"];
  const flags = codec.result[RESULT_FLAGS] as number;
  return {
    framing,
    contentLength: framing === "content-length" ? (codec.length[0] as number) : 0,
    hasHost: (flags & FLAG_HOST) !== 0,
    offers: flags & FLAG_UPGRADE ? protocolsIn(findAll(lines, "upgrade")) : [],
    closes: (flags & FLAG_CLOSE) !== 0,
    expectsContinue: (flags & FLAG_EXPECT_CONTINUE) !== 0,
  };
}

/**
 * The octets of a request head, in a new array. Nothing is added: what is given is sent, in its order and case.
 * @throws LocalProtocolError when a part breaks the grammar (RFC 9112 section 3 and 5), TypeError for headers that are none
 */
export function encodeRequestHead(method: string, target: string, headers?: HeadersInput): Uint8Array {
  const size = encodeHead({ method, target, lines: toFieldLines(headers) });
  return takeEncoded(size, new Uint8Array(size));
}

// Field lines hold one character per octet, whoever made them.
function putLines(lines: FieldLines, at: number): number {
  let end = at;
  for (const part of lines) end = putPart(part, end);
  return end;
}

// Writes a part of the head to the text region, and the NUL behind it. Answers where the next part goes, or -1 when a
// character of it does not fit into an octet.
function putPart(part: string, at: number): number {
  const end = at + part.length;
  if (end >= MAX_TEXT) throw refused("max-header-size", `the head takes more than ${MAX_TEXT} octets`);
  const { text } = codec;
  // Most parts are so short that a call of the runtime's primitive costs more than the loop.
  if (part.length > SHORT_PART) {
    if (TOO_WIDE.test(part)) return -1;
    writeLatin1(text, part, at);
  } else {
    let codes = 0;
    for (let i = 0; i < part.length; i++) {
      const code = part.charCodeAt(i);
      codes |= code;
      text[at + i] = code;
    }
    if (codes > 0xff) return -1;
  }
  text[end] = 0;
  return end + 1;
}

// Copies what was encoded last to `octets`, which has its size.
function takeEncoded(size: number, octets: Uint8Array): Uint8Array {
  octets.set(codec.octets.subarray(HEAD, HEAD + size));
  return octets;
}

/** What a NUL makes wrong of a method, a target, a name and a value. */
const REASONS_OF_NUL = [
  REASON_INVALID_METHOD,
  REASON_INVALID_TARGET,
  REASON_INVALID_HEADER_NAME,
  REASON_INVALID_HEADER_VALUE,
] as const;

// The error for a negative answer of the codec. A NUL in a part makes it two, so the codec would blame the one behind.
function refusal(answer: number, head: RequestHead): LocalProtocolError {
  const nul = [head.method, head.target, ...head.lines].findIndex((part) => part.includes("\0"));
  if (nul >= 0) return blame(-(REASONS_OF_NUL[nul < 2 ? nul : 2 + (nul % 2)] as number), head, nul);
  const part = codec.result[RESULT_ERROR_OFFSET] as number;
  return blame(answer, head, part < 2 ? part : 2 * part - 2);
}

// The error that blames `part`: 0 the method or the head as a whole, 1 the target, then name, value, name ... Values may
// be secrets; the name says enough, and the reason says what is wrong with the value.
function blame(answer: number, { method, target, lines }: RequestHead, part: number): LocalProtocolError {
  const shown = part < 2 ? [method, target][part] : lines[(part - 2) & ~1];
  const isWhole = shown === undefined || (part === 0 && answer !== -REASON_INVALID_METHOD);
  const what = ["method", "target"][part] ?? "header";
  return localError(answer, isWhole ? "" : ` (${what} "${escapeText(shown)}")`);
}
