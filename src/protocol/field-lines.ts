// Headers as callers give them, turned into one flat list: name, value, name, value ..., order and case untouched.
//
// In: a plain object, a Map, a WHATWG Headers, a HeaderList, or any iterable of pairs, names and values each string or
// octets. Out: strings of one character per octet. Each property is read once, and only own properties count. Whether
// a name is a token and a value clean is not judged here: the encoder does that (assembly/request-head.ts).

import { decodeLatin1 } from "../octets.ts";
import { kindOf, wrongType } from "../own-properties.ts";

/** A header name or value: ASCII text, or octets of any kind. */
export type HeaderText = string | Uint8Array;

/** What is accepted wherever headers are given; each item of an iterable is a pair of name and value. */
export type HeadersInput = Readonly<Record<string, HeaderText>> | Iterable<readonly HeaderText[]> | null | undefined;

/** name, value, name, value ...: one character per octet. */
export type FieldLines = string[];

/** A method of objects that hold octets as characters already (HeaderList): their field lines. */
export const FIELD_LINES: unique symbol = Symbol("field lines");

const NON_ASCII = /[^\0-\x7f]/;
/** Up to here a loop is cheaper than a call of the engine's matcher. */
const SHORT_PART = 48;

/**
 * `lines`, with the lines of `input` added.
 * @throws TypeError when `input` is none of the accepted forms, or a string in it is not ASCII
 */
export function toFieldLines(input: HeadersInput, lines: FieldLines = []): FieldLines {
  if (input === null || input === undefined) return lines;
  if (typeof input !== "object" || ArrayBuffer.isView(input)) {
    throw wrongType("headers", "an object or an iterable of pairs", input);
  }
  if (FIELD_LINES in input) {
    for (const part of (input as { [FIELD_LINES](): FieldLines })[FIELD_LINES]()) lines.push(part);
    return lines;
  }
  if (Symbol.iterator in input) {
    for (const pair of input) {
      if (typeof pair !== "object" || pair === null || pair.length !== 2) {
        throw new TypeError("each header must be a pair [name, value]");
      }
      lines.push(toCharacters(pair[0], "name"), toCharacters(pair[1], "value"));
    }
  } else {
    // A Date or a Promise has no properties of its own, and would pass for no headers at all.
    const isPlain = Object.getPrototypeOf(input) === Object.prototype || kindOf(input) === "Object";
    if (!isPlain) throw wrongType("headers", "a plain object or an iterable of pairs", input);
    for (const name in input) {
      if (Object.hasOwn(input, name)) lines.push(toCharacters(name, "name"), toCharacters(input[name], "value"));
    }
  }
  return lines;
}

/** The value of the first line from index `from` on with `name`, given in lower case; undefined when there is none. */
export function findField(lines: FieldLines, name: string, from = 0): string | undefined {
  for (let i = from; i < lines.length; i += 2) {
    const candidate = lines[i] as string;
    if (candidate.length === name.length && candidate.toLowerCase() === name) return lines[i + 1];
  }
  return undefined;
}

/** The values of all lines with `name`, given in lower case, joined as one list (RFC 9110 section 5.3). */
export function findAll(lines: FieldLines, name: string): string {
  return lines.filter((_, i) => i % 2 === 1 && (lines[i - 1] as string).toLowerCase() === name).join();
}

/** The protocols that an Upgrade value lists, in lower case: names are compared without case (RFC 9110 section 7.8). */
export function protocolsIn(upgrade: string): string[] {
  return upgrade
    .toLowerCase()
    .split(",")
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== "");
}

function toCharacters(part: unknown, what: "name" | "value"): string {
  if (typeof part === "string") {
    if (!isASCII(part)) throw new TypeError(`header ${what} strings may not include unicode characters`);
    return part;
  }
  if (part instanceof Uint8Array) return decodeLatin1(part, 0, part.length);
  throw wrongType(`a header ${what}`, "a string or a Uint8Array", part);
}

function isASCII(part: string): boolean {
  if (part.length > SHORT_PART) return !NON_ASCII.test(part);
  let codes = 0;
  for (let i = 0; i < part.length; i++) codes |= part.charCodeAt(i);
  return codes <= 0x7f;
}
