// What a server can make the client hold is bounded: heads, trailers, reason phrases, chunk extensions. Passing a limit is
// an error that names it, and what is within it arrives whole: nothing is ever cut.
//
// A client without a limit is caught by its time limit, one that cuts by a response where an error is due.

import * as httpcore from "httpcore";
import { RemoteProtocolError } from "httpcore";
import { MockBackend } from "httpcore/mock";
import { DEFAULT_LIMITS } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { refuses } from "../protocol-cases.ts";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { type Peer, serve, serveTLS } from "../support/scripted-server.ts";
import { BOUND, flood, hostile, hostileError } from "./hostile-server.ts";
import { LIMIT_CASES, type LimitCase, outcomeOf } from "./limit-cases.ts";

const HEAD = "HTTP/1.1 200 OK\r\n";
const EMPTY = "Content-Length: 0\r\n";
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

const sizeOf = (lines: string): number => HEAD.length + lines.length + EMPTY.length + 2;
const withLines = (lines: string): string => `${HEAD}${lines}${EMPTY}\r\n`;

async function headersOf(octets: string, limits = {}) {
  const server = await hostile(octets);
  return (await openPool({ limits }).request("GET", server.url(), BOUND)).headers;
}

// The fault: a head has no limit, or lines beyond the limit are dropped without a word.
describe("T-limit-head: octets and lines of a head are bounded, and nothing is cut off", () => {
  test("at the limits everything is there, one beyond them it is an error", async () => {
    const lines = Array.from({ length: 255 }, (_, i) => `A${i}: ${i}\r\n`).join("");
    const headers = await headersOf(withLines(lines));
    expect([headers.length, headers.get("a0"), headers.get("a254")]).toEqual([256, "0", "254"]);
    expect((await hostileError(withLines(`${lines}B: 1\r\n`))).reason).toBe("max-header-lines");

    const fill = "x".repeat(DEFAULT_LIMITS.maxHeaderSize - sizeOf("A: \r\n"));
    expect((await headersOf(withLines(`A: ${fill}\r\n`))).get("a")).toBe(fill);
    expect((await hostileError(withLines(`A: x${fill}\r\n`))).reason).toBe("max-header-size");
  });

  test("the highest limits hold, too", async () => {
    const limits = { maxHeaderSize: 262_144, maxHeaderLines: 4096 };
    const lines = "A: b\r\n".repeat(4095);
    expect(await headersOf(withLines(lines), limits)).toHaveLength(4096);
    expect((await hostileError(withLines(`${lines}A: b\r\n`), { pool: { limits } })).reason).toBe("max-header-lines");
    const fill = "x".repeat(limits.maxHeaderSize - sizeOf("A: \r\n"));
    expect((await headersOf(withLines(`A: ${fill}\r\n`), limits)).get("a")).toBe(fill);
    expect((await hostileError(withLines(`A: x${fill}\r\n`), { pool: { limits } })).reason).toBe("max-header-size");
  });

  // The fault: each interim head has the whole limit for itself.
  test("all interim heads count", async () => {
    const interim = `HTTP/1.1 103 X\r\nA: ${"x".repeat(5000)}\r\n\r\n`;
    const octets = interim.repeat(14) + withLines("");
    expect(octets.length).toBeGreaterThan(DEFAULT_LIMITS.maxHeaderSize);
    expect((await hostileError(octets)).reason).toBe("max-header-size");
    expect((await headersOf(octets, { maxHeaderSize: octets.length })).length).toBe(1);
  });

  test("extensions.maxHeaderSize lowers and raises it for one request", async () => {
    const octets = withLines(`A: ${"x".repeat(100)}\r\n`);
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end(octets);
    });
    const pool = openPool({ limits: { maxHeaderSize: octets.length - 1 } });
    await fails(pool.request("GET", server.url(), BOUND), RemoteProtocolError);
    const extensions = { ...BOUND.extensions, maxHeaderSize: octets.length };
    expect((await pool.request("GET", server.url(), { extensions })).status).toBe(200);
  });

  test("a complete head beyond the limit is refused however it is split", () => {
    const octets = withLines("A: 0123456789\r\n");
    refuses(octets, "max-header-size", { connection: { limits: { maxHeaderSize: octets.length - 1 } } });
    refuses(octets, "max-header-lines", { connection: { limits: { maxHeaderLines: 1 } } });
  });
});

// The fault: trailers come behind the content, where the limits of the head are forgotten.
describe("T-limit-trailers: octets and lines of a trailer section are bounded, and nothing is cut off", () => {
  const withTrailers = (lines: string): string => `${CHUNKED}2\r\nok\r\n0\r\n${lines}\r\n`;

  async function trailersOf(octets: string) {
    const server = await hostile(octets);
    return (await openPool().request("GET", server.url(), BOUND)).trailers;
  }

  test("at the limits everything is there, one beyond them it is an error", async () => {
    const lines = Array.from({ length: 256 }, (_, i) => `A${i}: ${i}\r\n`).join("");
    const trailers = await trailersOf(withTrailers(lines));
    expect([trailers.length, trailers.get("a255")]).toEqual([256, "255"]);
    expect((await hostileError(withTrailers(`${lines}B: 1\r\n`))).reason).toBe("max-trailer-lines");

    const fill = "x".repeat(DEFAULT_LIMITS.maxTrailerSize - "A: \r\n\r\n".length);
    expect((await trailersOf(withTrailers(`A: ${fill}\r\n`))).get("a")).toBe(fill);
    expect((await hostileError(withTrailers(`A: x${fill}\r\n`))).reason).toBe("max-trailer-size");
  });

  test("the content before them does not help", async () => {
    const server = await hostile(withTrailers("A: b\r\n".repeat(257)));
    const response = await openPool().stream("GET", server.url(), BOUND);
    expect((await fails(response.read(), RemoteProtocolError)).reason).toBe("max-trailer-lines");
    expect(() => response.trailers).toThrow();
    expect(() => response.content).toThrow();
  });
});

