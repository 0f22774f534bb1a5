// Response heads and trailer sections: the whole of one in one call.
//
//   HTTP-message = status-line CRLF *( field-line CRLF ) CRLF                  (RFC 9112 section 2.1)
//
// In: octets from `start`, `size` of them, and what matters of the request. Out: the head's size, INCOMPLETE, or an
// error; the result slots, the content length and the field table. The framing of the content is decided here, in the
// order of RFC 9112 section 6.3. What it refuses to know: any octet behind the head.

import {
  CONTEXT_CONNECT,
  CONTEXT_HEAD,
  FIELD_STRIDE,
  FIELDS,
  FLAG_FOLDED,
  FLAG_KEEP_ALIVE,
  FLAG_SWITCHED,
  FLAG_UPGRADE,
  FRAMING_CHUNKED,
  FRAMING_CLOSE_DELIMITED,
  FRAMING_CONTENT_LENGTH,
  FRAMING_NONE,
  INCOMPLETE,
  LENGTH,
  REASON_CONTENT_LENGTH_WITH_TRANSFER_ENCODING,
  REASON_TRANSFER_ENCODING_IN_HTTP_1_0,
  REASON_UNSUPPORTED_TRANSFER_ENCODING,
  REASON_WHITESPACE_BEFORE_HEADERS,
  RESULT,
  RESULT_FIELD_COUNT,
  RESULT_FLAGS,
  RESULT_FRAMING,
  RESULT_KEEP_ALIVE_TIMEOUT,
  RESULT_MINOR_VERSION,
  RESULT_STATUS,
} from "./abi";
import { NOT_DECIMAL } from "./decimal";
import * as line from "./field-line";
import * as fields from "./field-semantics";
import { fail, setResult } from "./memory";
import { isWhitespace } from "./octets";
import { cutStatusLine } from "./status-line";

/** Parses the response head at `start`. `context` is a sum of CONTEXT_ values, `maxLines` bounds the field lines. */
export function parseResponseHead(start: i32, size: i32, context: i32, maxLines: i32): i32 {
  const end = start + size;
  fields.beginFields();
  let at = cutStatusLine(start, end, context);
  if (at <= INCOMPLETE) return at;
  // RFC 9112 section 2.2: whitespace between the start line and the first field line is refused.
  if (at < end && isWhitespace(load<u8>(at))) return fail(REASON_WHITESPACE_BEFORE_HEADERS, at - start);

  const status = load<i32>(RESULT + (RESULT_STATUS << 2));
  // RFC 9110 section 9.3.6: in a 2xx to CONNECT the framing fields mean nothing, so they are not judged either.
  const isTunnel = (context & CONTEXT_CONNECT) !== 0 && status >= 200 && status < 300;
  at = cutFieldSection(start, at, end, context, maxLines, isTunnel ? IGNORE_FRAMING : JUDGE_FRAMING);
  if (at <= INCOMPLETE) return at;
  setResult(RESULT_KEEP_ALIVE_TIMEOUT, fields.keepAliveTimeout);

  let flags = load<i32>(RESULT + (RESULT_FLAGS << 2));
  if (isTunnel || status === 101) flags |= FLAG_SWITCHED;
  if (fields.upgradeLines > 0) flags |= FLAG_UPGRADE;
  const framing = decideFraming(status, context, isTunnel);
  if (framing < 0) return fail(-framing, 0);
  setResult(RESULT_FRAMING, framing);
  if (framing !== FRAMING_CLOSE_DELIMITED && isPersistent()) flags |= FLAG_KEEP_ALIVE;
  setResult(RESULT_FLAGS, flags);
  return at - start;
}

/** Whether the fields that frame a message are taken note of: in a head they are, in a trailer section never. */
const JUDGE_FRAMING: i32 = 1;
const IGNORE_FRAMING: i32 = 0;

