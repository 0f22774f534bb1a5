// Octets worth a parser's attention: heads and chunked messages by the grammar, the same with pieces that are nearly
// right, and any of them with faults put in. All are text with one character per octet.

import fc from "fast-check";
import { record } from "./target.ts";

/** One octet of any value. */
export const octet: fc.Arbitrary<string> = fc.nat(255).map((code) => String.fromCharCode(code));

export const anyOctets: fc.Arbitrary<string> = fc.array(octet, { maxLength: 120 }).map((list) => list.join(""));

/** Where octets are cut; places outside of them do not count. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.nat(250), { maxLength: 6 });

/** `whole` in pieces, cut at `places`. */
export function split(whole: string, places: readonly number[]): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (const place of [...places].sort((a, b) => a - b)) {
    if (place <= from || place >= whole.length) continue;
    pieces.push(whole.slice(from, place));
    from = place;
  }
  pieces.push(whole.slice(from));
  return pieces;
}

const joinedTo = (parts: readonly string[]): string => parts.join("");
const pick = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

/** Mostly `usual`; now and then `odd`. */
function mostly(usual: fc.Arbitrary<string>, odd: fc.Arbitrary<string>, weight = 12): fc.Arbitrary<string> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

// --- heads --------------------------------------------------------------------------------------------------------

/** Texts that break a head or change what it means, wherever they are put. */
// biome-ignore format: a table
export const SPLINTERS: readonly string[] = [
  "\r\n", "\r", "\n", "\r\n\r\n", "\n\n", "\r\n ", "\r\n\t", "\n ", "\r\r\n", ":", ": ", " :", " ", "\t", ",", ", ", ";", "=",
  '"', "0", "9", "f", "\0", "\x01", "\x7f", "\x80", "\xff", "x", "close", "chunked", "timeout=", "HTTP/1.1 200 OK\r\n",
  "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "Content-Length", "Transfer-Encoding",
  "Keep-Alive: timeout=5\r\n", "0\r\n\r\n", "9007199254740991", "9007199254740992", "18446744073709551619",
];

// biome-ignore format: a table
const STATUSES = [
  "100", "101", "103", "199", "200", "200", "200", "200", "204", "206", "299", "300", "304", "404", "500", "599", "600", "999",
  "000", "099", "0200", "2", "20", "2000", "2x0", "+20", "-20", "", " 200",
];
const VERSIONS = [
  "HTTP/1.0",
  "HTTP/1.2",
  "HTTP/1.9",
  "HTTP/1.10",
  "HTTP/2.0",
  "HTTP/0.9",
  "http/1.1",
  "HTTP/1.",
  "ICY",
];
const lineEnd = mostly(pick("\r\n"), pick("\n", "\r", "", "\r\r\n", "\n\r", "\r\n\r\n"), 25);
const loneLineEnd = pick("\n", "\r\n");

const reason = mostly(
  pick("OK", "", "No Content", "Not Found", "\xe9t\xe9", "a\tb", "  spaced  ", "x".repeat(40)),
  fc.oneof(octet, pick(...SPLINTERS)),
);

function statusLineOf(end: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(
      mostly(pick("HTTP/1.1"), pick(...VERSIONS), 4),
      mostly(pick(" "), pick("", "  ", "\t", "\r"), 40),
      mostly(pick(...STATUSES.slice(0, 18)), pick(...STATUSES), 10),
      mostly(pick(" "), pick("", "  ", "\t", "\x0b"), 20),
      reason,
      end,
    )
    .map(joinedTo);
}

const TCHARS = "!#$%&'*+-.^_`|~0123456789abcxyzABCXYZ";
export const token: fc.Arbitrary<string> = fc
  .array(pick(...TCHARS), { minLength: 1, maxLength: 20 })
  .map((list) => list.join(""));
const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
export const valueText: fc.Arbitrary<string> = fc
  .array(fc.oneof(visible, pick(" ", "\t", "\x80", "\xff")), { maxLength: 60 })
  .map((list) => list.join(""));
export const target: fc.Arbitrary<string> = fc
  .array(visible, { minLength: 1, maxLength: 60 })
  .map((list) => list.join(""));

