// streamsBackend: pairs of web streams as a pool's network.
//
// In: pairs in memory, whose other end is the test's, and sockets of Node wrapped as pairs. Out: what a pool makes of
// them, and what is left of them afterwards. The first part holds the contract of src/network/network.ts alone.

import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { Duplex } from "node:stream";
import { checkServerIdentity, connect as connectTLS } from "node:tls";
import {
  ConnectError,
  type ConnectionPool,
  type ConnectionPoolOptions,
  ReadError,
  ReadTimeout,
  RemoteProtocolError,
  type StreamPair,
  type StreamPairOptions,
  streamsBackend,
  UnsupportedByRuntime,
  WriteError,
  WriteTimeout,
} from "httpcore";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool, pause, rejection, turn } from "../support/outcomes.ts";
import { answering, answeringEach, OK, serve, serveTLS } from "../support/scripted-server.ts";
import { FarEnd, type PairKind } from "./streams-pairs.ts";

const URL = "http://www.example.com/";
const GET = "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n";

let unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => {
  unhandled = [];
  process.on("unhandledRejection", note);
});

afterEach(async () => {
  await pause(5);
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

/** A pool over pairs in memory; the far ends come to be in `ends`, one for each connection. */
function poolInMemory(kind: PairKind, options: ConnectionPoolOptions = {}): { pool: ConnectionPool; ends: FarEnd[] } {
  const ends: FarEnd[] = [];
  const networkBackend = streamsBackend(() => {
    const far = new FarEnd(kind);
    ends.push(far);
    return far.pair;
  });
  return { pool: openPool({ ...options, networkBackend }), ends };
}

/** A pool whose pairs are sockets of Node. */
function poolOnSockets(options: ConnectionPoolOptions = {}): { pool: ConnectionPool; sockets: net.Socket[] } {
  const sockets: net.Socket[] = [];
  const networkBackend = streamsBackend(async ({ host, port }) => {
    const socket = net.connect({ host, port });
    sockets.push(socket);
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return Duplex.toWeb(socket) as StreamPair;
  });
  return { pool: openPool({ ...options, networkBackend }), sockets };
}

/** Octets of which none is where another could stand. */
function octetsOf(size: number): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(size);
  for (let i = 0; i < size; i++) octets[i] = i % 251;
  return octets;
}

/** The far end of the connection with this number, once it is open. */
async function endOf(ends: readonly FarEnd[], index: number): Promise<FarEnd> {
  await eventually(() => ends.length > index, `connection ${index} is open`);
  return ends[index] as FarEnd;
}

/** The same, once a head has come: it can be answered. */
async function asked(ends: readonly FarEnd[], index: number): Promise<FarEnd> {
  const far = await endOf(ends, index);
  await far.until("\r\n\r\n");
  return far;
}

/** A pool with one connection, which is idle, and its far end. */
async function idlePool(kind: PairKind) {
  const { pool, ends } = poolInMemory(kind);
  const promise = pool.request("GET", URL);
  const far = await asked(ends, 0);
  far.send(OK);
  await promise;
  expect(String(pool)).toContain("0 active, 1 idle");
  return { pool, ends, far };
}

describe.each(["bytes", "silent-bytes", "chunks"] as const)("a pair in memory: %s", (kind) => {
  test("sends a request and reads its response", async () => {
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.request("GET", URL);
    const far = await endOf(ends, 0);
    await far.until(GET);
    expect(far.received).toBe(GET);
    far.send(OK);
    const response = await promise;
    expect(await response.text()).toBe("ok");
    expect(String(pool)).toContain("0 active, 1 idle");
  });

  test("octet by octet, and chunks of no octets", async () => {
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.request("GET", URL);
    const far = await endOf(ends, 0);
    await far.until(GET);
    for (const octet of "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n") {
      far.send(octet);
      if (kind === "chunks") far.send("");
    }
    expect(await (await promise).text()).toBe("hello");
    expect(String(pool)).toContain("0 active, 1 idle");
  });

  test("in one chunk far larger than any buffer", async () => {
    const content = octetsOf(1_000_000);
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.request("GET", URL);
    const far = await endOf(ends, 0);
    await far.until(GET);
    const head = new TextEncoder().encode(`HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n`);
    far.sendChunk(Buffer.concat([head, content]));
    const response = await promise;
    expect(Buffer.compare(response.content, content)).toBe(0);
  });

  test("is used again", async () => {
    const { pool, ends } = poolInMemory(kind);
    for (let count = 1; count <= 3; count++) {
      const promise = pool.request("POST", URL, { content: `<${count}>` });
      const far = await endOf(ends, 0);
      await far.until(`<${count}>`);
      far.send(OK);
      expect((await promise).status).toBe(200);
    }
    expect(ends.length).toBe(1);
    expect(pool.connections[0]?.requestCount).toBe(3);
  });

  test("that the peer ends while idle is given up", async () => {
    const { pool, far } = await idlePool(kind);
    far.end();
    await eventually(() => pool.connections.length === 0);
    await eventually(() => far.events.includes("aborted"));
  });

  test("on which octets come while idle is given up, and they answer nothing", async () => {
    const { pool, ends, far } = await idlePool(kind);
    far.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
    const promise = pool.request("POST", URL);
    (await asked(ends, 1)).send(OK);
    expect(await (await promise).text()).toBe("ok");
    expect(pool.connections.length).toBe(1);
    await eventually(() => far.events.includes("cancelled"));
  });

  test("on which octets come before the request is not used", async () => {
    const far = new FarEnd(kind);
    far.send(OK);
    const pool = openPool({ networkBackend: streamsBackend(() => far.pair) });
    const error = await fails(pool.request("GET", URL), RemoteProtocolError);
    expect(error.reason).toBe("unasked-for-octets");
    expect(far.received).toBe("");
  });

  test("that breaks while idle, on either side, is given up", async () => {
    for (const side of ["fail", "refuse"] as const) {
      const { pool, far } = await idlePool(kind);
      far[side](new Error("broken"));
      await eventually(() => pool.connections.length === 0, side);
    }
  });

  test("content that ends with the pair", async () => {
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.request("GET", URL);
    const far = await asked(ends, 0);
    far.send("HTTP/1.1 200 OK\r\n\r\n");
    far.send("to the end");
    far.end();
    expect(await (await promise).text()).toBe("to the end");
    expect(pool.connections).toEqual([]);
  });

  test("content that the end cuts is a RemoteProtocolError", async () => {
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.request("GET", URL);
    const far = await asked(ends, 0);
    far.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    far.end();
    await fails(promise, RemoteProtocolError);
  });

  test("an error while content is read is the cause of a ReadError, and both sides are given up", async () => {
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.request("GET", URL);
    const far = await asked(ends, 0);
    far.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    await turn();
    const broken = new Error("the tunnel fell in");
    far.fail(broken);
    const error = await fails(promise, ReadError);
    expect(error.cause).toBe(broken);
    await eventually(() => far.events.includes("aborted"));
  });

  test("an error while a request is written is the cause of a WriteError", async () => {
    const { pool, ends } = poolInMemory(kind);
    const broken = new Error("the tunnel fell in");
    const content = (async function* () {
      yield "some";
      ends[0]?.refuse(broken);
      yield "more";
    })();
    const error = await fails(pool.request("POST", URL, { content }), WriteError);
    expect(error.cause).toBe(broken);
    await eventually(() => ends[0]?.events.includes("cancelled") === true);
  });

  test("what the peer said before it stopped to read is the answer", async () => {
    const { pool, ends } = poolInMemory(kind);
    const content = (async function* () {
      for (let i = 0; i < 10_000; i++) {
        if (i === 3) {
          ends[0]?.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
          ends[0]?.refuse(new Error("enough"));
        }
        yield "piece";
      }
    })();
    const response = await pool.request("POST", URL, { content });
    expect([response.status, await response.text()]).toEqual([413, "big"]);
    await eventually(() => pool.connections.length === 0);
  });

  test("a response that nobody reads stops the stream, and goes on when it is read", async () => {
    const { pool, ends } = poolInMemory(kind);
    const promise = pool.stream("GET", URL);
    const far = await asked(ends, 0);
    const piece = "x".repeat(65_536);
    far.send(`HTTP/1.1 200 OK\r\nContent-Length: ${20 * piece.length}\r\n\r\n`);
    const response = await promise;
    for (let i = 0; i < 20; i++) far.send(piece);
    await pause(20);
    expect(far.backlog).toBeGreaterThan(10 * piece.length);
    expect((await response.read()).length).toBe(20 * piece.length);
    expect(far.backlog).toBe(0);
    expect(String(pool)).toContain("0 active, 1 idle");
  });
});

describe("what is written", () => {
  test("waits for the writer: content is pulled no faster than it is taken", async () => {
    const { pool, ends } = poolInMemory("bytes");
    let pulled = 0;
    const content = (function* () {
      for (; pulled < 100; pulled++) yield "0123456789";
    })();
    const promise = pool.request("POST", URL, { content });
    const far = await endOf(ends, 0);
    const release = far.hold();
    await pause(30);
    expect(pulled).toBeLessThan(5);
    release();
    await far.until("\r\n0\r\n\r\n");
    far.send(OK);
    expect((await promise).status).toBe(200);
    expect(pulled).toBe(100);
  });

  test("a writer that takes nothing is a WriteTimeout", async () => {
    const { pool, ends } = poolInMemory("bytes", { timeout: { write: 50 } });
    const promise = pool.request("POST", URL, { content: new Uint8Array(200_000) });
    const far = await endOf(ends, 0);
    const release = far.hold();
    await fails(promise, WriteTimeout);
    release();
    await eventually(() => far.events.includes("aborted"));
  });

  test("is the writable's own: it may transfer what it gets", async () => {
    const seen: string[] = [];
    const networkBackend = streamsBackend(() => {
      let source: ReadableStreamDefaultController<Uint8Array>;
      const readable = new ReadableStream<Uint8Array>({
        start(controller) {
          source = controller;
        },
      });
      const writable = new WritableStream<Uint8Array>({
        write(chunk) {
          const mine = structuredClone(chunk, { transfer: [chunk.buffer] });
          seen.push(Buffer.from(mine).toString("latin1"));
          mine.fill(0);
          if (seen.join("").endsWith("\r\n\r\n")) source.enqueue(Buffer.from(OK));
        },
      });
      return { readable, writable };
    });
    const pool = openPool({ networkBackend });
    for (let count = 0; count < 3; count++) await pool.request("GET", URL);
    expect(seen).toEqual([GET, GET, GET]);
    const content = new TextEncoder().encode("once\r\n\r\n");
    await pool.request("POST", URL, { content });
    expect(new TextDecoder().decode(content)).toBe("once\r\n\r\n");
  });
});

describe("chunks that are no octets", () => {
  const chunks = {
    text: "HTTP/1.1 200 OK\r\n",
    "an ArrayBuffer": new ArrayBuffer(4),
    "a number": 5,
    nothing: undefined,
  };
  test.each(Object.entries(chunks))("%s", async (_name, chunk) => {
    const { pool, ends } = poolInMemory("chunks");
    const promise = pool.request("GET", URL);
    const far = await asked(ends, 0);
    far.sendChunk(chunk);
    const error = await fails(promise, ReadError);
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.message).toContain("a chunk of the readable must be a Uint8Array");
    await eventually(() => far.events.length === 2);
  });
});