// Cuts the field lines from `at` on and the empty line behind them; RESULT_FLAGS is FLAG_FOLDED or nothing then.
// Answers the address behind, INCOMPLETE or an error.
function cutFieldSection(start: i32, at: i32, end: i32, context: i32, maxLines: i32, judges: i32): i32 {
  let index: i32 = 0;
  const foldedBefore = line.foldedValues;
  while (true) {
    const ending = line.endOfSection(start, at, end, context);
    if (ending !== line.SECTION_GOES_ON) {
      if (ending <= INCOMPLETE) return ending;
      setResult(RESULT_FIELD_COUNT, index);
      setResult(RESULT_FLAGS, line.foldedValues !== foldedBefore ? FLAG_FOLDED : 0);
      return ending;
    }
    const name = at;
    const folded = line.foldedValues;
    at = line.cutFieldLine(start, at, end, context, index, maxLines);
    if (at <= INCOMPLETE) return at;
    const row = FIELDS + index * FIELD_STRIDE * 4;
    const size = load<i32>(row + 4) - load<i32>(row);
    if (judges && fields.mayMatter(name, size)) {
      const value = start + load<i32>(row + 8);
      const isFolded = line.foldedValues !== folded;
      const reason = fields.noteResponseField(name, name + size, value, start + load<i32>(row + 12), isFolded);
      if (reason !== 0) return fail(reason, value - start);
    }
    index++;
  }
}

// RFC 9112 section 6.3, in its order and under its numbers. Answers a FRAMING_ value or a negated reason.
function decideFraming(status: i32, context: i32, isTunnel: bool): i32 {
  // (2) comes first here, because in a tunnel reply even faulty framing fields are to be ignored.
  if (isTunnel) return FRAMING_NONE;
  const hasLength = fields.contentLength !== NOT_DECIMAL;
  if (fields.hasTransferEncoding) {
    // Section 6.1: Transfer-Encoding in an HTTP/1.0 message is faulty framing.
    if (load<i32>(RESULT + (RESULT_MINOR_VERSION << 2)) === 0) return -REASON_TRANSFER_ENCODING_IN_HTTP_1_0;
    // (3) "ought to be handled as an error": it is, also where there is no content at all.
    if (hasLength) return -REASON_CONTENT_LENGTH_WITH_TRANSFER_ENCODING;
    // (4) any final coding but chunked would run to the close; a coding nobody asked for is not handed on undecoded.
    if (fields.chunkedCodings === 0) return -REASON_UNSUPPORTED_TRANSFER_ENCODING;
  }
  // (1)
  if ((context & CONTEXT_HEAD) !== 0 || status < 200 || status === 204 || status === 304) return FRAMING_NONE;
  if (fields.hasTransferEncoding) return FRAMING_CHUNKED;
  // (5) invalid values were refused line by line; (6)
  if (hasLength) {
    store<f64>(LENGTH, <f64>fields.contentLength);
    return FRAMING_CONTENT_LENGTH;
  }
  // (7) concerns requests; (8)
  return FRAMING_CLOSE_DELIMITED;
}

// RFC 9112 section 9.3.
function isPersistent(): bool {
  if (fields.optionClose || fields.connectionIsMalformed) return false;
  return load<i32>(RESULT + (RESULT_MINOR_VERSION << 2)) >= 1 || fields.optionKeepAlive;
}

/**
 * Parses the trailer section at `start` (RFC 9112 section 7.1.2), its empty line included. Trailer fields are cut but
 * never acted upon, whatever their name. Answers its size, INCOMPLETE or an error.
 */
export function parseTrailerSection(start: i32, size: i32, maxLines: i32): i32 {
  // The leniency "bare-lf" is for heads only (RFC 9112 section 2.2 does not extend it to chunk framing).
  const at = cutFieldSection(start, start, start + size, 0, maxLines, IGNORE_FRAMING);
  return at <= INCOMPLETE ? at : at - start;
}
