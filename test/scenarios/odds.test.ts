// Group K, what callers see of the odd ends: errors name their first cause, what is not HTTP is refused at its first
// wrong octets, and a response that other clients act upon is handed over as it is.

import { ReadError, RemoteProtocolError } from "httpcore";
import { describe, expect, test } from "vitest";
import { fails, openPool, rejection, turn } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";
import { serveIndependently } from "./independent-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";

test("S83 408 is a response like any other: the caller gets it, and nothing is sent again", async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.end("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n");
  });
  const pool = openPool();
  expect((await pool.request("GET", server.url())).status).toBe(408);
  expect([server.peers.length, pool.connections.length]).toEqual([1, 0]);
});

describe("S84 the first cause wins:", () => {
  test.each([
    ["nonsense, then a FIN", "nonsense\r\n", "end"],
    ["nonsense, then a RST", "nonsense\r\n", "reset"],
    ["two status lines, then a FIN", "HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\n\r\n", "end"],
    ["a bad chunk, then a RST", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "reset"],
  ] as const)("S84 %s: a protocol error", async (_what, octets, way) => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(octets);
      await turn();
      peer[way]();
    });
    const error = await fails(openPool().request("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toMatch(/^invalid-/);
  });

  test("S84 a RST within content is a ReadError with the runtime's error, not an incomplete message", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    });
    const iterator = (await openPool().stream("GET", server.url())).iterStream();
    // A RST that is there together with octets looks like a FIN to the runtime: so these are read first.
    await iterator.next();
    (await server.peer(0)).reset();
    const error = await fails(iterator.next(), ReadError);
    expect(error.cause).toMatchObject({ code: "ECONNRESET" });
  });

  test("S84 what comes behind the first error changes it no more, whoever asks", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    });
    const abort = new AbortController();
    const pool = openPool();
    const response = await pool.stream("GET", server.url(), { signal: abort.signal });
    const first = await rejection(response.read());
    expect(first).toMatchObject({ reason: "incomplete-content" });
    abort.abort("too late");
    await pool.close();
    expect(await rejection(response.read())).toBe(first);
  });

  test("S84 the caller's abort stays the cause though the server resets at the same time", async () => {
    const server = await serveIndependently([{ until: "\r\n\r\n" }, "reset"]);
    for (let i = 0; i < 20; i++) {
      const abort = new AbortController();
      const call = rejection(openPool().request("GET", server.url(), { signal: abort.signal }));
      abort.abort("mine");
      expect(await call).toBe("mine");
    }
  });
});

describe("S85 what is not HTTP", () => {
  test.each([
    ["SMTP", "220 mail.example ESMTP ready\r\n"],
    ["ICY", "ICY 200 OK\r\nicy-name: radio\r\n\r\n"],
    ["HTTP/0.9", "<html>hello</html>"],
    ["SSH", "SSH-2.0-OpenSSH_9.0\r\n"],
    ["one octet", "\x15"],
    ["almost HTTP", "HTTQ"],
    ["HTTP/2", "HTTP/2 200\r\n\r\n"],
  ])(
    "S85 %s is refused at its first wrong octet: the connection stays open, and no time limit runs",
    async (_what, greeting) => {
      const server = await serve(async (peer) => {
        await peer.request();
        for (const octet of greeting) {
          if (peer.hasGone) return;
          peer.send(octet);
          await turn();
        }
      });
      const pool = openPool();
      const error = await fails(pool.stream("GET", server.url()), RemoteProtocolError);
      expect(error.reason).toBe("invalid-version");
      // "HTTP/" is the most that something else may share with a response.
      expect(error.offset).toBeLessThanOrEqual("HTTP/".length);
      await (await server.peer(0)).gone;
      expect(String(pool)).toBe(EMPTY);
    },
  );

  test("S85 sent as a greeting, before the request or with it, is an error as well", async () => {
    const server = await serve((peer) => peer.send("220 mail.example ESMTP ready\r\n"));
    const pool = openPool();
    const error = await fails(pool.request("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toMatch(/^(invalid-version|unasked-for-octets)$/);
    expect(String(pool)).toBe(EMPTY);
  });

  test("S85 on an idle connection it closes that, and the next request knows nothing of it", async () => {
    const server = await serve(answering());
    const pool = openPool();
    await pool.request("GET", server.url());
    (await server.peer(0)).send("421 idle for too long\r\n");
    await (await server.peer(0)).gone;
    expect(await (await pool.request("POST", server.url())).text()).toBe("ok");
  });
});
