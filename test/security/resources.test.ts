// What a hostile or broken server can cost the process: memory, time, handles, listeners. What is measured of a whole
// process is measured in one of its own, with the package as it is built.

import { TotalTimeout } from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool, pause, rejection, turn } from "../support/outcomes.ts";
import { type Peer, serve, serveTLS } from "../support/scripted-server.ts";
import { runBuilt } from "./built-package.ts";

const MiB = 1024 * 1024;

/** Waits until `value` has stopped changing. */
async function atRest(value: () => number): Promise<number> {
  for (let before = -1, calm = 0; ; before = value()) {
    calm = before === value() ? calm + 1 : 0;
    if (calm === 30) return before;
    await turn();
  }
}

// The fault: the client reads as fast as the server sends, and keeps what its caller has not taken.
describe("T-backpressure: a slow reader makes the server wait", () => {
  const SIZE = 192 * MiB;
  /** What two kernels and the server's own stream may hold, besides the client. */
  const BUFFERS = 24 * MiB;
  /** How much the client's process may grow, garbage that waits for collection included: far below SIZE. */
  const GROWTH = 64 * MiB;

  /** Content of SIZE octets, as fast as it is taken; `sent` tells how far it is. */
  function fast(head: string, piece: Buffer) {
    const state = { sent: 0 };
    const script = async (peer: Peer): Promise<void> => {
      await peer.request();
      peer.send(head);
      while (state.sent < SIZE && !peer.hasGone) {
        state.sent += piece.length;
        if (peer.socket.write(piece)) continue;
        await Promise.race([new Promise<void>((resolve) => peer.socket.once("drain", resolve)), peer.gone]);
      }
      peer.end(head.includes("chunked") ? "0\r\n\r\n" : "");
    };
    return { script, state };
  }

  const HEAD = "HTTP/1.1 200 OK\r\n";
  const plain = Buffer.alloc(65_536, "x");
  const chunk = Buffer.concat([Buffer.from("10000\r\n"), plain, Buffer.from("\r\n")]);
  const smallChunks = Buffer.from("10\r\n0123456789abcdef\r\n".repeat(4000));

  test.each<[string, string, Buffer]>([
    ["Content-Length", `${HEAD}Content-Length: ${SIZE}\r\n\r\n`, plain],
    ["chunks", `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, chunk],
    ["small chunks", `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, smallChunks],
    ["the close", `${HEAD}\r\n`, plain],
  ])("while nobody reads, over TCP, framed by %s", async (_framing, head, piece) => {
    const { script, state } = fast(head, piece);
    const server = await serve(script);
    const response = await openPool().stream("GET", server.url());
    expect(await atRest(() => state.sent)).toBeLessThan(BUFFERS);
    const pieces = response.iterStream();
    for (let i = 0; i < 3; i++) await pieces.next();
    expect(await atRest(() => state.sent)).toBeLessThan(BUFFERS);
  });

  test("while nobody reads, over TLS", async () => {
    const { script, state } = fast(`${HEAD}Content-Length: ${SIZE}\r\n\r\n`, plain);
    const server = await serveTLS(await leafFor("127.0.0.1"), script);
    const pool = openPool({ tls: { ca: (await certificateAuthority()).cert } });
    const response = await pool.stream("GET", server.url());
    expect(await atRest(() => state.sent)).toBeLessThan(BUFFERS);
    await response.close();
  });

  test.each(["response.iterStream()", "response.body"])(
    "the process stays small, read slowly through %s",
    async (way) => {
      const { script } = fast(`${HEAD}Content-Length: ${SIZE}\r\n\r\n`, plain);
      const server = await serve(script);
      const outcome = (await runBuilt(
        `const { rss } = process.memoryUsage;
       const response = await httpcore.stream("GET", values.url);
       gc();
       const before = rss();
       let most = 0, size = 0, pieces = 0;
       for await (const piece of ${way}) {
         size += piece.length;
         most = Math.max(most, rss() - before);
         if (pieces++ % 64 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
       }
       report({ most, size });`,
        { url: server.url() },
      )) as { most: number; size: number };
      expect(outcome.size).toBe(SIZE);
      expect(outcome.most).toBeLessThan(GROWTH);
    },
  );

  test("the other way: a slow server makes the source wait", async () => {
    const server = await serve((peer) => peer.socket.pause());
    let pulled = 0;
    const content = {
      *[Symbol.iterator]() {
        for (; pulled < SIZE; pulled += plain.length) yield plain;
      },
    };
    const controller = new AbortController();
    const call = rejection(openPool().request("POST", server.url(), { content, signal: controller.signal }));
    expect(await atRest(() => pulled)).toBeLessThan(BUFFERS);
    controller.abort();
    await call;
  });
});