// biome-ignore format: a table
const NAMES = [
  "Content-Length", "content-length", "CONTENT-LENGTH", "Transfer-Encoding", "transfer-encodinG", "Connection", "connection",
  "Keep-Alive", "keep-alive", "Upgrade", "Date", "X", "Content-Lengtx", "Transfer_Encoding", "Connectio", "Keep-Alives",
];
// biome-ignore format: a table
const VALUES = [
  "", "0", "3", "3", "03", "3, 3", "3,4", "3,", ",3", "x", "+3", "-3", "0x3", "3 3", "9007199254740991", "9007199254740992",
  "18446744073709551619", "00000000000000000000000003", "3,,3", "3, 3, x", "3, 4, x",
  "chunked", "Chunked", ",chunked", "chunked, ", "chunked, chunked", "gzip", "gzip, chunked", "chunked, gzip", "identity",
  "chunked;a=b", "chunked chunked", " , ", ",", "xchunked", "chunkedx",
  "close", "Close", "keep-alive", "Keep-Alive", "keep-alive, close", "close keep-alive", "closed", "upgrade, TE", "close;", "a=b",
  "timeout=5", "timeout=0", "Timeout=3,max=2", "max=10, timeout=7", "timeout=x", "timeout = 4", "timeout=5, timeout=6",
  "a,\r\n timeout=0", "timeout=0\r\n , a",
  'timeout="5"', "timeout=", "timeout", "timeout=99999999999", "timeout=5;a", "timeout=2147483647", "timeout=2147483648",
];

const name = mostly(fc.oneof(pick(...NAMES), pick(...NAMES), token), fc.oneof(pick("", " ", "a b"), octet), 20);
const value = fc.oneof(
  pick(...VALUES),
  pick(...VALUES),
  pick(...VALUES),
  valueText,
  fc.oneof(octet, pick(...SPLINTERS)),
);
const fold = mostly(pick(""), pick("\r\n ", "\r\n\t", " \r\n \t ", "\r\n \r\n ", "\n "), 12);

function fieldLineOf(end: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(
      name,
      mostly(pick(":", ": ", ": "), pick(" : ", "", ":\t", ":  ", ":\r\n ", "=", "\0:"), 15),
      value,
      fold,
      mostly(pick(""), fc.oneof(pick(" ", "\t ", ", 3", ",close"), value), 6),
      end,
    )
    .map(joinedTo);
}

/** Field lines and the empty line; mostly right in form, often wrong in meaning. */
function sectionOf(end: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(fieldLineOf(end), { maxLength }), mostly(end, pick("", "\r", " \r\n\r\n"), 20))
    .map(([lines, last]) => lines.join("") + last);
}

export const trailerSection: fc.Arbitrary<string> = sectionOf(lineEnd, 4);

const strictHead = fc.tuple(statusLineOf(lineEnd), sectionOf(lineEnd, 6)).map(joinedTo);
const looseHead = fc.tuple(statusLineOf(loneLineEnd), sectionOf(loneLineEnd, 4)).map(joinedTo);
export const head: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: strictHead },
  { weight: 1, arbitrary: looseHead },
);

// --- chunks -------------------------------------------------------------------------------------------------------

// biome-ignore format: a table
const SIZES = [
  "", "x", " 1", "1 ", "0x1", "g", "-1", "fffffffffffff", "1fffffffffffff", "20000000000000", "ffffffffffffffff", "100000003",
  "00000000000000001", "000000000000000000000000000000000003", "000000000000000000000000000000000000",
];
// biome-ignore format: a table
const EXTENSIONS = [
  ";a", ";a=b", ' ; a = "b c"', ';a="\\""', ";a;b=c", ";", "; ", ";=b", ";a=", ";a b", ";a=b=c", ';a="', ';a="\x80"', ";a\t=\tb ;c",
  " ", "\t", ';a="b"c', ";a=\0", ";\x80", ';a="\\\x01"', ';a="\x7f"', ";!#$%&'*+-.^_`|~=!",
];
const crlf = mostly(pick("\r\n"), pick("\n", "\r", "", "\r\r\n", "\r\n\r\n"), 25);

