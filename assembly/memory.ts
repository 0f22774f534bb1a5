// What every function writes to the regions of memory that abi.ts lays out: results and errors.

import { RESULT } from "./abi";

/** Sets result slot `slot`. */
export function setResult(slot: i32, value: i32): void {
  store<i32>(RESULT + (slot << 2), value);
}

/** Answers error `reason`, found at `offset` from the first octet of the message. */
export function fail(reason: i32, offset: i32): i32 {
  setResult(0, offset);
  return -reason;
}
