// What the peer of the suite does for each first segment of a path.

import net from "node:net";
import type { TLSSocket } from "node:tls";
import type { Connection } from "./peer.ts";

type Route = (connection: Connection, target: string) => unknown;

/** Octets of the content of /large, for a check of its parts. */
export const LARGE_SIZE = 8 * 1024 * 1024;

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const withLength = (content: string, more = ""): string =>
  `HTTP/1.1 200 OK\r\n${more}Content-Length: ${content.length}\r\n\r\n${content}`;

/** Answers `octets` to the whole request. */
const answer =
  (octets: string): Route =>
  async (connection) => {
    await connection.request();
    connection.send(octets);
  };

/** Answers `octets` and a FIN to the whole request. */
const answerAndEnd =
  (octets: string): Route =>
  async (connection) => {
    await connection.request();
    connection.socket.end(Buffer.from(octets, "latin1"));
  };

async function echo(connection: Connection): Promise<void> {
  for (let octets = await connection.anything(); octets !== ""; octets = await connection.anything()) {
    connection.send(octets.toUpperCase());
  }
}

export const ROUTES: Readonly<Record<string, Route>> = {
  /** The octets of the request. */
  async octets(connection) {
    connection.send(withLength(await connection.request()));
  },
  /** "connection.request": which connection, and which request on it. */
  async count(connection) {
    await connection.request();
    connection.send(withLength(`${connection.number}.${connection.requestCount}`));
  },
  hello: answer(withLength("hello")),
  /** What the server knows of TLS; every request has a handshake. */
  async tls(connection) {
    await connection.request();
    const socket = connection.socket as TLSSocket;
    const seen = {
      client: socket.getPeerCertificate().subject?.CN ?? null,
      alpn: socket.alpnProtocol || null,
      protocol: socket.getProtocol(),
      isReused: socket.isSessionReused(),
    };
    connection.socket.end(withLength(JSON.stringify(seen), "Connection: close\r\n"));
  },
  /** The address that the connection comes from. */
  async from(connection) {
    await connection.request();
    connection.send(withLength(String(connection.socket.remoteAddress)));
  },
  json: answer(withLength('{"a":[1,"\u00c3\u00a9"]}')),
  fields: answer(
    withLength(
      "",
      "Set-Cookie: a=1\r\nX-CaSe: one\r\nset-cookie: b=2\r\nX-Latin: caf\xe9\r\nX-Empty:\r\nX-Pad:  in  ner \t\r\n",
    ),
  ),
  chunked: answer(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\n",
  ),
  trailers: answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n"),
  tiny: answer(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"1\r\nx\r\n".repeat(2000)}0\r\n\r\n`),
  old: answerAndEnd("HTTP/1.0 200 Sure thing\r\n\r\nuntil the end"),
  empty: answer("HTTP/1.1 204 No Content\r\n\r\n"),
  head: answer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
  status: async (connection, target) => {
    await connection.request();
    connection.send(`HTTP/1.1 ${target.split("/")[2]} Whatever\r\nContent-Length: 0\r\n\r\n`);
  },
  closing: answerAndEnd(withLength("bye", "Connection: close\r\n")),
  "keep-alive-0": answer(withLength("brief", "Keep-Alive: timeout=0\r\n")),
  early: answer(
    `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${withLength("late", "Link: </b>\r\n")}`,
  ),
  /** Octets in pieces of one, slowly at first. */
  async dribble(connection) {
    await connection.request();
    const octets = withLength("drop by drop");
    for (let i = 0; i < octets.length; i++) {
      connection.send(octets.charAt(i));
      if (i < 20) await sleep(1);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  },
  async large(connection) {
    await connection.request();
    connection.send(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE_SIZE}\r\n\r\n`);
    const piece = Buffer.alloc(65_536);
    for (let at = 0; at < LARGE_SIZE; at += piece.length) {
      piece.fill((at / piece.length) & 0xff);
      if (!connection.socket.write(Buffer.from(piece))) {
        await new Promise((resolve) => connection.socket.once("drain", resolve));
      }
    }
  },
  /** Takes content in turns, and tells how much it was, with a sum of the octets. */
  async sink(connection) {
    const turns = setInterval(() => {
      connection.socket.pause();
      setTimeout(() => connection.socket.resume(), 20);
    }, 30);
    const request = await connection.request();
    clearInterval(turns);
    connection.socket.resume();
    let sum = 0;
    const content = request.slice(request.indexOf("\r\n\r\n") + 4);
    for (let i = 0; i < content.length; i++) sum = (sum * 31 + content.charCodeAt(i)) | 0;
    connection.send(withLength(`${content.length} ${sum}`));
  },
  /** Takes no more octets, and says nothing. */
  stuck: (connection) => {
    connection.socket.pause();
    return new Promise((resolve) => connection.socket.once("close", resolve));
  },
  /** A final response in front of the content, which is never taken. */
  refuse: async (connection) => {
    connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno!");
    await connection.request();
  },
  /** 100, then the octets of the request. */
  async continue(connection) {
    await sleep(20);
    connection.send("HTTP/1.1 100 Continue\r\n\r\n");
    connection.send(withLength(await connection.request()));
  },
  /** What has come within a while in front of a final response to an expectation. */
  async unexpected(connection) {
    await sleep(50);
    const octets = await connection.anything();
    connection.send(`HTTP/1.1 417 Expectation Failed\r\nContent-Length: ${octets.length}\r\n\r\n${octets}`);
  },
  /** Answers, and some octets that nobody asked for with it. */
  behind: answer(`${withLength("mine")}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged`),
  /** Answers, and says something that nobody asked for a little later. */
  async unasked(connection) {
    await connection.request();
    connection.send(withLength(`${connection.number}.${connection.requestCount}`));
    await sleep(20);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
  },
  /** Answers, and a FIN a little later. */
  async leaving(connection) {
    await connection.request();
    connection.send(withLength(`${connection.number}.${connection.requestCount}`));
    await sleep(20);
    connection.socket.end();
  },
  /** Answers, and resets the connection a little later. */
  async resetting(connection) {
    await connection.request();
    connection.send(withLength(`${connection.number}.${connection.requestCount}`));
    await sleep(20);
    connection.socket.resetAndDestroy();
  },
  /** The first request of a connection is answered; at the second the connection is closed. */
  async once(connection) {
    await connection.request();
    if (connection.requestCount > 1) connection.socket.end();
    else connection.send(withLength(`${connection.number}.${connection.requestCount}`));
  },
  async reset(connection) {
    await connection.request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
    await sleep(20);
    connection.socket.resetAndDestroy();
  },
  stall: async (connection) => {
    await connection.request();
  },
  "stall-content": answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"),
  "cut-head": answerAndEnd("HTTP/1.1 200 OK\r\nContent-Le"),
  "cut-content": answerAndEnd("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"),
  "cut-chunk": answerAndEnd("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
  nothing: answerAndEnd(""),
  garbage: answer("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
  "two-lengths": answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"),
  "bad-chunk": answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nxx\r\n"),
  "big-head": answer(withLength("", `X: ${"y".repeat(10_000)}\r\n`)),
  /** Switches protocols; what follows is answered in upper case. */
  async upgrade(connection) {
    await connection.request();
    connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: shout\r\nConnection: upgrade\r\n\r\nFIRST ");
    await echo(connection);
  },
  /** A tunnel, always to this machine: the port is what is asked for. */
  async CONNECT(connection, target) {
    await connection.request();
    const upstream = net.connect({ host: "127.0.0.1", port: Number(target.split(":").at(-1)), allowHalfOpen: true });
    upstream.on("error", () => connection.socket.destroy());
    connection.send("HTTP/1.1 200 Established\r\n\r\n");
    connection.socket.pipe(upstream);
    upstream.pipe(connection.socket);
    await new Promise((resolve) => connection.socket.once("close", resolve));
    upstream.destroy();
  },
  /** Any other first segment: its length is all that is told. */
  missing: async (connection, target) => {
    await connection.request();
    connection.send(withLength(`no route for ${target}`).replace("200 OK", "404 Not Found"));
  },
};
