// Octets that came from the peer and have not been used: where they lie, and when it is worth looking at them again.
//
// As long as all of a read is used up, the octets stay where the caller has them. What is left over (a head or trailer
// section in pieces) is copied into a buffer of our own, and so is all that follows until nothing is left over.
//
// A section is parsed from its start each time, which would be quadratic for one fed octet by octet. So a new attempt
// is made only when it can succeed, that is when an empty line may have come, or when there is twice as much as at the
// attempt before: then the first wrong octet is found early, and all attempts together stay linear.

import { NO_OCTETS } from "../octets.ts";

const LF = 0x0a;
const CR = 0x0d;
const FIRST_CAPACITY = 512;
/** Up to here every octet is worth an attempt: a peer that speaks something else is found at its first octets. */
const EAGER_SIZE = 32;
/** A larger buffer was needed for once and is not kept for the life of the connection. */
const KEPT_CAPACITY = 8192;

export class ReceivedOctets {
  /** The unused octets are those from `start` to `end` of `octets`. */
  octets: Uint8Array = NO_OCTETS;
  start = 0;
  end = 0;
  /** False when a section that was incomplete before is surely incomplete still. */
  isWorthAttempt = true;
  #own: Uint8Array = NO_OCTETS;
  #attemptSize = 0;

  get size(): number {
    return this.end - this.start;
  }

  /** Adds the first `size` octets of `octets`. They are used where they lie unless some are left over from before. */
  add(octets: Uint8Array, size: number): void {
    if (this.start === this.end) {
      this.octets = octets;
      this.start = 0;
      this.end = size;
      this.isWorthAttempt = true;
      return;
    }
    this.#takeOver(size);
    // An empty line may begin in the last octets of what was there.
    const seam = Math.max(this.start, this.end - 3);
    this.octets.set(size === octets.length ? octets : octets.subarray(0, size), this.end);
    this.end += size;
    this.isWorthAttempt = this.size <= EAGER_SIZE || this.size >= this.#attemptSize || this.#hasEmptyLine(seam);
  }

  /** Takes `count` octets off the front. */
  consume(count: number): void {
    this.start += count;
    this.#attemptSize = 0;
    this.isWorthAttempt = true;
    if (this.start === this.end && this.#own.length > KEPT_CAPACITY) {
      this.#own = NO_OCTETS;
      this.octets = NO_OCTETS;
      this.start = 0;
      this.end = 0;
    }
  }

  /** Notes that the octets there are not enough, and keeps them. */
  waitForMore(): void {
    this.#takeOver(0);
    this.#attemptSize = this.size * 2;
    this.isWorthAttempt = false;
  }

  // Sees to it that the unused octets lie in our own buffer, with room for `room` octets behind them. Growing doubles
  // the buffer, so each octet is moved a bounded number of times.
  #takeOver(room: number): void {
    if (this.octets === this.#own && this.end + room <= this.#own.length) return;
    const { size } = this;
    let capacity = Math.max(FIRST_CAPACITY, this.#own.length);
    while (capacity < size + room) capacity *= 2;
    const unused = this.octets.subarray(this.start, this.end);
    const target = this.octets === this.#own || capacity > this.#own.length ? new Uint8Array(capacity) : this.#own;
    target.set(unused);
    this.#own = target;
    this.octets = target;
    this.start = 0;
    this.end = size;
  }

  // LF LF or LF CR LF, from `from` on.
  #hasEmptyLine(from: number): boolean {
    const octets = this.octets.subarray(from, this.end);
    for (let at = octets.indexOf(LF); at >= 0; at = octets.indexOf(LF, at + 1)) {
      if (octets[at + 1] === LF || (octets[at + 1] === CR && octets[at + 2] === LF)) return true;
    }
    return false;
  }
}