describe("opening", () => {
  test("gets everything that was asked for", async () => {
    const seen: StreamPairOptions[] = [];
    const networkBackend = streamsBackend((options) => {
      seen.push(options);
      throw new Error("no");
    });
    const tls = { ca: "PEM", verify: false };
    const pool = openPool({
      networkBackend,
      tls,
      socketOptions: { noDelay: false, keepAlive: 1000 },
      happyEyeballs: false,
    });
    await rejection(pool.request("GET", "ws://[::1]:81/"));
    await rejection(pool.request("GET", "https://www.example.com/", { extensions: { sniHostname: "other.example" } }));
    const socket = { noDelay: false, keepAlive: 1000, happyEyeballs: false };
    expect(seen.map(({ signal, ...options }) => [signal instanceof AbortSignal, options])).toEqual([
      [true, { host: "::1", port: 81, tls: null, socket }],
      [true, { host: "www.example.com", port: 443, tls: { ...tls, servername: "other.example" }, socket }],
    ]);
  });

  test("what it throws is the cause of a ConnectError; an error of the package stays what it is", async () => {
    const cause = new Error("no way");
    const refusal = new UnsupportedByRuntime("this tunnel has no TLS", { option: "tls", runtime: "streams" });
    const open = ({ tls }: StreamPairOptions): StreamPair => {
      throw tls ? refusal : cause;
    };
    const later = async (options: StreamPairOptions): Promise<StreamPair> => open(options);
    for (const given of [open, later]) {
      const pool = openPool({ networkBackend: streamsBackend(given) });
      const error = await fails(pool.request("GET", URL), ConnectError);
      expect(error.cause).toBe(cause);
      expect(await rejection(pool.request("GET", "https://www.example.com/"))).toBe(refusal);
      expect(pool.connections).toEqual([]);
    }
  });

  test("what is no pair is a TypeError, and so is one that is in use", async () => {
    const { pair } = new FarEnd("bytes");
    pair.readable.getReader();
    const wrong = [undefined, null, {}, { readable: pair.readable }, { readable: "a", writable: "b" }, pair];
    for (const given of wrong) {
      const pool = openPool({ networkBackend: streamsBackend(() => given as StreamPair) });
      const error = await fails(pool.request("GET", URL), ConnectError);
      expect(error.cause, String(given)).toBeInstanceOf(TypeError);
    }
    expect(() => streamsBackend(undefined as unknown as () => StreamPair)).toThrow(TypeError);
  });

  test("an abort rejects at once with its reason, and a pair that comes later is closed", async () => {
    const controller = new AbortController();
    const far = new FarEnd("bytes");
    let arrive = (_pair: StreamPair): void => {};
    let signalled: AbortSignal | null = null;
    const networkBackend = streamsBackend(({ signal }) => {
      signalled = signal;
      return new Promise((resolve) => {
        arrive = resolve;
      });
    });
    const pool = openPool({ networkBackend });
    const promise = pool.request("GET", URL, { signal: controller.signal });
    await turn();
    const reason = new Error("never mind");
    controller.abort(reason);
    expect(await rejection(promise)).toBe(reason);
    expect(pool.connections).toEqual([]);
    expect((signalled as AbortSignal | null)?.aborted).toBe(true);
    arrive(far.pair);
    await eventually(() => far.events.length === 2);
    expect([...far.events].sort()).toEqual(["aborted", "cancelled"]);
    expect(far.received).toBe("");
  });

  test("the contract of a backend: an aborted signal opens nothing, an abort rejects with its reason", async () => {
    let count = 0;
    let refuse = (_error: Error): void => {};
    const backend = streamsBackend(() => {
      count++;
      return new Promise((_resolve, reject) => {
        refuse = reject;
      });
    });
    const options = { host: "a", port: 1, tls: null, socket: { noDelay: true, keepAlive: null, happyEyeballs: true } };
    const receiver = { received() {}, drained() {}, ended() {}, failed() {} };
    const connect = (signal: AbortSignal) =>
      backend.connectTcp({ ...options, window: new Uint8Array(9), signal }, receiver);
    const reason = new Error("never mind");
    expect(await rejection(connect(AbortSignal.abort(reason)))).toBe(reason);
    expect(count).toBe(0);
    const controller = new AbortController();
    const promise = connect(controller.signal);
    controller.abort(reason);
    expect(await rejection(promise)).toBe(reason);
    refuse(new Error("too late to matter"));
    expect(count).toBe(1);
  });
});

