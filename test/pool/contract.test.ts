// Promises of the contract that are easily overlooked: errors, sources that are given up, mistakes of type.
//
// In: loopback servers that do what is legal but unusual. Out: what a caller sees. Each test names one promise.

import { HTTPCoreError, ReadError, TotalTimeout } from "httpcore";
import { MockBackend } from "httpcore/mock";
import { ChunkEncoder, ClientConnection, parseResponseHead } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { fails, openPool, pause, rejection } from "../support/outcomes.ts";
import { answering, NOBODY, OK, serve } from "../support/scripted-server.ts";

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

test("a source that never waits lets timers and signals have their turn", async () => {
  const server = await serve(() => {});
  function* endless(): Generator<string> {
    while (true) yield "";
  }
  const extensions = { timeout: { total: 50 } };
  const error = await rejection(openPool().request("POST", server.url(), { content: endless(), extensions }));
  expect(error).toBeInstanceOf(TotalTimeout);
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
