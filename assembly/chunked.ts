// The chunked coding, decoded in place (RFC 9112 section 7.1).
//
//   chunked-body   = *chunk last-chunk trailer-section CRLF
//   chunk          = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
//   chunk-size     = 1*HEXDIG                                       (here: up to 2^53-1)
//   last-chunk     = 1*("0") [ chunk-ext ] CRLF
//   chunk-ext      = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
//   chunk-ext-val  = token / quoted-string
//
// In: the octets of one read, anywhere in memory, and the state block. Out: how many octets were consumed, and one
// run of content: the data of short chunks in the read, moved together. The first data stays where it lies, so a read
// within one chunk moves nothing. Consumes everything up to the next large chunk, or the trailer section, which is not
// looked at.
//
// Nothing is lenient: exact CRLF, no blank before or behind a size, extensions by the grammar. Their octets, and zeros
// in front of a size beyond sixteen digits, are counted over the whole message against `maxExtensionSize`.

import {
  CHUNK_DATA,
  CHUNK_DATA_CR,
  CHUNK_DATA_LF,
  CHUNK_EXTENSION_BWS,
  CHUNK_EXTENSION_END,
  CHUNK_EXTENSION_NAME,
  CHUNK_EXTENSION_NAME_BWS,
  CHUNK_EXTENSION_NAME_START,
  CHUNK_EXTENSION_QUOTED,
  CHUNK_EXTENSION_QUOTED_PAIR,
  CHUNK_EXTENSION_TOKEN,
  CHUNK_EXTENSION_VALUE_START,
  CHUNK_SIZE,
  CHUNK_SIZE_LF,
  CHUNK_SIZE_START,
  CHUNK_TRAILER,
  LARGE_CHUNK,
  REASON_CHUNK_EXTENSIONS_TOO_LARGE,
  REASON_INVALID_CHUNK_END,
  REASON_INVALID_CHUNK_EXTENSION,
  REASON_INVALID_CHUNK_SIZE,
  RESULT_CONTENT_END,
  RESULT_CONTENT_START,
  STATE,
  STATE_DIGITS,
  STATE_EXTENSION_SIZE,
  STATE_LEFT_LOW,
  STATE_PHASE,
} from "./abi";
import { MAX_SAFE_INTEGER } from "./decimal";
import { fail, setResult } from "./memory";
import {
  BACKSLASH,
  CR,
  CRLF,
  DQUOTE,
  EQUALS,
  hexValue,
  isFieldOctet,
  isTchar,
  isWhitespace,
  LF,
  SEMICOLON,
} from "./octets";

/** Digits of a size that are no surplus: all that 64 bits can need. */
const FREE_DIGITS: i32 = 16;

/**
 * Decodes `size` octets from `start`. Answers the number consumed (less than `size` in front of a trailer section or the
 * data of a large chunk, or when content stands in front of what is wrong), or an error, whose offset counts from `start`.
 */
export function decodeChunks(start: i32, size: i32, maxExtensionSize: i32): i32 {
  const end = start + size;
  let phase = load<i32>(STATE + (STATE_PHASE << 2));
  let left = load<u64>(STATE + (STATE_LEFT_LOW << 2));
  let digits = load<i32>(STATE + (STATE_DIGITS << 2));
  let extensionSize = load<i32>(STATE + (STATE_EXTENSION_SIZE << 2));
  let contentStart = start;
  let contentEnd = start;
  let at = start;

  while (at < end && phase !== CHUNK_TRAILER) {
    if (phase === CHUNK_DATA) {
      // What is large and is not the first here is left to the next call, or to the caller, so that nothing is moved.
      if (left >= <u64>LARGE_CHUNK && at > start) break;
      const run = <i32>min<u64>(left, end - at);
      if (contentStart === contentEnd) {
        contentStart = at;
        contentEnd = at;
      } else {
        moveDown(contentEnd, at, run);
      }
      contentEnd += run;
      at += run;
      left -= run;
      if (left === 0) phase = CHUNK_DATA_CR;
      continue;
    }
    if (phase === CHUNK_DATA_CR) {
      const data = skipUsualFraming(at, end);
      if (data !== NOT_USUAL) {
        left = usualSize;
        at = data;
        phase = CHUNK_DATA;
        continue;
      }
    }
    const octet = load<u8>(at);
    const value = phase <= CHUNK_SIZE ? hexValue(octet) : -1;
    let next = phase;
    let framing = extensionSize;
    if (value >= 0) {
      next = left <= MAX_SAFE_INTEGER >> 4 ? CHUNK_SIZE : -REASON_INVALID_CHUNK_SIZE;
      if (digits >= FREE_DIGITS) framing++;
    } else if (octet === CR && phase === CHUNK_SIZE) {
      next = CHUNK_SIZE_LF;
    } else if (octet === LF && phase === CHUNK_SIZE_LF) {
      next = left === 0 ? CHUNK_TRAILER : CHUNK_DATA;
    } else if (octet === CR && phase === CHUNK_DATA_CR) {
      next = CHUNK_DATA_LF;
    } else if (octet === LF && phase === CHUNK_DATA_LF) {
      next = CHUNK_SIZE_START;
    } else {
      next = extensionPhase(phase, octet);
      if (next !== CHUNK_SIZE_LF) framing++;
    }
    if (next >= 0 && framing > maxExtensionSize) next = -REASON_CHUNK_EXTENSIONS_TOO_LARGE;
    if (next < 0) {
      // Content found before is handed out first; then this octet is looked at again, in the same state.
      if (contentEnd > contentStart) break;
      return fail(-next, at - start);
    }
    if (value >= 0) {
      left = (left << 4) | value;
      digits++;
    } else if (next === CHUNK_SIZE_START) {
      digits = 0;
    }
    phase = next;
    extensionSize = framing;
    at++;
  }

  store<i32>(STATE + (STATE_PHASE << 2), phase);
  store<u64>(STATE + (STATE_LEFT_LOW << 2), left);
  store<i32>(STATE + (STATE_DIGITS << 2), digits);
  store<i32>(STATE + (STATE_EXTENSION_SIZE << 2), extensionSize);
  setResult(RESULT_CONTENT_START, contentStart);
  setResult(RESULT_CONTENT_END, contentEnd);
  return at - start;
}

