// One request is one request: what was checked is what is sent, to the origin of the URL, framed as it says, whatever
// a caller's data or somebody else's code does meanwhile. The fault that a test would catch stands above it.

import { LocalProtocolError, URL } from "httpcore";
import { describe, expect, test } from "vitest";
import { octets } from "../octets.ts";
import { GatedBackend } from "../support/backends.ts";
import { eventually, fails, openPool, rejection } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";
import { BOUND } from "./hostile-server.ts";

// The fault: names are compared as they are written, so "content-length" is given beside "Content-Length".
describe("T-dup-singletons: a field that stands once stands once in any case", () => {
  test.each<[string, [string, string][], string | string[] | null]>([
    [
      "Content-Length",
      [
        ["Content-Length", "1"],
        ["content-length", "1"],
      ],
      "x",
    ],
    [
      "Content-Length, two values",
      [
        ["CONTENT-LENGTH", "1"],
        ["Content-length", "2"],
      ],
      "x",
    ],
    [
      "Content-Length of a source",
      [
        ["Content-Length", "1"],
        ["content-LENGTH", "1"],
      ],
      ["x"],
    ],
    [
      "Content-Length without content",
      [
        ["Content-Length", "0"],
        ["content-length", "0"],
      ],
      null,
    ],
    [
      "Transfer-Encoding",
      [
        ["Transfer-Encoding", "chunked"],
        ["TRANSFER-ENCODING", "chunked"],
      ],
      "x",
    ],
    [
      "Host",
      [
        ["Host", "a"],
        ["hOST", "a"],
      ],
      null,
    ],
    [
      "Host, two values",
      [
        ["Host", "a"],
        ["host", "b"],
      ],
      null,
    ],
    [
      "both framings",
      [
        ["transfer-encoding", "chunked"],
        ["content-length", "1"],
      ],
      "x",
    ],
  ])("%s", async (_what, headers, content) => {
    const server = await serve(answering());
    await fails(openPool().request("POST", server.url(), { ...BOUND, headers, content }), LocalProtocolError);
    expect(server.peers).toHaveLength(0);
  });

  // The fault: the client looks for "Content-Length" in its own case, does not find it, and adds another.
  test.each(["content-length", "CONTENT-LENGTH", "cOnTeNt-LeNgTh"])(
    "%s that is given is not added again",
    async (name) => {
      const server = await serve(answering());
      await openPool().request("POST", server.url(), { ...BOUND, headers: { [name]: "2", hOsT: "a" }, content: "hi" });
      const { received } = await server.peer(0);
      expect(received).toBe(`POST / HTTP/1.1\r\n${name}: 2\r\nhOsT: a\r\n\r\nhi`);
    },
  );
});

