// The package in a browser: the bundle, what a page is refused, and requests through streamsBackend over a WebSocket.
//
// In: headless Chromium, a page that runs the program of docs/streams-backend.md, and the docs' tunnel to a loopback
// server. Out: the octets that arrive there, which are those that Node sends for the same requests.

import { existsSync } from "node:fs";
import type { ConnectionPool } from "httpcore";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { eventually, openPool } from "../support/outcomes.ts";
import { answering, answeringEach, OK, type ScriptedServer, serve } from "../support/scripted-server.ts";
import { blockOf, bundle, CHROMIUM, launch, type OpenPage, openPage, startTunnel } from "./browser-page.ts";
import { sendRequests } from "./browser-requests.ts";

/** What the page's program leaves for the tests. */
interface Loaded {
  readonly httpcore: typeof import("httpcore");
  readonly protocol: typeof import("httpcore/protocol");
  readonly mock: typeof import("httpcore/mock");
  readonly pool: ConnectionPool;
}

declare const loaded: Loaded;

const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) {
  console.warn(
    `tests in a browser are skipped: there is no ${CHROMIUM}; on Debian, apt-get install chromium brings it`,
  );
}

test("the bundle for browsers has nothing of Node in it", async () => {
  // esbuild fails for a browser where anything of Node is imported.
  const { code, inputs } = await bundle(blockOf("ts browser"));
  expect(inputs.filter((file) => file.includes("src/network/")).sort()).toEqual([
    "src/network/mock.ts",
    "src/network/streams.ts",
  ]);
  expect(inputs).toContain("src/entry/browser.ts");
  expect(code).not.toMatch(/["'`]node:|\brequire\(/);
});

describe.skipIf(!hasChromium)("in headless Chromium", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch();
  }, 30_000);

  afterAll(() => browser?.close());

  /** A page whose tunnel leads to `server`, which has answered one request to `/docs`. */
  async function pageFor(server: ScriptedServer): Promise<OpenPage> {
    const opened = await openPage(browser, server.origin, await startTunnel(`127.0.0.1:${server.port}`));
    onTestFinished(() => expect(opened.uncaught).toEqual([]));
    return opened;
  }

  test("the program of the docs prints what its comments say", async () => {
    const server = await serve(answering());
    const { printed } = await pageFor(server);
    expect(printed).toEqual(["200 ok"]);
    expect((await server.peer(0)).received).toBe(`GET /docs HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
  });

  test("a page sends the octets that Node sends, on one connection", async () => {
    const server = await serve(answering());
    const { page } = await pageFor(server);
    const greeting = (await server.peer(0)).received;
    // The function's text is run in the page.
    const source = `(${String(sendRequests)})(loaded.pool, ${JSON.stringify(server.origin)})`;
    const fromPage = await page.evaluate(source);
    const fromNode = await sendRequests(openPool(), server.origin);
    expect(fromPage).toEqual(fromNode);
    expect(fromNode).toEqual(Array(10).fill("200 ok"));
    const [inPage, onNode] = await server.connected(2);
    expect(server.peers.length).toBe(2);
    expect(onNode?.received.length).toBeGreaterThan(375_000);
    expect(inPage?.received === greeting + onNode?.received, "the octets are the same").toBe(true);
  });

  test("responses of every framing, and a large one", async () => {
    const large = "x".repeat(3_000_000);
    const server = await serve(async (peer) => {
      const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-End: yes\r\n\r\n";
      for (const response of [OK, chunked, `HTTP/1.1 200 OK\r\nContent-Length: ${large.length}\r\n\r\n${large}`]) {
        await peer.request();
        peer.send(response);
      }
      await peer.request();
      peer.end("HTTP/1.1 200 OK\r\n\r\nto the end");
    });
    const { page } = await pageFor(server);
    const results = await page.evaluate(async (origin) => {
      const { pool } = loaded;
      const chunked = await pool.request("GET", `${origin}/1`);
      const whole = await pool.request("GET", `${origin}/2`);
      const open = await pool.request("GET", `${origin}/3`);
      return [
        await chunked.text(),
        chunked.trailers.get("x-end"),
        whole.content.length,
        await open.text(),
        String(pool),
      ];
    }, server.origin);
    expect(results.slice(0, 4)).toEqual(["abc", "yes", large.length, "to the end"]);
    expect(results[4]).toContain("Connections: 0 active, 0 idle");
    expect(server.peers.length).toBe(1);
  });

  test("a server that closes while the connection is idle, and an abort, leave nothing behind", async () => {
    const server = await serve(answeringEach(OK));
    const { page } = await pageFor(server);
    const reasons = page.evaluate(async (origin) => {
      const controller = new AbortController();
      const promise = loaded.pool.request("GET", `${origin}/never`, { signal: controller.signal });
      setTimeout(() => controller.abort("enough"), 100);
      return promise.catch((reason) => [reason, loaded.pool.connections.length]);
    }, server.origin);
    expect(await reasons).toEqual(["enough", 0]);
    await (await server.peer(0)).gone;
    const closing = await serve(answering());
    const second = await pageFor(closing);
    (await closing.peer(0)).end();
    await second.page.waitForFunction(() => loaded.pool.connections.length === 0, null, { timeout: 5000 });
    await eventually(() => closing.peers[0]?.hasGone === true);
  });

  test("what a page cannot do is refused by name", async () => {
    const server = await serve(answering());
    const { page } = await pageFor(server);
    const refusals = await page.evaluate(async (origin) => {
      const { ConnectionPool, request, stream, HTTPCoreError } = loaded.httpcore;
      const describe = (error: unknown): unknown => {
        if (!(error instanceof HTTPCoreError)) return String(error);
        const { option, runtime } = error as { option?: string; runtime?: string };
        return [error.name, option, runtime];
      };
      const own = new ConnectionPool();
      return Promise.all([
        request("GET", origin).catch(describe),
        stream("GET", origin).catch(describe),
        own.request("POST", origin, { content: "a" }).catch(describe),
        own.request("GET", "https://www.example.com/").catch(describe),
        own.request("GET", origin).catch((error) => String(error).includes("streamsBackend") || String(error)),
        loaded.pool.request("GET", "https://www.example.com/").catch(describe),
        loaded.pool.request("GET", "http://127.0.0.1:1/").catch(describe),
      ]);
    }, server.origin);
    const noNetwork = ["UnsupportedByRuntime", "networkBackend", "browser"];
    expect(refusals).toEqual([
      ...[noNetwork, noNetwork, noNetwork, noNetwork, true],
      ["UnsupportedByRuntime", "tls", "browser"],
      // The tunnel does not lead there: it closes what has just been opened.
      [expect.stringMatching(/^(Read|Write)Error$/), undefined, undefined],
    ]);
  });

  test("httpcore/protocol and httpcore/mock", async () => {
    const server = await serve(answering());
    const { page } = await pageFor(server);
    const results = await page.evaluate(async () => {
      const { parseResponseHead, encodeRequestHead } = loaded.protocol;
      const head = new TextEncoder().encode("HTTP/1.1 204 No Content\r\nA: b\r\n\r\n");
      const parsed = parseResponseHead(head);
      const networkBackend = new loaded.mock.MockBackend(["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "hi"]);
      const response = await new loaded.httpcore.ConnectionPool({ networkBackend }).request("GET", "http://a/");
      return [
        parsed === "incomplete" ? parsed : [parsed.status, parsed.headers.get("a")],
        await response.text(),
        new TextDecoder().decode(networkBackend.written[0]),
        new TextDecoder().decode(encodeRequestHead("GET", "/", { Host: "a" })),
      ];
    });
    const request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    expect(results).toEqual([[204, "b"], "hi", request, request]);
  });
});
