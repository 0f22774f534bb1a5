// Nobody is made to hold more than it asked for: a slow reader slows the server down, a slow server slows the caller's
// source down, and nothing is lost on the way.

import { describe, expect, test } from "vitest";
import { openPool, turn } from "../support/outcomes.ts";
import { answering, OK, type Peer, serve } from "../support/scripted-server.ts";

const SIZE = 64 * 1024 * 1024;
/** What two kernels, the server's stream and our own buffers may hold at the most. */
const BUFFERS = 24 * 1024 * 1024;

/** Sends `size` octets of content as fast as they are taken; `sent` tells how far it is. */
function flood(size: number) {
  const state = { sent: 0 };
  const script = async (peer: Peer): Promise<void> => {
    await peer.request();
    peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
    const piece = new Uint8Array(65_536).fill(0x78);
    while (state.sent < size && !peer.hasGone) {
      state.sent += piece.length;
      if (!peer.socket.write(piece)) await new Promise<void>((resolve) => drainOrEnd(peer, resolve));
    }
    if (!peer.hasGone) peer.end();
  };
  return { script, state };
}

function drainOrEnd(peer: Peer, resolve: () => void): void {
  peer.socket.once("drain", resolve);
  peer.gone.then(resolve);
}

/** Waits until `value` has stopped changing. */
async function atRest(value: () => number): Promise<number> {
  for (let before = -1, calm = 0; ; before = value()) {
    calm = before === value() ? calm + 1 : 0;
    if (calm === 20) return before;
    await turn();
  }
}

describe("a reader that does not read", () => {
  test("stops the server, and gets everything when it goes on", async () => {
    const { script, state } = flood(SIZE);
    const server = await serve(script);
    const response = await openPool().stream("GET", server.url());
    expect(await atRest(() => state.sent)).toBeLessThan(BUFFERS);
    let received = 0;
    for await (const piece of response) {
      if (received === 0) expect(await atRest(() => state.sent)).toBeLessThan(BUFFERS);
      received += piece.length;
    }
    expect(received).toBe(SIZE);
  });

  test("does not stop other connections", async () => {
    const { script } = flood(SIZE);
    const slow = await serve(script);
    const other = await serve(answering());
    const pool = openPool();
    await using response = await pool.stream("GET", slow.url());
    expect(response.status).toBe(200);
    for (let i = 0; i < 10; i++) expect(await (await pool.request("GET", other.url())).text()).toBe("ok");
  });

  test("that leaves closes the connection", async () => {
    const { script } = flood(SIZE);
    const server = await serve(script);
    const pool = openPool();
    const response = await pool.stream("GET", server.url());
    for await (const _ of response) break;
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
  });

  test.each(["Content-Length: 3000000\r\n", "", "Transfer-Encoding: chunked\r\n"])(
    "loses nothing to a FIN that comes meanwhile (%j)",
    async (framing) => {
      const size = 3_000_000;
      const content = new Uint8Array(size).map((_, index) => index % 251);
      const isChunked = framing.startsWith("Transfer");
      const server = await serve(async (peer) => {
        await peer.request();
        peer.send(`HTTP/1.1 200 OK\r\n${framing}\r\n${isChunked ? `${size.toString(16)}\r\n` : ""}`);
        peer.send(content);
        peer.end(isChunked ? "\r\n0\r\n\r\n" : "");
      });
      const response = await openPool().stream("GET", server.url());
      const pieces: Uint8Array[] = [];
      for await (const piece of response) {
        pieces.push(piece);
        await turn();
      }
      expect(Buffer.concat(pieces).equals(content)).toBe(true);
    },
  );

  test("a connection that was paused serves the next request", async () => {
    const size = 2_000_000;
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      peer.send(new Uint8Array(size));
      await answering()(peer, 0);
    });
    const pool = openPool();
    const response = await pool.stream("GET", server.url());
    for (let i = 0; i < 20; i++) await turn();
    expect(await response.read()).toHaveLength(size);
    expect(await (await pool.request("GET", server.url())).text()).toBe("ok");
    expect(server.peers).toHaveLength(1);
  });
});

describe("a server that does not read", () => {
  test.each(["generator", "async generator", "ReadableStream"])("stops a %s", async (kind) => {
    let made = 0;
    const piece = (): Uint8Array => {
      made += 65_536;
      return new Uint8Array(65_536);
    };
    function* pieces(): Generator<Uint8Array> {
      while (made < SIZE) yield piece();
    }
    async function* later(): AsyncGenerator<Uint8Array> {
      while (made < SIZE) yield piece();
    }
    const stream = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        pull(controller) {
          if (made < SIZE) controller.enqueue(piece());
          else controller.close();
        },
      });
    const content = kind === "generator" ? pieces() : kind === "async generator" ? later() : stream();
    const server = await serve(async (peer) => {
      peer.socket.pause();
      // Counting would do, but the octets of a request of this size are kept: they are dropped here.
      let received = 0;
      peer.socket.removeAllListeners("data");
      peer.socket.on("data", (octets: Buffer) => {
        received += octets.length;
        if (octets.subarray(-5).toString("latin1") === "0\r\n\r\n") peer.send(OK);
        expect(received).toBeGreaterThan(0);
      });
      peer.socket.pause();
    });
    const call = openPool().request("POST", server.url(), { content });
    const peer = await server.peer(0);
    expect(await atRest(() => made)).toBeGreaterThan(0);
    expect(made).toBeLessThan(BUFFERS);
    peer.socket.resume();
    expect((await call).status).toBe(200);
    expect(made).toBe(SIZE);
  });

  test("each piece goes out before the next is asked for", async () => {
    const server = await serve(async (peer) => {
      for (const letter of "abc") {
        await peer.until(`1\r\n${letter}\r\n`);
        arrived.push(letter);
        wake?.();
      }
      await peer.request();
      peer.send(OK);
    });
    const arrived: string[] = [];
    let wake: (() => void) | null = null;
    async function* content(): AsyncGenerator<string> {
      for (const letter of "abc") {
        yield letter;
        // A client that gathered pieces would never come to the next one.
        while (arrived.at(-1) !== letter) await new Promise<void>((resolve) => (wake = resolve));
      }
    }
    expect((await openPool().request("POST", server.url(), { content: content() })).status).toBe(200);
    expect(arrived).toEqual(["a", "b", "c"]);
  });
});
