// The physical limit: sockets that read into one static buffer, and the next request written when as many octets have
// come as a response has. No parser, no promise, no error handling worth the name: no client can be this fast.

import net from "node:net";

/** @param {import("./main.mjs").Run} run */
export async function bareSocket(run) {
  const buffer = Buffer.alloc(65_536);
  const fields = `Host: 127.0.0.1:${run.port}\r\nAccept: */*\r\nUser-Agent: bench\r\n`;
  const request = Buffer.from(`GET / HTTP/1.1\r\n${fields}\r\n`, "latin1");
  await Promise.all(Array.from({ length: run.connections }, () => loop(run, buffer, request)));
}

/** @type {(run: import("./main.mjs").Run, buffer: Buffer, request: Buffer) => Promise<void>} */
function loop(run, buffer, request) {
  return new Promise((resolve, reject) => {
    let left = run.responseSize;
    const socket = net.connect({
      host: "127.0.0.1",
      port: run.port,
      noDelay: true,
      onread: {
        buffer,
        callback(size) {
          left -= size;
          if (left > 0) return true;
          left = run.responseSize;
          run.responses++;
          if (run.isStopping) socket.destroy();
          else socket.write(request);
          return true;
        },
      },
    });
    socket.once("connect", () => socket.write(request));
    socket.once("error", reject);
    socket.once("close", () => (run.isStopping ? resolve() : reject(new Error("the server closed a connection"))));
  });
}
