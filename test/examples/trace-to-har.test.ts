// The HAR example: what a pool's events become, with real servers, and whether it is HAR at all.

import { type ConnectionPoolOptions, ReadTimeout, Request } from "httpcore";
import { describe, expect, test } from "vitest";
import { type HAR, harTracer } from "../../examples/trace-to-har.ts";
import { runScript } from "../demo-process.ts";
import { serveIndependently } from "../scenarios/independent-server.ts";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { fails, openPool, pause, rejection } from "../support/outcomes.ts";
import { tunnelling } from "../support/proxies.ts";
import { answering, NOBODY, OK, serve, serveTLS } from "../support/scripted-server.ts";
import { checkHAR } from "./har-format.ts";

/** Milliseconds: a start of tsx, on a machine that is busy. */
const TIMEOUT = 60_000;

/** A pool whose events become a HAR, which is checked when it is asked for. */
function openTraced(options: ConnectionPoolOptions = {}, secrets?: "shown") {
  const { trace, har } = harTracer(secrets && { secrets });
  const pool = openPool({ trace, ...options });
  const entries = (): HAR["log"]["entries"] => {
    checkHAR(har());
    return har().log.entries;
  };
  return { pool, entries };
}

describe("an entry", () => {
  test("has what was sent, and what came", async () => {
    const head =
      "HTTP/1.1 301 Moved\r\nLocation: /b\r\nContent-Type: text/plain\r\nX: 1\r\nX: 2\r\nContent-Length: 5\r\n\r\n";
    const server = await serve(answering(`${head}hello`));
    const { pool, entries } = openTraced();
    const before = Date.now();
    const headers = { Accept: "text/*", "Content-Type": "text/html" };
    await pool.request("POST", server.url("/a?b=c%20d&e&b=%zz"), { headers, content: "<p>ö" });
    const [entry, ...more] = entries();
    expect(more).toEqual([]);
    const sent = (await server.peer(0)).received;
    expect(entry?.request).toEqual({
      method: "POST",
      url: server.url("/a?b=c%20d&e&b=%zz"),
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: [
        { name: "Host", value: `127.0.0.1:${server.port}` },
        { name: "Accept", value: "text/*" },
        { name: "Content-Type", value: "text/html" },
        { name: "Content-Length", value: "5" },
      ],
      queryString: [
        { name: "b", value: "c d" },
        { name: "e", value: "" },
        { name: "b", value: "%zz" },
      ],
      headersSize: sent.indexOf("\r\n\r\n") + 4,
      bodySize: 5,
    });
    expect(entry?.response).toEqual({
      status: 301,
      statusText: "Moved",
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: [
        { name: "Location", value: "/b" },
        { name: "Content-Type", value: "text/plain" },
        { name: "X", value: "1" },
        { name: "X", value: "2" },
        { name: "Content-Length", value: "5" },
      ],
      content: { size: 5, mimeType: "text/plain" },
      redirectURL: "/b",
      headersSize: head.length,
      bodySize: 5,
    });
    expect(Date.parse(entry?.startedDateTime ?? "")).toBeGreaterThanOrEqual(before);
    expect(Date.parse(entry?.startedDateTime ?? "")).toBeLessThanOrEqual(Date.now());
  });

  test("of a target and of content whose size nobody has said", async () => {
    const server = await serve(answering());
    const { pool, entries } = openTraced();
    await pool.request("OPTIONS", server.url(), { extensions: { target: "*" } });
    await pool.request("POST", server.url(), { content: ["a", "b"] });
    const sent = (await server.peer(0)).received;
    expect(entries().map(({ request }) => request.headersSize)).toEqual([
      sent.indexOf("\r\n\r\n") + 4,
      sent.indexOf("\r\n\r\n1\r\n") + 4 - sent.indexOf("POST"),
    ]);
    expect(entries().map(({ request }) => request.bodySize)).toEqual([0, -1]);
    expect(entries().map(({ response }) => response.content.mimeType)).toEqual(["x-unknown", "x-unknown"]);
  });

  test.each(["shown", undefined] as const)("with secrets %s", async (secrets) => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\nset-cookie: a=hunter2\r\nContent-Length: 0\r\n\r\n"));
    const { pool, entries } = openTraced({}, secrets);
    const headers = { AUTHORIZATION: "Basic hunter2", "Proxy-Authorization": "hunter2", Cookie: "b=hunter2", X: "y" };
    await pool.request("GET", server.url().replace("//", "//user:hunter2@"), { headers });
    const [entry] = entries();
    expect(JSON.stringify(entry).split("hunter2")).toHaveLength(secrets ? 5 : 1);
    const fields = [...(entry?.request.headers ?? []), ...(entry?.response.headers ?? [])];
    expect(fields.filter(({ value }) => value === "[hidden]")).toHaveLength(secrets ? 0 : 4);
    expect(fields).toContainEqual({ name: "X", value: "y" });
  });
});

