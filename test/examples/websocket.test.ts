// The WebSocket example: against real servers of the ws package, and against a script where no real server misbehaves.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { Server as SecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws";
import { openWebSocket } from "../../examples/websocket.ts";
import { runScript } from "../demo-process.ts";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool, rejection, turn } from "../support/outcomes.ts";
import { type Peer, serve } from "../support/scripted-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";
const TEXT = "0123456789".repeat(10_240);
/** Milliseconds: a start of tsx, on a machine that is busy. */
const TIMEOUT = 60_000;

/** What a script puts the right value into. */
const ACCEPTED = "Sec-WebSocket-Accept: ACCEPT\r\n";

function acceptValue(request: string): string {
  const key = /^Sec-WebSocket-Key: (.*)\r$/m.exec(request)?.[1];
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** A ws server that does with each socket what `connected` says, on a port of its own or on `server`. */
async function startServer(connected = echo, server: Server = createServer(), options: ServerOptions = {}) {
  const sockets = new WebSocketServer({ server, ...options });
  sockets.on("connection", connected);
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate();
    server.close();
  });
  return `${server instanceof SecureServer ? "wss" : "ws"}://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function echo(socket: WebSocket): void {
  socket.on("message", (message, isBinary) => socket.send(message, { binary: isBinary }));
}

/** A server that answers the handshake with `head`, where ACCEPT is put in, and goes on as `script` says. */
async function startScript(script: (peer: Peer) => unknown, lines = ACCEPTED) {
  const server = await serve(async (peer) => {
    const accept = acceptValue(await peer.request());
    const head = "HTTP/1.1 101 Switching Protocols\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n";
    peer.send(`${head}${lines.replace("ACCEPT", accept)}\r\n`);
    await script(peer);
  });
  return { server, url: `ws://127.0.0.1:${server.port}/` };
}

const frame = (first: number, payload: string): Buffer =>
  Buffer.concat([Buffer.from([first, payload.length]), Buffer.from(payload, "latin1")]);

describe("against a server of the ws package", () => {
  test.each([
    ["text", "Hello, wörld"],
    ["no text", ""],
    ["text whose length takes 16 bits", "x".repeat(126)],
    ["100 KB of text", TEXT],
    ["octets", Uint8Array.of(0, 1, 0xff)],
    ["a megabyte of octets", new Uint8Array(1_000_000).fill(0xa5)],
  ])("%s comes back", async (_, message) => {
    const pool = openPool();
    const socket = await openWebSocket(pool, await startServer());
    await socket.send(message);
    const answer = await socket.receive();
    expect(typeof answer).toBe(typeof message);
    expect(Buffer.from(answer ?? "nothing").equals(Buffer.from(message))).toBe(true);
    await socket.close();
    expect(socket.closed).toEqual({ code: 1000, reason: "" });
    expect(String(pool)).toBe(EMPTY);
  });

  test("text comes back over TLS", async () => {
    const url = await startServer(echo, new SecureServer(await leafFor("127.0.0.1")));
    const socket = await openWebSocket(openPool({ tls: { ca: (await certificateAuthority()).cert } }), url);
    await socket.send(TEXT);
    expect(await socket.receive()).toBe(TEXT);
    await socket.close();
  });

  test("many messages at once keep their order", async () => {
    const socket = await openWebSocket(openPool(), await startServer());
    const messages = Array.from({ length: 200 }, (_, index) => `${index} `.repeat(index));
    const sent = Promise.all(messages.map((message) => socket.send(message)));
    expect(await Promise.all(messages.map(() => socket.receive()))).toEqual(messages);
    await sent;
  });

  test("fragments are put together, with a ping between them that is answered", async () => {
    let ponged: (payload: string) => void = () => {};
    const pong = new Promise<string>((resolve) => {
      ponged = resolve;
    });
    const url = await startServer((socket) => {
      socket.on("pong", (payload) => ponged(payload.toString()));
      socket.send("one, ", { fin: false });
      socket.ping("are you there?");
      socket.send(TEXT, { fin: false });
      socket.send(", three", { fin: true });
    });
    const socket = await openWebSocket(openPool(), url);
    expect(await socket.receive()).toBe(`one, ${TEXT}, three`);
    expect(await pong).toBe("are you there?");
  });

  test("the server begins the closing handshake", async () => {
    const pool = openPool();
    const ended: unknown[] = [];
    const url = await startServer((socket) => {
      socket.on("close", (code) => ended.push(code));
      socket.send("last words");
      socket.close(4000, "good bye");
    });
    const socket = await openWebSocket(pool, url);
    expect(await socket.receive()).toBe("last words");
    expect(await socket.receive()).toBeNull();
    expect(socket.closed).toEqual({ code: 4000, reason: "good bye" });
    await eventually(() => ended.length > 0);
    expect(ended).toEqual([4000]);
    expect(String(pool)).toBe(EMPTY);
    expect(await rejection(socket.send("more"))).toEqual(new Error("the WebSocket is closing"));
    await socket.close();
  });

  test("the client begins it, while somebody waits for a message", async () => {
    const ended: unknown[] = [];
    const url = await startServer((socket) => {
      socket.on("close", (code, reason) => ended.push({ code, reason: reason.toString() }));
    });
    const socket = await openWebSocket(openPool(), url);
    const waiting = socket.receive();
    await socket.close(1001, "going away");
    expect(await waiting).toBeNull();
    await eventually(() => ended.length > 0);
    expect(ended).toEqual([{ code: 1001, reason: "going away" }]);
  });

  test("a server that breaks off fails whoever waits, and an abort does", async () => {
    const broken = await openWebSocket(openPool(), await startServer((socket) => socket.terminate()));
    await fails(broken.receive(), Error);
    const controller = new AbortController();
    const pool = openPool();
    const socket = await openWebSocket(pool, await startServer(), controller.signal);
    const waiting = rejection(socket.receive());
    controller.abort("enough");
    expect(await waiting).toBe("enough");
    await eventually(() => String(pool) === EMPTY);
  });

  test("a server that refuses says how", async () => {
    const url = await startServer(echo, createServer(), { verifyClient: (_, answer) => answer(false, 403) });
    const pool = openPool();
    const opened = openWebSocket(pool, url);
    expect(await rejection(opened)).toEqual(new Error("no WebSocket: the server answered 403 Forbidden"));
    await eventually(() => pool.connections.every(({ state }) => state !== "ACTIVE"));
  });

  test("a close code that must not be sent, and a reason that is too long, are refused", async () => {
    const socket = await openWebSocket(openPool(), await startServer());
    for (const code of [0, 999, 1005, 1006, 1015, 2999, 5000, 1000.5]) await fails(socket.close(code), RangeError);
    await fails(socket.close(1000, "x".repeat(124)), RangeError);
    await socket.send("still there");
    expect(await socket.receive()).toBe("still there");
  });
});

