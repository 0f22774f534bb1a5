// A server that closes its connections at random when they are idle: a process of its own, `node server.mjs seed`.
//
// It answers every request with its target and the size of its content, and after one response in four closes the
// connection in one of the ways below, unless the next request has come by then: as any server may, whose time for idle
// connections is over. Its first message is the port; `tally` is answered with what it has done. It ends with the
// process that started it.

import net from "node:net";
import process from "node:process";

const SHARE = 1 / 4;
/** Milliseconds at most until an idle connection is closed. */
const LONGEST = 6;

let state = Number(process.argv[2] ?? 1) || 1;
/** From 0 up to 1: xorshift, so that a seed gives the same choices again. */
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

/** @typedef {"fin" | "reset"} Close */
/** When a connection is closed, counted from its last response. @type {Record<string, (close: () => void) => void>} */
const MOMENTS = {
  "right behind a response": (close) => close(),
  "a turn later": (close) => void setImmediate(close),
  "milliseconds later": (close) => void setTimeout(close, random() * LONGEST),
};
const WAYS = Object.keys(MOMENTS).flatMap((moment) => ["fin", "reset"].map((kind) => ({ moment, kind })));

const tally = { connections: 0, requests: 0, late: 0, closes: Object.fromEntries(WAYS.map((way) => [name(way), 0])) };

/** @param {{ moment: string, kind: string }} way */
function name({ moment, kind }) {
  return `${kind} ${moment}`;
}

const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  tally.connections++;
  let received = "";
  let answers = 0;
  let isClosed = false;
  socket.on("data", (octets) => {
    // A request that meets a connection that has been closed: it is not looked at.
    if (isClosed) {
      tally.late++;
      return;
    }
    received += octets.toString("latin1");
    for (let end = requestEnd(received); end !== null && !isClosed; end = requestEnd(received)) {
      const head = received.slice(0, end.head);
      received = received.slice(end.whole);
      answer(head, end.whole - end.head);
    }
  });
  socket.on("end", () => socket.end());
  socket.on("error", () => socket.destroy());

  /** @param {string} head @param {number} size */
  function answer(head, size) {
    tally.requests++;
    const content = `${head.split(" ", 2).join(" ")} ${size}`;
    const answered = ++answers;
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n${content}`);
    if (random() >= SHARE) return;
    const way = /** @type {typeof WAYS[number]} */ (WAYS[Math.floor(random() * WAYS.length)]);
    MOMENTS[way.moment]?.(() => {
      if (isClosed || answers > answered || received !== "") return;
      isClosed = true;
      tally.closes[name(way)] = (tally.closes[name(way)] ?? 0) + 1;
      if (way.kind === "fin") socket.end();
      else socket.resetAndDestroy();
    });
  }
});

/** Where the head and the whole of the first request in `text` end; null while it is incomplete. @param {string} text */
function requestEnd(text) {
  const blank = text.indexOf("\r\n\r\n");
  if (blank < 0) return null;
  const head = blank + 4;
  const whole = head + Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  return text.length < whole ? null : { head, whole };
}

server.listen({ host: "127.0.0.1", port: 0, backlog: 1024 }, () => {
  process.send?.({ type: "listening", port: /** @type {net.AddressInfo} */ (server.address()).port });
});
process.on("message", () => process.send?.({ type: "tally", ...tally }));
process.on("disconnect", () => process.exit());
