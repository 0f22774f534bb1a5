// status-line  = HTTP-version SP status-code SP [ reason-phrase ] CRLF        (RFC 9112 section 4)
// HTTP-version = "HTTP/" DIGIT "." DIGIT, here with major version 1            (RFC 9112 section 2.3)
// status-code  = 3DIGIT, here from 100 on                                      (RFC 9110 section 15)
//
// Two deviations: the SP behind the code may be missing when the reason phrase is (near universal in practice and
// harmless), and under the leniency "bare-lf" a lone LF ends the line (RFC 9112 section 2.2 allows it).
// The line is judged as far as it is there, so that a peer that speaks something else is found at its first octet.

import {
  INCOMPLETE,
  REASON_INVALID_REASON_PHRASE,
  REASON_INVALID_STATUS,
  REASON_INVALID_VERSION,
  RESULT_MINOR_VERSION,
  RESULT_REASON_END,
  RESULT_REASON_START,
  RESULT_STATUS,
} from "./abi";
import { endLine } from "./line-end";
import { fail, setResult } from "./memory";
import { CR, isDigit, LF, SP } from "./octets";
import { skipFieldValue } from "./scan";

/** "HTTP/1." as a little-endian number of seven octets. */
const VERSION_PREFIX: u64 = 0x2e312f50545448;
const CODE_END: i32 = 12;

/** Cuts the status line at `start`. Answers the address of the next line, INCOMPLETE or an error. */
export function cutStatusLine(start: i32, end: i32, context: i32): i32 {
  const judged = judgePrefix(start, min(end, start + CODE_END));
  if (judged < 0 || end - start <= CODE_END) return judged;
  setResult(RESULT_MINOR_VERSION, digit(start + 7));
  setResult(RESULT_STATUS, digit(start + 9) * 100 + digit(start + 10) * 10 + digit(start + 11));

  let at = start + CODE_END;
  if (load<u8>(at) === SP) at++;
  else if (load<u8>(at) !== CR && load<u8>(at) !== LF) return fail(REASON_INVALID_STATUS, CODE_END);
  setResult(RESULT_REASON_START, at - start);
  at = skipFieldValue(at);
  setResult(RESULT_REASON_END, at - start);
  return endLine(start, at, end, context, REASON_INVALID_REASON_PHRASE);
}

// "HTTP/1." DIGIT SP 3DIGIT, as far as it is there: INCOMPLETE when all is right. Octet by octet, to find the one to
// blame; the usual prefix is skipped with one comparison.
function judgePrefix(start: i32, end: i32): i32 {
  const size = end - start;
  const isUsual = size >= 8 && (load<u64>(start, 0, 1) & 0xffffffffffffff) === VERSION_PREFIX;
  if (isUsual && size === CODE_END && isUsualCode(start)) return INCOMPLETE;
  for (let i: i32 = isUsual ? 7 : 0; i < size; i++) {
    const octet = load<u8>(start + i);
    let isRight = isDigit(octet);
    if (i < 7) isRight = octet === <u8>(VERSION_PREFIX >> (i << 3));
    else if (i === 8) isRight = octet === SP;
    else if (i === 9 && octet === 0x30) isRight = false;
    if (isRight) continue;
    return fail(i < 8 || (i === 8 && isDigit(octet)) ? REASON_INVALID_VERSION : REASON_INVALID_STATUS, i);
  }
  return INCOMPLETE;
}

// A minor version, and the code with the SP in front of it.
function isUsualCode(start: i32): bool {
  const first = load<u8>(start + 9);
  const isCode = isDigit(first) && first !== 0x30 && isDigit(load<u8>(start + 10)) && isDigit(load<u8>(start + 11));
  return isCode && load<u8>(start + 8) === SP && isDigit(load<u8>(start + 7));
}

function digit(at: i32): i32 {
  return <i32>load<u8>(at) - 0x30;
}
