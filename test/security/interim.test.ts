// Interim responses: those that were not asked for do no harm, those that never end are stopped, 101 switches only what
// the caller offered, and content that waits for 100 is not sent to a server that has answered already.

import { ReadTimeout, RemoteProtocolError } from "httpcore";
import { describe, expect, test } from "vitest";
import { refuses } from "../protocol-cases.ts";
import { eventually, fails, openPool, pause } from "../support/outcomes.ts";
import { OK, serve } from "../support/scripted-server.ts";
import { BOUND, flood, honest, hostile, hostileError, onlyAFreshConnectionServes } from "./hostile-server.ts";

const HINTS = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";

// The fault: 101 is handed out as a response, or neither resolves nor rejects; what follows it is read as HTTP, or lost.
describe("T-101-unsolicited: 101 that nobody asked for is an error", () => {
  test.each<[string, string, Record<string, string>]>([
    ["without any Upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", {}],
    ["without saying to what", "HTTP/1.1 101 Switching Protocols\r\n\r\n", {}],
    [
      "to another protocol than offered",
      "HTTP/1.1 101 X\r\nUpgrade: evil\r\n\r\n",
      { Connection: "upgrade", Upgrade: "websocket" },
    ],
    ["with a response behind it", `HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n${OK}`, {}],
    ["behind an interim response", `${HINTS}HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n`, {}],
    ["in HTTP/1.0", "HTTP/1.0 101 X\r\nUpgrade: x\r\n\r\n", {}],
  ])("%s", async (_what, octets, headers) => {
    const error = await hostileError(octets, { request: { ...BOUND, headers } });
    expect(error.reason).toBe("unexpected-upgrade");
    refuses(octets, "unexpected-upgrade", { headers: Object.entries(headers) });
  });

  test("to `stream`, too, and its informational callback is not shown it", async () => {
    const server = await hostile("HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n");
    const pool = openPool();
    const seen: number[] = [];
    const extensions = { ...BOUND.extensions, informational: ({ status }: { status: number }) => seen.push(status) };
    await fails(pool.stream("GET", server.url(), { extensions }), RemoteProtocolError);
    await onlyAFreshConnectionServes(pool, server);
    expect(seen).toEqual([]);
  });
});

// The fault: the content goes out behind a refusal, and is read as the next request by the server.
describe("T-expect-final: a final response in place of 100 means no content", () => {
  test.each([
    ["417", "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n", 417],
    ["401", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", 401],
    ["302", "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 302],
    ["200", OK, 200],
    ["103 and then 417", `${HINTS}HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n`, 417],
  ])("%s", async (_what, octets, status) => {
    const contents = ["GET /smuggled HTTP/1.1\r\n\r\n", ["GET /smuggled HTTP/1.1\r\n\r\n"], "x".repeat(100_000)];
    for (const content of contents) {
      const server = await serve(async (peer, index) => {
        if (index > 0) return honest(peer);
        await peer.until("\r\n\r\n");
        return peer.send(octets);
      });
      const pool = openPool({ timeout: { continue: 60_000, total: 5000 } });
      const response = await pool.request("PUT", server.url(), { headers: { Expect: "100-continue" }, content });
      expect(response.status).toBe(status);
      await onlyAFreshConnectionServes(pool, server);
      expect((await server.peer(0)).received).toMatch(/^PUT .*\r\n\r\n$/s);
      expect((await server.peer(0)).received).not.toContain("smuggled");
    }
  });
});

// The fault: 100 without an Expect is taken for the response, or fails the request.
describe("T-unexpected-100: an interim response that was not expected is passed over, and told", () => {
  test.each([100, 102, 103, 104, 150, 199])("%d", async (status) => {
    for (const content of [null, "x", ["x"]]) {
      const server = await serve(async (peer) => {
        while (true) {
          await peer.request();
          peer.send(`HTTP/1.1 ${status} X\r\nA: 1\r\nContent-Length: 9\r\n\r\n${OK}`);
        }
      });
      const pool = openPool();
      for (let i = 0; i < 2; i++) {
        const seen: unknown[] = [];
        const informational = (response: { status: number; headers: { get(name: string): string | null } }): void => {
          seen.push([response.status, response.headers.get("a")]);
        };
        const extensions = { ...BOUND.extensions, informational };
        const response = await pool.request("POST", server.url(), { content, extensions });
        expect([response.status, await response.text(), response.headers.has("a"), seen]).toEqual([
          200,
          "ok",
          false,
          [[status, "1"]],
        ]);
      }
      expect(server.peers).toHaveLength(1);
    }
  });
});

// The fault: interim responses are counted by nobody, and each of them gives the server all its time again.
describe("T-1xx-flood: interim responses are bounded in number, octets and time", () => {
  test.each<[string, string, string]>([
    ["small heads", "HTTP/1.1 103 X\r\n\r\n", "max-informational"],
    ["100 and nothing else", "HTTP/1.1 100 Continue\r\n\r\n", "max-informational"],
    ["large heads", `HTTP/1.1 103 X\r\nA: ${"a".repeat(30_000)}\r\n\r\n`, "max-header-size"],
  ])("%s without end", async (_what, octets, reason) => {
    const server = await serve(async (peer, index) => {
      if (index > 0) return honest(peer);
      await peer.request();
      return flood(peer, octets);
    });
    const pool = openPool();
    const seen: number[] = [];
    const extensions = { ...BOUND.extensions, informational: ({ status }: { status: number }) => seen.push(status) };
    expect((await fails(pool.request("GET", server.url(), { extensions }), RemoteProtocolError)).reason).toBe(reason);
    await onlyAFreshConnectionServes(pool, server);
    expect(seen.length).toBeLessThanOrEqual(16);
  });

  test("the count is exact, and starts anew with each request", async () => {
    const server = await serve(async (peer) => {
      while (true) {
        const count = Number(/\/(\d+)/.exec(await peer.request())?.[1]);
        peer.send("HTTP/1.1 103 X\r\n\r\n".repeat(count) + OK);
      }
    });
    const pool = openPool({ limits: { maxInformational: 3 } });
    for (const count of [3, 0, 3, 3])
      expect((await pool.request("GET", server.url(`/${count}`), BOUND)).status).toBe(200);
    expect(server.peers).toHaveLength(1);
    const error = await fails(pool.request("GET", server.url("/4"), BOUND), RemoteProtocolError);
    expect(error.reason).toBe("max-informational");
  });

  test.each([
    ["whole", HINTS],
    ["octet by octet", "H"],
  ])("a trickle of them (%s) does not put timeout.read off", async (how) => {
    let sent = 0;
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(HINTS);
      while (!peer.hasGone) {
        peer.send(how === "whole" ? HINTS : HINTS.charAt(sent % HINTS.length));
        sent++;
        await pause(5);
      }
    });
    const limits = { maxInformational: Infinity, maxHeaderSize: 262_144 };
    const pool = openPool({ limits, timeout: { read: 200 } });
    // A client whose clock starts anew each time meets a limit on octets, or the end of this test, and no ReadTimeout.
    await fails(pool.request("GET", server.url()), ReadTimeout);
    expect(sent).toBeGreaterThan(3);
    await eventually(() => pool.connections.length === 0);
  });
});
