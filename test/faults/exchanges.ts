// The exchanges that meet faults: what the origin sends, what the caller does, and what the caller has in the end.
//
// In: a table. Each answer is a text that says all there is to say, so that octets that are missing or come twice show.
// The origin says what it got of an upload. Reads of real sockets come as they like: each piece is sent in a turn of its
// own, so that they mostly come as written.

import { setImmediate as turn } from "node:timers/promises";
import { type ConnectionPool, ProxyError, type RequestOptions, type Response } from "httpcore";
import type { WayName } from "../aborts/ways.ts";
import { octets } from "../octets.ts";
import type { Peer, Script } from "../support/scripted-server.ts";
import type { FaultyBackend } from "./faulty-backend.ts";

/** What a caller can do an exchange with. */
export interface Caller {
  readonly pool: ConnectionPool;
  readonly url: string;
  readonly backend: FaultyBackend;
  readonly signal: AbortSignal;
  /** Closed from outside when nothing will ever happen. */
  response: Response | null;
}

export interface Exchange {
  readonly way: WayName;
  /** Another request has been answered on the connection; is this one repeated when the connection turns out dead? */
  readonly before: "nothing" | "repeated" | "not repeated";
  /** What the origin sends, piece by piece, to `request`. */
  answer(peer: Peer, request: string): Promise<void>;
  call(caller: Caller): Promise<string>;
  readonly expected: string;
  /** The response ends with the connection: what is missing cannot be told. */
  readonly endsWithClose?: true;
  /** The first read is an interim response, that the rest of the request waits for. */
  readonly beginsWithInterim?: true;
  /** A proxy refuses, and says so from the first read on: how its content ends does not matter. */
  readonly isRefused?: true;
}

const TARGET = "/call";

/** Sends `pieces` one by one. */
function sending(...pieces: readonly string[]): Exchange["answer"] {
  return async (peer) => {
    for (const piece of pieces) {
      peer.send(piece);
      await turn();
      await turn();
    }
  };
}

function requesting(method: string, options: (caller: Caller) => RequestOptions = () => ({})): Exchange["call"] {
  return async (caller) => {
    const response = await caller.pool.request(method, caller.url + TARGET, {
      signal: caller.signal,
      ...options(caller),
    });
    return `${response.status} ${await response.text()}`;
  };
}

const HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n";

const GET: Exchange = {
  way: "direct",
  before: "nothing",
  answer: sending(HELLO.slice(0, 20), `${HELLO.slice(20)}hello`, " world"),
  call: requesting("GET"),
  expected: "200 hello world",
};

/** Octets that are all different from their neighbours, and from those some way off. */
const patterned = (size: number): string =>
  Array.from({ length: Math.ceil(size / 8) }, (_, i) => `${i}`.padStart(8)).join("");

const LARGE = patterned(196_608);
const LARGE_PIECES = LARGE.match(/.{16384}/g) ?? [];

/** Size and sum of the content of `request`, and its trailer fields. */
function received(request: string): string {
  const at = request.indexOf("\r\n\r\n") + 4;
  if (!/\r\ntransfer-encoding:/i.test(request.slice(0, at))) return describe(request.slice(at));
  const [chunks = "", trailers = ""] = request.slice(at).split("\r\n0\r\n");
  return `${describe(chunks.replace(/(?:^|\r\n)[0-9a-f]+\r\n/g, ""))} ${trailers.trim()}`;
}

function describe(content: string): string {
  let sum = 0;
  for (let i = 0; i < content.length; i++) sum = (sum * 31 + content.charCodeAt(i)) % 1_000_003;
  return `${content.length} octets ${sum}`;
}

