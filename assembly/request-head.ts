// Request heads, encoded and checked in one pass over the caller's text.
//
//   request-line = method SP request-target SP HTTP-version CRLF      (RFC 9112 section 3)
//   method       = token
//   field-line   = field-name ":" SP field-value CRLF                 (one SP: RFC 9110 section 5.6.3)
//
// In: the text region, holding method, target, and name and value of each field line, each followed by NUL. NUL is
// in none of the grammars, so an octet smuggled in as a separator makes the parts too many and fails. Out: the head
// in the head region. What would let a caller break the framing (two Host lines, two lengths, a length beside a
// transfer coding, a coding other than chunked, a control octet anywhere) is an error, and nothing has been sent.
// Error offsets are counts of parts: 0 the method, 1 the target, 2 the first field line, 3 the second ...

import {
  FIELD_CAPACITY,
  FLAG_CLOSE,
  FLAG_EXPECT_CONTINUE,
  FLAG_HOST,
  FLAG_UPGRADE,
  FRAMING_CHUNKED,
  FRAMING_CONTENT_LENGTH,
  FRAMING_NONE,
  HEAD,
  LENGTH,
  REASON_CONTENT_LENGTH_WITH_TRANSFER_ENCODING,
  REASON_INVALID_HEADER_NAME,
  REASON_INVALID_HEADER_VALUE,
  REASON_INVALID_METHOD,
  REASON_INVALID_TARGET,
  REASON_TOO_MANY_HEADER_LINES,
  REASON_UNSUPPORTED_TRANSFER_ENCODING,
  RESULT_FLAGS,
  RESULT_FRAMING,
  TEXT,
} from "./abi";
import { NOT_DECIMAL } from "./decimal";
import * as fields from "./field-semantics";
import { fail, setResult } from "./memory";
import { CRLF, isWhitespace, NUL } from "./octets";
import { skipFieldValue, skipToken, skipVisible } from "./scan";

/** " HTTP/1" and ".1" CRLF as little-endian numbers. */
const VERSION_FRONT: u64 = 0x312f5054544820;
const VERSION_BACK: u32 = 0x0a0d312e;

/** Encodes the head whose parts fill `size` octets of the text region. Answers its size or an error. */
export function encodeRequestHead(size: i32, fieldCount: i32): i32 {
  const end = TEXT + size;
  let at = TEXT;
  let out = HEAD;

  let stop = skipToken(at);
  if (stop === at || stop >= end || load<u8>(stop) !== NUL) return fail(REASON_INVALID_METHOD, 0);
  out = append(out, at, stop);
  store<u8>(out++, 0x20);
  at = stop + 1;

  stop = skipVisible(at);
  if (stop === at || stop >= end || load<u8>(stop) !== NUL) return fail(REASON_INVALID_TARGET, 1);
  out = append(out, at, stop);
  store<u64>(out, VERSION_FRONT, 0, 1);
  store<u32>(out + 7, VERSION_BACK, 0, 1);
  out += 11;

  out = appendFields(out, stop + 1, end, fieldCount, 1);
  if (out < 0) return out;
  const framing = decideFraming();
  if (framing < 0) return fail(-framing, 0);
  setResult(RESULT_FRAMING, framing);
  setResult(RESULT_FLAGS, flagsOfFields());
  return out - HEAD;
}

/** Encodes a trailer section whose field lines fill `size` octets of the text region, its empty line included. */
export function encodeTrailerSection(size: i32, fieldCount: i32): i32 {
  const out = appendFields(HEAD, TEXT, TEXT + size, fieldCount, 0);
  return out < 0 ? out : out - HEAD;
}

// Appends all field lines and the empty line. `judges` is 1 when the framing fields count. Answers an address or error.
function appendFields(out: i32, at: i32, end: i32, fieldCount: i32, judges: i32): i32 {
  if (fieldCount > FIELD_CAPACITY) return fail(REASON_TOO_MANY_HEADER_LINES, 0);
  fields.beginFields();
  for (let i: i32 = 0; i < fieldCount; i++) {
    const name = at;
    const nameEnd = skipToken(at);
    if (nameEnd === name || nameEnd >= end || load<u8>(nameEnd) !== NUL) return fail(REASON_INVALID_HEADER_NAME, i + 2);
    const value = nameEnd + 1;
    const valueEnd = skipFieldValue(value);
    if (valueEnd >= end || load<u8>(valueEnd) !== NUL || hasOuterWhitespace(value, valueEnd)) {
      return fail(REASON_INVALID_HEADER_VALUE, i + 2);
    }
    if (judges) {
      const reason = fields.noteRequestField(name, nameEnd, value, valueEnd);
      if (reason !== 0) return fail(reason, i + 2);
    }
    out = append(out, name, nameEnd);
    store<u16>(out, 0x203a, 0, 1);
    out = append(out + 2, value, valueEnd);
    store<u16>(out, CRLF, 0, 1);
    out += 2;
    at = valueEnd + 1;
  }
  // Parts left over: a NUL stood inside one of them.
  if (at !== end) return fail(REASON_INVALID_HEADER_VALUE, fieldCount + 1);
  store<u16>(out, CRLF, 0, 1);
  return out + 2;
}

// RFC 9112 sections 6.1 and 6.2: not both, and no coding but chunked. Answers a FRAMING_ value or a negated reason.
function decideFraming(): i32 {
  if (fields.hasTransferEncoding) {
    if (fields.contentLength !== NOT_DECIMAL) return -REASON_CONTENT_LENGTH_WITH_TRANSFER_ENCODING;
    return fields.chunkedCodings === 1 ? FRAMING_CHUNKED : -REASON_UNSUPPORTED_TRANSFER_ENCODING;
  }
  if (fields.contentLength === NOT_DECIMAL) return FRAMING_NONE;
  store<f64>(LENGTH, <f64>fields.contentLength);
  return FRAMING_CONTENT_LENGTH;
}

function flagsOfFields(): i32 {
  let flags: i32 = fields.hostLines === 1 ? FLAG_HOST : 0;
  if (fields.optionClose || fields.connectionIsMalformed) flags |= FLAG_CLOSE;
  if (fields.upgradeLines > 0) flags |= FLAG_UPGRADE;
  if (fields.expectsContinue) flags |= FLAG_EXPECT_CONTINUE;
  return flags;
}

function hasOuterWhitespace(start: i32, end: i32): bool {
  return end > start && (isWhitespace(load<u8>(start)) || isWhitespace(load<u8>(end - 1)));
}

// With SIMD sixteen octets a step, which may write past the end: what follows overwrites it, and the region has room. Parts are
// short, and memory.copy is a call into the engine.
function append(out: i32, start: i32, end: i32): i32 {
  const behind = out + (end - start);
  if (ASC_FEATURE_SIMD) {
    while (start < end) {
      v128.store(out, v128.load(start));
      start += 16;
      out += 16;
    }
  } else {
    while (start < end) store<u8>(out++, load<u8>(start++));
  }
  return behind;
}