describe("timings", () => {
  test("of an upgrade: it is over when the connection is closed, and has not failed", async () => {
    const upgrade = "Connection: upgrade\r\nUpgrade: echo\r\n\r\n";
    const server = await serve(answering(`HTTP/1.1 101 Switching Protocols\r\n${upgrade}`));
    const { pool, entries } = openTraced();
    const response = await pool.stream("GET", server.url(), { headers: { Connection: "upgrade", Upgrade: "echo" } });
    await pause(20);
    await response.close();
    expect(entries()[0]?.response).toMatchObject({ status: 101, statusText: "Switching Protocols", bodySize: -1 });
    expect(entries()[0]?.response).not.toHaveProperty("_error");
    expect(entries()[0]?.timings.receive).toBeGreaterThan(18);
  });

  test("of a new connection, with TLS, and of one that is there", async () => {
    const server = await serveTLS(await leafFor("127.0.0.1"), answering());
    const { pool, entries } = openTraced({ tls: { ca: (await certificateAuthority()).cert } });
    await pool.request("GET", server.url());
    await pool.request("GET", server.url());
    const [first, second] = entries();
    expect(first?.timings.dns).toBe(-1);
    expect(first?.timings.ssl).toBeGreaterThan(0);
    expect(first?.timings.connect).toBeGreaterThan(first?.timings.ssl ?? NaN);
    expect(second?.timings).toMatchObject({ dns: -1, connect: -1, ssl: -1 });
    expect(second?.connection).toBe(first?.connection);
  });

  test("of a wait for a connection, for the response, and for its content", async () => {
    let goOn = (): void => {};
    const hasHead = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(OK);
      await peer.request();
      await pause(20);
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
      await hasHead;
      peer.send("k");
    });
    const { pool, entries } = openTraced({ maxConnections: 1 });
    const first = await pool.stream("GET", server.url());
    const second = pool.stream("GET", server.url());
    await pause(20);
    await first.read();
    const response = await second;
    await pause(20);
    goOn();
    await response.read();
    // Timers may be a millisecond early.
    const { timings, connection } = entries()[1] ?? {};
    for (const phase of ["blocked", "wait", "receive"] as const) expect(timings?.[phase]).toBeGreaterThan(18);
    expect(timings?.connect).toBe(-1);
    expect(connection).toBe(entries()[0]?.connection);
  });

  test("of a request that is sent again: one entry, of the second time", async () => {
    const server = await serve(async (peer, index) => {
      await peer.request();
      peer.send(OK);
      await peer.request();
      await pause(20);
      if (index === 0) peer.end();
    });
    const { pool, entries } = openTraced();
    await pool.request("GET", server.url("/a"));
    await pool.request("GET", server.url("/b"));
    const [first, second, ...more] = entries();
    expect(more).toEqual([]);
    expect(second?.response.status).toBe(200);
    expect(second?.response).not.toHaveProperty("_error");
    expect(second?.timings.blocked).toBeGreaterThan(18);
    expect(second?.timings.connect).toBeGreaterThan(0);
    expect(second?.connection).not.toBe(first?.connection);
  });

  test("of a request whose connection was found dead before anything was sent: one entry, too", async () => {
    const end = { until: "\r\n\r\n" };
    const server = await serveIndependently([end, { send: OK }, { pause: 20 }, "end", "mark"], [end, { send: OK }]);
    const { pool, entries } = openTraced();
    await pool.request("GET", server.url());
    server.blockUntil(1);
    await pool.request("POST", server.url());
    expect(entries().map(({ response }) => response.status)).toEqual([200, 200]);
    expect(entries()[1]?.response).not.toHaveProperty("_error");
    expect(entries()[1]?.connection).not.toBe(entries()[0]?.connection);
  });

  test("of a tunnel: what a proxy was asked belongs to connecting, and what it answered is not the response", () => {
    const { trace, har } = harTracer();
    const request = new Request("GET", "https://www.example.com/");
    const tell = (event: string, info: object = {}) => void trace(event, { request, ...info });
    const head = { httpVersion: "HTTP/1.1", status: 407, reasonPhrase: "No", headers: request.headers };
    for (const isRefused of [false, true]) {
      tell("pool.acquire.started");
      tell("pool.acquire.complete", { returnValue: {} });
      tell("connection.connect_tcp.started");
      tell("connection.connect_tcp.complete");
      tell("http11.send_request_headers.started");
      tell("http11.send_request_headers.complete");
      tell("http11.receive_response_headers.started");
      tell("http11.receive_response_headers.complete", { returnValue: head });
      if (!isRefused) tell("connection.start_tls.started");
      if (!isRefused) tell("connection.start_tls.failed", { exception: new Error("no certificate") });
      tell("http11.response_closed.started");
    }
    checkHAR(har());
    const [failed, refused] = har().log.entries;
    expect(failed?.timings).toMatchObject({ send: 0, wait: 0, receive: 0 });
    expect(failed?.response).toMatchObject({ status: 0, _error: "Error: no certificate" });
    expect(refused?.response).toMatchObject({ status: 0, _error: "no response has come" });
  });
});

