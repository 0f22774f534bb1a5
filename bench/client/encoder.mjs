// The chunk encoder of httpcore/protocol on a bare socket: as bare-socket.mjs, but each piece is framed.

import { ClientConnection, encodeRequestHead } from "httpcore/protocol";
import { keepWriting, writeMany } from "./socket-loop.mjs";

/** @param {import("./run.mjs").Run} run */
export async function encoder(run) {
  const { piece, pieceCount } = run;
  if (!piece) throw new Error("there is nothing to encode");
  const headers = { Host: `127.0.0.1:${run.port}`, "Transfer-Encoding": "chunked" };
  const head = encodeRequestHead("POST", "/", headers);
  await keepWriting(run, (socket) => {
    // One for each message, as responses are not given to it; what it costs is not much beside the message's pieces.
    const connection = new ClientConnection({ content: "borrowed" });
    connection.send({ type: "request", method: "POST", target: "/", headers });
    socket.write(head);
    writeMany(
      socket,
      pieceCount,
      () => write(socket, connection.sendContent(piece)),
      () => write(socket, connection.sendEnd()),
    );
  });
}

/** In one system call. @param {import("node:net").Socket} socket @param {readonly Uint8Array[]} pieces */
function write(socket, pieces) {
  if (pieces.length === 1) return socket.write(/** @type {Uint8Array} */ (pieces[0]));
  socket.cork();
  let isRoomLeft = true;
  for (const octets of pieces) isRoomLeft = socket.write(octets);
  socket.uncork();
  return isRoomLeft;
}
