// The physical limit: sockets that read into one static buffer, and the next request written when as many octets have
// come as a response has. No parser, no promise, no error handling worth the name: no client can be this fast. Content
// that others send in chunks goes out piece by piece, unframed.

import { keepWriting, writeMany } from "./socket-loop.mjs";

/** @param {import("./run.mjs").Run} run */
export async function bareSocket(run) {
  const { content } = run.settings;
  // The server of a chunked upload looks for the last chunk, so the last piece has its octets: nothing is framed before.
  const framing = !content ? "" : run.octets ? `Content-Length: ${content.size}\r\n` : "Transfer-Encoding: chunked\r\n";
  const fields = `Host: 127.0.0.1:${run.port}\r\nAccept: */*\r\nUser-Agent: bench\r\n${framing}`;
  const encoder = new TextEncoder();
  const head = encoder.encode(`${run.method} / HTTP/1.1\r\n${fields}\r\n`);
  const { octets, piece, pieceCount } = run;
  if (piece) {
    const end = encoder.encode("\r\n0\r\n\r\n");
    await keepWriting(run, (socket) => {
      socket.write(head);
      writeMany(
        socket,
        pieceCount,
        () => socket.write(piece),
        () => socket.write(end),
      );
    });
  } else {
    const request = new Uint8Array(head.length + (octets?.length ?? 0));
    request.set(head);
    if (octets) request.set(octets, head.length);
    await keepWriting(run, (socket) => socket.write(request));
  }
}