describe("requests at once", () => {
  test("have an entry each, with what is theirs", async () => {
    const server = await serve(async (peer) => {
      while (true) {
        const [, target = ""] = (await peer.request()).split(" ");
        peer.send(`HTTP/1.1 200 OK\r\nX-Target: ${target}\r\nContent-Length: ${target.length}\r\n\r\n${target}`);
      }
    });
    const { pool, entries } = openTraced({ maxConnections: 4 });
    const targets = Array.from({ length: 60 }, (_, index) => `/${"x".repeat(index)}`);
    await Promise.all(targets.map((target) => pool.request("GET", server.url(target))));
    expect(entries().map(({ request }) => request.url)).toEqual(targets.map((target) => server.url(target)));
    for (const [index, { response }] of entries().entries()) {
      expect(response.content.size).toBe(index + 1);
      expect(response.headers[0]).toEqual({ name: "X-Target", value: targets[index] });
    }
    expect(new Set(entries().map(({ connection }) => connection)).size).toBe(4);
    expect(entries().filter(({ timings }) => timings.connect >= 0)).toHaveLength(4);
  });

  test("that are one Request, sent one time after the other, have an entry for each time", async () => {
    const server = await serve(answering());
    const { pool, entries } = openTraced({ maxConnections: 1 });
    const extensions = { timeout: { pool: 0 } };
    const request = new Request("GET", server.url(), { headers: { Host: "x" }, extensions });
    await (await pool.handleRequest(request)).read();
    const held = await pool.stream("GET", server.url());
    await rejection(pool.handleRequest(request));
    await held.read();
    await (await pool.handleRequest(request)).read();
    expect(entries().map(({ response }) => response.status)).toEqual([200, 200, 0, 200]);
  });
});

