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
import { COLON, COMMA, hexValue, isDigit, isRegName } from "./octets";
import { matches, matchesLong, skipShortToken, skipWhitespace, trimWhitespace } from "./scan";

/** The value of Content-Length, or NOT_DECIMAL while no line gave one. */
export let contentLength: u64 = NOT_DECIMAL;
/** Is there a Transfer-Encoding line, and how many `chunked` codings? */
export let hasTransferEncoding: bool = false;
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
  hasTransferEncoding = false;
  chunkedCodings = 0;
  optionClose = false;
  optionKeepAlive = false;
  connectionIsMalformed = false;
  upgradeLines = 0;
  hostLines = 0;
  expectsContinue = false;
  keepAliveTimeout = -1;
}

// The fields that matter, told by the length of their names; KEEP_ALIVE is as long as CONNECTION.
const HOST: i32 = 4;
const EXPECT: i32 = 6;
const UPGRADE: i32 = 7;
const CONNECTION: i32 = 10;
const KEEP_ALIVE: i32 = 11;
const CONTENT_LENGTH: i32 = 14;
const TRANSFER_ENCODING: i32 = 17;
const ANY_OTHER: i32 = 0;

// Words in lower case as little-endian numbers, as they are loaded; of long ones the first and the last eight octets.
const WORD_HOST: u64 = 0x74736f68;
const WORD_EXPECT: u64 = 0x746365707865;
const WORD_UPGRADE: u64 = 0x65646172677075;
const WORD_CONNECTI: u64 = 0x697463656e6e6f63;
const WORD_NNECTION: u64 = 0x6e6f697463656e6e;
const WORD_CONTENT_: u64 = 0x2d746e65746e6f63;
const WORD_T_LENGTH: u64 = 0x6874676e656c2d74;
const WORD_TRANSFER: u64 = 0x726566736e617274;
const WORD__ENCODIN: u64 = 0x6e69646f636e652d;
const WORD_KEEP_ALI: u64 = 0x696c612d7065656b;
const WORD_EP_ALIVE: u64 = 0x6576696c612d7065;
const WORD_CHUNKED: u64 = 0x64656b6e756863;
const WORD_CLOSE: u64 = 0x65736f6c63;
const WORD_100_CONT: u64 = 0x746e6f632d303031;
const WORD_CONTINUE: u64 = 0x65756e69746e6f63;
const WORD_TIMEOUT: u64 = 0x3d74756f656d6974;

