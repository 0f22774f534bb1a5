// Runs of octets: the address of the first octet that ends one comes out. With SIMD sixteen octets a step; a build without
// it (ASC_FEATURE_SIMD is known to the compiler, so only one half of each function is there) takes one, by the same rules.
//
// The scans know no end: they may run past the last octet received (into the slack, or into octets of an earlier
// message) and answer an address at or behind it. The caller compares with its end, once a run and not once a step.

import { DEL, HTAB, isFieldOctet, isTchar, SP, TCHAR_ROWS } from "./octets";

/** Address of the first octet from `at` on that is no tchar. */
// @inline
export function skipToken(at: i32): i32 {
  if (ASC_FEATURE_SIMD) {
    const rows = v128.load(TCHAR_ROWS);
    const columns = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
    const low = i8x16.splat(0x0f);
    while (true) {
      const octets = v128.load(at);
      const row = i8x16.swizzle(rows, v128.and(octets, low));
      const column = i8x16.swizzle(columns, i8x16.shr_u(octets, 4));
      const others = i8x16.bitmask(i8x16.eq(v128.and(row, column), i8x16.splat(0)));
      if (others !== 0) return at + ctz(others);
      at += 16;
    }
  } else {
    while (isTchar(load<u8>(at))) at++;
    return at;
  }
}

/** Address of the first octet from `at` on that no field value holds: a control octet other than HTAB. */
// @inline
export function skipFieldValue(at: i32): i32 {
  if (ASC_FEATURE_SIMD) {
    const space = i8x16.splat(SP);
    const tab = i8x16.splat(HTAB);
    const del = i8x16.splat(DEL);
    while (true) {
      const octets = v128.load(at);
      const controls = v128.andnot(i8x16.lt_u(octets, space), i8x16.eq(octets, tab));
      const others = i8x16.bitmask(v128.or(controls, i8x16.eq(octets, del)));
      if (others !== 0) return at + ctz(others);
      at += 16;
    }
  } else {
    while (isFieldOctet(load<u8>(at))) at++;
    return at;
  }
}

/** Address of the first octet from `at` on that is not 0x21 to 0x7E: what a request target may hold. */
export function skipVisible(at: i32): i32 {
  if (ASC_FEATURE_SIMD) {
    const first = i8x16.splat(0x21);
    const last = i8x16.splat(0x7e);
    while (true) {
      const octets = v128.load(at);
      const others = i8x16.bitmask(v128.or(i8x16.lt_u(octets, first), i8x16.gt_u(octets, last)));
      if (others !== 0) return at + ctz(others);
      at += 16;
    }
  } else {
    while (<u8>(load<u8>(at) - 0x21) <= 0x7e - 0x21) at++;
    return at;
  }
}

/**
 * Address of the first octet in `at` up to `end` of a field value that is no whitespace. That value has been scanned: all
 * that it holds up to SP is SP, HTAB, and the CR and LF of foldings, which are whitespace too (RFC 9112 section 5.2).
 */
// @inline
export function skipWhitespace(at: i32, end: i32): i32 {
  while (at < end && load<u8>(at) <= SP) at++;
  return at;
}

/** Address behind the last octet in `start` up to `at` of a field value that is no whitespace, as above. */
// @inline
export function trimWhitespace(start: i32, at: i32): i32 {
  while (at > start && load<u8>(at - 1) <= SP) at--;
  return at;
}

/** Address behind the token that starts at `at` and ends before `end`, octet by octet: for short list elements. */
export function skipShortToken(at: i32, end: i32): i32 {
  while (at < end && isTchar(load<u8>(at))) at++;
  return at;
}

/**
 * Does `word` stand at `at`, in either case? It is a little-endian number of `size` octets, eight at most, in lower case.
 * The bit that makes letters lower makes digits and marks of control octets only, and those have been refused before.
 */
export function matches(at: i32, size: i32, word: u64): bool {
  // What stands behind the word is shifted out.
  return ((load<u64>(at, 0, 1) | 0x2020202020202020) ^ word) << (64 - (size << 3)) === 0;
}

/** As above, for a word of 8 to 16 octets, of which `front` holds the first eight and `back` the last eight. */
export function matchesLong(at: i32, size: i32, front: u64, back: u64): bool {
  return matches(at, 8, front) && matches(at + size - 8, 8, back);
}
