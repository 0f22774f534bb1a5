// Group D, the second half: what becomes of an upload whose connection breaks, whose source fails or miscounts, or whose
// server has nothing more to say. No octet goes out that a server could take for something else.

import { type Content, LocalProtocolError, RemoteProtocolError } from "httpcore";
import { describe, expect, test } from "vitest";
import { LateBackend } from "../support/backends.ts";
import { eventually, fails, openPool, rejection, turn } from "../support/outcomes.ts";
import { answering, OK, serve } from "../support/scripted-server.ts";
import { serveIndependently } from "./independent-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";

/** A source that counts how often it was given up. */
function source(size: number, pieces = Number.POSITIVE_INFINITY) {
  const counts = { pulls: 0, returns: 0 };
  async function* content(): AsyncGenerator<Uint8Array> {
    try {
      while (counts.pulls < pieces) {
        counts.pulls++;
        yield new Uint8Array(size).fill(0x61);
        await turn();
      }
    } finally {
      counts.returns++;
    }
  }
  return { content: content(), counts };
}

test.each(["close", "reset"] as const)(
  "S38 no response and a %s: an error that names it, and the source is released",
  async (way) => {
    const server = await serveIndependently([{ until: "\r\n\r\n" }, way]);
    for (let i = 0; i < 20; i++) {
      const pool = openPool();
      const { content, counts } = source(i % 2 === 0 ? 10 : 1_000_000);
      const error = await rejection(pool.request("POST", server.url(), { content }));
      expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(READ|WRITE|REMOTE_PROTOCOL)_ERROR$/) });
      expect(String(error)).toMatch(/broke while|without sending a response/);
      await eventually(() => counts.returns === 1, "return() was called");
      expect(String(pool)).toBe(EMPTY);
    }
  },
);

test("S40 a response that was there before the request does not answer it", async () => {
  const server = await serve((peer) => peer.send(OK));
  for (const method of ["GET", "POST"]) {
    const pool = openPool({ networkBackend: new LateBackend("received") });
    const error = await fails(pool.request(method, server.url()), RemoteProtocolError);
    expect(error.reason).toBe("unasked-for-octets");
    expect(String(pool)).toBe(EMPTY);
  }
});

describe("S41 a source that fails midway", () => {
  const fault = new Error("the disk is gone");
  async function* failing(): AsyncGenerator<string> {
    yield "abc";
    await turn();
    throw fault;
  }

  test.each([
    ["chunked", {}, /\r\n3\r\nabc\r\n$/],
    ["with Content-Length", { "Content-Length": "9" }, /\r\n\r\nabc$/],
  ])("S41 %s: the caller's own error, no end on the wire, and the others finish", async (_how, headers, wire) => {
    const server = await serve(async (peer) => {
      await peer.request();
      await turn();
      peer.send(OK);
    });
    const pool = openPool();
    const others = [1, 2].map(() => pool.request("GET", server.url()));
    const error = await rejection(pool.request("POST", server.url(), { content: failing(), headers }));
    expect(error).toBe(fault);
    for (const other of await Promise.all(others)) expect(await other.text()).toBe("ok");
    const posted = () => server.peers.find(({ received }) => received.startsWith("POST"));
    await eventually(() => posted()?.hasGone === true);
    expect(posted()?.received).toMatch(wire);
  });

  test("S41 behind an early response the fault is nobody's any more", async () => {
    const server = await serve(async (peer) => {
      await peer.until("abc");
      peer.send(OK);
    });
    async function* content(): AsyncGenerator<string> {
      yield "abc";
      const peer = await server.peer(0);
      await peer.gone;
      throw fault;
    }
    expect(await (await openPool().request("POST", server.url(), { content: content() })).text()).toBe("ok");
    // A rejection that nobody handles would fail the run.
    await turn();
  });
});

