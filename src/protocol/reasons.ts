// Why a message was refused: the reason's number (assembly/abi.ts) to the word that errors carry and docs/errors.md
// explains, and from there to the message.

import { RESULT_ERROR_OFFSET } from "../../assembly/abi.ts";
import { LocalProtocolError, RemoteProtocolError } from "../errors.ts";
import { printable } from "../octets.ts";
import { codec } from "../wasm/codec.ts";

/** The words in the order of their numbers, REASON_ in abi.ts, from 1 on; docs/errors.md explains each. */
const REASONS = [
  "invalid-version",
  "invalid-status",
  "invalid-reason-phrase",
  "whitespace-before-headers",
  "empty-header-name",
  "invalid-header-name",
  "whitespace-before-colon",
  "missing-colon",
  "invalid-header-value",
  "bare-cr",
  "bare-lf",
  "max-header-lines",
  "folded-framing-header",
  "invalid-content-length",
  "conflicting-content-length",
  "content-length-with-transfer-encoding",
  "unsupported-transfer-encoding",
  "transfer-encoding-in-http-1-0",
  "invalid-chunk-size",
  "invalid-chunk-extension",
  "invalid-chunk-end",
  "max-chunk-extension-size",
  "invalid-method",
  "invalid-target",
  "duplicate-host",
  "invalid-host",
];

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
  const known = REASONS[-answer - 1];
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
  const at = codec.result[RESULT_ERROR_OFFSET] as number;
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