// The fault: each octet gives the server all its time again, and nothing else ends the request.
describe("T-slowloris: a server that trickles does not keep a request for ever", () => {
  const trickles: [string, string, string][] = [
    ["a status line", "HTTP/1.1 200 ", "x"],
    ["a header", "HTTP/1.1 200 OK\r\nA: ", "x"],
    ["header lines", "HTTP/1.1 200 OK\r\n", "A: b\r\n"],
    ["interim responses", "", "HTTP/1.1 103 X\r\n\r\n"],
    ["content", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "x"],
    ["content to the close", "HTTP/1.1 200 OK\r\n\r\n", "x"],
    ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"],
    ["a chunk extension", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=", "x"],
    ["a trailer section", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: ", "x"],
  ];
  /** `start`, and then a little of `piece` now and then. */
  const trickle = (start: string, piece: string) => async (peer: Peer) => {
    await peer.request();
    peer.send(start);
    while (!peer.hasGone) {
      peer.send(piece);
      await pause(4);
    }
  };
  const limits = { maxInformational: Infinity };

  test.each(trickles)("%s: timeout.total ends it, and the connection", async (_what, start, piece) => {
    const server = await serve(trickle(start, piece));
    const pool = openPool({ limits });
    const extensions = { timeout: { read: 10_000, total: 60 } };
    for (const call of ["request", "stream"] as const) {
      const reading = pool[call]("GET", server.url(), { extensions }).then((response) => response.read());
      await fails(reading, TotalTimeout);
      expect(pool.connections).toEqual([]);
    }
    for (const peer of server.peers) await peer.gone;
  });

  test.each(trickles)("%s: the signal ends it, and the connection", async (_what, start, piece) => {
    const server = await serve(trickle(start, piece));
    const pool = openPool({ limits });
    const controller = new AbortController();
    const call = rejection(pool.request("GET", server.url(), { signal: controller.signal }));
    const peer = await server.peer(0);
    await peer.until("\r\n\r\n");
    await pause(20);
    controller.abort("enough");
    expect(await call).toBe("enough");
    expect(pool.connections).toEqual([]);
    await peer.gone;
  });

  test("a server that takes one octet of the request now and then", async () => {
    const server = await serve(async (peer) => {
      peer.socket.pause();
      while (!peer.hasGone) {
        peer.socket.read(1);
        await pause(4);
      }
    });
    const pool = openPool();
    const options = { content: new Uint8Array(16 * MiB), extensions: { timeout: { write: 10_000, total: 60 } } };
    await fails(pool.request("POST", server.url(), options), TotalTimeout);
    expect(pool.connections).toEqual([]);
  });

  test("a TLS handshake that never ends", async () => {
    const server = await serve(async (peer) => {
      // A record of 16,384 octets is announced, and comes octet by octet.
      peer.send("\x16\x03\x03\x40\x00\x02\x00\x3f\xfc");
      while (!peer.hasGone) {
        peer.send("\0");
        await pause(4);
      }
    });
    const pool = openPool();
    const url = server.url().replace("http:", "https:");
    await fails(pool.request("GET", url, { extensions: { timeout: { connect: 10_000, total: 60 } } }), TotalTimeout);
    await eventually(() => pool.connections.length === 0);
    await (await server.peer(0)).gone;
  });
});
