// The octets that HTTP/1.1 gives a meaning, under the names of RFC 5234 and RFC 9110, and the classes of the grammar.

export const NUL: u8 = 0x00;
export const HTAB: u8 = 0x09;
export const LF: u8 = 0x0a;
export const CR: u8 = 0x0d;
export const SP: u8 = 0x20;
export const DQUOTE: u8 = 0x22;
export const COMMA: u8 = 0x2c;
export const COLON: u8 = 0x3a;
export const SEMICOLON: u8 = 0x3b;
export const EQUALS: u8 = 0x3d;
export const BACKSLASH: u8 = 0x5c;
export const DEL: u8 = 0x7f;

/** CRLF as a little-endian 16-bit number. */
export const CRLF: u16 = 0x0a0d;

// tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA
//         (RFC 9110 section 5.6.2)
//
// Octet 0xHL is a tchar when bit H of TCHAR_ROWS[L] is set; octets from 0x80 have no bit, so they never are.
// The same sixteen numbers serve the SIMD scan (scan.ts) and the single look-up below.
export const TCHAR_ROWS: usize = memory.data<u8>(
  [0xe8, 0xfc, 0xf8, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0xf8, 0xf8, 0xf4, 0x54, 0xd0, 0x54, 0xf4, 0x70],
  16,
);

/** Is `octet` a tchar? */
export function isTchar(octet: u8): bool {
  return isIn(TCHAR_ROWS, octet);
}

// reg-name = *( unreserved / pct-encoded / sub-delims ) (RFC 3986 section 3.2.2), in rows as above: the tchars but "#",
// "^", "`" and "|", and "(" ")" "," ";" "=" besides.
const REG_NAME_ROWS: usize = memory.data<u8>(
  [0xa8, 0xfc, 0xf8, 0xf8, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0xf4, 0x5c, 0x54, 0x5c, 0xd4, 0x70],
  16,
);

/** May `octet` stand in a reg-name? */
export function isRegName(octet: u8): bool {
  return isIn(REG_NAME_ROWS, octet);
}

function isIn(rows: usize, octet: u8): bool {
  return octet < 0x80 && (load<u8>(rows + (octet & 15)) & (1 << (octet >> 4))) !== 0;
}

/** DIGIT = %x30-39 (RFC 5234) */
export function isDigit(octet: u8): bool {
  return <u8>(octet - 0x30) < 10;
}

/** What field values, reason phrases and quoted strings hold: no control octet but HTAB (RFC 9110 section 5.5). */
export function isFieldOctet(octet: u8): bool {
  return octet === HTAB || (octet >= SP && octet !== DEL);
}

/** OWS = *( SP / HTAB ) (RFC 9110 section 5.6.3): is `octet` one of it? */
export function isWhitespace(octet: u8): bool {
  return octet === SP || octet === HTAB;
}

/** The value of a HEXDIG (both cases), or -1. */
export function hexValue(octet: u8): i32 {
  const digit: i32 = <i32>octet - 0x30;
  if (<u32>digit < 10) return digit;
  const letter: i32 = (<i32>octet | 0x20) - 0x61;
  return <u32>letter < 6 ? letter + 10 : -1;
}
