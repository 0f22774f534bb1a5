// Decimal numbers: 1*DIGIT, as Content-Length and Keep-Alive use them.

import { isDigit } from "./octets";

/** The largest integer that a JavaScript number holds exactly: 2^53-1. */
export const MAX_SAFE_INTEGER: u64 = 9007199254740991;
/** What `parseDecimal` answers for anything else. */
export const NOT_DECIMAL: u64 = u64.MAX_VALUE;

/** The number that the octets from `at` to `end` spell; NOT_DECIMAL when empty, no digits, or above 2^53-1. */
export function parseDecimal(at: i32, end: i32): u64 {
  if (at >= end) return NOT_DECIMAL;
  let value: u64 = 0;
  for (; at < end; at++) {
    const octet = load<u8>(at);
    if (!isDigit(octet)) return NOT_DECIMAL;
    value = value * 10 + (octet - 0x30);
    if (value > MAX_SAFE_INTEGER) return NOT_DECIMAL;
  }
  return value;
}