// First letters of the fields that matter in a response, by the length of their names; "k" is taken for "c". One look-up
// for most lines, and nothing that a branch would have to guess by the length: a third of the time of a whole head.
const FIRST_LETTERS: usize = memory.data<u8>(
  [0, 0, 0, 0, 0, 0, 0, 0x75, 0, 0, 0x63, 0, 0, 0, 0x63, 0, 0, 0x74, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  16,
);

/** May the field whose name begins at `name` matter in a response? Most do not. */
// @inline
export function mayMatter(name: i32, size: i32): bool {
  return ((load<u8>(name) | 0x20) & 0xf7) === load<u8>(FIRST_LETTERS + (size & 31));
}

/** Which field is it? Most names need no comparison. */
function recognise(name: i32, nameEnd: i32): i32 {
  const size = nameEnd - name;
  let isIt: bool = false;
  switch (size) {
    case HOST:
      isIt = matches(name, size, WORD_HOST);
      break;
    case EXPECT:
      isIt = matches(name, size, WORD_EXPECT);
      break;
    case UPGRADE:
      isIt = matches(name, size, WORD_UPGRADE);
      break;
    case CONNECTION:
      if (isKeepAlive(name, size)) return KEEP_ALIVE;
      isIt = matchesLong(name, size, WORD_CONNECTI, WORD_NNECTION);
      break;
    case CONTENT_LENGTH:
      isIt = matchesLong(name, size, WORD_CONTENT_, WORD_T_LENGTH);
      break;
    case TRANSFER_ENCODING:
      isIt = matchesLong(name, 16, WORD_TRANSFER, WORD__ENCODIN) && matches(name + 16, 1, 0x67);
      break;
    default:
  }
  return isIt ? size : ANY_OTHER;
}

// A field name, and a connection option.
function isKeepAlive(at: i32, size: i32): bool {
  return matchesLong(at, size, WORD_KEEP_ALI, WORD_EP_ALIVE);
}

/** Takes one field line of a response. Answers 0 or a reason. */
export function noteResponseField(name: i32, nameEnd: i32, value: i32, valueEnd: i32, isFolded: bool): i32 {
  const field = recognise(name, nameEnd);
  if (field < UPGRADE) return 0;
  if (field === UPGRADE) {
    upgradeLines++;
    return 0;
  }
  if (isFolded && field !== KEEP_ALIVE) return REASON_FOLDED_FRAMING_HEADER;
  return noteList(field, value, valueEnd);
}

/** Takes one field line of a request. Answers 0 or a reason. */
export function noteRequestField(name: i32, nameEnd: i32, value: i32, valueEnd: i32): i32 {
  const field = recognise(name, nameEnd);
  switch (field) {
    case HOST:
      if (++hostLines > 1) return REASON_DUPLICATE_HOST;
      return isHost(value, valueEnd) ? 0 : REASON_INVALID_HOST;
    case EXPECT:
    case CONNECTION:
      return noteList(field, value, valueEnd);
    case UPGRADE:
      upgradeLines++;
      return 0;
    // The framing is written strictly: one line with one element, nothing that another parser could read otherwise.
    case CONTENT_LENGTH:
      if (contentLength !== NOT_DECIMAL) return REASON_CONFLICTING_CONTENT_LENGTH;
      return noteElement(field, value, valueEnd);
    case TRANSFER_ENCODING:
      if (value === valueEnd || hasTransferEncoding) return REASON_UNSUPPORTED_TRANSFER_ENCODING;
      return noteElement(field, value, valueEnd);
    default:
      return 0;
  }
}

// The elements of a list, between commas and whitespace (RFC 9110 section 5.6.1). Answers 0 or the first reason.
function noteList(field: i32, value: i32, end: i32): i32 {
  while (true) {
    const comma = findComma(value, end);
    const start = skipWhitespace(value, comma);
    const reason = noteElement(field, start, trimWhitespace(start, comma));
    if (reason !== 0 || comma === end) return reason;
    value = comma + 1;
  }
}

// One element of the list that `field` is; it may be empty. Answers 0 or a reason.
function noteElement(field: i32, start: i32, end: i32): i32 {
  const size = end - start;
  switch (field) {
    case CONTENT_LENGTH:
      return noteContentLength(start, end);
    // Transfer-Encoding = #transfer-coding (RFC 9112 section 6.1). The one coding that this client knows is `chunked`,
    // once, without parameters; empty list elements are ignored (RFC 9110 section 5.6.1.2).
    case TRANSFER_ENCODING:
      hasTransferEncoding = true;
      if (size === 0) return 0;
      if (size !== 7 || !matches(start, size, WORD_CHUNKED) || ++chunkedCodings > 1)
        return REASON_UNSUPPORTED_TRANSFER_ENCODING;
      return 0;
    // Connection = #connection-option, connection-option = token (RFC 9110 section 7.6.1). In a value that is no such
    // list every option found still counts, and the connection is not used again.
    case CONNECTION:
      if (size === 5 && matches(start, size, WORD_CLOSE)) optionClose = true;
      else if (size === 10 && isKeepAlive(start, size)) optionKeepAlive = true;
      else if (skipShortToken(start, end) !== end) connectionIsMalformed = true;
      return 0;
    // Expect = #expectation (RFC 9110 section 10.1.1)
    case EXPECT:
      if (size === 12 && matchesLong(start, size, WORD_100_CONT, WORD_CONTINUE)) expectsContinue = true;
      return 0;
    // Keep-Alive = #keepalive-param, here only `timeout=` 1*DIGIT (RFC 2068 section 19.7.1.1); the rest is ignored.
    default:
      if (size > 8 && matches(start, 8, WORD_TIMEOUT)) {
        const seconds = parseDecimal(start + 8, end);
        if (seconds <= <u64>i32.MAX_VALUE) keepAliveTimeout = <i32>seconds;
      }
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

function findComma(at: i32, end: i32): i32 {
  while (at < end && load<u8>(at) !== COMMA) at++;
  return at;
}

// Host = uri-host [ ":" port ] (RFC 9110 section 7.2), or empty. uri-host is an IP-literal in brackets or a reg-name:
// which takes no brackets.
function isHost(at: i32, end: i32): bool {
  if (at < end && load<u8>(at) === 0x5b) {
    at = skipAddress(at + 1, end);
    if (at === end || load<u8>(at++) !== 0x5d) return false;
  } else {
    while (at < end && isRegName(load<u8>(at))) at++;
  }
  if (at === end) return true;
  if (load<u8>(at++) !== COLON) return false;
  while (at < end && isDigit(load<u8>(at))) at++;
  return at === end;
}

// IP-literal = "[" ( IPv6address / IPvFuture ) "]": the address behind the bracket at `at`, or `end` when it is none.
function skipAddress(at: i32, end: i32): i32 {
  const isFuture = at < end && (load<u8>(at) | 0x20) === 0x76;
  let colons: i32 = isFuture ? 2 : 0;
  for (; at < end; at++) {
    const octet = load<u8>(at);
    if (octet === COLON) colons++;
    else if (isFuture ? !isRegName(octet) : hexValue(octet) < 0 && octet !== 0x2e) break;
  }
  return colons >= 2 ? at : end;
}
