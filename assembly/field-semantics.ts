// The few fields whose value decides how the message goes on: Content-Length, Transfer-Encoding, Connection, Upgrade,
// Keep-Alive, and in requests Host and Expect. Everything else passes by unread.
//
// A field is recognised by the length of its name first, so that most lines cost one switch. What the lines of one
// head said is gathered in the module's globals below: `beginFields` clears them, `noteField` adds one line, and
// response-head.ts or request-head.ts judges the whole.

import {
  REASON_CONFLICTING_CONTENT_LENGTH,
  REASON_DUPLICATE_HOST,
  REASON_FOLDED_FRAMING_HEADER,
  REASON_INVALID_CONTENT_LENGTH,
  REASON_INVALID_HOST,
  REASON_UNSUPPORTED_TRANSFER_ENCODING,
} from "./abi";
import { NOT_DECIMAL, parseDecimal } from "./decimal";
import { COLON, COMMA, EQUALS, hexValue, isDigit, isTchar, SEMICOLON } from "./octets";
import { matches, skipShortToken, skipWhitespace, trimWhitespace } from "./scan";

/** The value of Content-Length, or NOT_DECIMAL while no line gave one. */
export let contentLength: u64 = NOT_DECIMAL;
/** Lines of Transfer-Encoding, and `chunked` codings in them. */
export let transferEncodingLines: i32 = 0;
export let chunkedCodings: i32 = 0;
/** Connection options seen, and whether a Connection value was no list of tokens. */
export let optionClose: bool = false;
export let optionKeepAlive: bool = false;
export let connectionIsMalformed: bool = false;
export let upgradeLines: i32 = 0;
export let hostLines: i32 = 0;
export let expectsContinue: bool = false;
/** Seconds of `Keep-Alive: timeout`, or -1. */
export let keepAliveTimeout: i32 = -1;

/** Forgets the head before. */
export function beginFields(): void {
  contentLength = NOT_DECIMAL;
  transferEncodingLines = 0;
  chunkedCodings = 0;
  optionClose = false;
  optionKeepAlive = false;
  connectionIsMalformed = false;
  upgradeLines = 0;
  hostLines = 0;
  expectsContinue = false;
  keepAliveTimeout = -1;
}

/** Takes one field line of a response; `folded` is 1 when the value holds a line folding. Answers 0 or a reason. */
export function noteResponseField(name: i32, nameEnd: i32, value: i32, valueEnd: i32, folded: i32): i32 {
  switch (nameEnd - name) {
    case 7:
      if (matches(name, "upgrade")) upgradeLines++;
      return 0;
    case 10:
      if (matches(name, "connection")) return folded ? REASON_FOLDED_FRAMING_HEADER : noteConnection(value, valueEnd);
      if (matches(name, "keep-alive")) noteKeepAlive(value, valueEnd);
      return 0;
    case 14:
      if (!matches(name, "content-length")) return 0;
      return folded ? REASON_FOLDED_FRAMING_HEADER : noteContentLengthList(value, valueEnd);
    case 17:
      if (!matches(name, "transfer-encoding")) return 0;
      return folded ? REASON_FOLDED_FRAMING_HEADER : noteTransferEncoding(value, valueEnd);
    default:
      return 0;
  }
}

/** Takes one field line of a request. Answers 0 or a reason. */
export function noteRequestField(name: i32, nameEnd: i32, value: i32, valueEnd: i32): i32 {
  switch (nameEnd - name) {
    case 4:
      if (!matches(name, "host")) return 0;
      if (++hostLines > 1) return REASON_DUPLICATE_HOST;
      return isHost(value, valueEnd) ? 0 : REASON_INVALID_HOST;
    case 6:
      if (matches(name, "expect")) expectsContinue = valueEnd - value === 12 && matches(value, "100-continue");
      return 0;
    case 7:
      if (matches(name, "upgrade")) upgradeLines++;
      return 0;
    case 10:
      if (matches(name, "connection")) noteConnection(value, valueEnd);
      return 0;
    case 14:
      if (!matches(name, "content-length")) return 0;
      if (contentLength !== NOT_DECIMAL) return REASON_CONFLICTING_CONTENT_LENGTH;
      return noteContentLength(value, valueEnd);
    case 17:
      return matches(name, "transfer-encoding") ? noteTransferEncoding(value, valueEnd) : 0;
    default:
      return 0;
  }
}

// Content-Length = 1*DIGIT (RFC 9110 section 8.6). Identical values, in one line or in several, count as one.
function noteContentLength(value: i32, end: i32): i32 {
  const number = parseDecimal(value, end);
  if (number === NOT_DECIMAL) return REASON_INVALID_CONTENT_LENGTH;
  if (contentLength !== NOT_DECIMAL && contentLength !== number) return REASON_CONFLICTING_CONTENT_LENGTH;
  contentLength = number;
  return 0;
}

