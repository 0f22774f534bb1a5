// Options: unknown ones and wrong types are refused, what this version lacks says so, only own properties count, and
// whatever is wrong comes out as a rejection.

import {
  ConnectionPool,
  type ConnectionPoolOptions,
  Request,
  type RequestOptions,
  Response,
  request,
  stream,
  UnsupportedByRuntime,
  URL,
} from "httpcore";
import { afterEach, describe, expect, test } from "vitest";
import { fails, openPool, rejection } from "../support/outcomes.ts";
import { answering, NOBODY, serve } from "../support/scripted-server.ts";

describe("request options that are refused", () => {
  test.each<[string, unknown]>([
    ["an unknown name", { header: {} }],
    ["a name of fetch", { body: "x" }],
    ["a string", "x"],
    ["a number", 1],
    ["a function", () => {}],
    ["a signal that is none", { signal: {} }],
    ["a controller for a signal", { signal: new AbortController() }],
    ["extensions that are a string", { extensions: "x" }],
    ["an unknown extension", { extensions: { timeouts: {} } }],
    ["an unknown timeout", { extensions: { timeout: { reed: 1 } } }],
    ["a timeout that is a number", { extensions: { timeout: 1000 } }],
    ["a negative timeout", { extensions: { timeout: { read: -1 } } }],
    ["a NaN timeout", { extensions: { timeout: { read: Number.NaN } } }],
    ["a timeout as text", { extensions: { timeout: { read: "1" } } }],
    ["a target that is a number", { extensions: { target: 1 } }],
    ["informational that is no function", { extensions: { informational: {} } }],
    ["trailers that are no function", { extensions: { trailers: {} } }],
    ["sniHostname that is no string", { extensions: { sniHostname: 1 } }],
    ["maxContentSize that is no number", { extensions: { maxContentSize: "1" } }],
    ["maxHeaderSize that is no number", { extensions: { maxHeaderSize: "1" } }],
  ])("%s", async (_what, options) => {
    const pool = openPool();
    await fails(pool.request("GET", NOBODY, options as RequestOptions), TypeError);
    await fails(pool.stream("GET", NOBODY, options as RequestOptions), TypeError);
    expect(pool.connections).toEqual([]);
  });

  test.each([-1, 1.5, Number.NaN])("maxContentSize: %d", async (maxContentSize) => {
    const error = await rejection(openPool().request("GET", NOBODY, { extensions: { maxContentSize } }));
    expect(error instanceof RangeError || error instanceof TypeError).toBe(true);
  });

  test("undefined and null ask for nothing", async () => {
    const server = await serve(answering());
    const nothing = { headers: undefined, content: undefined, extensions: undefined, signal: undefined };
    const none = { headers: null, content: null, extensions: null, signal: null };
    const timeouts = { extensions: { timeout: { read: undefined, total: undefined } } };
    for (const options of [undefined, null, {}, nothing, none, timeouts]) {
      const response = await openPool().request("GET", server.url(), options as RequestOptions);
      expect(response.status).toBe(200);
    }
  });
});

describe("pool options that are refused", () => {
  test.each<[string, unknown]>([
    ["an unknown name", { maxConnection: 1 }],
    ["a string", "x"],
    ["maxConnections: 0", { maxConnections: 0 }],
    ["maxConnections: 1.5", { maxConnections: 1.5 }],
    ["maxConnections: '1'", { maxConnections: "1" }],
    ["maxConnectionsPerOrigin: 0", { maxConnectionsPerOrigin: 0 }],
    ["maxKeepaliveConnections: -1", { maxKeepaliveConnections: -1 }],
    ["keepaliveExpiry: -1", { keepaliveExpiry: -1 }],
    ["keepaliveExpiry: NaN", { keepaliveExpiry: Number.NaN }],
    ["an unknown timeout", { timeout: { reed: 1 } }],
    ["an unknown TLS option", { tls: { rejectUnauthorized: false } }],
    ["verify: 0", { tls: { verify: 0 } }],
    ["a CA that is a number", { tls: { ca: 1 } }],
    ["an unknown socket option", { socketOptions: { nodelay: true } }],
    ["noDelay: 1", { socketOptions: { noDelay: 1 } }],
    ["happyEyeballs: 1", { happyEyeballs: 1 }],
    ["a backend that is none", { networkBackend: {} }],
    ["an unknown limit", { limits: { maxHeaders: 1 } }],
    ["a negative limit", { limits: { maxHeaderSize: -1 } }],
    ["an unknown leniency", { leniency: ["bare-cr"] }],
    ["leniency as text", { leniency: "bare-lf" }],
  ])("%s", (_what, options) => {
    let error: unknown = null;
    try {
      new ConnectionPool(options as ConnectionPoolOptions);
    } catch (thrown) {
      error = thrown;
    }
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
  });
});

test("undefined stands for an option that is not given, and a matrix of strings for headers", async () => {
  const server = await serve(answering());
  const headers: string[][] = [["A", "b"]];
  const options: RequestOptions = { signal: undefined, content: undefined, extensions: undefined, headers };
  const pool = openPool({ maxConnections: undefined, tls: undefined, leniency: undefined, timeout: undefined });
  expect((await pool.request("GET", server.url(), options)).status).toBe(200);
  expect((await server.peer(0)).received).toContain("\r\nA: b\r\n");
});

