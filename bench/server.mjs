// The server of the benchmark, a process of its own: `node server.mjs small|large|chunked`.
//
// It parses nothing: for every end of a head it writes the same octets, so that the client is what is measured. Its
// first message is the port; `usage` is answered with its CPU time so far. It ends with the process that started it.

import net from "node:net";
import process from "node:process";
import { responseNamed } from "./responses.mjs";

const CR = 0x0d;
const END_OF_HEAD = [CR, 0x0a, CR, 0x0a];

const { octets: response } = responseNamed(process.argv[2] ?? "");

const server = net.createServer({ noDelay: true }, (socket) => {
  let matched = 0; // octets of END_OF_HEAD seen so far, which may come in two reads
  socket.on("data", (octets) => {
    let heads = 0;
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at];
      if (octet === END_OF_HEAD[matched]) matched++;
      else matched = octet === CR ? 1 : 0;
      if (matched === END_OF_HEAD.length) {
        heads++;
        matched = 0;
      }
    }
    for (; heads > 0; heads--) socket.write(response);
  });
  // A client that has measured enough just goes away.
  socket.on("error", () => socket.destroy());
});

server.listen({ host: "0.0.0.0", port: 0, backlog: 1024 }, () => {
  const port = /** @type {net.AddressInfo} */ (server.address()).port;
  if (process.send) process.send({ type: "listening", port });
  else console.log(port);
});

process.on("message", (message) => {
  if (message !== "usage") return;
  const { user, system } = process.cpuUsage();
  process.send?.({ type: "usage", cpuMicroseconds: user + system, atMilliseconds: performance.now() });
});
process.on("disconnect", () => process.exit());
