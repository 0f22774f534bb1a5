// Why a message was refused: the reason's number (assembly/abi.ts) to the word that errors carry and docs/errors.md
// explains, and from there to the message.

import * as abi from "../../assembly/abi.ts";
import { LocalProtocolError, RemoteProtocolError } from "../errors.ts";
import { printable } from "../octets.ts";
import { codec } from "../wasm/codec.ts";

/** The words; docs/errors.md explains each. */
const REASONS: Readonly<Record<number, string>> = {
  [abi.REASON_INVALID_VERSION]: "invalid-version",
  [abi.REASON_INVALID_STATUS]: "invalid-status",
  [abi.REASON_INVALID_REASON_PHRASE]: "invalid-reason-phrase",
  [abi.REASON_WHITESPACE_BEFORE_HEADERS]: "whitespace-before-headers",
  [abi.REASON_EMPTY_HEADER_NAME]: "empty-header-name",
  [abi.REASON_INVALID_HEADER_NAME]: "invalid-header-name",
  [abi.REASON_WHITESPACE_BEFORE_COLON]: "whitespace-before-colon",
  [abi.REASON_MISSING_COLON]: "missing-colon",
  [abi.REASON_INVALID_HEADER_VALUE]: "invalid-header-value",
  [abi.REASON_BARE_CR]: "bare-cr",
  [abi.REASON_BARE_LF]: "bare-lf",
  [abi.REASON_TOO_MANY_HEADER_LINES]: "max-header-lines",
  [abi.REASON_FOLDED_FRAMING_HEADER]: "folded-framing-header",
  [abi.REASON_INVALID_CONTENT_LENGTH]: "invalid-content-length",
  [abi.REASON_CONFLICTING_CONTENT_LENGTH]: "conflicting-content-length",
  [abi.REASON_CONTENT_LENGTH_WITH_TRANSFER_ENCODING]: "content-length-with-transfer-encoding",
  [abi.REASON_UNSUPPORTED_TRANSFER_ENCODING]: "unsupported-transfer-encoding",
  [abi.REASON_TRANSFER_ENCODING_IN_HTTP_1_0]: "transfer-encoding-in-http-1-0",
  [abi.REASON_INVALID_CHUNK_SIZE]: "invalid-chunk-size",
  [abi.REASON_INVALID_CHUNK_EXTENSION]: "invalid-chunk-extension",
  [abi.REASON_INVALID_CHUNK_END]: "invalid-chunk-end",
  [abi.REASON_CHUNK_EXTENSIONS_TOO_LARGE]: "max-chunk-extension-size",
  [abi.REASON_INVALID_METHOD]: "invalid-method",
  [abi.REASON_INVALID_TARGET]: "invalid-target",
  [abi.REASON_DUPLICATE_HOST]: "duplicate-host",
  [abi.REASON_INVALID_HOST]: "invalid-host",
};

/** What the word alone does not say. */
const HINTS: Readonly<Record<string, string>> = {
  "invalid-method": ": it must be a token",
  "invalid-target": ": it may hold 0x21 to 0x7E",
  "invalid-header-name": ": it must be a token",
  "invalid-header-value": ": no control octets, and no whitespace at its ends",
  "invalid-content-length": ": it must be one decimal number up to 2^53-1",
  "unsupported-transfer-encoding": ": it must be chunked, once",
};

function reasonOf(answer: number): string {
  const known = REASONS[-answer];
  if (!known) throw new Error(`unknown answer of the codec: ${answer}`);
  return known;
}

// "bare-cr" reads "bare cr" in a message, with a hint where there is one.
function sentenceOf(reason: string): string {
  return `${reason.replaceAll("-", " ")}${HINTS[reason] ?? ""}`;
}

/**
 * The error for a negative `answer` of the codec about the octets from `start` to `end`, which came from the peer. It
 * shows what stands around the octet to blame; `before` octets of the message came before.
 */
export function remoteError(
  answer: number,
  what: string,
  octets: Uint8Array,
  start: number,
  end: number,
  before = 0,
): RemoteProtocolError {
  const reason = reasonOf(answer);
  const at = codec.result[abi.RESULT_ERROR_OFFSET] as number;
  const offset = before + at;
  const near = printable(octets.subarray(Math.max(start, start + at - 12), Math.min(end, start + at + 12)));
  return new RemoteProtocolError(`${what}: ${sentenceOf(reason)}, at octet ${offset} near ${near}`, { reason, offset });
}

/** The error for a request that is not sent. */
export function refused(reason: string, sentence: string): LocalProtocolError {
  return new LocalProtocolError(`the request cannot be sent: ${sentence}`, { reason });
}

/** The error for a negative `answer` of the codec about a head that the caller gave; `part` is what it blames. */
export function localError(answer: number, part: string): LocalProtocolError {
  const reason = reasonOf(answer);
  return refused(reason, `${sentenceOf(reason)}${part}`);
}

/** The error for a limit that the peer has passed; `reason` is its name in kebab case. */
export function passed(reason: string, limit: number): RemoteProtocolError {
  const name = reason.replace(/-./g, (letter) => letter.charAt(1).toUpperCase());
  return new RemoteProtocolError(`the response passes the limit ${name} (${limit})`, { reason });
}
