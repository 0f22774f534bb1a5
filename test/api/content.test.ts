// Request content of every type, octet for octet as a server gets it, with the framing header that is added for it.

import { type Content, LocalProtocolError } from "httpcore";
import { describe, expect, test } from "vitest";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

interface Sent {
  /** Header lines behind Host. */
  lines: string[];
  content: string;
}

/** What arrives of a request with `content`. */
async function send(method: string, content?: Content | null, headers: Record<string, string> = {}): Promise<Sent> {
  const server = await serve(answering());
  await openPool().request(method, server.url(), { headers, ...(content === undefined ? {} : { content }) });
  const { received } = await server.peer(0);
  const end = received.indexOf("\r\n\r\n");
  return { lines: received.slice(0, end).split("\r\n").slice(2), content: received.slice(end + 4) };
}

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function* pieces(...items: (string | Uint8Array)[]): Generator<string | Uint8Array> {
  yield* items;
}

async function* slowPieces(...items: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const item of items) {
    await new Promise((resolve) => setImmediate(resolve));
    yield item;
  }
}

describe("content that is there gets a Content-Length, at the end", () => {
  test.each<[string, () => Content, string]>([
    ["Uint8Array", () => Uint8Array.of(0, 0x0d, 0x0a, 0xff), "\0\r\n\xff"],
    ["a view into a larger buffer", () => encode("xabcx").subarray(1, 4), "abc"],
    ["Buffer", () => Buffer.from("abc"), "abc"],
    ["ArrayBuffer", () => encode("abc").buffer, "abc"],
    ["string, as UTF-8", () => "a\u00e9\u20ac", "a\xc3\xa9\xe2\x82\xac"],
    ["Blob", () => new Blob(["ab", encode("c")]), "abc"],
    ["empty string", () => "", ""],
    ["empty Uint8Array", () => new Uint8Array(0), ""],
    ["empty Blob", () => new Blob([]), ""],
  ])("%s", async (_type, content, arrives) => {
    const expected = { lines: [`Content-Length: ${arrives.length}`], content: arrives };
    expect(await send("POST", content())).toEqual(expected);
    expect(await send("GET", content())).toEqual(expected);
  });

  test("also when it is large", async () => {
    const large = new Uint8Array(1_500_000).map((_, index) => index % 251);
    const sent = await send("PUT", large);
    expect(sent.lines).toEqual(["Content-Length: 1500000"]);
    expect(Buffer.from(sent.content, "latin1").equals(large)).toBe(true);
  });

  test("a large Blob comes whole", async () => {
    const large = new Uint8Array(700_000).map((_, index) => index % 251);
    const sent = await send("PUT", new Blob([large]));
    expect(sent.lines).toEqual(["Content-Length: 700000"]);
    expect(Buffer.from(sent.content, "latin1").equals(large)).toBe(true);
  });

  test("behind the caller's headers", async () => {
    expect((await send("POST", "x", { A: "1", B: "2" })).lines).toEqual(["A: 1", "B: 2", "Content-Length: 1"]);
  });

  test("unless it is given: then it keeps its place", async () => {
    expect((await send("POST", "x", { "content-LENGTH": "1", B: "2" })).lines).toEqual(["content-LENGTH: 1", "B: 2"]);
  });
});

describe("content that comes piece by piece goes out chunked, an item a chunk", () => {
  test.each<[string, () => Content]>([
    ["array", () => ["ab", encode("cdefghijklmn")]],
    ["Set", () => new Set(["ab", "cdefghijklmn"])],
    ["generator", () => pieces("ab", "cdefghijklmn")],
    ["async generator", () => slowPieces("ab", encode("cdefghijklmn"))],
    [
      "ReadableStream",
      () =>
        new ReadableStream({
          start(controller) {
            controller.enqueue(encode("ab"));
            controller.enqueue(encode("cdefghijklmn"));
            controller.close();
          },
        }),
    ],
  ])("%s", async (_type, content) => {
    expect(await send("POST", content())).toEqual({
      lines: ["Transfer-Encoding: chunked"],
      content: "2\r\nab\r\nc\r\ncdefghijklmn\r\n0\r\n\r\n",
    });
  });

  test("empty items are skipped, strings are UTF-8", async () => {
    expect((await send("POST", pieces("", "\u00e9", new Uint8Array(0), "x"))).content).toBe(
      "2\r\n\xc3\xa9\r\n1\r\nx\r\n0\r\n\r\n",
    );
  });

  test.each<[string, () => Content]>([
    ["array", () => []],
    ["generator", () => pieces()],
    ["ReadableStream", () => new ReadableStream({ start: (controller) => controller.close() })],
  ])("an empty %s is the last chunk alone", async (_type, content) => {
    expect(await send("POST", content())).toEqual({ lines: ["Transfer-Encoding: chunked"], content: "0\r\n\r\n" });
  });

  test("unless Content-Length is given", async () => {
    expect(await send("POST", pieces("ab", "", "c"), { "Content-Length": "3" })).toEqual({
      lines: ["Content-Length: 3"],
      content: "abc",
    });
  });

  test("a chunk size is in lower-case hex", async () => {
    expect((await send("POST", pieces("x".repeat(0xabc)))).content).toMatch(/^abc\r\nx/);
  });
});

