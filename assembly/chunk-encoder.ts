// The framing of one chunk: chunk-size CRLF (RFC 9112 section 7.1), lower-case hexadecimal without leading zeros.
// The data itself does not pass through here: the caller puts it, and the CRLF behind it, where it is sent from.

import { HEAD } from "./abi";
import { CRLF } from "./octets";

/** Writes the size line of a chunk of `size` octets to the front of the head region. Answers its length. */
export function encodeChunkSize(size: f64): i32 {
  const value = <u64>size;
  let digits: i32 = 1;
  while (digits < 16 && value >> (digits << 2) !== 0) digits++;
  for (let i: i32 = 0; i < digits; i++) {
    const digit = <u8>((value >> ((digits - 1 - i) << 2)) & 15);
    store<u8>(HEAD + i, digit < 10 ? digit + 0x30 : digit + 0x57);
  }
  store<u16>(HEAD + digits, CRLF, 0, 1);
  return digits + 2;
}
