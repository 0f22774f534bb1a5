// Where content ends. Each case goes over a socket, and through the protocol split at every octet; the connection that a
// wrong framing came on serves nobody else.
//
// A lenient client is caught by a 200 where an error is due, or by content that is not what was sent.

import { NetworkError, ReadError, RemoteProtocolError } from "httpcore";
import { describe, expect, test } from "vitest";
import { accepts } from "../protocol-cases.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { serve } from "../support/scripted-server.ts";
import { BOUND, hostile, hostileError, onlyAFreshConnectionServes, refused } from "./hostile-server.ts";

const OK_LINE = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK_LINE}Transfer-Encoding: chunked\r\n\r\n`;

async function textOf(octets: string): Promise<string> {
  const server = await hostile(octets);
  return (await openPool().request("GET", server.url(), BOUND)).text();
}

// The fault: a number parser made for people (signs, hex, "2, 2", rounding above 2^53) reads a length that nobody else reads.
describe("T-cl: Content-Length is digits, and a safe integer", () => {
  const bad = [
    "+5",
    "-5",
    "0x5",
    "",
    "5a",
    "a",
    "5 5",
    "5;",
    "5.0",
    "5e0",
    "\xb2",
    "'5'",
    '"5"',
    "5,",
    ",5",
    "5_0",
    "9007199254740992",
    "18446744073709551616",
    "18446744073709551621",
    "99999999999999999999999999",
    `1${"0".repeat(400)}`,
  ];
  test.each(bad)("%j", async (value) => {
    await refused(`${OK_LINE}Content-Length: ${value}\r\n\r\nhello`, "invalid-content-length");
  });

  test.each([
    "5\r\nContent-Length: 6",
    "6\r\ncontent-length: 5",
    "5, 6",
    "5\r\nA: b\r\nContent-Length: 05, 6",
    "0\r\nContent-Length: 5",
  ])("conflicting: %j", async (value) => {
    await refused(`${OK_LINE}Content-Length: ${value}\r\n\r\nhello!`, "conflicting-content-length");
  });

  test.each(["5\r\nContent-Length: 5", "5, 5", "5\r\ncontent-length: 5, 5", "00005"])(
    "one length: %j",
    async (value) => {
      const octets = `${OK_LINE}Content-Length: ${value}\r\n\r\nhello`;
      expect(await textOf(octets)).toBe("hello");
      accepts(octets, { content: "hello", contentLength: 5, isReusable: true });
    },
  );
});

// The fault: one of the two is dropped, and which one depends on who reads it.
describe("T-cl-te: Content-Length with Transfer-Encoding is an error", () => {
  test.each([
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "transfer-encoding: chunked\r\nCONTENT-LENGTH: 5",
    "Transfer-Encoding: chunked\r\nContent-Length: 0",
  ])("%j", async (lines) => {
    await refused(`${OK_LINE}${lines}\r\n\r\n0\r\n\r\n`, "content-length-with-transfer-encoding");
  });
});

// The fault: a coding that is not known is left alone, and the chunks' framing is handed out as if it were content.
describe("T-te-unknown: only chunked, once, in HTTP/1.1", () => {
  test.each([
    "chunked, identity",
    "identity, chunked",
    "xchunked",
    "chunkedx",
    "chunked, chunked",
    "chunked\r\nTransfer-Encoding: chunked",
    "gzip, chunked",
    "gzip",
    "identity",
    "",
    "chunked;q=1",
    '"chunked"',
    "c hunked",
    "chun\xe9ed",
  ])("%j", async (value) => {
    const octets = `${OK_LINE}Transfer-Encoding: ${value}\r\n\r\n2\r\nok\r\n0\r\n\r\n`;
    await refused(octets, "unsupported-transfer-encoding");
  });

  test.each(["chun\0ked", "chunked\x0b", "\x1fchunked"])("with a control octet: %j", async (value) => {
    await refused(`${OK_LINE}Transfer-Encoding: ${value}\r\n\r\n2\r\nok\r\n0\r\n\r\n`, "invalid-header-value");
  });

  // RFC 9110 section 5.6.1: a recipient takes empty list elements.
  test.each(["chunked,", ", chunked", "CHUNKED"])("%j is chunked", async (value) => {
    expect(await textOf(`${OK_LINE}Transfer-Encoding: ${value}\r\n\r\n2\r\nok\r\n0\r\n\r\n`)).toBe("ok");
  });

  test("in an HTTP/1.0 response", async () => {
    const octets = "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    await refused(octets, "transfer-encoding-in-http-1-0");
    await refused(octets.replace("OK\r\n", "OK\r\nConnection: keep-alive\r\n"), "transfer-encoding-in-http-1-0");
  });
});

// The fault: sizes are read by a lenient number parser and the octets behind a chunk are skipped unseen.
describe("T-chunk: 1*HEXDIG, exact CRLF, up to 2^53-1", () => {
  test.each<[string, string, string]>([
    ["a sign", "+2\r\nok\r\n0\r\n\r\n", "invalid-chunk-size"],
    ["a negative size", "-2\r\nok\r\n0\r\n\r\n", "invalid-chunk-size"],
    ["0x", "0x2\r\nok\r\n0\r\n\r\n", "invalid-chunk-size"],
    ["a space in front", " 2\r\nok\r\n0\r\n\r\n", "invalid-chunk-size"],
    ["no size", "\r\nok\r\n0\r\n\r\n", "invalid-chunk-size"],
    ["an extension without a size", ";a\r\nok\r\n0\r\n\r\n", "invalid-chunk-size"],
    ["no hex digit", "g\r\nok\r\n0\r\n\r\n", "invalid-chunk-size"],
    ["an underscore", "0_2\r\nok\r\n0\r\n\r\n", "invalid-chunk-size"],
    ["2^53", "20000000000000\r\nok", "invalid-chunk-size"],
    ["2^64 + 2", "10000000000000002\r\nok\r\n0\r\n\r\n", "invalid-chunk-size"],
    ["2^32 + 2 and the end of 2", "100000002\r\nok\r\n0\r\n\r\n", "incomplete-content"],
    ["LF behind the size", "2\nok\r\n0\r\n\r\n", "invalid-chunk-size"],
    ["CR behind the size", "2\rok\r\n0\r\n\r\n", "invalid-chunk-size"],
    ["LF behind the content", "2\r\nok\n0\r\n\r\n", "invalid-chunk-end"],
    ["nothing behind the content", "2\r\nok0\r\n\r\n", "invalid-chunk-end"],
    ["content that is longer", "2\r\nokay\r\n0\r\n\r\n", "invalid-chunk-end"],
    ["two octets in place of CRLF", "2\r\nokXX0\r\n\r\n", "invalid-chunk-end"],
    ["a bare LF in an extension", "2;a\nok\r\n0\r\n\r\n", "invalid-chunk-extension"],
    ["a bare CR in an extension", "2;a\rb\r\nok\r\n0\r\n\r\n", "invalid-chunk-size"],
    ["NUL in an extension", "2;a\0\r\nok\r\n0\r\n\r\n", "invalid-chunk-extension"],
    ["a bare LF at the very end", "2\r\nok\r\n0\r\n\n", "bare-lf"],
    ["a bare LF in the trailer section", "2\r\nok\r\n0\r\nA: b\n\r\n", "bare-lf"],
    ["no final CRLF", "2\r\nok\r\n0\r\n", "incomplete-content"],
    ["half of the final CRLF", "2\r\nok\r\n0\r\n\r", "incomplete-content"],
    ["no last chunk", "2\r\nok\r\n", "incomplete-content"],
  ])("%s", async (_what, chunks, reason) => {
    const isCut = reason === "incomplete-content";
    await refused(CHUNKED + chunks, reason, undefined, isCut ? { closes: true } : {});
  });

  test("a trailer section is held to the rules of a header section", async () => {
    for (const line of ["A : b", "A B: c", " A: b", "A: b\0", "abc"]) {
      await hostileError(`${CHUNKED}0\r\n${line}\r\n\r\n`);
    }
  });

  test.each(["2\r\nok\r\n0\r\n\r\n", "02\r\nok\r\n000\r\n\r\n", "1\r\no\r\n1;a=b;c\r\nk\r\n0;d\r\n\r\n"])(
    "%j",
    async (chunks) => {
      expect(await textOf(CHUNKED + chunks)).toBe("ok");
      accepts(CHUNKED + chunks, { content: "ok", isReusable: true });
    },
  );
});

// The fault: the close of the connection is taken for the end of the message, and half a file for the whole.
describe("T-trunc: what is cut is an error, and says how much had come", () => {
  test.each<[string, string, string, RegExp | null]>([
    ["nothing at all", "", "no-response", null],
    ["a cut status line", "HTTP/1.1 20", "incomplete-head", null],
    ["a cut head", `${OK_LINE}Content-Le`, "incomplete-head", null],
    ["a head without its empty line", `${OK_LINE}Content-Length: 2\r\n`, "incomplete-head", null],
    ["an interim head and nothing more", "HTTP/1.1 100 Continue\r\n\r\n", "no-response", null],
    ["no content", `${OK_LINE}Content-Length: 7\r\n\r\n`, "incomplete-content", /\b0\b/],
    ["cut content", `${OK_LINE}Content-Length: 7\r\n\r\nhello`, "incomplete-content", /\b5\b/],
    ["a cut chunk", `${CHUNKED}3\r\none\r\n7\r\nhello`, "incomplete-content", /\b8\b/],
    ["a cut chunk size", `${CHUNKED}3\r\none\r\n7`, "incomplete-content", /\b3\b/],
    ["a cut trailer section", `${CHUNKED}3\r\none\r\n0\r\nA: b`, "incomplete-content", /\b3\b/],
  ])("%s, then a FIN", async (_what, octets, reason, count) => {
    await refused(octets, reason, undefined, { closes: true });
    const error = await hostileError(octets, { closes: "closes" });
    if (count) expect(error.message).toMatch(count);
  });

  test("a reset is a ReadError, and never the end of content that runs to the close", async () => {
    for (const head of [`${OK_LINE}Content-Length: 7\r\n\r\nhello`, `${CHUNKED}7\r\nhello`, `${OK_LINE}\r\nhello`]) {
      const server = await serve(async (peer) => {
        await peer.request();
        peer.send(head);
      });
      const pool = openPool();
      const response = await pool.stream("GET", server.url(), BOUND);
      const reading = response.read();
      (await server.peer(0)).reset();
      const error = await fails(reading, NetworkError);
      expect(error).toBeInstanceOf(ReadError);
      expect(error.message).toMatch(/\b5\b/);
      expect(pool.connections).toEqual([]);
    }
  });

  test("every way to read tells it", async () => {
    const octets = `${OK_LINE}Content-Length: 7\r\n\r\nhello`;
    for (const way of ["read", "iterStream", "body", "text", "toWeb"]) {
      const server = await hostile(octets, "closes");
      const response = await openPool().stream("GET", server.url(), BOUND);
      const reading = {
        read: () => response.read(),
        iterStream: async () => {
          for await (const _piece of response.iterStream());
        },
        body: () => new globalThis.Response(response.body).arrayBuffer(),
        text: () => response.text(),
        toWeb: () => response.toWeb().arrayBuffer(),
      }[way];
      await fails(reading?.() ?? Promise.resolve(), RemoteProtocolError);
    }
  });
});

// The fault: room for the announced content is made before any of it has come.
describe("T-cl-lie: what is announced is not allocated", () => {
  const MOST = 16 * 1024 * 1024;
  test.each<[string, string]>([
    ["8 GiB of content", `${OK_LINE}Content-Length: 8589934592\r\n\r\n`],
    ["2^53-1 octets of content", `${OK_LINE}Content-Length: 9007199254740991\r\n\r\n`],
    ["1 GiB, which could be had", `${OK_LINE}Content-Length: 1073741824\r\n\r\n`],
    ["a chunk of 2^53-1", `${CHUNKED}1fffffffffffff\r\n`],
    ["a chunk of 1 GiB", `${CHUNKED}40000000\r\n`],
  ])("%s", async (_what, head) => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(`${head}hello`);
    });
    const pool = openPool();
    const before = process.memoryUsage();
    const seen: number[] = [];
    const call = fails(pool.request("GET", server.url(), BOUND), RemoteProtocolError);
    const peer = await server.peer(0);
    await peer.until("\r\n\r\n");
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      const now = process.memoryUsage();
      seen.push(now.arrayBuffers - before.arrayBuffers);
    }
    peer.end();
    const error = await call;
    expect([error.reason, /\b5\b/.test(error.message)]).toEqual(["incomplete-content", true]);
    expect(Math.max(...seen)).toBeLessThan(MOST);
  });

  test("maxContentSize refuses by the announcement, before the content", async () => {
    const pool = { limits: { maxContentSize: 1000 } };
    const octets = `${OK_LINE}Content-Length: 1001\r\n\r\n`;
    expect((await hostileError(octets, { pool })).reason).toBe("max-content-size");
  });
});

// The fault: the octets behind a response that has no content stay in the buffer, and answer the next request.
describe("T-nobody: octets where no content can be close the connection", () => {
  const POISON = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
  test.each<[string, string]>([
    ["HEAD", `${OK_LINE}Content-Length: 5\r\n\r\nhello`],
    ["HEAD", `${OK_LINE}Content-Length: 5\r\n\r\n${POISON}`],
    ["HEAD", `${CHUNKED}2\r\nok\r\n0\r\n\r\n`],
    ["GET", `HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello`],
    ["GET", `HTTP/1.1 204 No Content\r\n\r\n${POISON}`],
    ["GET", `HTTP/1.1 204 No Content\r\nContent-Length: ${POISON.length}\r\n\r\n${POISON}`],
    ["GET", `HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello`],
    ["GET", `HTTP/1.1 304 Not Modified\r\n\r\n${POISON}`],
    ["GET", `${OK_LINE}Content-Length: 0\r\n\r\n${POISON}`],
  ])("%s, %j", async (method, octets) => {
    const server = await hostile(octets);
    const pool = openPool();
    const response = await pool.request(method, server.url(), BOUND);
    expect(response.content).toHaveLength(0);
    await onlyAFreshConnectionServes(pool, server);
  });

  test("204 or a response to HEAD with octets that come later", async () => {
    for (const [method, head] of [
      ["GET", "HTTP/1.1 204 No Content\r\n\r\n"],
      ["HEAD", `${OK_LINE}Content-Length: 5\r\n\r\n`],
    ] as const) {
      const server = await hostile(head);
      const pool = openPool();
      await pool.request(method, server.url(), BOUND);
      (await server.peer(0)).send("hello");
      await onlyAFreshConnectionServes(pool, server);
    }
  });
});