describe("what this version lacks is refused by name", () => {
  test.each<[string, unknown]>([
    ["retries", { retries: 1 }],
    ["uds", { uds: "/run/x.sock" }],
    ["localAddress", { localAddress: "127.0.0.1" }],
    ["trace", { trace: () => {} }],
    ["tls.cert", { tls: { cert: "x" } }],
    ["tls.key", { tls: { key: "x" } }],
    ["tls.passphrase", { tls: { passphrase: "x" } }],
    ["tls.alpnProtocols", { tls: { alpnProtocols: ["http/1.1"] } }],
    ["tls.minVersion", { tls: { minVersion: "TLSv1.3" } }],
    ["tls.maxVersion", { tls: { maxVersion: "TLSv1.3" } }],
    ["tls.pinnedCertificates", { tls: { pinnedCertificates: ["x"] } }],
  ])("pool option %s", (option, options) => {
    try {
      new ConnectionPool(options as ConnectionPoolOptions);
    } catch (error) {
      expect(error).toBeInstanceOf(UnsupportedByRuntime);
      expect(error).toMatchObject({ option, runtime: "node", code: "ERR_UNSUPPORTED_BY_RUNTIME" });
      expect(String(error)).toContain(option);
      expect(String(error)).toContain("node");
      return;
    }
    throw new Error("nothing was thrown");
  });

  test("values that ask for nothing are accepted", async () => {
    const server = await serve(answering());
    const options = { retries: 0, proxy: null, uds: null, localAddress: null, trace: null, tls: null };
    const pool = openPool(options as unknown as ConnectionPoolOptions);
    expect((await pool.request("GET", server.url())).status).toBe(200);
  });

  test.each<[string, string, string, RequestOptions]>([
    ["extensions.trace", "GET", NOBODY, { extensions: { trace: () => {} } } as unknown as RequestOptions],
  ])("%s", async (option, method, url, options) => {
    const pool = openPool();
    const error = await fails(pool.request(method, url, options), UnsupportedByRuntime);
    expect(error.option).toContain(option);
    expect(error.runtime).toBe("node");
    expect(pool.connections).toEqual([]);
  });
});

describe("only own properties count", () => {
  const polluted: string[] = [];

  function pollute(name: string, value: unknown): void {
    polluted.push(name);
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true, enumerable: true });
  }

  afterEach(() => {
    for (const name of polluted.splice(0)) Reflect.deleteProperty(Object.prototype, name);
  });

  const evil = {
    headers: { Evil: "1" },
    content: "evil",
    extensions: { target: "/evil" },
    target: "/evil",
    port: 1,
    timeout: { total: 0, read: 0 },
    total: 0,
    read: 0,
    maxConnections: 0,
    maxContentSize: 0,
    trailers: () => ({ Evil: "1" }),
    informational: 1,
    sniHostname: "evil",
    proxy: "http://127.0.0.1:1",
    tls: { verify: false },
    networkBackend: {},
    limits: { maxHeaderSize: 1 },
    Evil: "1",
    // What node:net would take for its own. (Not `signal`: the server of this test would stumble over it.)
    path: "/nowhere.sock",
    localAddress: "203.0.113.1",
  };

  test.each(Object.entries(evil))("not Object.prototype.%s", async (name, value) => {
    const server = await serve(answering());
    const host = `127.0.0.1:${server.port}`;
    const parts = { scheme: "http", host: "127.0.0.1", port: server.port, target: "/x" };
    pollute(name, value);
    const pool = openPool({});
    await pool.request("POST", server.url("/x"), { headers: { A: "1" }, content: "hi", extensions: {} });
    await (await pool.stream("GET", new URL(parts), {})).read();
    await (await pool.handleRequest(new Request("GET", server.url("/x"), { headers: { Host: host } }))).read();
    expect((await server.peer(0)).received).toBe(
      `POST /x HTTP/1.1\r\nHost: ${host}\r\nA: 1\r\nContent-Length: 2\r\n\r\nhi` +
        `GET /x HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(2),
    );
  });

  test("not in Request, Response and URL either", async () => {
    pollute("headers", { Evil: "1" });
    pollute("content", "evil");
    pollute("extensions", { target: "/evil" });
    pollute("port", 1);
    pollute("target", "/evil");
    const sent = new Request("GET", "http://a/", {});
    const response = new Response(200, {});
    const url = new URL({ scheme: "http", host: "a" });
    expect([sent.headers.length, Object.hasOwn(sent, "content") && sent.content, sent.extensions]).toEqual([
      0,
      null,
      {},
    ]);
    expect([response.headers.length, await response.text(), response.extensions]).toEqual([0, "", {}]);
    expect([url.port, url.target]).toEqual([null, "/"]);
  });
});

describe("functions that return a promise never throw", () => {
  const pool = new ConnectionPool();
  const wrong = [undefined, null, 1, {}, "", "not a url", Symbol("x"), [], () => {}] as unknown as string[];

  test.each([
    ["request", request],
    ["stream", stream],
    ["pool.request", pool.request.bind(pool)],
    ["pool.stream", pool.stream.bind(pool)],
  ])("%s", async (_name, send) => {
    for (const value of wrong) {
      const calls = [
        () => send(value, NOBODY),
        () => send("GET", value),
        () => send("G T", NOBODY, value as RequestOptions),
        () =>
          send("G T", NOBODY, { headers: { "bad name": "1" }, content: value, extensions: value as unknown as object }),
      ];
      for (const call of calls) {
        const promise = call();
        expect(promise).toBeInstanceOf(Promise);
        expect(await rejection(promise)).toBeInstanceOf(Error);
      }
    }
  });

  test("not even when a getter of the options throws", async () => {
    const mine = new Error("mine");
    const options = {
      get headers(): never {
        throw mine;
      },
    };
    expect(await rejection(pool.request("GET", NOBODY, options))).toBe(mine);
  });
});