const confirming: Exchange["answer"] = async (peer, request) => {
  const text = received(request);
  await sending(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n`, text)(peer, request);
};

async function* source(): AsyncGenerator<string> {
  for (const piece of ["one.", "two.", "three."]) {
    await turn();
    yield piece;
  }
}

async function meetRefusal({ pool, signal }: Caller): Promise<string> {
  try {
    return `${await pool.request("GET", `ws://refused.example${TARGET}`, { signal })}`;
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error;
    return `${error.status} ${Buffer.from(error.content ?? []).toString("latin1")}`;
  }
}

async function readSlowly({ pool, url, backend, signal }: Caller): Promise<string> {
  const response = await pool.stream("GET", url + TARGET, { signal });
  // Until more waits than is wanted, or no more comes.
  for (let turns = 0; turns < 40 && !backend.isPaused; turns++) await turn();
  let text = "";
  for await (const piece of response.iterStream()) {
    text += Buffer.from(piece).toString("latin1");
    await turn();
  }
  return text;
}

async function converse(caller: Caller): Promise<string> {
  const headers = { Connection: "upgrade", Upgrade: "echo" };
  const response = await caller.pool.stream("GET", caller.url + TARGET, { headers, signal: caller.signal });
  caller.response = response;
  caller.backend.stage = "stream";
  const stream = response.extensions.networkStream;
  if (!stream) throw new Error(`the status is ${response.status}`);
  let text = "";
  for (const word of ["ping", "pong"]) {
    await stream.write(octets(`${word};`));
    while (!text.endsWith(`${word};`)) {
      const piece = await stream.read();
      if (piece === null) return text;
      text += Buffer.from(piece).toString("latin1");
    }
  }
  await stream.write(octets("end;"));
  for (let piece = await stream.read(); piece !== null; piece = await stream.read())
    text += Buffer.from(piece).toString("latin1");
  await response.close();
  return text;
}

const echoing: Exchange["answer"] = async (peer, request) => {
  peer.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
  let at = request.length;
  for (const word of ["ping;", "pong;", "end;"]) {
    await peer.until(word);
    if (word === "end;") peer.end();
    else peer.send(peer.received.slice(at, peer.received.length));
    at = peer.received.length;
  }
};

export const EXCHANGES = {
  GET,
  HEAD: {
    ...GET,
    answer: sending("HTTP/1.1 200 OK\r\nContent-", "Length: 11\r\n\r\n"),
    call: requesting("HEAD"),
    expected: "200 ",
  },
  "large content": {
    ...GET,
    answer: sending(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE.length}\r\n\r\n`, ...LARGE_PIECES),
    expected: `200 ${LARGE}`,
  },
  "chunked with trailers": {
    ...GET,
    answer: sending(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      "5\r\nhello\r",
      "\n6\r\n wor",
      "ld\r\n0\r\n",
      "A: b\r\n\r\n",
    ),
    async call({ pool, url, signal }) {
      const response = await pool.stream("GET", url + TARGET, { signal });
      const text = await response.text();
      return `${text} ${JSON.stringify(response.trailers)}`;
    },
    expected: 'hello world [["A","b"]]',
  },
  "interim responses first": {
    ...GET,
    answer: sending(
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n",
      "\r\nHTTP/1.1 102 Processing\r\n\r\n",
      HELLO,
      "hello world",
    ),
    async call(caller) {
      const statuses: number[] = [];
      const extensions = { informational: ({ status }: { status: number }) => void statuses.push(status) };
      const text = await requesting("GET", () => ({ extensions }))(caller);
      return `${statuses} ${text}`;
    },
    expected: "103,102 200 hello world",
  },
  "content until the close": {
    ...GET,
    async answer(peer, request) {
      await sending("HTTP/1.1 200 OK\r\n\r\n", "hello", " world")(peer, request);
      peer.end();
    },
    endsWithClose: true,
  },
  "upload of known size": {
    ...GET,
    answer: confirming,
    call: requesting("PUT", () => ({ content: octets(LARGE) })),
    expected: `200 ${describe(LARGE)}`,
  },
  "chunked upload": {
    ...GET,
    answer: confirming,
    call: requesting("POST", () => ({ content: source(), extensions: { trailers: () => ({ A: "b" }) } })),
    expected: `200 ${describe("one.two.three.")} A: b`,
  },
  "Expect: 100-continue": {
    ...GET,
    answer: confirming,
    call: requesting("POST", () => ({ content: source(), headers: { Expect: "100-continue" } })),
    expected: `200 ${describe("one.two.three.")} `,
    beginsWithInterim: true,
  },
  "second request": { ...GET, before: "repeated" },
  "second request, with content": {
    ...GET,
    before: "not repeated",
    answer: confirming,
    call: requesting("POST", () => ({ content: "hello" })),
    expected: `200 ${describe("hello")}`,
  },
  "read slowly": {
    ...GET,
    answer: sending(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE.length}\r\n\r\n`, ...LARGE_PIECES),
    call: readSlowly,
    expected: LARGE,
  },
  upgrade: { ...GET, answer: echoing, call: converse, expected: "ping;pong;" },
  TLS: { ...GET, way: "TLS" },
  "forward proxy": { ...GET, way: "HTTP proxy, forwarding" },
  "CONNECT tunnel": { ...GET, way: "HTTP proxy, tunnel" },
  "CONNECT tunnel to TLS": { ...GET, way: "HTTP proxy, tunnel to TLS" },
  "https proxy, tunnel to TLS": { ...GET, way: "https proxy, tunnel to TLS" },
  "CONNECT refused": {
    ...GET,
    way: "HTTP proxy, forwarding",
    answer: sending("HTTP/1.1 403 Forbidden\r\nContent-Length: 11\r\n\r\n", "hello", " world"),
    call: meetRefusal,
    expected: "403 hello world",
    isRefused: true,
  },
  SOCKS5: { ...GET, way: "SOCKS5" },
  "SOCKS5 to TLS": { ...GET, way: "SOCKS5 to TLS" },
} as const satisfies Record<string, Exchange>;

export type ExchangeName = keyof typeof EXCHANGES;

/** The origin of `exchange`: it answers other targets with their name. */
export function originFor(exchange: Exchange): Script {
  return async (peer) => {
    for (;;) {
      const request = await requestOn(peer);
      const target = /^\S+ (?:http:\/\/[^/]+)?(\S+)/.exec(request)?.[1] ?? "";
      if (target === TARGET || request.startsWith("CONNECT ")) await exchange.answer(peer, request);
      else peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}`);
    }
  };
}

async function requestOn(peer: Peer): Promise<string> {
  await peer.until("\r\n\r\n");
  if (peer.received.includes("100-continue")) peer.send("HTTP/1.1 100 Continue\r\n\r\n");
  return peer.request();
}
