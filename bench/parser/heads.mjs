// The messages that parsers get: response heads of three sizes with a little content, and a mix of many heads that are all
// different, as a parser that meets one head again and again looks better than it is: the processor learns the head.
// The same in every process, as the random numbers have a seed.

/** @typedef {{ octets: Buffer, lines: number, headerOctets: number, contentSize: number }} Message */

const MIXED = 512;
const CRLF = "\r\n";

/** A typical response of a server behind a proxy, in the order of their frequency. Names with the values' sizes. */
const FIELDS = /** @type {const} */ ([
  ["Date", 29],
  ["Content-Type", 24],
  ["Connection", 10],
  ["Server", 12],
  ["Cache-Control", 30],
  ["ETag", 34],
  ["Last-Modified", 29],
  ["Vary", 15],
  ["Accept-Ranges", 5],
  ["Strict-Transport-Security", 35],
  ["X-Content-Type-Options", 7],
  ["X-Frame-Options", 10],
  ["X-Request-Id", 36],
  ["Set-Cookie", 90],
  ["Access-Control-Allow-Origin", 20],
  ["Age", 4],
  ["X-Cache", 18],
  ["Via", 24],
  ["Referrer-Policy", 22],
  ["X-Served-By", 24],
]);

/** @type {Readonly<Record<string, () => Message[]>>} */
const SETS = {
  small: () => [message(["Date: Thu, 01 Jan 2026 00:00:00 GMT", "Content-Type: text/plain"], 13)],
  typical: () => [message(fields(14, randomFrom(1)), 40)],
  large: () => [message(largeFields(), 64)],
  mix: () => {
    const random = randomFrom(2);
    return Array.from({ length: MIXED }, () => message(fields(9 + Math.floor(random() * 11), random), 40));
  },
};

export const SET_NAMES = Object.keys(SETS);

/** @param {string} name @returns {Message[]} */
export function messagesNamed(name) {
  const make = SETS[name];
  if (!make) throw new Error(`there is no set of heads '${name}'; known are ${SET_NAMES.join(", ")}`);
  return make();
}

/** With the Content-Length behind the lines. @param {string[]} lines @param {number} contentSize @returns {Message} */
function message(lines, contentSize) {
  const all = [...lines, `Content-Length: ${contentSize}`];
  const text = `HTTP/1.1 200 OK${CRLF}${all.join(CRLF)}${CRLF}${CRLF}${"x".repeat(contentSize)}`;
  const headerOctets = all.reduce((sum, line) => sum + line.length - ": ".length, 0);
  return { octets: Buffer.from(text, "latin1"), lines: all.length, headerOctets, contentSize };
}

/** `count` lines in any order; Content-Type and Date, which are looked up, always among them. */
/** @param {number} count @param {() => number} random */
function fields(count, random) {
  const [date, type, ...others] = FIELDS;
  const chosen = [date, type, ...shuffled(others, random).slice(0, count - 2)];
  return shuffled(chosen, random).map(([name, size]) => `${name}: ${valueOf(name, size, random)}`);
}

/** @param {string} name @param {number} size @param {() => number} random */
function valueOf(name, size, random) {
  if (name === "Date") return "Thu, 01 Jan 2026 00:00:00 GMT";
  if (name === "Content-Type") return "text/html; charset=utf-8";
  if (name === "Connection") return "keep-alive";
  const characters = "abcdefghijklmnopqrstuvwxyz0123456789-=; /";
  const length = Math.max(1, Math.round(size * (0.8 + random() * 1.1)));
  const text = Array.from({ length }, () => characters[Math.floor(random() * characters.length)]).join("");
  return `"${text.trim()}"`;
}

/** 40 lines and 8 KiB: long cookies and policies. */
function largeFields() {
  const random = randomFrom(3);
  const first = fields(14, random);
  const more = Array.from({ length: 25 }, (_, i) => `X-Policy-${i}: ${valueOf("", 196, random)}`);
  return [...first, ...more];
}

/** @template T @param {readonly T[]} items @param {() => number} random @returns {T[]} */
function shuffled(items, random) {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Numbers from 0 to 1 (mulberry32). @param {number} seed */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