describe("Transfer-Encoding: chunked as a header", () => {
  const headers = { "transfer-ENCODING": "chunked" };

  test.each<[string, () => Content]>([
    ["bytes", () => encode("abc")],
    ["a string", () => "abc"],
    ["an ArrayBuffer", () => encode("abc").buffer],
    ["a Blob", () => new Blob(["abc"])],
    ["an iterable", () => pieces("abc")],
  ])("%s: one chunk and no Content-Length", async (_type, content) => {
    expect(await send("POST", content(), headers)).toEqual({
      lines: ["transfer-ENCODING: chunked"],
      content: "3\r\nabc\r\n0\r\n\r\n",
    });
  });

  test("an empty string is the last chunk alone", async () => {
    expect((await send("POST", "", headers)).content).toBe("0\r\n\r\n");
  });
});

describe("no content", () => {
  test.each(["POST", "PUT", "PATCH"])("%s says Content-Length: 0", async (method) => {
    expect(await send(method)).toEqual({ lines: ["Content-Length: 0"], content: "" });
    expect(await send(method, null)).toEqual({ lines: ["Content-Length: 0"], content: "" });
  });

  test.each(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "post", "QUERY"])("%s says nothing", async (method) => {
    expect(await send(method)).toEqual({ lines: [], content: "" });
    expect(await send(method, null)).toEqual({ lines: [], content: "" });
  });

  test("a given Content-Length: 0 is not doubled", async () => {
    expect((await send("POST", null, { "Content-Length": "0" })).lines).toEqual(["Content-Length: 0"]);
  });

  test("Content-Length: 0 with GET goes out as given", async () => {
    expect((await send("GET", null, { "Content-Length": "0" })).lines).toEqual(["Content-Length: 0"]);
  });
});

describe("of no accepted type", () => {
  test.each<[string, unknown]>([
    ["number", 1],
    ["true", true],
    ["plain object", { a: 1 }],
    ["function", () => "x"],
    ["symbol", Symbol("x")],
    ["bigint", 1n],
    ["FormData", new FormData()],
    ["URLSearchParams", new URLSearchParams("a=b")],
    ["Headers", new Headers()],
    ["Map", new Map()],
    ["DataView", new DataView(new ArrayBuffer(1))],
    ["Uint16Array", new Uint16Array(2)],
    ["SharedArrayBuffer", new SharedArrayBuffer(1)],
    ["Promise", Promise.resolve("x")],
    ["Date", new Date(0)],
  ])("%s is a TypeError at once", async (_type, content) => {
    const server = await serve(answering());
    const error = await fails(openPool().request("POST", server.url(), { content: content as Content }), TypeError);
    expect(error.message).toContain("content");
    expect(server.peers).toHaveLength(0);
  });

  test.each([1, null, undefined, {}, ["x"], new ArrayBuffer(1), new Uint16Array(1)])(
    "an item %j is a TypeError, and the connection is closed",
    async (item) => {
      const server = await serve(answering());
      const content = ["ok", item] as unknown as Content;
      await fails(openPool().request("POST", server.url(), { content }), TypeError);
      const peer = await server.peer(0);
      await peer.gone;
      expect(peer.received).not.toContain("0\r\n\r\n");
    },
  );

  test("a locked ReadableStream is a TypeError, as fetch has it", async () => {
    const server = await serve(answering());
    const content = new ReadableStream<Uint8Array>();
    content.getReader();
    await fails(openPool().request("POST", server.url(), { content }), TypeError);
  });
});

test("content that does not fit the head is found before anything is sent", async () => {
  const server = await serve(answering());
  const headers = { "Content-Length": "5" };
  const error = await fails(openPool().request("POST", server.url(), { headers }), LocalProtocolError);
  expect(error.reason).toBe("content-too-short");
  expect(server.peers).toHaveLength(0);
});