// The fault: a target is resolved against the URL, and "//evil" or "http://evil/" names another host to connect to.
describe("T-path-authority: the connection goes to the URL's origin, whatever the target says", () => {
  const targets = [
    "//evil.example/x",
    "//evil.example:1/x",
    "http://evil.example/x",
    "http:/x",
    "/\\evil.example",
    "///",
    "*",
    "/@evil",
    "evil.example:443",
  ];

  test.each(targets)("target %j", async (target) => {
    const server = await serve(answering());
    const host = `127.0.0.1:${server.port}`;
    const pool = openPool();
    const parts = { scheme: "http", host: "127.0.0.1", port: server.port };
    await pool.request("GET", server.url(), { extensions: { ...BOUND.extensions, target } });
    await pool.request("GET", server.url(), { extensions: { ...BOUND.extensions, target: octets(target) } });
    await pool.request("GET", new URL({ ...parts, target }), BOUND);
    if (target.startsWith("/")) await pool.request("GET", server.url(target), BOUND);
    const { received } = await server.peer(0);
    const head = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    expect(received).toBe(head.repeat(target.startsWith("/") ? 4 : 3));
    expect(server.peers).toHaveLength(1);
  });

  // The fault: where the host ends is decided twice, by different rules, for the check and for the connection.
  test.each([
    ["http://127.0.0.1:PORT#@evil.example/", "/"],
    ["http://127.0.0.1:PORT?@evil.example/", "/?@evil.example/"],
    ["http://127.0.0.1:PORT/@evil.example/", "/@evil.example/"],
    ["http://evil.example@127.0.0.1:PORT/", "/"],
    ["http://evil.example:80@127.0.0.1:PORT/", "/"],
  ])("%s", async (url, target) => {
    const server = await serve(answering());
    await openPool().request("GET", url.replace("PORT", String(server.port)), BOUND);
    const { received } = await server.peer(0);
    expect(received).toBe(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
  });

  test.each([
    "http://127.0.0.1:1\\@evil.example/",
    "http://127.0.0.1:1\\evil/",
    "http:\\\\127.0.0.1:1/",
    "http://a\t@b/",
  ])("%j, which others read in two ways, is refused", async (url) => {
    const error = await rejection(openPool().request("GET", url, BOUND));
    expect((error as { code: string }).code).toMatch(/^ERR_(UNSUPPORTED_PROTOCOL|LOCAL_PROTOCOL_ERROR)$/);
  });
});

// The fault: the head is checked when the call is made, and written from the caller's objects when a connection is there.
describe("T-toctou: a request is what it was at the call", () => {
  async function changedMeanwhile(options: object, change: () => void): Promise<string> {
    const server = await serve(answering());
    const networkBackend = new GatedBackend();
    const pool = openPool({ networkBackend });
    const call = pool.request("POST", server.url("/asked"), { ...BOUND, ...options });
    await eventually(() => networkBackend.waiting === 1);
    change();
    networkBackend.letOneIn();
    await call;
    return (await server.peer(0)).received.replaceAll(String(server.port), "PORT");
  }
  const HEAD = "POST /asked HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n";

  test("headers in an object, in pairs, in octets, in a Map", async () => {
    const object: Record<string, string> = { A: "1" };
    const pair: [string, string] = ["A", "1"];
    const value = octets("1");
    const map = new Map([["A", "1"]]);
    const evil = "x\r\nEvil: 1";
    const changes: [object, () => void][] = [
      [{ headers: object }, () => Object.assign(object, { A: evil, B: evil })],
      [{ headers: [pair] }, () => pair.splice(0, 2, "Host", evil)],
      [{ headers: [["A", value]] }, () => value.set([0x0a])],
      [{ headers: map }, () => map.set("A", evil).set("B", evil)],
    ];
    for (const [options, change] of changes) {
      expect(await changedMeanwhile(options, change)).toBe(`${HEAD}A: 1\r\nContent-Length: 0\r\n\r\n`);
    }
  });

  test("the target, and the options object as a whole", async () => {
    const target = octets("/asked");
    const extensions = { ...BOUND.extensions, target };
    expect(await changedMeanwhile({ extensions }, () => target.fill(0x0a))).toContain(
      `${HEAD}Content-Length: 0\r\n\r\n`,
    );
    const options: { headers: object; content?: string } = { headers: { A: "1" } };
    const change = (): void => {
      options.content = "evil";
      options.headers = { Evil: "1" };
    };
    expect(await changedMeanwhile(options, change)).toBe(`${HEAD}A: 1\r\nContent-Length: 0\r\n\r\n`);
  });

  test("headers that are changed by reading them", async () => {
    const pairs: [string, string][] = [["A", "1"]];
    const first = Object.assign(["X", "1"] as [string, string], {});
    Object.defineProperty(first, 1, {
      get() {
        pairs[0] = ["A", "x\r\nEvil: 1"];
        return "1";
      },
    });
    const server = await serve(answering());
    await openPool().request("GET", server.url(), { ...BOUND, headers: [...pairs, first, ...pairs] });
    expect((await server.peer(0)).received).not.toContain("Evil");
  });

  // The fault: Content-Length was written for octets that are not there any more when they are to be sent.
  test("content whose memory is taken away fails, and leaves no half request behind", async () => {
    for (const size of [5, 100_000]) {
      const server = await serve(answering());
      const networkBackend = new GatedBackend();
      const pool = openPool({ networkBackend });
      const content = new Uint8Array(size);
      const call = rejection(pool.request("POST", server.url(), { ...BOUND, content }));
      await eventually(() => networkBackend.waiting === 1);
      structuredClone(content.buffer, { transfer: [content.buffer] });
      networkBackend.letOneIn();
      expect(await call).toMatchObject({ code: "ERR_LOCAL_PROTOCOL_ERROR", reason: "content-too-short" });
      expect(pool.connections).toEqual([]);
    }
  });
});

// The fault: fewer octets than announced leave the server waiting for ever; more are taken for the next request.
describe("T-length-mismatch: content is as long as Content-Length says, or the request fails at once", () => {
  async function* slowly(...pieces: string[]): AsyncGenerator<string> {
    for (const piece of pieces) {
      await Promise.resolve();
      yield piece;
    }
  }
  const hi = (): Uint8Array => octets("hi");

  test.each(["1", "3", "0", "9007199254740991"])("Content-Length: %s for 2 octets that are there", async (length) => {
    const server = await serve(answering());
    for (const content of ["hi", hi(), hi().buffer as ArrayBuffer, new Blob(["hi"])]) {
      const options = { ...BOUND, headers: { "Content-Length": length }, content };
      const error = await fails(openPool().request("POST", server.url(), options), LocalProtocolError);
      expect(error.reason).toMatch(/^content-too-(long|short)$/);
    }
    expect(server.peers).toHaveLength(0);
  });

  test.each(["1", "3", "0", "9007199254740991"])("Content-Length: %s for a source of 2 octets", async (length) => {
    // A server that never answers: nothing but the client's own error can end the request.
    const server = await serve(() => {});
    const sources = [() => ["hi"], () => ["h", "i"], () => slowly("h", "i"), () => new Blob(["hi"]).stream()];
    for (const [index, source] of sources.entries()) {
      const pool = openPool();
      const options = { headers: { "Content-Length": length }, content: source() };
      const error = await fails(pool.request("POST", server.url(), options), LocalProtocolError);
      expect(error.reason).toBe(Number(length) > 2 ? "content-too-short" : "content-too-long");
      expect(pool.connections).toEqual([]);
      const peer = await server.peer(index);
      await peer.gone;
      // No octet beyond those announced: they would be read as the next request.
      const sent = peer.received.slice(peer.received.indexOf("\r\n\r\n") + 4);
      expect(sent.length).toBeLessThanOrEqual(Number(length));
    }
  });

  test("a Content-Length without any content", async () => {
    const server = await serve(() => {});
    for (const method of ["GET", "POST"]) {
      const options = { ...BOUND, headers: { "Content-Length": "5" } };
      await fails(openPool().request(method, server.url(), options), LocalProtocolError);
    }
    expect(server.peers).toHaveLength(0);
  });
});