describe("an abort leaves nothing behind", () => {
  const phases = {
    "while content is sent": async (
      pool: ConnectionPool,
      signal: AbortSignal,
      ends: readonly FarEnd[],
      abort: () => void,
    ) => {
      const promise = pool.request("POST", URL, { content: new Uint8Array(500_000), signal });
      (await endOf(ends, 0)).hold();
      await pause(10);
      abort();
      return promise;
    },
    "while a head is awaited": async (
      pool: ConnectionPool,
      signal: AbortSignal,
      ends: readonly FarEnd[],
      abort: () => void,
    ) => {
      const promise = pool.request("GET", URL, { signal });
      await asked(ends, 0);
      abort();
      return promise;
    },
    "while content is read": async (
      pool: ConnectionPool,
      signal: AbortSignal,
      ends: readonly FarEnd[],
      abort: () => void,
    ) => {
      const promise = pool.request("GET", URL, { signal });
      (await asked(ends, 0)).send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
      await turn();
      abort();
      return promise;
    },
  };
  test.each(Object.entries(phases))("%s", async (_name, run) => {
    const { pool, ends } = poolInMemory("bytes");
    const controller = new AbortController();
    const reason = new Error("never mind");
    expect(await rejection(run(pool, controller.signal, ends, () => controller.abort(reason)))).toBe(reason);
    expect(pool.connections).toEqual([]);
    expect(String(pool)).toContain("0 active, 0 queued");
    await eventually(() => ends[0]?.events.includes("cancelled") === true);
  });

  test("nor does closing the pool, or a time limit", async () => {
    const { pool, ends } = poolInMemory("chunks", { timeout: { read: 30 } });
    await fails(pool.request("GET", URL), ReadTimeout);
    const promise = pool.request("GET", URL);
    await asked(ends, 1);
    pool.close();
    await fails(promise, ReadError);
    await eventually(() => ends.every((far) => far.events.length === 2));
  });
});

