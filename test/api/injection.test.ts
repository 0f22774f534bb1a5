// What would let a caller's data end a line, add a header or confuse the framing: refused before anything is connected,
// from every kind of input. The server never sees a connection.

import { type HeadersInput, LocalProtocolError, Request } from "httpcore";
import { describe, expect, test } from "vitest";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

async function refuses(headers: HeadersInput, method = "GET", content: string | null = null): Promise<string> {
  const server = await serve(answering());
  const pool = openPool();
  const error = await fails(pool.request(method, server.url(), { headers, content }), LocalProtocolError);
  expect(pool.connections).toEqual([]);
  expect(server.peers).toHaveLength(0);
  return error.reason;
}

const encode = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe("header values", () => {
  const bad = ["a\r\nB: c", "a\nb", "a\rb", "\r\n", "a\0b", "a\x01", "a\x7f", "\x1b[0m", " a", "a ", "\ta", "a\t", " "];

  test.each(bad)("%j from an object", async (value) => {
    expect(await refuses({ A: value })).toBe("invalid-header-value");
  });

  test.each(bad)("%j from octets", async (value) => {
    expect(await refuses([["A", encode(value)]])).toBe("invalid-header-value");
  });

  test("from a Map and from a Request", async () => {
    expect(await refuses(new Map([["A", "x\r\ny"]]))).toBe("invalid-header-value");
    const server = await serve(answering());
    const request = new Request("GET", server.url(), { headers: { Host: "a", A: "x\r\ny" } });
    await fails(openPool().handleRequest(request), LocalProtocolError);
    expect(server.peers).toHaveLength(0);
  });

  test("the message does not repeat the value, which may be a secret", async () => {
    const error = await fails(
      openPool().request("GET", "http://127.0.0.1:1/", { headers: { Authorization: "s3cret\n" } }),
      LocalProtocolError,
    );
    expect(error.message).not.toContain("s3cret");
    expect(error.message).toContain("Authorization");
  });
});

describe("header names", () => {
  const bad = ["", "A B", "A:", "A\r\nB", "A\0", "A\t", " A", "A ", "A(b)", "\x7f", '"A"'];

  test.each(bad)("%j from pairs", async (name) => {
    expect(["invalid-header-name", "empty-header-name"]).toContain(await refuses([[name, "1"]]));
  });

  test.each(bad)("%j from octets", async (name) => {
    expect(["invalid-header-name", "empty-header-name"]).toContain(await refuses([[encode(name), "1"]]));
  });

  test("octets above 0x7F are no token", async () => {
    expect(await refuses([[Uint8Array.of(0x41, 0xe9), "1"]])).toBe("invalid-header-name");
  });
});

describe("framing", () => {
  test.each<[string, [string, string][], string]>([
    [
      "Content-Length with Transfer-Encoding",
      [
        ["Content-Length", "1"],
        ["Transfer-Encoding", "chunked"],
      ],
      "content-length-with-transfer-encoding",
    ],
    ["Transfer-Encoding: gzip", [["Transfer-Encoding", "gzip"]], "unsupported-transfer-encoding"],
    ["Transfer-Encoding: gzip, chunked", [["Transfer-Encoding", "gzip, chunked"]], "unsupported-transfer-encoding"],
    ["Transfer-Encoding: identity", [["Transfer-Encoding", "identity"]], "unsupported-transfer-encoding"],
    ["an empty Transfer-Encoding", [["Transfer-Encoding", ""]], "unsupported-transfer-encoding"],
    [
      "Transfer-Encoding twice",
      [
        ["Transfer-Encoding", "chunked"],
        ["transfer-encoding", "chunked"],
      ],
      "unsupported-transfer-encoding",
    ],
    ["Content-Length: +1", [["Content-Length", "+1"]], "invalid-content-length"],
    ["Content-Length: 0x1", [["Content-Length", "0x1"]], "invalid-content-length"],
    ["Content-Length: 1, 1", [["Content-Length", "1, 1"]], "invalid-content-length"],
    ["an empty Content-Length", [["Content-Length", ""]], "invalid-content-length"],
    ["a Content-Length beyond 2^53-1", [["Content-Length", "9007199254740992"]], "invalid-content-length"],
  ])("%s", async (_what, headers, reason) => {
    expect(await refuses(headers, "POST", "x")).toBe(reason);
  });

  test("Content-Length twice, whatever the case", async () => {
    const headers: [string, string][] = [
      ["Content-Length", "1"],
      ["content-length", "1"],
    ];
    await refuses(headers, "POST", "x");
  });

  test("content with TRACE", async () => {
    expect(await refuses({}, "TRACE", "x")).toBe("content-with-trace");
  });

  test("Expect: 100-continue without content", async () => {
    expect(await refuses({ Expect: "100-continue" })).toBe("expect-without-content");
  });
});

test("a head larger than can be sent", async () => {
  expect(await refuses({ A: "x".repeat(300_000) })).toBe("max-header-size");
});

test("no header is derived from a Blob's type", async () => {
  const server = await serve(answering());
  await openPool().request("POST", server.url(), { content: new Blob(["x"], { type: "text/plain" }) });
  expect((await server.peer(0)).received).not.toMatch(/content-type/i);
});