function noteContentLengthList(value: i32, end: i32): i32 {
  while (true) {
    const comma = findComma(value, end);
    const reason = noteContentLength(skipWhitespace(value, comma), trimWhitespace(value, comma));
    if (reason !== 0 || comma === end) return reason;
    value = comma + 1;
  }
}

// Transfer-Encoding = #transfer-coding (RFC 9112 section 6.1). The one coding that this client knows is `chunked`,
// once, without parameters; empty list elements are ignored (RFC 9110 section 5.6.1.2).
function noteTransferEncoding(value: i32, end: i32): i32 {
  transferEncodingLines++;
  while (true) {
    const comma = findComma(value, end);
    const start = skipWhitespace(value, comma);
    const size = trimWhitespace(start, comma) - start;
    if (size !== 0) {
      if (size !== 7 || !matches(start, "chunked") || ++chunkedCodings > 1) return REASON_UNSUPPORTED_TRANSFER_ENCODING;
    }
    if (comma === end) return 0;
    value = comma + 1;
  }
}

// Connection = #connection-option, connection-option = token (RFC 9110 section 7.6.1). In a value that is no such
// list every option found still counts, and the connection is not used again.
function noteConnection(value: i32, end: i32): i32 {
  while (true) {
    const comma = findComma(value, end);
    const start = skipWhitespace(value, comma);
    const optionEnd = trimWhitespace(start, comma);
    const size = optionEnd - start;
    if (size === 5 && matches(start, "close")) optionClose = true;
    else if (size === 10 && matches(start, "keep-alive")) optionKeepAlive = true;
    else if (size !== 0 && skipShortToken(start, optionEnd) !== optionEnd) connectionIsMalformed = true;
    if (comma === end) return 0;
    value = comma + 1;
  }
}

// Keep-Alive = #keepalive-param, here only `timeout=` 1*DIGIT (RFC 2068 section 19.7.1.1). Anything else is ignored.
function noteKeepAlive(value: i32, end: i32): void {
  while (true) {
    const comma = findComma(value, end);
    const start = skipWhitespace(value, comma);
    if (comma - start > 8 && matches(start, "timeout") && load<u8>(start + 7) === EQUALS) {
      const seconds = parseDecimal(start + 8, trimWhitespace(start, comma));
      if (seconds <= <u64>i32.MAX_VALUE) keepAliveTimeout = <i32>seconds;
    }
    if (comma === end) return;
    value = comma + 1;
  }
}

function findComma(at: i32, end: i32): i32 {
  while (at < end && load<u8>(at) !== COMMA) at++;
  return at;
}

// Host = uri-host [ ":" port ] (RFC 9110 section 7.2), or empty. uri-host is an IP-literal in brackets or a reg-name:
// unreserved, percent-encoded and sub-delims, which is what `isHostOctet` lets through.
function isHost(at: i32, end: i32): bool {
  if (at < end && load<u8>(at) === 0x5b) {
    at++;
    const start = at;
    at = skipAddress(at, end);
    if (at === start || at === end || load<u8>(at++) !== 0x5d) return false;
  } else {
    while (at < end && isHostOctet(load<u8>(at))) at++;
  }
  if (at === end) return true;
  if (load<u8>(at++) !== COLON) return false;
  while (at < end && isDigit(load<u8>(at))) at++;
  return at === end;
}

// IP-literal = "[" ( IPv6address / IPvFuture ) "]": the address behind the bracket at `at`, or nothing when it is none.
function skipAddress(at: i32, end: i32): i32 {
  const start = at;
  let colons: i32 = 0;
  if (at < end && (load<u8>(at) | 0x20) === 0x76) {
    while (at < end && (isHostOctet(load<u8>(at)) || load<u8>(at) === COLON)) at++;
    return at;
  }
  for (; at < end; at++) {
    const octet = load<u8>(at);
    if (octet === COLON) colons++;
    else if (hexValue(octet) < 0 && octet !== 0x2e) break;
  }
  return colons >= 2 ? at : start;
}

// unreserved / "%" / sub-delims: the tchars but "#", "^", "`" and "|", and "(" ")" "," ";" "=" besides.
function isHostOctet(octet: u8): bool {
  if (octet === 0x23 || octet === 0x5e || octet === 0x60 || octet === 0x7c) return false;
  return (
    isTchar(octet) || octet === 0x28 || octet === 0x29 || octet === COMMA || octet === SEMICOLON || octet === EQUALS
  );
}
