// What the server answers, octet for octet: a head, and a piece of content once or many times. Clients are told how long
// a response is (the bare socket counts octets, it parses nothing) and what of it they must get.

const DATE = "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n";
const TINY_SIZE = 13;
const SMALL_SIZE = 200;
const LARGE_SIZE = 65_536;
const HEADER_LINES = 40;
const PIECE_SIZE = 2 ** 20;
const PIECES = 1024;

/**
 * @typedef {object} CannedResponse
 * @property {Buffer} head with all content behind it, unless that is repeated
 * @property {Buffer | null} piece content that is written `repeat` times
 * @property {number} repeat
 * @property {number} size octets in all
 * @property {number} contentSize
 * @property {number} headerOctets of names and values
 */

/** @type {Readonly<Record<string, () => CannedResponse>>} */
const RESPONSES = {
  tiny: () => plain(TINY_SIZE),
  // In all, head included.
  small: () => plain(SMALL_SIZE - Buffer.byteLength(head("Content-Length: 00\r\n"))),
  large: () => plain(LARGE_SIZE),
  chunked: () => chunked(16_384),
  "chunks-256": () => chunked(256),
  headers: manyHeaders,
  download,
};

/** @param {string} name @returns {CannedResponse} */
export function responseNamed(name) {
  const make = Object.hasOwn(RESPONSES, name) ? RESPONSES[name] : undefined;
  if (!make) throw new Error(`there is no response '${name}'; known are ${Object.keys(RESPONSES).join(", ")}`);
  return make();
}

/** @param {number} contentSize @returns {CannedResponse} */
function plain(contentSize) {
  return whole(head(`Content-Length: ${contentSize}\r\n`), "x".repeat(contentSize), contentSize);
}

/** 64 KiB in chunks of one size. @param {number} chunkSize @returns {CannedResponse} */
function chunked(chunkSize) {
  const chunk = `${chunkSize.toString(16)}\r\n${"x".repeat(chunkSize)}\r\n`;
  const content = `${chunk.repeat(LARGE_SIZE / chunkSize)}0\r\n\r\n`;
  return whole(head("Transfer-Encoding: chunked\r\n"), content, LARGE_SIZE);
}

/** Header lines as an API behind proxies gives them: values of 8 to 90 octets. @returns {CannedResponse} */
function manyHeaders() {
  const own = 3;
  const lines = Array.from({ length: HEADER_LINES - own }, (_, i) => {
    const value = "0123456789abcdef".repeat(6).slice(0, 8 + ((i * 37) % 83));
    return `X-Header-Number-${i}: ${value}\r\n`;
  });
  return whole(head(`Content-Length: ${TINY_SIZE}\r\n${lines.join("")}`), "x".repeat(TINY_SIZE), TINY_SIZE);
}

/** @returns {CannedResponse} */
function download() {
  const contentSize = PIECE_SIZE * PIECES;
  const response = whole(head(`Content-Length: ${contentSize}\r\n`), "", contentSize);
  return { ...response, piece: Buffer.alloc(PIECE_SIZE, "x"), repeat: PIECES, size: response.size + contentSize };
}

/** @param {string} headText @param {string} content @param {number} contentSize @returns {CannedResponse} */
function whole(headText, content, contentSize) {
  const lines = headText.split("\r\n").slice(1, -2);
  const headerOctets = lines.reduce((sum, line) => sum + line.length - ": ".length, 0);
  const octets = Buffer.from(headText + content, "latin1");
  return { head: octets, piece: null, repeat: 0, size: octets.length, contentSize, headerOctets };
}

/** @param {string} fields */
function head(fields) {
  return `HTTP/1.1 200 OK\r\n${DATE}Content-Type: text/plain\r\n${fields}\r\n`;
}