const chunk = fc
  .tuple(
    fc.array(fc.oneof(octet, pick("\r\n", "0\r\n\r\n", "a")), { minLength: 1, maxLength: 20 }),
    mostly(pick(""), pick("0", "00", "000000000000000"), 8),
    mostly(pick(""), pick(...SIZES), 25),
    mostly(
      pick(""),
      fc.oneof(
        pick(...EXTENSIONS),
        valueText.map((text) => `;${text}`),
      ),
      3,
    ),
    crlf,
    crlf,
    fc.constantFrom("lower", "upper"),
  )
  .map(([parts, zeros, wrong, extension, lineEnd, dataEnd, letters]) => {
    const content = parts.join("");
    const hex = content.length.toString(16);
    return zeros + (letters === "lower" ? hex : hex.toUpperCase()) + wrong + extension + lineEnd + content + dataEnd;
  });

/** A chunked message from its first chunk to the end of its trailer section, and sometimes octets behind it. */
export const chunked: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(chunk, { maxLength: 5 }),
    mostly(pick("0", "00", "0;a"), pick("", "0 ", "-0", "1", "0;"), 25),
    crlf,
    mostly(pick("\r\n"), trailerSection, 2),
    mostly(pick(""), anyOctets, 4),
  )
  .map(([chunks, ...rest]) => chunks.join("") + joinedTo(rest));

// --- whole responses ----------------------------------------------------------------------------------------------

const interim = pick(
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>;x\r\n\r\n",
  "HTTP/1.1 102 \r\nA: b\r\n c\r\n\r\n",
  "HTTP/1.0 199\r\nConnection: close\r\n\r\n",
);
const content = fc.oneof(
  { weight: 8, arbitrary: anyOctets },
  { weight: 1, arbitrary: fc.nat(2000).map((size) => "0123456789abcdef\r\n".repeat(size / 18)) },
);

const final = fc.oneof(
  content.map((octets) => `HTTP/1.1 200 OK\r\nContent-Length: ${octets.length}\r\nA: b\r\n\r\n${octets}`),
  chunked.map((octets) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n c\r\n\r\n${octets}`),
  content.map((octets) => `HTTP/1.0 404 Not Found\r\nServer: x\r\nConnection: keep-alive\r\n\r\n${octets}`),
  anyOctets.map((octets) => `HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n${octets}`),
  anyOctets.map((octets) => `HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n${octets}`),
  fc.tuple(head, fc.oneof(content, chunked)).map(joinedTo),
);

/** Interim heads, a final head of any framing, content, and sometimes more than that. */
export const response: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(interim, { maxLength: 3 }),
    final,
    mostly(pick(""), pick("HTTP/1.1 299 Poison\r\n\r\n", "\r\n", "\0"), 6),
  )
  .map(([heads, ...rest]) => heads.join("") + joinedTo(rest));

// --- faults -------------------------------------------------------------------------------------------------------

interface Mutation {
  kind: "splice" | "flip" | "duplicate" | "swap lines" | "cut off";
  at: number;
  size: number;
  added: string;
}

const mutation = record<Mutation>({
  kind: fc.constantFrom("splice", "splice", "splice", "flip", "duplicate", "swap lines", "cut off"),
  at: fc.nat(400),
  size: fc.nat(3),
  added: fc.oneof(pick("", ...SPLINTERS), octet),
});

/** `octets`, with up to three faults in each. */
export function mutated(octets: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(octets, fc.array(mutation, { maxLength: 3 }))
    .map(([whole, mutations]) => mutations.reduce(mutate, whole));
}

function mutate(text: string, { kind, at, size, added }: Mutation): string {
  const place = at % (text.length + 1);
  const [before, after] = [text.slice(0, place), text.slice(place)];
  switch (kind) {
    case "splice":
      return before + added + after.slice(size);
    case "flip":
      return after === "" ? text : before + String.fromCharCode(after.charCodeAt(0) ^ (1 << (at % 8))) + after.slice(1);
    case "duplicate":
      return before + after.slice(0, size * 8) + after;
    case "cut off":
      return before;
    case "swap lines": {
      const lines = text.split("\r\n");
      const [a, b] = [at % lines.length, size % lines.length];
      const [lineA, lineB] = [lines[a] ?? "", lines[b] ?? ""];
      return lines.map((line, index) => (index === a ? lineB : index === b ? lineA : line)).join("\r\n");
    }
  }
}
