// Why a message was refused: the reason's number (assembly/abi.ts) to the word that errors carry and docs/errors.md
// explains, and to the sentence that goes into the message.

import * as abi from "../../assembly/abi.ts";
import { LocalProtocolError, RemoteProtocolError } from "../errors.ts";
import { printable } from "../octets.ts";

/** Reasons found by the codec: `[word, sentence]`. */
const REASONS: Readonly<Record<number, readonly [reason: string, sentence: string]>> = {
  [abi.REASON_INVALID_VERSION]: ["invalid-version", "the message does not start with HTTP/1.x"],
  [abi.REASON_INVALID_STATUS]: [
    "invalid-status",
    "the status code is not three digits from 100 on between single spaces",
  ],
  [abi.REASON_INVALID_REASON_PHRASE]: ["invalid-reason-phrase", "a control octet stands in the reason phrase"],
  [abi.REASON_WHITESPACE_BEFORE_HEADERS]: [
    "whitespace-before-headers",
    "whitespace stands between the status line and the first header line",
  ],
  [abi.REASON_EMPTY_HEADER_NAME]: ["empty-header-name", "a header line has no name"],
  [abi.REASON_INVALID_HEADER_NAME]: ["invalid-header-name", "a header name is no token"],
  [abi.REASON_WHITESPACE_BEFORE_COLON]: ["whitespace-before-colon", "whitespace stands in front of a header's colon"],
  [abi.REASON_MISSING_COLON]: ["missing-colon", "a header line has no colon"],
  [abi.REASON_INVALID_HEADER_VALUE]: [
    "invalid-header-value",
    "a header value holds a control octet, or starts or ends with whitespace",
  ],
  [abi.REASON_BARE_CR]: ["bare-cr", "CR stands without LF"],
  [abi.REASON_BARE_LF]: ["bare-lf", "LF stands without CR"],
  [abi.REASON_TOO_MANY_HEADER_LINES]: ["max-header-lines", "there are more header lines than maxHeaderLines allows"],
  [abi.REASON_FOLDED_FRAMING_HEADER]: [
    "folded-framing-header",
    "Content-Length, Transfer-Encoding or Connection is folded over several lines",
  ],
  [abi.REASON_INVALID_CONTENT_LENGTH]: ["invalid-content-length", "Content-Length is no decimal number up to 2^53-1"],
  [abi.REASON_CONFLICTING_CONTENT_LENGTH]: ["conflicting-content-length", "there are several values of Content-Length"],
  [abi.REASON_CONTENT_LENGTH_WITH_TRANSFER_ENCODING]: [
    "content-length-with-transfer-encoding",
    "Content-Length and Transfer-Encoding stand together",
  ],
  [abi.REASON_UNSUPPORTED_TRANSFER_ENCODING]: [
    "unsupported-transfer-encoding",
    "Transfer-Encoding is anything but chunked, once",
  ],
  [abi.REASON_TRANSFER_ENCODING_IN_HTTP_1_0]: [
    "transfer-encoding-in-http-1-0",
    "Transfer-Encoding stands in an HTTP/1.0 message",
  ],
  [abi.REASON_INVALID_CHUNK_SIZE]: [
    "invalid-chunk-size",
    "a chunk size is not hexadecimal digits up to 2^53-1 and CRLF",
  ],
  [abi.REASON_INVALID_CHUNK_EXTENSION]: ["invalid-chunk-extension", "a chunk extension is malformed"],
  [abi.REASON_INVALID_CHUNK_END]: ["invalid-chunk-end", "the data of a chunk is not followed by CRLF"],
  [abi.REASON_CHUNK_EXTENSIONS_TOO_LARGE]: [
    "max-chunk-extension-size",
    "chunk extensions take more octets than maxChunkExtensionSize allows",
  ],
  [abi.REASON_INVALID_METHOD]: ["invalid-method", "the method is no token"],
  [abi.REASON_INVALID_TARGET]: [
    "invalid-target",
    "the request target is empty or holds something outside 0x21 to 0x7E",
  ],
  [abi.REASON_DUPLICATE_HOST]: ["duplicate-host", "there are several Host headers"],
  [abi.REASON_INVALID_HOST]: ["invalid-host", "the Host header is not a host with an optional port"],
  [abi.REASON_HEAD_TOO_LARGE]: ["max-header-size", "the head takes more octets than can be encoded (256 KiB)"],
};

function reasonOf(answer: number): readonly [string, string] {
  const known = REASONS[-answer];
  if (!known) throw new Error(`the codec answered ${answer}, which no reason stands for`);
  return known;
}

/**
 * The error for a negative `answer` of the codec about octets that came from the peer. `at` is the index of the octet
 * to blame in `octets`, and what stands around it is shown in the message; `before` octets of the message came before.
 */
export function remoteError(
  answer: number,
  what: string,
  octets: Uint8Array,
  at: number,
  before = 0,
): RemoteProtocolError {
  const [reason, sentence] = reasonOf(answer);
  const offset = before + at;
  const near = printable(octets.subarray(Math.max(0, at - 12), at + 12));
  return new RemoteProtocolError(`${what}: ${sentence}, at octet ${offset} near ${near}`, { reason, offset });
}

/** The error for a negative `answer` of the codec about a head that the caller gave; `part` is what it blames. */
export function localError(answer: number, part: string): LocalProtocolError {
  const [reason, sentence] = reasonOf(answer);
  return new LocalProtocolError(`the request cannot be sent: ${sentence}${part}`, { reason });
}

/** The error for heads of more than `limit` octets. */
export function maxHeaderSizePassed(limit: number): RemoteProtocolError {
  return passed("max-header-size", `the response head takes more octets than maxHeaderSize allows (${limit})`);
}

/** The error for a limit passed by the peer; `reason` names it. */
export function passed(reason: string, sentence: string): RemoteProtocolError {
  return new RemoteProtocolError(sentence, { reason });
}