describe("S42 Content-Length and content differ", () => {
  const sized = (pieces: string[]) => (): Content => pieces;

  test.each<[string, () => Content]>([
    ["too long by a piece", sized(["abc", "de", "f"])],
    ["too long within a piece", sized(["abcdef"])],
    ["too long by much", sized(["abcd", "e".repeat(1_000_000)])],
    ["too short", sized(["ab", "c"])],
    ["too short, empty", sized([])],
  ])("S42 %s: not one octet beyond the length, an error, and the close", async (_what, content) => {
    const server = await serve(() => {});
    const pool = openPool();
    const headers = { "Content-Length": "5" };
    const error = await fails(pool.request("POST", server.url(), { content: content(), headers }), LocalProtocolError);
    expect(error.reason).toMatch(/^content-too-(long|short)$/);
    const peer = await server.peer(0);
    await peer.gone;
    expect(peer.received.split("\r\n\r\n")[1]?.length).toBeLessThanOrEqual(5);
    expect(String(pool)).toBe(EMPTY);
  });

  test("S42 a response that has come already stands, and the connection is closed", async () => {
    const server = await serve(async (peer) => {
      await peer.until("abc");
      peer.send(OK);
    });
    const pool = openPool();
    async function* content(): AsyncGenerator<string> {
      yield "abc";
      await (await server.peer(0)).gone;
      yield "defghi";
    }
    const options = { content: content(), headers: { "Content-Length": "5" } };
    expect(await (await pool.request("POST", server.url(), options)).text()).toBe("ok");
    expect((await server.peer(0)).received.endsWith("abc")).toBe(true);
    expect(String(pool)).toBe(EMPTY);
  });
});

describe("S43 a server that shuts its side while the source has no end", () => {
  test.each([
    ["without a word", ""],
    ["in a head", "HTTP/1.1 200 OK\r\n"],
    ["in content", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"],
    ["behind 100", "HTTP/1.1 100 Continue\r\n\r\n"],
  ])("S43 %s: an error, the source is given up, and nothing runs on", async (_where, octets) => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.end(octets);
    });
    const pool = openPool();
    const { content, counts } = source(10);
    const error = await fails(pool.request("POST", server.url(), { content }), RemoteProtocolError);
    expect(error.reason).toMatch(/^(no-response|incomplete-(head|content))$/);
    await eventually(() => counts.returns === 1, "return() was called");
    const { pulls } = counts;
    await (await server.peer(0)).gone;
    for (let i = 0; i < 10; i++) await turn();
    expect([counts.pulls, String(pool)]).toEqual([pulls, EMPTY]);
  });

  test("S43 behind a whole response: it is delivered", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.end("HTTP/1.1 200 OK\r\n\r\nto the close");
    });
    const { content, counts } = source(10);
    const response = await openPool().request("POST", server.url(), { content });
    expect(await response.text()).toBe("to the close");
    await eventually(() => counts.returns === 1, "return() was called");
  });
});

describe("S44 nothing waits for more data:", () => {
  test("S44 the head goes out before the source gives its first piece, and each piece before the next", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(OK);
    });
    async function* content(): AsyncGenerator<string> {
      const peer = await server.peer(0);
      await peer.until("\r\n\r\n");
      for (const letter of "abc") {
        yield letter;
        await peer.until(`\r\n1\r\n${letter}\r\n`);
      }
    }
    const response = await openPool().request("POST", server.url(), { content: content() });
    expect(await response.text()).toBe("ok");
  });

  test("S44 on a used connection, too, with Content-Length", async () => {
    const server = await serve(answering());
    const pool = openPool();
    await pool.request("GET", server.url());
    async function* content(): AsyncGenerator<string> {
      const peer = await server.peer(0);
      await peer.until("Content-Length: 3\r\n\r\n");
      for (const letter of "abc") {
        yield letter;
        await peer.until(letter);
      }
    }
    const options = { content: content(), headers: { "X-Y": "Z", "Content-Length": "3" } };
    expect((await pool.request("PUT", server.url("/"), options)).status).toBe(200);
    expect(server.peers).toHaveLength(1);
  });
});