describe("streams of other makers", () => {
  test("TransformStreams, whose other sides a server of streams holds", async () => {
    const networkBackend = streamsBackend(() => {
      const up = new TransformStream<Uint8Array, Uint8Array>();
      const down = new TransformStream<Uint8Array, Uint8Array>();
      answerOver(up.readable, down.writable);
      return { readable: down.readable, writable: up.writable };
    });
    const pool = openPool({ networkBackend });
    for (let count = 0; count < 5; count++) {
      const response = await pool.request("POST", URL, { content: "x".repeat(100_000) });
      expect(await response.text()).toBe("ok");
    }
    expect(pool.connections[0]?.requestCount).toBe(5);
  });

  test("sockets of Node: requests on one connection, which closing the pool closes", async () => {
    const server = await serve(answering());
    const { pool, sockets } = poolOnSockets();
    for (let count = 0; count < 5; count++) expect(await (await pool.request("GET", server.url())).text()).toBe("ok");
    expect(sockets.length).toBe(1);
    await pool.close();
    await (await server.peer(0)).gone;
    await eventually(() => sockets[0]?.destroyed === true);
  });

  test("sockets of Node: TLS, with what the pool was told of it", async () => {
    const server = await serveTLS(await leafFor("127.0.0.1"), answering());
    const networkBackend = streamsBackend(async ({ host, port, tls }) => {
      if (!tls) throw new Error("only TLS");
      const { servername, verify } = tls;
      const ca = tls.ca as string;
      const socket = connectTLS({
        host,
        port,
        ca,
        rejectUnauthorized: verify,
        checkServerIdentity: (_host, certificate) => checkServerIdentity(servername, certificate),
      });
      await once(socket, "secureConnect");
      return Duplex.toWeb(socket) as StreamPair;
    });
    const ca = (await certificateAuthority()).cert;
    const trusting = openPool({ networkBackend, tls: { ca } });
    for (let count = 0; count < 2; count++) expect((await trusting.request("GET", server.url())).status).toBe(200);
    expect(server.peers.length).toBe(1);
    const error = await fails(openPool({ networkBackend }).request("GET", server.url()), ConnectError);
    expect((error.cause as { code?: string }).code).toMatch(/^(UNABLE_TO|SELF_SIGNED)/);
  });

  test("sockets of Node: a large upload to a server that reads slowly", async () => {
    const content = octetsOf(1_500_000);
    const server = await serve(async (peer) => {
      const timer = setInterval(() => {
        peer.socket.pause();
        setTimeout(() => peer.socket.resume(), 1);
      }, 2);
      onTestFinished(() => clearInterval(timer));
      await peer.request();
      peer.send(OK);
    });
    const { pool } = poolOnSockets();
    const response = await pool.request("PUT", server.url(), { content });
    expect(response.status).toBe(200);
    const body = (await server.peer(0)).received.split("\r\n\r\n").slice(1).join("\r\n\r\n");
    expect(Buffer.compare(Buffer.from(body, "latin1"), content)).toBe(0);
  });

  test("sockets of Node: a FIN while idle is seen", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end(OK);
    });
    const { pool } = poolOnSockets();
    await pool.request("GET", server.url());
    await eventually(() => pool.connections.length === 0);
    await (await server.peer(0)).gone;
  });

  test("sockets of Node: a FIN that the event loop had no time to see meets no request", async () => {
    const { port, stop } = await closingServer();
    const { pool, sockets } = poolOnSockets();
    for (let count = 1; count <= 10; count++) {
      expect((await pool.request("POST", `http://127.0.0.1:${port}/`)).status).toBe(200);
      expect(sockets.length).toBe(count);
      // The server, a process of its own, closes meanwhile, and nothing of it can be seen here.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
    }
    stop();
  });

  test("sockets of Node: a reset is a ReadError, and a server that is not there a ConnectError", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
      await pause(20);
      peer.reset();
    });
    const { pool } = poolOnSockets();
    await fails(pool.request("GET", server.url()), ReadError);
    await fails(pool.request("GET", "http://127.0.0.1:1/"), ConnectError);
    expect(pool.connections).toEqual([]);
  });

  test("a tunnel of the package's own: HTTP within CONNECT", async () => {
    const server = await serve(answeringEach("HTTP/1.1 200 OK\r\n\r\n", OK, OK));
    const outer = openPool();
    const networkBackend = streamsBackend(async ({ host, port }) => {
      const target = `${host}:${port}`;
      const response = await outer.stream("CONNECT", server.url(), { extensions: { target } });
      const { networkStream } = response.extensions;
      if (!networkStream) throw new Error(`the proxy answered ${response.status}`);
      return networkStream;
    });
    const pool = openPool({ networkBackend });
    for (let count = 0; count < 2; count++) expect(await (await pool.request("GET", URL)).text()).toBe("ok");
    const { received } = await server.peer(0);
    expect(received).toBe(`CONNECT www.example.com:80 HTTP/1.1\r\nHost: www.example.com:80\r\n\r\n${GET}${GET}`);
    await pool.close();
    await (await server.peer(0)).gone;
    await eventually(() => outer.connections.length === 0);
  });
});

