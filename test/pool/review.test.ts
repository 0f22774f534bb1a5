// What a review of the whole found: promises of the contract that did not hold.
//
// In: loopback servers that do what is legal but unusual. Out: what a caller sees. Each test names one promise.

import { HTTPCoreError, ReadError, UnsupportedProtocol } from "httpcore";
import { MockBackend } from "httpcore/mock";
import { ChunkEncoder, ClientConnection, parseResponseHead } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { fails, openPool, pause, rejection } from "../support/outcomes.ts";
import { answering, NOBODY, OK, serve } from "../support/scripted-server.ts";

/** No promise of these tests may wait for longer. */
const BOUND = 2000;

describe("a final response that comes while the request still goes out (RFC 9110 section 7.5)", () => {
  test("a 2xx does not cut the upload: the server reads the content while it answers", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n");
      await peer.until("\r\n0\r\n\r\n");
      peer.send("3\r\nend\r\n0\r\n\r\n");
    });
    async function* content(): AsyncGenerator<string> {
      for (let part = 0; part < 3; part++) {
        yield `part${part}`;
        await pause(10);
      }
    }
    const extensions = { timeout: { total: BOUND } };
    const response = await openPool().request("POST", server.url(), { content: content(), extensions });
    expect(await response.text()).toBe("hiend");
  });

  test("a 2xx is not success with half of the octets sent", async () => {
    const size = 5_000_000;
    let came = 0;
    const server = await serve(async (peer) => {
      peer.socket.on("data", (octets: Buffer) => {
        came += octets.length;
      });
      await peer.until("\r\n\r\n");
      peer.send(OK);
    });
    await openPool().request("POST", server.url(), { content: new Uint8Array(size) });
    await pause(200);
    expect(came).toBeGreaterThan(size);
  });
});

describe("timeout.read measures inactivity", () => {
  test("interim responses are activity, and their number has a limit of its own", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      for (let count = 0; count < 6; count++) {
        peer.send("HTTP/1.1 102 Processing\r\n\r\n");
        await pause(100);
      }
      peer.send(OK);
    });
    const extensions = { timeout: { read: 300, total: BOUND } };
    expect((await openPool().request("GET", server.url(), { extensions })).status).toBe(200);
  });

  test("octets of the final head that follows an interim response are activity", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 103 Early Hints\r\n\r\n");
      for (const piece of OK.match(/.{1,8}/gs) ?? []) {
        await pause(100);
        peer.send(piece);
      }
    });
    const extensions = { timeout: { read: 300, total: BOUND } };
    expect((await openPool().request("GET", server.url(), { extensions })).status).toBe(200);
  });
});

test("`Keep-Alive: timeout=1` shortens the expiry and does not forbid reuse", async () => {
  const server = await serve(answering("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n"));
  const pool = openPool();
  for (let count = 0; count < 3; count++) await pool.request("GET", server.url());
  expect(server.peers.length).toBe(1);
});

describe("errors carry the request wherever it is known", () => {
  test("when content breaks off", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nHello");
      await pause(20);
      peer.reset();
    });
    const response = await openPool().stream("GET", server.url());
    const error = await fails(response.read(), ReadError);
    expect(String(error.request)).toBe("<Request [GET]>");
  });

  test("when the caller closes the response", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nHello");
    });
    const response = await openPool().stream("GET", server.url());
    await response.close();
    const error = await fails(response.read(), ReadError);
    expect(error.origin).toBe(server.url().replace(/\/$/, ""));
    expect(String(error.request)).toBe("<Request [GET]>");
  });

  test("when the request is refused before anything is sent", async () => {
    const refused = openPool().request("GET", NOBODY, { headers: { A: "a\nb" } });
    const error = await fails(refused, HTTPCoreError);
    expect(error.origin).toBe(NOBODY);
    expect(String(error.request)).toBe("<Request [GET]>");
  });
});

describe("a source of content is given up whatever ends the request early", () => {
  const faults = {
    "an aborted signal": { signal: AbortSignal.abort() },
    "a header that is not ASCII": { headers: { A: "ü" } },
    "an unknown extension": { extensions: { nonsense: 1 } as object },
  };
  test.each(Object.entries(faults))("%s", async (_name, options) => {
    let isCancelled = false;
    const content = new ReadableStream<Uint8Array>({
      cancel() {
        isCancelled = true;
      },
    });
    await rejection(openPool().request("POST", NOBODY, { ...options, content }));
    await pause(10);
    expect(isCancelled).toBe(true);
  });
});

test("UnsupportedProtocol names the scheme, also one without '//'", async () => {
  const error = await fails(openPool().request("GET", "mailto:a@example.com"), UnsupportedProtocol);
  expect(error.message).toContain("mailto");
});

test("a ReadableStream that is locked is a TypeError before a connection is opened", async () => {
  const server = await serve(answering());
  const content = new ReadableStream<Uint8Array>();
  content.getReader();
  await fails(openPool().request("POST", server.url(), { content }), TypeError);
  expect(server.peers.length).toBe(0);
});

test("a web Response with a null body leaves no connection behind", async () => {
  const server = await serve(answering("HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nok"));
  const pool = openPool();
  const response = await pool.stream("GET", server.url());
  response.toWeb();
  await pause(50);
  expect(String(pool)).toContain("Requests: 0 active");
});

describe("a mistake of type is a TypeError, without a pool too", () => {
  const text = "abc" as unknown as Uint8Array;
  test("text for octets", () => {
    expect(() => new ChunkEncoder().encode(text)).toThrow(TypeError);
    const connection = new ClientConnection();
    connection.send({ type: "request", method: "POST", target: "/", headers: { Host: "a", "Content-Length": "3" } });
    expect(() => connection.send({ type: "content", octets: text })).toThrow(TypeError);
    expect(() => connection.receive(text)).toThrow(TypeError);
  });

  test("unknown options", () => {
    const options = { nonsense: 1 } as object;
    const octets = new TextEncoder().encode(OK);
    expect(() => new ClientConnection(options)).toThrow(TypeError);
    expect(() => parseResponseHead(octets, options)).toThrow(TypeError);
    expect(() => new MockBackend([OK], options)).toThrow(TypeError);
  });

  test("a wrong piece size of a MockBackend (0 would loop for ever)", () => {
    expect(() => new MockBackend([], { split: 0 })).toThrow(RangeError);
  });
});
