// The tree of errors, and what an error that reaches a caller carries: code, cause, origin, phase, the request - and
// no secrets in anything that is printed.

import { inspect } from "node:util";
import * as httpcore from "httpcore";
import { describe, expect, test } from "vitest";
import { fails, openPool, pause, rejection } from "../support/outcomes.ts";
import { answering, NOBODY, serve } from "../support/scripted-server.ts";

const {
  ConnectError,
  ConnectTimeout,
  HTTPCoreError,
  LocalProtocolError,
  NetworkError,
  PoolClosed,
  PoolTimeout,
  ProtocolError,
  ProxyError,
  ReadError,
  ReadTimeout,
  RemoteProtocolError,
  ResponseNotRead,
  StreamConsumed,
  TimeoutException,
  TotalTimeout,
  UnsupportedByRuntime,
  UnsupportedProtocol,
  WriteError,
  WriteTimeout,
} = httpcore;

type ErrorClass = { prototype: { name?: string; code?: string } };

describe("the tree", () => {
  test.each<[ErrorClass, unknown[], string]>([
    [UnsupportedProtocol, [HTTPCoreError], "ERR_UNSUPPORTED_PROTOCOL"],
    [UnsupportedByRuntime, [HTTPCoreError], "ERR_UNSUPPORTED_BY_RUNTIME"],
    [PoolClosed, [HTTPCoreError], "ERR_POOL_CLOSED"],
    [ResponseNotRead, [HTTPCoreError], "ERR_RESPONSE_NOT_READ"],
    [StreamConsumed, [HTTPCoreError], "ERR_STREAM_CONSUMED"],
    [ProxyError, [HTTPCoreError], "ERR_PROXY_ERROR"],
    [TimeoutException, [HTTPCoreError], "ERR_TIMEOUT_EXCEPTION"],
    [PoolTimeout, [TimeoutException, HTTPCoreError], "ERR_POOL_TIMEOUT"],
    [ConnectTimeout, [TimeoutException, HTTPCoreError], "ERR_CONNECT_TIMEOUT"],
    [ReadTimeout, [TimeoutException, HTTPCoreError], "ERR_READ_TIMEOUT"],
    [WriteTimeout, [TimeoutException, HTTPCoreError], "ERR_WRITE_TIMEOUT"],
    [TotalTimeout, [TimeoutException, HTTPCoreError], "ERR_TOTAL_TIMEOUT"],
    [NetworkError, [HTTPCoreError], "ERR_NETWORK_ERROR"],
    [ConnectError, [NetworkError, HTTPCoreError], "ERR_CONNECT_ERROR"],
    [ReadError, [NetworkError, HTTPCoreError], "ERR_READ_ERROR"],
    [WriteError, [NetworkError, HTTPCoreError], "ERR_WRITE_ERROR"],
    [ProtocolError, [HTTPCoreError], "ERR_PROTOCOL_ERROR"],
    [LocalProtocolError, [ProtocolError, HTTPCoreError], "ERR_LOCAL_PROTOCOL_ERROR"],
    [RemoteProtocolError, [ProtocolError, HTTPCoreError], "ERR_REMOTE_PROTOCOL_ERROR"],
  ])("%o", ({ prototype }, ancestors, code) => {
    for (const ancestor of [...ancestors, Error]) expect(prototype).toBeInstanceOf(ancestor);
    expect(prototype.code).toBe(code);
    // ERR_POOL_TIMEOUT is PoolTimeout in upper snake case.
    expect(`ERR_${prototype.name?.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()}`).toBe(code);
  });
});