// The fault: the reason phrase belongs to no header, and so to no limit.
describe("T-reason-flood: a reason phrase counts as part of the head", () => {
  test("one that fills the limit is there, one octet more is an error", async () => {
    const size = DEFAULT_LIMITS.maxHeaderSize - "HTTP/1.1 200 \r\n".length - EMPTY.length - 2;
    const octets = (reason: string): string => `HTTP/1.1 200 ${reason}\r\n${EMPTY}\r\n`;
    const server = await hostile(octets("x".repeat(size)));
    const response = await openPool().request("GET", server.url(), BOUND);
    expect(response.extensions.reasonPhrase).toHaveLength(size);
    expect((await hostileError(octets("x".repeat(size + 1)))).reason).toBe("max-header-size");
  });

  test("in interim responses, too", async () => {
    const octets = `HTTP/1.1 103 ${"x".repeat(60_000)}\r\n\r\nHTTP/1.1 200 ${"x".repeat(6000)}\r\n${EMPTY}\r\n`;
    expect((await hostileError(octets)).reason).toBe("max-header-size");
  });
});

// The fault: extensions are skipped without being counted, or counted for each chunk anew.
describe("T-chunk-ext-flood: at most 16 KiB of extensions a message", () => {
  const chunks = (extension: string, count: number): string =>
    `${CHUNKED}${`1${extension}\r\nx\r\n`.repeat(count)}0\r\n\r\n`;

  test.each([
    [`;${"a".repeat(16_383)}`, 1],
    [`;${"a".repeat(15)}`, 1024],
    [";a", 8192],
  ])("at the limit the content is there, one octet more is an error (%#)", async (extension, count) => {
    expect(extension.length * count).toBe(DEFAULT_LIMITS.maxChunkExtensionSize);
    const server = await hostile(chunks(extension, count));
    expect(await (await openPool().request("GET", server.url(), BOUND)).text()).toBe("x".repeat(count));
    const more = chunks(extension, count).replace(extension, `${extension}a`);
    expect(more.length).toBe(chunks(extension, count).length + 1);
    expect((await hostileError(more)).reason).toBe("max-chunk-extension-size");
  });

  test("the next message has all of it again", async () => {
    const octets = chunks(";a", 8192);
    const server = await serve(async (peer) => {
      while (true) {
        await peer.request();
        peer.send(octets);
      }
    });
    const pool = openPool();
    for (let i = 0; i < 3; i++) expect((await pool.request("GET", server.url(), BOUND)).content).toHaveLength(8192);
    expect(server.peers).toHaveLength(1);
  });
});

/** Plays the case whose number is in the target, for ever. */
async function endless(peer: Peer): Promise<void> {
  const { start, endless } = LIMIT_CASES[Number(/\/(\d+)/.exec(await peer.request())?.[1])] as LimitCase;
  peer.send(start);
  await flood(peer, endless);
}

// The fault: one way to the network counts, and another does not. The cases need nothing of this runtime but a server.
describe("T-limits-all-runtimes: the limits hold whatever brings the octets", () => {
  const numbered = LIMIT_CASES.map((limit, index) => ({ ...limit, index }));

  test.each(numbered)("TCP on Node: $what", async ({ index, ...limit }) => {
    const server = await serve(endless);
    expect(await outcomeOf(httpcore, server.url(`/${index}`), limit)).toBe(limit.reason);
    await (await server.peer(0)).gone;
  });

  test.each(numbered)("TLS on Node: $what", async ({ index, ...limit }) => {
    const server = await serveTLS(await leafFor("127.0.0.1"), endless);
    const tls = { ca: (await certificateAuthority()).cert };
    expect(await outcomeOf(httpcore, server.url(`/${index}`), limit, { tls })).toBe(limit.reason);
    await (await server.peer(0)).gone;
  });

  test.each(numbered)(
    "a network of one's own, in reads of 1, 7 and 100,000 octets: $what",
    async ({ index: _, ...limit }) => {
      const isLarge = limit.limits?.maxHeaderSize === 262_144;
      const octets =
        limit.start + limit.endless.repeat(Math.ceil((isLarge ? 300_000 : 120_000) / limit.endless.length));
      for (const split of [1, 7, 100_000]) {
        const networkBackend = new MockBackend([octets], { split });
        expect(await outcomeOf(httpcore, "http://a/", limit, { networkBackend })).toBe(limit.reason);
      }
    },
  );
});
