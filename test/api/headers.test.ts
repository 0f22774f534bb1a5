// Headers, octet for octet as a server gets them: order, case and duplicates as given, from every kind of input, and
// nothing added but Host and a framing header.

import type { HeadersInput } from "httpcore";
import { HeaderList } from "httpcore";
import { describe, expect, test } from "vitest";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

/** The header lines that arrive, without the Host that is added. */
async function linesFor(headers: HeadersInput): Promise<string[]> {
  const server = await serve(answering());
  await openPool().request("GET", server.url(), { headers });
  const { received } = await server.peer(0);
  return received.slice(0, -4).split("\r\n").slice(2);
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test("nothing but Host is added", async () => {
  const server = await serve(answering());
  await openPool().request("GET", server.url());
  expect((await server.peer(0)).received).toBe(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
});

describe("inputs", () => {
  test("a plain object", async () => {
    expect(await linesFor({ "X-b": "1", "x-A": "2" })).toEqual(["X-b: 1", "x-A: 2"]);
  });

  test("an object without a prototype", async () => {
    const headers: Record<string, string> = Object.create(null);
    headers.A = "1";
    expect(await linesFor(headers)).toEqual(["A: 1"]);
  });

  test("a Map", async () => {
    const headers = new Map([
      ["B", "1"],
      ["a", "2"],
    ]);
    expect(await linesFor(headers)).toEqual(["B: 1", "a: 2"]);
  });

  test("a WHATWG Headers", async () => {
    const headers = new Headers([
      ["A", "1"],
      ["Set-Cookie", "x"],
      ["Set-Cookie", "y"],
    ]);
    expect(await linesFor(headers)).toEqual(["a: 1", "set-cookie: x", "set-cookie: y"]);
  });

  test("a HeaderList, with the octets of its values", async () => {
    const headers = new HeaderList([
      ["A", "1"],
      ["a", Uint8Array.of(0xe9, 0xff)],
    ]);
    expect(await linesFor(headers)).toEqual(["A: 1", "a: \xe9\xff"]);
  });

  test("the headers of a response", async () => {
    const server = await serve(answering("HTTP/1.1 204 X\r\nA: 1\r\nB: \xe9\r\nA: 2\r\n\r\n"));
    const { headers } = await openPool().request("GET", server.url());
    expect(await linesFor(headers)).toEqual(["A: 1", "B: \xe9", "A: 2"]);
  });

  test("pairs: order, case and duplicates are kept", async () => {
    const headers: [string, string][] = [
      ["B", "1"],
      ["a", "2"],
      ["A", "3"],
      ["a", "2"],
    ];
    expect(await linesFor(headers)).toEqual(["B: 1", "a: 2", "A: 3", "a: 2"]);
  });

  test("a generator of pairs", async () => {
    function* headers(): Generator<[string, string]> {
      yield ["A", "1"];
      yield ["B", "2"];
    }
    expect(await linesFor(headers())).toEqual(["A: 1", "B: 2"]);
  });

  test("octets as names and values", async () => {
    expect(await linesFor([[encode("X-Octets"), Uint8Array.of(0x80, 0x20, 0xff)]])).toEqual(["X-Octets: \x80 \xff"]);
    expect(await linesFor({ "X-Mixed": encode("v") })).toEqual(["X-Mixed: v"]);
  });

  test.each([null, undefined])("%s: none", async (headers) => {
    expect(await linesFor(headers)).toEqual([]);
  });

  test("an empty value is sent as name, colon, space", async () => {
    expect(await linesFor({ A: "", B: "1" })).toEqual(["A: ", "B: 1"]);
  });

  test("HTAB and space inside a value stay", async () => {
    expect(await linesFor({ A: "x \t y" })).toEqual(["A: x \t y"]);
  });

  test("are read once", async () => {
    let reads = 0;
    const headers = {
      get A(): string {
        reads++;
        return reads === 1 ? "safe" : "changed";
      },
    };
    expect(await linesFor(headers)).toEqual(["A: safe"]);
    expect(reads).toBe(1);
  });

  test("are a snapshot: changes after the call are not sent", async () => {
    const server = await serve(answering());
    const headers: Record<string, string> = { A: "1" };
    const content = (async function* () {})();
    const sending = openPool().request("POST", server.url(), { headers, content });
    headers.A = "2";
    headers.B = "x\r\ny";
    await sending;
    expect((await server.peer(0)).received).toContain("\r\nA: 1\r\nTransfer-Encoding");
  });
});

describe("a TypeError", () => {
  const unicode = "header value strings may not include unicode characters";

  test.each<[string, unknown, string]>([
    ["a string", "A: 1", "headers"],
    ["a number", 1, "headers"],
    ["octets", new Uint8Array(2), "headers"],
    ["a list of strings", ["A", "1"], "pair"],
    ["pairs of one", [["A"]], "pair"],
    ["triples", [["A", "1", "2"]], "pair"],
    ["a number as value", { A: 1 }, "string"],
    ["undefined as value", { A: undefined }, "string"],
    ["an array as value", { A: ["1"] }, "string"],
    ["an object with toString as value", { A: { toString: () => "1" } }, "string"],
    ["a Latin-1 value string", { A: "\u00e9" }, unicode],
    ["a wide value string", { A: "\u010d\u010a" }, unicode],
    ["a value that is no token and wide", [["A b", "\u20ac"]], unicode],
  ])("for %s", async (_what, headers, message) => {
    const server = await serve(answering());
    const error = await fails(openPool().request("GET", server.url(), { headers: headers as HeadersInput }), TypeError);
    expect(error.message).toContain(message);
    expect(server.peers).toHaveLength(0);
  });

  test.each(["\u212aey", "\u00e9", "a\u010d"])("for the name %j", async (name) => {
    const error = await fails(
      openPool().request("GET", "http://127.0.0.1:1/", { headers: { [name]: "1" } }),
      TypeError,
    );
    expect(error.message).toContain("unicode");
  });
});