describe("an error that reaches a caller", () => {
  test("of connecting: cause, origin, phase and request", async () => {
    const url = `${NOBODY}/x?y`;
    const error = await fails(openPool().request("PUT", url, { headers: { A: "1" }, content: "hi" }), ConnectError);
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    expect([error.name, error.code, error.origin, error.phase]).toEqual([
      "ConnectError",
      "ERR_CONNECT_ERROR",
      NOBODY,
      "connect",
    ]);
    expect(error.message).toContain("127.0.0.1:1");
    const request = error.request as httpcore.Request;
    expect(request).toBeInstanceOf(httpcore.Request);
    expect([request.method, String(request.url), request.headers.get("a")]).toEqual(["PUT", url, "1"]);
    expect(String(error.stack)).toContain("ConnectError");
  });

  test("of receiving", async () => {
    const server = await serve(answering("SSH-2.0-x\r\n"));
    const error = await fails(openPool().request("GET", server.url()), RemoteProtocolError);
    expect([error.origin, error.phase, error.reason, error.offset]).toEqual([
      server.origin,
      "receive",
      "invalid-version",
      0,
    ]);
    expect(error.message).toContain("SSH-2.0");
    expect(error.request).toBeInstanceOf(httpcore.Request);
  });

  test("of content that is read later, too", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok");
    });
    const response = await openPool().stream("GET", server.url());
    const error = await fails(response.read(), RemoteProtocolError);
    expect([error.origin, error.phase, error.reason]).toEqual([server.origin, "receive", "incomplete-content"]);
    expect(error.message).toContain("2 octets");
  });

  test("of handleRequest has that very request", async () => {
    const server = await serve(answering("?"));
    const request = new httpcore.Request("GET", server.url(), { headers: { Host: "h" } });
    const pool = openPool({ timeout: { read: 100 } });
    const error = await fails(pool.handleRequest(request), httpcore.HTTPCoreError);
    expect(error.request).toBe(request);
  });

  test("is of the first cause, and stays the same", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"));
    const response = await openPool({ timeout: { read: 50 } }).stream("GET", server.url());
    const error = await fails(response.read(), ReadTimeout);
    await response.close();
    expect(await rejection(response.read())).toBe(error);
  });

  test("offending octets are escaped in its message", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\nA: \x1b[31m\0\r\n\r\n"));
    const error = await fails(openPool().request("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toBe("invalid-header-value");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(error.message).not.toMatch(/[\x00-\x1f\x7f]/);
  });

  test("comes even if the caller's headers and URL cannot be read a second time", async () => {
    const url = new globalThis.URL(NOBODY);
    let reads = 0;
    const headers = {
      get A(): string {
        reads++;
        return reads === 1 ? "1" : "\u20ac";
      },
    };
    const call = openPool().request("GET", url, { headers });
    url.href = "data:,x";
    // Anything but a rejection would be a request that is pending for ever.
    const error = await fails(Promise.race([call, pause(2000)]), ConnectError);
    expect((error.request as httpcore.Request).headers.get("a")).toBe("1");
    expect(reads).toBe(1);
  });

  test("has the headers that were given, also from a generator", async () => {
    function* headers(): Generator<[string, string]> {
      yield ["A", "1"];
    }
    const error = await fails(openPool().request("GET", NOBODY, { headers: headers() }), ConnectError);
    expect((error.request as httpcore.Request).headers.get("a")).toBe("1");
  });
});

describe("secrets", () => {
  const secret = /s3cret/;

  test("of URL and headers are in no print of an error", async () => {
    const server = await serve(answering(""));
    const url = `http://user:s3cret@127.0.0.1:${server.port}/`;
    const options = { headers: { Authorization: "Bearer s3cret" }, extensions: { timeout: { read: 50 } } };
    for (const given of [url, new globalThis.URL(url), new httpcore.URL(url)]) {
      const error = await fails(openPool().request("GET", given, options), ReadTimeout);
      for (const print of [String(error), error.stack, inspect(error, { depth: 9 }), JSON.stringify(error)]) {
        expect(print).not.toMatch(secret);
      }
      expect(Object.keys(error)).not.toContain("request");
    }
    expect((await server.peer(0)).received).not.toMatch(/user|s3cret@/);
  });

  test("of a refused connection neither", async () => {
    const error = await fails(openPool().request("GET", "http://user:s3cret@127.0.0.1:1/"), ConnectError);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(secret);
  });

  test("of URLs are in no print of the pool", async () => {
    const server = await serve(answering());
    const pool = openPool();
    await pool.request("GET", `http://user:s3cret@127.0.0.1:${server.port}/`);
    expect(inspect([pool, pool.connections], { depth: 9 })).not.toMatch(secret);
  });
});
