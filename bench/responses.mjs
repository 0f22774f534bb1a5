// What the server answers, octet for octet. Server and clients both import this: the clients know how long a response
// is in all (the bare socket counts octets, it parses nothing) and how much content they must get.

const DATE = "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n";
const SMALL_SIZE = 200;
const LARGE_SIZE = 65_536;
const CHUNK_SIZE = 16_384;
const DOWNLOAD_SIZE = 256 * 1024 * 1024;

/** @typedef {{ octets: Buffer, contentSize: number }} CannedResponse */

/** @type {Readonly<Record<string, () => CannedResponse>>} */
const RESPONSES = { small, large, chunked, download };

/** @param {string} name `small`, `large`, `chunked` or `download` @returns {CannedResponse} */
export function responseNamed(name) {
  const make = Object.hasOwn(RESPONSES, name) ? RESPONSES[name] : undefined;
  if (!make) throw new Error(`there is no response '${name}'; known are ${Object.keys(RESPONSES).join(", ")}`);
  return make();
}

/** 200 octets in all, head included. */
function small() {
  const headSize = Buffer.byteLength(head("Content-Length: 00\r\n"));
  const contentSize = SMALL_SIZE - headSize;
  return plain(contentSize);
}

function large() {
  return plain(LARGE_SIZE);
}

function download() {
  return plain(DOWNLOAD_SIZE);
}

/** The same content as `large`, in four chunks. */
function chunked() {
  const pieces = [head("Transfer-Encoding: chunked\r\n")];
  for (let left = LARGE_SIZE; left > 0; left -= CHUNK_SIZE) {
    pieces.push(`${CHUNK_SIZE.toString(16)}\r\n${"x".repeat(CHUNK_SIZE)}\r\n`);
  }
  return { octets: Buffer.from(`${pieces.join("")}0\r\n\r\n`, "latin1"), contentSize: LARGE_SIZE };
}

/** @param {number} contentSize @returns {CannedResponse} */
function plain(contentSize) {
  const text = `${head(`Content-Length: ${contentSize}\r\n`)}${"x".repeat(contentSize)}`;
  return { octets: Buffer.from(text, "latin1"), contentSize };
}

/** @param {string} framing */
function head(framing) {
  return `HTTP/1.1 200 OK\r\n${DATE}Content-Type: text/plain\r\n${framing}\r\n`;
}
