// Group D, the first half: a final response while the request is still going out is delivered, the upload stops, and the
// connection is closed. The hard part is a server that closes behind its response: the response must survive whatever
// becomes of the writes. That is a race, so each way is tried many times, against a server in a thread of its own.

import type { Content } from "httpcore";
import { describe, expect, test } from "vitest";
import { eventually, openPool, stateOf, turn } from "../support/outcomes.ts";
import { OK, serve } from "../support/scripted-server.ts";
import { type Step, serveIndependently } from "./independent-server.ts";

const REFUSED = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno!";
const REFUSED_AND_CLOSED = REFUSED.replace("\r\n", "\r\nConnection: close\r\n");
const ROUNDS = 50;
const MEGABYTES = new Uint8Array(4_000_000);
const PIECE = MEGABYTES.subarray(0, 65_536);

/** A source without an end, that rests behind each piece. */
async function* endless(rest: () => Promise<void>): AsyncGenerator<Uint8Array> {
  while (true) {
    yield PIECE;
    await rest();
  }
}

const next = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const BODIES: [string, () => Content, Record<string, string>][] = [
  ["with Content-Length", () => MEGABYTES, {}],
  ["chunked", () => MEGABYTES, { "Transfer-Encoding": "chunked" }],
  ["from a fast source", () => endless(next), {}],
  ["from a slow source", () => endless(turn), {}],
  ["from a slow source of known length", () => endless(turn), { "Content-Length": "999999999" }],
];

const ENDINGS: [string, Step[]][] = [
  ["a FIN, reading on", [{ send: REFUSED_AND_CLOSED }, "end"]],
  ["a FIN, reading no more", ["stop reading", { send: REFUSED_AND_CLOSED }, "end"]],
  ["no close at all, reading no more", ["stop reading", { send: REFUSED_AND_CLOSED }]],
  ["a close, thus a RST for what comes", [{ send: REFUSED_AND_CLOSED }, "close"]],
  ["a close without a word of it", [{ send: REFUSED }, "close"]],
  ["a close with octets unread, thus a RST at once", ["stop reading", { send: REFUSED }, { pause: 3 }, "close"]],
  ["a RST", [{ send: REFUSED_AND_CLOSED }, "reset"]],
];

/** How often each outcome came. */
function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

describe.each(BODIES)("S37 megabytes %s", (_body, content, headers) => {
  test.each(ENDINGS)(
    `S37 behind the response %s: it is delivered, ${ROUNDS} times of ${ROUNDS}`,
    async (_ending, steps) => {
      const server = await serveIndependently([{ until: "\r\n\r\n" }, ...steps]);
      const outcomes: string[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        const pool = openPool();
        const call = pool[i % 2 === 0 ? "request" : "stream"]("POST", server.url(), { content: content(), headers });
        outcomes.push(await call.then((response) => response.text()).catch((error) => `${error}, ${error.cause}`));
        // Idle at most: where the kernels take all megabytes, the request is complete.
        expect(String(pool)).toContain("Connections: 0 active");
      }
      expect(tally(outcomes)).toEqual({ "no!": ROUNDS });
    },
  );
});

describe("S36 an early response", () => {
  test.each([200, 201, 400])(
    "S36 of %d is delivered at once though the source lets us wait for ever",
    async (status) => {
      const server = await serve(async (peer) => {
        await peer.until("first");
        peer.send(OK.replace("200", String(status)));
      });
      const pool = openPool();
      let returns = 0;
      const content = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode("first")),
        cancel: () => {
          returns++;
        },
      });
      const response = await pool.request("POST", server.url(), { content });
      expect([response.status, await response.text(), returns]).toEqual([status, "ok", 1]);
      const peer = await server.peer(0);
      await peer.gone;
      expect(peer.received).not.toContain("0\r\n\r\n");
      expect(pool.connections).toEqual([]);
    },
  );

  test("S36 whose content is still to come is read to its end, as the server sends it", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    });
    const pool = openPool();
    const response = await pool.stream("POST", server.url(), { content: endless(turn) });
    const reading = response.text();
    const peer = await server.peer(0);
    for (const letter of "abc") {
      peer.send(`1\r\n${letter}\r\n`);
      await turn();
      expect(await stateOf(reading)).toBe("pending");
    }
    peer.send("0\r\n\r\n");
    expect(await reading).toBe("abc");
    await peer.gone;
    expect(pool.connections).toEqual([]);
  });

  test("S36 that comes when the request is complete leaves the connection in use", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.send("HTTP/1.1 102 X\r\n\r\n");
      for (let i = 0; i < 2; i++) {
        await peer.request();
        peer.send(OK);
      }
    });
    const pool = openPool();
    expect((await pool.request("POST", server.url(), { content: MEGABYTES })).status).toBe(200);
    expect((await pool.request("GET", server.url())).status).toBe(200);
    expect(server.peers).toHaveLength(1);
  });
});

test.each([301, 303, 307, 308])(
  "S39 an early %d stops the upload as any response does, and is not followed",
  async (status) => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.send(`HTTP/1.1 ${status} X\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n`);
    });
    const pool = openPool();
    const response = await pool.request("POST", server.url(), { content: endless(turn) });
    expect([response.status, response.headers.get("location")]).toEqual([status, "/elsewhere"]);
    await eventually(() => server.peers[0]?.hasGone === true);
    expect(server.peers).toHaveLength(1);
  },
);
