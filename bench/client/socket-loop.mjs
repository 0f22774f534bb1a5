// A socket that sends the same request again and again, and knows a response by its size alone. What the request's octets
// are is for others to say: `writeRequest` writes them, in one go or piece by piece.

import net from "node:net";
import tls from "node:tls";

/** One buffer for all connections: what is read is counted and forgotten. */
const buffer = new Uint8Array(65_536);

/**
 * @param {import("./run.mjs").Run} run
 * @param {(socket: net.Socket) => void} writeRequest
 */
export async function keepWriting(run, writeRequest) {
  await Promise.all(Array.from({ length: run.connections }, (_, index) => loop(run, index, writeRequest)));
}

/** @type {(run: import("./run.mjs").Run, index: number, writeRequest: (socket: net.Socket) => void) => Promise<void>} */
function loop(run, index, writeRequest) {
  return new Promise((resolve, reject) => {
    let left = run.settings.responseSize;
    /** @param {number} size */
    const callback = (size) => {
      left -= size;
      if (left > 0) return true;
      left = run.settings.responseSize;
      run.done(index, run.contentSize);
      if (run.isStopping) socket.destroy();
      else ask();
      return true;
    };
    const options = { host: "127.0.0.1", port: run.port, noDelay: true, onread: { buffer, callback } };
    const socket = run.settings.isTls ? tls.connect(options) : net.connect(options);
    const ask = () => {
      run.begin(index);
      writeRequest(socket);
    };
    socket.once(run.settings.isTls ? "secureConnect" : "connect", ask);
    socket.once("error", reject);
    socket.once("close", () => (run.isStopping ? resolve() : reject(new Error("the server closed a connection"))));
  });
}

/**
 * Writes `count` times what `writePiece` writes, waiting whenever the socket is full, then calls `whenDone`.
 * @param {net.Socket} socket
 * @param {number} count
 * @param {() => boolean} writePiece false when the socket is full
 * @param {() => void} whenDone
 */
export function writeMany(socket, count, writePiece, whenDone) {
  let left = count;
  const writeOn = () => {
    while (left-- > 0) if (!writePiece()) return void socket.once("drain", writeOn);
    whenDone();
  };
  writeOn();
}
