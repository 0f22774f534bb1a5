// Octets gathered piece by piece into one run. A leaf.
//
// Pieces fill blocks, and the blocks are put together once, at the end; content of an announced size that is not too
// large fills one block that is the result. No more than a bounded guess is allocated ahead, whatever a Content-Length
// promised: a peer must not make us allocate ahead of its octets.

import { concat, NO_OCTETS } from "./octets.ts";

/** The most that is allocated on a promise. */
const TRUSTED_SIZE = 262_144;
/** Small pieces share a block. */
const SMALLEST_BLOCK = 4096;

export class GrowingOctets {
  readonly #blocks: Uint8Array<ArrayBuffer>[] = [];
  #block: Uint8Array<ArrayBuffer> = NO_OCTETS;
  /** Octets of the last block that are filled. */
  #filled = 0;
  #size = 0;

  /** Adds a copy of `piece`; `expected` octets are expected in all, or null. */
  add(piece: Uint8Array, expected: number | null): void {
    const head = Math.min(piece.length, this.#block.length - this.#filled);
    this.#fill(head === piece.length ? piece : piece.subarray(0, head));
    if (head === piece.length) return;
    const rest = piece.subarray(head);
    const promised = expected === null ? SMALLEST_BLOCK : Math.min(expected - this.#size, TRUSTED_SIZE);
    this.#block = new Uint8Array(Math.max(rest.length, promised));
    this.#blocks.push(this.#block);
    this.#filled = 0;
    this.#fill(rest);
  }

  /** All octets so far. The object must not be used afterwards. */
  take(): Uint8Array<ArrayBuffer> {
    if (this.#blocks.length === 1 && this.#filled === this.#block.length) return this.#block;
    // Of several pieces `concat` makes a new run, of which an empty one makes sure.
    const pieces = [...this.#blocks.slice(0, -1), this.#block.subarray(0, this.#filled), NO_OCTETS];
    return concat(pieces) as Uint8Array<ArrayBuffer>;
  }

  #fill(octets: Uint8Array): void {
    this.#block.set(octets, this.#filled);
    this.#filled += octets.length;
    this.#size += octets.length;
  }
}