describe("a failure", () => {
  test("of connecting, with all its attempts, is one entry", async () => {
    const { pool, entries } = openTraced({ retries: 1 });
    const error = await rejection(pool.request("GET", NOBODY));
    const [entry, ...more] = entries();
    expect(more).toEqual([]);
    expect(entry?.response).toEqual({
      status: 0,
      statusText: "",
      httpVersion: "",
      cookies: [],
      headers: [],
      content: { size: 0, mimeType: "x-unknown" },
      redirectURL: "",
      headersSize: -1,
      bodySize: -1,
      _error: String(error),
    });
    expect(entry?.timings.connect).toBeGreaterThan(0);
  });

  test("of waiting, for a connection or for a response", async () => {
    const server = await serve(() => {});
    const { pool, entries } = openTraced({ maxConnections: 1 });
    const first = fails(pool.request("GET", server.url(), { extensions: { timeout: { read: 50 } } }), ReadTimeout);
    await (await server.peer(0)).until("\r\n\r\n");
    await rejection(pool.request("GET", server.url(), { extensions: { timeout: { pool: 0 } } }));
    await first;
    const [read, queued] = entries();
    expect(read?.response).toMatchObject({ status: 0, _error: expect.stringMatching(/^ReadTimeout: /) });
    expect(queued?.response).toMatchObject({ status: 0, _error: expect.stringMatching(/^PoolTimeout: /) });
    expect(queued).not.toHaveProperty("connection");
  });

  test("of content keeps the head", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
    });
    const { pool, entries } = openTraced();
    const error = await rejection(pool.request("GET", server.url()));
    expect(entries()[0]?.response).toMatchObject({ status: 200, bodySize: -1, _error: String(error) });
  });

  test("is what has not ended yet, and what the caller gave up", async () => {
    const server = await serve(() => {});
    const { pool, entries } = openTraced();
    const controller = new AbortController();
    const sent = rejection(pool.request("GET", server.url(), { signal: controller.signal }));
    expect(entries()[0]?.response).toMatchObject({ status: 0, _error: "no response has come" });
    controller.abort("enough");
    await sent;
    expect(entries()[0]?.response).toMatchObject({ status: 0, _error: "enough" });
  });
});

describe("as a program", () => {
  test("writes the file, failures included, and tells of them", { timeout: TIMEOUT }, async () => {
    const server = await serve(answering());
    const { code, stdout, stderr } = await runScript("example:har", [server.url("/a"), NOBODY, server.url("/b")]);
    const har = JSON.parse(stdout) as HAR;
    checkHAR(har);
    const found = har.log.entries.map(({ request, response }) => [request.url, response.status]);
    expect(found).toEqual([
      [server.url("/a"), 200],
      [`${NOBODY}/`, 0],
      [server.url("/b"), 200],
    ]);
    expect(stderr).toMatch(/^har: ConnectError: could not connect to 127\.0\.0\.1:1: .*\n$/);
    expect(code).toBe(1);
  });

  test("ends with a line on stderr when there is no URL", { timeout: TIMEOUT }, async () => {
    const { code, stdout, stderr } = await runScript("example:har", []);
    expect([code, stdout, stderr]).toEqual([1, "", "har: the URLs that are to be requested are missing\n"]);
  });
});

test("a request in a tunnel is one entry, whose connecting has the proxy's part in it", async () => {
  const origin = await serveTLS(await leafFor("localhost"), answering());
  const proxy = await serve(tunnelling());
  const options = {
    proxy: `http://user:hunter2@127.0.0.1:${proxy.port}`,
    tls: { ca: (await certificateAuthority()).cert },
  };
  const { pool, entries } = openTraced(options);
  await pool.request("GET", `https://localhost:${origin.port}/a`);
  const [entry, ...more] = entries();
  expect(more).toEqual([]);
  expect(entry?.request.url).toBe(`https://localhost:${origin.port}/a`);
  expect(entry?.response.status).toBe(200);
  expect(entry?.timings.ssl).toBeGreaterThan(0);
  expect(entry?.timings.connect).toBeGreaterThan(entry?.timings.ssl ?? 0);
  expect(JSON.stringify(entries())).not.toContain("hunter2");
});
