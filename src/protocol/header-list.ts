// The field lines of one message, read-only, in wire order with the wire's case and duplicates.
//
// In: the text of a head (one character per octet) and the codec's field table, or lines as a caller gives them. Out:
// strings, cut from the text when they are asked for and not before. What it refuses to know: what any field means.

import { FIELD_STRIDE, FLAG_FOLDED, RESULT_FIELD_COUNT, RESULT_FLAGS } from "../../assembly/abi.ts";
import { encodeLatin1 } from "../octets.ts";
import { INSPECT_DENO, INSPECT_NODE } from "../printing.ts";
import { codec } from "../wasm/codec.ts";
import { FIELD_LINES, type FieldLines, type HeadersInput, toFieldLines } from "./field-lines.ts";

const NO_PLACES: readonly number[] = [];

let fromText: (text: string, places: readonly number[], isFolded: boolean) => HeaderList;

/**
 * A list of header lines. Strings hold one character per octet (ISO-8859-1), so nothing is lost; names are compared
 * without regard to case. Iterating gives `[name, value]` pairs in wire order.
 */
export class HeaderList implements Iterable<[name: string, value: string]> {
  #text = "";
  // Where the strings lie in #text: name start, name end, value start, value end for each line.
  #places: readonly number[] = NO_PLACES;
  #isFolded = false;

  static {
    fromText = (text, places, isFolded) => {
      const list = new HeaderList();
      list.#text = text;
      list.#places = places;
      list.#isFolded = isFolded;
      return list;
    };
  }

  /** @throws TypeError when `input` is no headers input, or a string in it is not ASCII */
  constructor(input?: HeadersInput) {
    if (input === undefined) return;
    const lines = toFieldLines(input);
    this.#text = lines.join("");
    this.#places = placesOf(lines);
  }

  /** Number of lines. */
  get length(): number {
    return this.#places.length / FIELD_STRIDE;
  }

  /** The line at `index`, counted from the end when negative; undefined where there is none. */
  at(index: number): [name: string, value: string] | undefined {
    const line = index < 0 ? this.length + index : index;
    if (!(line >= 0 && line < this.length) || !Number.isInteger(line)) return undefined;
    return [this.#name(line), this.#value(line)];
  }

  /** The value of `name`; values of several lines joined with ", " (RFC 9110 section 5.3); null when there is none. */
  get(name: string): string | null {
    const line = this.#find(name, 0);
    if (line < 0) return null;
    return this.#find(name, line + 1) < 0 ? this.#value(line) : this.getAll(name).join(", ");
  }

  /** The values of `name`, one for each line. */
  getAll(name: string): string[] {
    const values: string[] = [];
    for (let line = this.#find(name, 0); line >= 0; line = this.#find(name, line + 1)) values.push(this.#value(line));
    return values;
  }

  /** Is there a line with `name`? */
  has(name: string): boolean {
    return this.#find(name, 0) >= 0;
  }

  [Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    return this.toJSON().values();
  }

  /** The exact octets of names and values, in new arrays. */
  get raw(): [name: Uint8Array, value: Uint8Array][] {
    return this.toJSON().map(([name, value]) => [encodeLatin1(name), encodeLatin1(value)]);
  }

  /** A WHATWG Headers with the same lines; their case and the order of names are lost there. */
  toWeb(): Headers {
    return new Headers(this.toJSON());
  }

  /** The pairs. */
  toJSON(): [name: string, value: string][] {
    const pairs: [name: string, value: string][] = [];
    for (let line = 0; line < this.length; line++) pairs.push([this.#name(line), this.#value(line)]);
    return pairs;
  }

  [INSPECT_NODE](_depth: number, options: unknown, inspect: (value: unknown, options: unknown) => string): string {
    return `HeaderList ${inspect(this.toJSON(), options)}`;
  }

  [INSPECT_DENO](inspect: (value: unknown, options: unknown) => string, options: unknown): string {
    return `HeaderList ${inspect(this.toJSON(), options)}`;
  }

  /** The lines in a flat list, for the encoder. */
  [FIELD_LINES](): FieldLines {
    return this.toJSON().flat();
  }

  #name(line: number): string {
    const place = line * FIELD_STRIDE;
    return this.#text.slice(this.#places[place], this.#places[place + 1]);
  }

  #value(line: number): string {
    const place = line * FIELD_STRIDE;
    const value = this.#text.slice(this.#places[place + 2], this.#places[place + 3]);
    return this.#isFolded ? unfold(value) : value;
  }

  // The first line from `line` on with `name`, or -1; most lines are told by the length of their name.
  #find(name: string, line: number): number {
    const places = this.#places;
    const { length } = name;
    for (let place = line * FIELD_STRIDE; place < places.length; place += FIELD_STRIDE) {
      const start = places[place] as number;
      if ((places[place + 1] as number) - start === length && standsAt(name, this.#text, start)) {
        return place / FIELD_STRIDE;
      }
    }
    return -1;
  }
}

/** The header list of `lines`, which hold one character per octet. */
export function headerListOf(lines: FieldLines): HeaderList {
  return fromText(lines.join(""), placesOf(lines), false);
}

// Where the strings of `lines` lie once they are joined.
function placesOf(lines: FieldLines): number[] {
  const places: number[] = [];
  let at = 0;
  for (const part of lines) {
    places.push(at, at + part.length);
    at += part.length;
  }
  return places;
}

/** No lines. */
export const NO_HEADERS: HeaderList = new HeaderList();

/**
 * The header list of the head or trailer section that the codec parsed last; `text` is its text. Must be called before
 * the codec is used again.
 */
export function takeHeaderList(text: string): HeaderList {
  const { fields, result } = codec;
  const size = (result[RESULT_FIELD_COUNT] as number) * FIELD_STRIDE;
  if (size === 0) return NO_HEADERS;
  // A plain array of small integers: copying the typed array would cost an ArrayBuffer, several times as much. By lines,
  // as one number a step takes half as long again.
  const places: number[] = new Array(size);
  for (let i = 0; i < size; i += FIELD_STRIDE) {
    places[i] = fields[i] as number;
    places[i + 1] = fields[i + 1] as number;
    places[i + 2] = fields[i + 2] as number;
    places[i + 3] = fields[i + 3] as number;
  }
  const isFolded = ((result[RESULT_FLAGS] as number) & FLAG_FOLDED) !== 0;
  return fromText(text, places, isFolded);
}

// obs-fold = OWS CRLF RWS (RFC 9112 section 5.2), taken for one SP. A lone LF stands in it only under the leniency
// "bare-lf". Whole runs of blanks, so that it takes linear time: a peer chooses how many there are.
function unfold(value: string): string {
  return value.replace(/[ \t\r\n]+/g, (blanks) => " ".repeat(blanks.split("\n").length - 1) || blanks);
}

// Compares ASCII letters without case and everything else exactly.
function standsAt(name: string, text: string, start: number): boolean {
  for (let i = 0; i < name.length; i++) {
    const a = text.charCodeAt(start + i);
    const b = name.charCodeAt(i);
    if (a !== b && (lowerCase(a) !== lowerCase(b) || b > 0x7f)) return false;
  }
  return true;
}

function lowerCase(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
}
