// The server of the benchmark, a process of its own: `node server.mjs SETTINGS`, SETTINGS as JSON.
//
// It parses as little as it can, so that the client is what is measured: for every end of a request it writes the same
// octets. As clients wait for a response before they ask again, that end is always the end of a read. It prints lines of
// JSON: first the port, then for each line "usage" that it is given its CPU time so far. It ends with its input.

import net from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import tls from "node:tls";
import { responseNamed } from "./responses.mjs";

/** Only the last chunk ends with this: the content is all "x", and no head ends with a line "0". */
const END_OF_CHUNKS = Buffer.from("\r\n0\r\n\r\n");
const END_OF_HEAD = Buffer.from("\r\n\r\n");

/**
 * @typedef {object} ServerSettings
 * @property {string} response a name of responses.mjs
 * @property {{ framing: "content-length" | "chunked", size: number }} [content] of each request
 * @property {{ key: string, cert: string }} [tls]
 */

/** @type {ServerSettings} */
const { response: name, content, tls: certificate } = JSON.parse(process.argv[2] ?? "");
const response = responseNamed(name);

const server = certificate ? tls.createServer(certificate, serve) : net.createServer({ noDelay: true }, serve);
server.listen({ host: "0.0.0.0", port: 0, backlog: 1024 }, () => {
  print({ type: "listening", port: /** @type {net.AddressInfo} */ (server.address()).port });
});

createInterface(process.stdin)
  .on("line", () => {
    const { user, system } = process.cpuUsage();
    print({ type: "usage", cpuMicroseconds: user + system, atMilliseconds: performance.now() });
  })
  .on("close", () => process.exit());

/** @param {net.Socket} socket */
function serve(socket) {
  const isWhole = requestEnd();
  socket.on("data", (octets) => {
    if (isWhole(octets)) answer(socket);
  });
  // A client that has measured enough just goes away.
  socket.on("error", () => socket.destroy());
}

/** Says of each read of a connection whether a request ends with it. @returns {(octets: Buffer) => boolean} */
function requestEnd() {
  if (content?.framing === "content-length") return countedEnd(content.size);
  return markedEnd(content ? END_OF_CHUNKS : END_OF_HEAD);
}

/** @param {Buffer} mark which may come in two reads @returns {(octets: Buffer) => boolean} */
function markedEnd(mark) {
  /** @type {Buffer} */
  let before = Buffer.alloc(0);
  return (octets) => {
    const tail = octets.length < mark.length ? Buffer.concat([before, octets]) : octets;
    const isEnd = endsWith(tail, mark);
    before = isEnd ? Buffer.alloc(0) : tail.subarray(-mark.length);
    return isEnd;
  };
}

/** @param {Buffer} octets @param {Buffer} mark */
function endsWith(octets, mark) {
  const start = octets.length - mark.length;
  if (start < 0) return false;
  for (let i = 0; i < mark.length; i++) if (octets[start + i] !== mark[i]) return false;
  return true;
}

/** The head's end is looked for, and content of a size that is known counted. @param {number} size */
function countedEnd(size) {
  const isEndOfHead = headEnd();
  let left = -1;
  return (/** @type {Buffer} */ octets) => {
    if (left < 0) {
      const contentStart = isEndOfHead(octets);
      if (contentStart < 0) return false;
      left = size - (octets.length - contentStart);
    } else {
      left -= octets.length;
    }
    if (left > 0) return false;
    left = -1;
    return true;
  };
}

/** Where the content starts in a read, or -1. @returns {(octets: Buffer) => number} */
function headEnd() {
  /** @type {Buffer} */
  let before = Buffer.alloc(0);
  return (octets) => {
    const all = before.length > 0 ? Buffer.concat([before, octets]) : octets;
    const at = all.indexOf(END_OF_HEAD);
    const seen = before.length;
    before = at < 0 ? all : Buffer.alloc(0);
    return at < 0 ? -1 : at + END_OF_HEAD.length - seen;
  };
}

/** @param {net.Socket} socket */
function answer(socket) {
  socket.write(response.head);
  const { piece } = response;
  if (!piece) return;
  let left = response.repeat;
  const writeOn = () => {
    while (left-- > 0) if (!socket.write(piece)) return void socket.once("drain", writeOn);
  };
  writeOn();
}

/** @param {object} message */
function print(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
