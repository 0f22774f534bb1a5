// The whole linear memory, drawn. Every region is static and the memory never grows (initial == maximum): a view on
// it made once by the caller stays valid, and a socket may read straight into it.
//
//   RESULT   RESULT_COUNT x i32             what a call found (abi.ts, RESULT_)
//   LENGTH   f64                            a content length: more than 32 bits
//   STATE    STATE_COUNT x i32              the chunk decoder's state, put there by the caller
//   FIELDS   FIELD_CAPACITY x 4 x i32       one row a field line: name start, name end, value start, value end
//   WINDOW   64 KiB        | slack          where sockets read into
//   TEXT     256 KiB       | slack          heads that came in pieces; request heads before they are encoded
//   HEAD     room in front | 256 KiB + ...  encoded request heads and chunk framing
//
// The slack lets a SIMD load start at the last octet of a region.

import { FIELD_CAPACITY, FIELD_STRIDE, RESULT_COUNT, STATE_COUNT, TEXT_SIZE, WINDOW_SIZE } from "./abi";

const SLACK: i32 = 64;

export const RESULT: i32 = <i32>memory.data(RESULT_COUNT * 4, 16);
export const LENGTH: i32 = <i32>memory.data(8, 16);
export const STATE: i32 = <i32>memory.data(STATE_COUNT * 4, 16);
export const FIELDS: i32 = <i32>memory.data(FIELD_CAPACITY * FIELD_STRIDE * 4, 16);
export const WINDOW: i32 = <i32>memory.data(WINDOW_SIZE + SLACK, 64);
export const TEXT: i32 = <i32>memory.data(TEXT_SIZE + SLACK, 64);
/** ": " and CRLF are longer than the two separators they replace: two octets more for each field line. */
export const HEAD_SIZE: i32 = TEXT_SIZE + 2 * FIELD_CAPACITY + SLACK;
export const HEAD: i32 = <i32>memory.data(HEAD_SIZE, 64);

/** Sets result slot `slot`. */
export function setResult(slot: i32, value: i32): void {
  store<i32>(RESULT + (slot << 2), value);
}

/** Answers error `reason`, found at `offset` from the first octet of the message. */
export function fail(reason: i32, offset: i32): i32 {
  setResult(0, offset);
  return -reason;
}
