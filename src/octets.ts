// Octets and text with one character per octet (ISO-8859-1), on any runtime. A leaf.
//
// Decoding a head is the hottest string operation of the package, so the runtime's own Latin-1 primitives are taken
// where a global Buffer has them; they are plain functions of octets and text, nothing else of Node is used.

import { wrongType } from "./own-properties.ts";

/** No octets. */
export const NO_OCTETS: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** Octets that one call of String.fromCharCode takes; well below every engine's limit on arguments. */
const CHARACTERS_PER_CALL = 4096;

interface Latin1Primitives {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  latin1Write(this: Uint8Array, text: string, offset: number, length: number): number;
}

interface NodeBuffer {
  prototype: Partial<Latin1Primitives>;
  allocUnsafeSlow(size: number): Uint8Array;
}

const buffer = (globalThis as { Buffer?: NodeBuffer }).Buffer;
const latin1Slice = buffer?.prototype.latin1Slice;
const latin1Write = buffer?.prototype.latin1Write;

/** The octets from `start` to `end` as text, one character per octet. */
export const decodeLatin1: (octets: Uint8Array, start: number, end: number) => string = latin1Slice
  ? (octets, start, end) => latin1Slice.call(octets, start, end)
  : decodePortably;

function decodePortably(octets: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += CHARACTERS_PER_CALL) {
    text += String.fromCharCode.apply(
      null,
      octets.subarray(at, Math.min(at + CHARACTERS_PER_CALL, end)) as unknown as number[],
    );
  }
  return text;
}

/** Writes `text`, which holds U+0000 to U+00FF only, to `octets` from `offset` on; there must be room for it. */
export function writeLatin1(octets: Uint8Array, text: string, offset: number): void {
  if (latin1Write) {
    latin1Write.call(octets, text, offset, text.length);
    return;
  }
  for (let i = 0; i < text.length; i++) octets[offset + i] = text.charCodeAt(i);
}

/** The octets of `text`, which holds U+0000 to U+00FF only. */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(text.length);
  writeLatin1(octets, text, 0);
  return octets;
}

/** Octets of the slab that `allocate` cuts from: some hundred heads. */
const SLAB_SIZE = 65_536;
let slab: Uint8Array = NO_OCTETS;
let slabAt = 0;

/**
 * `size` octets of any content, for what is written and handed to nobody: cut from a shared slab, which is several
 * times cheaper than an ArrayBuffer of its own. A Buffer where there is one, as Node would make one of it to write it.
 */
export function allocate(size: number): Uint8Array {
  if (size > SLAB_SIZE / 8) return new Uint8Array(size);
  if (slabAt + size > slab.length) {
    slab = buffer ? buffer.allocUnsafeSlow(SLAB_SIZE) : new Uint8Array(SLAB_SIZE);
    slabAt = 0;
  }
  const start = slabAt;
  slabAt += size;
  return slab.subarray(start, slabAt);
}

/**
 * A copy of the octets from `start` to `end`, a plain Uint8Array with a buffer of its own. (The `slice` of a Buffer is
 * a view, so `slice` must not be used on octets that somebody else made.)
 */
export function copyOf(octets: Uint8Array, start = 0, end: number = octets.length): Uint8Array<ArrayBuffer> {
  // Without a view in between, which is an object as large as a short copy.
  if (octets.constructor === Uint8Array) return octets.slice(start, end);
  return new Uint8Array(octets.subarray(start, end));
}

/** All `pieces` as one run of octets, made by `make`; a single piece is given back as it is. */
export function concat(
  pieces: readonly Uint8Array[],
  make: (size: number) => Uint8Array = (size) => new Uint8Array(size),
): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  let size = 0;
  for (const piece of pieces) size += piece.length;
  const whole = make(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** `octets` as printable text for a message: what is not 0x20 to 0x7E is escaped, at most `limit` octets are shown. */
export function printable(octets: Uint8Array, limit = 40): string {
  const shown = decodeLatin1(octets, 0, Math.min(octets.length, limit));
  return `"${escapeText(shown)}"${octets.length > limit ? "..." : ""}`;
}

/** `text` with everything outside 0x20 to 0x7E, and the quote and the backslash, escaped. */
export function escapeText(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, (character) => {
    const known = { "\r": "\\r", "\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\" }[character];
    return known ?? `\\u{${character.charCodeAt(0).toString(16)}}`;
  });
}

/** @throws TypeError when `value` is no Uint8Array */
export function checkOctets(value: unknown): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw wrongType("octets", "a Uint8Array", value);
}