describe("after an upgrade", () => {
  test("the pair is the caller's: octets both ways, a FIN, and no TLS", async () => {
    const { pool, ends } = poolInMemory("bytes");
    const promise = pool.stream("GET", URL, { headers: { Connection: "upgrade", Upgrade: "echo" } });
    const far = await endOf(ends, 0);
    await far.until("\r\n\r\n");
    far.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nfirst");
    const { networkStream } = (await promise).extensions;
    if (!networkStream) throw new Error("no network stream");
    expect(new TextDecoder().decode((await networkStream.read()) ?? undefined)).toBe("first");
    expect(networkStream.getExtraInfo("raw")).toBe(far.pair);
    expect(networkStream.getExtraInfo("tls")).toBeUndefined();
    await networkStream.write(new TextEncoder().encode("second"));
    await far.until("second");
    await networkStream.writable.getWriter().close();
    await eventually(() => far.events.includes("closed"));
    far.send("third");
    expect(new TextDecoder().decode((await networkStream.read()) ?? undefined)).toBe("third");
    far.end();
    expect(await networkStream.read()).toBeNull();
    await eventually(() => pool.connections.length === 0);
  });

  test("TLS on it is refused by name", async () => {
    const { pool, ends } = poolInMemory("chunks");
    const promise = pool.stream("CONNECT", URL, { extensions: { target: "www.example.com:443" } });
    const far = await endOf(ends, 0);
    await far.until("\r\n\r\n");
    far.send("HTTP/1.1 200 OK\r\n\r\n");
    const { networkStream } = (await promise).extensions;
    if (!networkStream) throw new Error("no network stream");
    expect((await fails(networkStream.startTLS(), UnsupportedByRuntime)).option).toBe("startTLS");
    await networkStream.close();
  });
});

// A server over streams: every request with content of 100,000 octets is answered.
async function answerOver(readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array>): Promise<void> {
  const writer = writable.getWriter();
  let size = 0;
  try {
    for await (const chunk of readable) {
      size += chunk.length;
      if (size < 100_000 || chunk.at(-1) !== 120) continue;
      size = 0;
      // A promise of the client's write may settle only now, and an answer before it is one that comes early.
      await turn();
      await writer.write(Buffer.from(OK));
    }
  } catch {
    // the client closes its pairs by aborting
  }
  writer.closed.catch(() => {});
}

/** A server in a process of its own, which closes each connection a little after its first response. */
async function closingServer(): Promise<{ port: number; stop: () => void }> {
  const script = `
    require("node:net").createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write(${JSON.stringify(OK)});
        setTimeout(() => socket.end(), 5);
      });
    }).listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const stop = (): void => void child.kill();
  onTestFinished(stop);
  const [line] = await once(child.stdout, "data");
  return { port: Number(String(line)), stop };
}
