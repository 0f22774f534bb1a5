// One field line: cut into name and value, and a row added to the field table. Shared by heads and trailer sections.
//
//   field-line  = field-name ":" OWS field-value OWS          (RFC 9112 section 5)
//   field-name  = token
//   field-value = *field-content, obs-text (0x80-0xFF) included; no control octet but HTAB (RFC 9110 section 5.5)
//   obs-fold    = OWS CRLF RWS                                (RFC 9112 section 5.2: a user agent takes it for SP)
//
// No octet is moved or changed: a folded value keeps its folding, the head gets FLAG_FOLDED and the reader of the
// table replaces it.

import {
  FIELD_CAPACITY,
  FIELD_STRIDE,
  FIELDS,
  INCOMPLETE,
  REASON_BARE_CR,
  REASON_EMPTY_HEADER_NAME,
  REASON_INVALID_HEADER_NAME,
  REASON_INVALID_HEADER_VALUE,
  REASON_MISSING_COLON,
  REASON_TOO_MANY_HEADER_LINES,
  REASON_WHITESPACE_BEFORE_COLON,
} from "./abi";
import { endLine } from "./line-end";
import { fail } from "./memory";
import { COLON, CR, isWhitespace, LF } from "./octets";
import { skipFieldValue, skipToken, skipWhitespace, trimWhitespace } from "./scan";

/** How many values have been found folded. */
export let foldedValues: i32 = 0;

/** Answers whether the section ends at `at`: the address behind, INCOMPLETE, or an error; -1000 if it goes on. */
export const SECTION_GOES_ON: i32 = -1000;

// @inline
export function endOfSection(start: i32, at: i32, end: i32, context: i32): i32 {
  if (at >= end) return INCOMPLETE;
  const octet = load<u8>(at);
  return octet === CR || octet === LF ? endLine(start, at, end, context, REASON_BARE_CR) : SECTION_GOES_ON;
}

/**
 * Cuts the field line at `at` of a message that starts at `start`, as row `index` of the table. Answers the address
 * of the next line, INCOMPLETE or an error. The octet behind the line must be there, as it tells of a folding.
 */
// @inline
export function cutFieldLine(start: i32, at: i32, end: i32, context: i32, index: i32, maxLines: i32): i32 {
  const nameStart = at;
  const nameEnd = skipToken(at);
  if (nameEnd >= end) return INCOMPLETE;
  const separator = load<u8>(nameEnd);
  if (separator !== COLON) return fail(reasonOfBadName(separator), nameEnd - start);
  if (nameEnd === nameStart) return fail(REASON_EMPTY_HEADER_NAME, at - start);
  if (index >= maxLines || index >= FIELD_CAPACITY) return fail(REASON_TOO_MANY_HEADER_LINES, at - start);

  let next = nameEnd + 1;
  while (true) {
    at = skipFieldValue(next);
    next = endLine(start, at, end, context, REASON_INVALID_HEADER_VALUE);
    if (next <= INCOMPLETE) return next;
    if (next >= end) return INCOMPLETE;
    if (!isWhitespace(load<u8>(next))) break;
    // Twice for a value with two foldings, which does no harm.
    foldedValues++;
  }

  const valueStart = skipWhitespace(nameEnd + 1, at);
  const valueEnd = trimWhitespace(valueStart, at);
  const row = FIELDS + index * FIELD_STRIDE * 4;
  store<i32>(row, nameStart - start);
  store<i32>(row + 4, nameEnd - start);
  store<i32>(row + 8, valueStart - start);
  store<i32>(row + 12, valueEnd - start);
  return next;
}

function reasonOfBadName(octet: u8): i32 {
  if (isWhitespace(octet)) return REASON_WHITESPACE_BEFORE_COLON;
  return octet === CR || octet === LF ? REASON_MISSING_COLON : REASON_INVALID_HEADER_NAME;
}