describe("against a script", () => {
  test.each([
    ["a wrong accept value", "Sec-WebSocket-Accept: d3Jvbmc=\r\n", "a Sec-WebSocket-Accept that is not for our key"],
    ["no accept value", "", "a Sec-WebSocket-Accept that is not for our key"],
    ["an extension", `${ACCEPTED}Sec-WebSocket-Extensions: x\r\n`, "a Sec-WebSocket-Extensions that nobody asked for"],
    ["a subprotocol", `${ACCEPTED}Sec-WebSocket-Protocol: x\r\n`, "a Sec-WebSocket-Protocol that nobody asked for"],
  ])("%s closes the connection", async (_, lines, sentence) => {
    const { server, url } = await startScript(() => {}, lines);
    const pool = openPool();
    expect(await rejection(openWebSocket(pool, url))).toEqual(new Error(`no WebSocket: the server sent ${sentence}`));
    await (await server.peer(0)).gone;
    expect(String(pool)).toBe(EMPTY);
  });

  test("what is sent is masked, each frame in its own way", async () => {
    const { server, url } = await startScript(() => {});
    const socket = await openWebSocket(openPool(), url);
    await socket.send("aaaa");
    await socket.send("aaaa");
    const peer = await server.peer(0);
    const size = peer.received.indexOf("\r\n\r\n") + 4;
    await eventually(() => peer.received.length === size + 20);
    const [one, two] = [peer.received.slice(size, size + 10), peer.received.slice(size + 10)].map((text) => {
      const octets = Buffer.from(text, "latin1");
      expect([...octets.subarray(0, 2)]).toEqual([0x81, 0x84]);
      const [mask, masked] = [octets.subarray(2, 6), octets.subarray(6)];
      expect(String.fromCharCode(...masked.map((octet, at) => octet ^ Number(mask[at])))).toBe("aaaa");
      return masked;
    });
    expect(one).not.toEqual(two);
  });

  test("frames may come in any pieces, the first with the head", async () => {
    const octets = Buffer.concat([
      ...[frame(0x01, "a"), frame(0x89, "ping"), frame(0x80, "b"), frame(0x8a, "")],
      ...[Buffer.from([0x82, 126, 0, 130]), Buffer.alloc(130, 7), frame(0x88, "\x03\xe8done")],
    ]);
    const { server, url } = await startScript(async (peer) => {
      for (const octet of octets) {
        peer.send(Uint8Array.of(octet));
        await turn();
      }
      peer.end();
    });
    const socket = await openWebSocket(openPool(), url);
    expect(await socket.receive()).toBe("ab");
    expect(await socket.receive()).toEqual(Buffer.alloc(130, 7));
    expect(await socket.receive()).toBeNull();
    expect(socket.closed).toEqual({ code: 1000, reason: "done" });
    await (await server.peer(0)).gone;
  });

  test.each([
    ["a reserved bit", frame(0xc1, "x"), "a reserved bit is set", 1002],
    ["a reserved opcode", frame(0x83, "x"), "the opcode 3 is reserved", 1002],
    ["a masked frame", Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x78]), "a server must not mask", 1002],
    ["a ping in fragments", frame(0x09, "x"), "a control frame is too long, or a fragment", 1002],
    ["a ping that is too long", Buffer.from([0x89, 126, 0, 126]), "a control frame is too long, or a fragment", 1002],
    ["a length in too many octets", Buffer.from([0x81, 126, 0, 1, 0x78]), "a length is longer than it need be", 1002],
    [
      "the same in 64 bits",
      Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 1, 0]),
      "a length is longer than it need be",
      1002,
    ],
    ["a continuation of nothing", frame(0x80, "x"), "fragments are out of order", 1002],
    [
      "a message within another",
      Buffer.concat([frame(0x01, "x"), frame(0x81, "y")]),
      "fragments are out of order",
      1002,
    ],
    ["text that is not UTF-8", frame(0x81, "\xff"), "text is not UTF-8", 1007],
    ["half a code to close with", frame(0x88, "\x03"), "a close frame has no valid code", 1002],
    ["a code that is none", frame(0x88, "\x03\xed"), "a close frame has no valid code", 1002],
    ["a reason that is not UTF-8", frame(0x88, "\x03\xe8\xff"), "text is not UTF-8", 1007],
    [
      "a message that is too large",
      Buffer.from([0x82, 127, 255, 0, 0, 0, 0, 0, 0, 0]),
      "a message is over 16777216 octets",
      1009,
    ],
  ])("%s fails the WebSocket, and the server is told", async (_, octets, sentence, code) => {
    const { server, url } = await startScript((peer) => peer.send(octets));
    const pool = openPool();
    const socket = await openWebSocket(pool, url);
    expect(await rejection(socket.receive())).toEqual(new Error(`the WebSocket failed: ${sentence}`));
    const peer = await server.peer(0);
    await peer.gone;
    const sent = Buffer.from(peer.received.slice(-8), "latin1");
    expect([...sent.subarray(0, 2)]).toEqual([0x88, 0x82]);
    expect(((Number(sent[2]) ^ Number(sent[6])) << 8) | (Number(sent[3]) ^ Number(sent[7]))).toBe(code);
    await fails(socket.receive(), Error);
    expect(String(pool)).toBe(EMPTY);
  });

  test("an end in a frame, or without a closing handshake, is none", async () => {
    for (const octets of ["", "\x81\x05cut"]) {
      const { url } = await startScript((peer) => peer.end(octets));
      const socket = await openWebSocket(openPool(), url);
      const sentence = "the WebSocket failed: the connection ended without a closing handshake";
      expect(await rejection(socket.receive())).toEqual(new Error(sentence));
    }
  });
});

describe("as a program", () => {
  test("runs against a server of its own, or the user's", { timeout: TIMEOUT }, async () => {
    for (const args of [[], [await startServer()]]) {
      const { code, stdout, stderr } = await runScript("example:websocket", args);
      expect(stderr).toBe("");
      expect(code).toBe(0);
      expect(stdout).toContain('→ "Hello, world"\n← "Hello, world"\n→ 102400 characters\n← 102400 characters\n');
      expect(stdout).toContain("\nclosed with code 1000: ");
    }
  });

  test("tells of a server that sends something else back", { timeout: TIMEOUT }, async () => {
    const url = await startServer((socket) => socket.on("message", () => socket.send("no")));
    const { code, stderr } = await runScript("example:websocket", [url]);
    expect(stderr).toBe("websocket: what came back is not what was sent\n");
    expect(code).toBe(1);
  });
});