const NOT_USUAL: i32 = 0;
/** What a size line takes at the most, with the CRLF in front of it, to be looked at in one go. */
const USUAL_FRAMING: i32 = 12;
let usualSize: u64 = 0;
// The framing found last, where it is no longer than eight octets: chunks are mostly alike, and one comparison that is
// guessed right does not wait for the digits.
let latest: u64 = 0;
let latestMask: u64 = 0;
let latestLength: i32 = 0;
let latestSize: u64 = 0;

// Most chunks follow one another without anything to judge: CRLF, up to eight digits, not all of them 0, CRLF. Answers the
// address behind and sets `usualSize`, or NOT_USUAL, and all goes octet by octet.
// @inline
function skipUsualFraming(at: i32, end: i32): i32 {
  if (end - at < USUAL_FRAMING) return NOT_USUAL;
  const octets = load<u64>(at, 0, 1);
  if ((octets & latestMask) === latest && latestSize !== 0) {
    usualSize = latestSize;
    return at + latestLength;
  }
  if (<u16>octets !== CRLF) return NOT_USUAL;
  let size: u64 = 0;
  let next = at + 2;
  for (; next < at + 10; next++) {
    const value = hexValue(load<u8>(next));
    if (value < 0) break;
    size = (size << 4) | value;
  }
  if (size === 0 || load<u16>(next, 0, 1) !== CRLF) return NOT_USUAL;
  usualSize = size;
  const length = next + 2 - at;
  if (length <= 8) {
    latestMask = u64.MAX_VALUE >> (64 - (length << 3));
    latest = octets & latestMask;
    latestLength = length;
    latestSize = size;
  }
  return next + 2;
}

/** From here on the engine's own copy is as fast. */
const LONG_MOVE: i32 = 512;

// Moves octets towards the front, by sixteen. The last sixteen are read before anything is written, as they may overlap
// both what is read and what is written; nothing is written behind the run, where unread octets are.
function moveDown(to: i32, from: i32, size: i32): void {
  if (ASC_FEATURE_SIMD) {
    if (size >= 16 && size < LONG_MOVE) {
      const last = v128.load(from + size - 16);
      for (let i: i32 = 0; i < size - 16; i += 16) v128.store(to + i, v128.load(from + i));
      v128.store(to + size - 16, last);
      return;
    }
  }
  memory.copy(to, from, size);
}

// The phase behind `octet`, which begins, continues or ends chunk extensions; or a negated reason.
function extensionPhase(phase: i32, octet: u8): i32 {
  const isToken = isTchar(octet);
  const isBlank = isWhitespace(octet);
  switch (phase) {
    // Where nothing but a digit, CR or LF could have come.
    case CHUNK_SIZE_START:
    case CHUNK_SIZE_LF:
      return -REASON_INVALID_CHUNK_SIZE;
    case CHUNK_DATA_CR:
    case CHUNK_DATA_LF:
      return -REASON_INVALID_CHUNK_END;
    case CHUNK_EXTENSION_NAME_START:
      if (isBlank) return CHUNK_EXTENSION_NAME_START;
      return isToken ? CHUNK_EXTENSION_NAME : -REASON_INVALID_CHUNK_EXTENSION;
    case CHUNK_EXTENSION_VALUE_START:
      if (isBlank) return CHUNK_EXTENSION_VALUE_START;
      if (octet === DQUOTE) return CHUNK_EXTENSION_QUOTED;
      return isToken ? CHUNK_EXTENSION_TOKEN : -REASON_INVALID_CHUNK_EXTENSION;
    // quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE (RFC 9110 section 5.6.4)
    case CHUNK_EXTENSION_QUOTED:
    case CHUNK_EXTENSION_QUOTED_PAIR:
      if (phase === CHUNK_EXTENSION_QUOTED && octet === DQUOTE) return CHUNK_EXTENSION_END;
      if (phase === CHUNK_EXTENSION_QUOTED && octet === BACKSLASH) return CHUNK_EXTENSION_QUOTED_PAIR;
      return isFieldOctet(octet) ? CHUNK_EXTENSION_QUOTED : -REASON_INVALID_CHUNK_EXTENSION;
    case CHUNK_EXTENSION_NAME:
    case CHUNK_EXTENSION_TOKEN:
      if (isToken) return phase;
      break;
    default:
  }
  // Behind a size, a name or a value. BWS stands in front of "=" and ";" and nowhere else, so not in front of CR.
  const isBehindName = phase === CHUNK_EXTENSION_NAME || phase === CHUNK_EXTENSION_NAME_BWS;
  const isBehindBlank = phase === CHUNK_EXTENSION_BWS || phase === CHUNK_EXTENSION_NAME_BWS;
  if (octet === SEMICOLON) return CHUNK_EXTENSION_NAME_START;
  if (octet === EQUALS && isBehindName) return CHUNK_EXTENSION_VALUE_START;
  if (octet === CR && !isBehindBlank) return CHUNK_SIZE_LF;
  if (isBlank) return isBehindName ? CHUNK_EXTENSION_NAME_BWS : CHUNK_EXTENSION_BWS;
  return phase === CHUNK_SIZE ? -REASON_INVALID_CHUNK_SIZE : -REASON_INVALID_CHUNK_EXTENSION;
}
