// Octets gathered piece by piece into one run. A leaf.
//
// The first allocation is no larger than what has come plus a bounded guess, whatever a Content-Length promised: a
// peer must not make us allocate ahead of its octets.

import { NO_OCTETS } from "./octets.ts";

/** The most that is allocated on a promise. */
const TRUSTED_SIZE = 262_144;
const SMALLEST_CAPACITY = 1024;

export class GrowingOctets {
  #octets: Uint8Array<ArrayBuffer> = NO_OCTETS;
  #size = 0;

  /** Adds a copy of `piece`; `expected` octets are expected in all, or null. */
  add(piece: Uint8Array, expected: number | null): void {
    const needed = this.#size + piece.length;
    if (needed > this.#octets.length) {
      const doubled = Math.max(needed, this.#octets.length * 2, SMALLEST_CAPACITY);
      const promised = Math.max(needed, Math.min(expected ?? doubled, Math.max(TRUSTED_SIZE, doubled)));
      const larger = new Uint8Array(promised);
      larger.set(this.#octets.subarray(0, this.#size));
      this.#octets = larger;
    }
    this.#octets.set(piece, this.#size);
    this.#size = needed;
  }

  /** All octets so far. The object must not be used afterwards. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#size === this.#octets.length ? this.#octets : this.#octets.slice(0, this.#size);
  }
}
