// Where a line of a head or of a trailer section ends: CRLF, and under the leniency "bare-lf" a lone LF (RFC 9112
// section 2.2 allows it).

import { CONTEXT_BARE_LF, INCOMPLETE, REASON_BARE_CR, REASON_BARE_LF } from "./abi";
import { fail } from "./memory";
import { CR, LF } from "./octets";

/** The address behind the line end at `at`, INCOMPLETE or an error: `otherwise` is the reason when none is there. */
// @inline
export function endLine(start: i32, at: i32, end: i32, context: i32, otherwise: i32): i32 {
  if (at >= end) return INCOMPLETE;
  const octet = load<u8>(at);
  if (octet === CR) {
    if (at + 1 >= end) return INCOMPLETE;
    return load<u8>(at + 1) === LF ? at + 2 : fail(REASON_BARE_CR, at - start);
  }
  if (octet !== LF) return fail(otherwise, at - start);
  return context & CONTEXT_BARE_LF ? at + 1 : fail(REASON_BARE_LF, at - start);
}
