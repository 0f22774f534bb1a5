// RFC 9110 section 10.1.1, Expect: content waits for 100 (Continue), for a final response, or for timeout.continue.

import { LocalProtocolError, RemoteProtocolError, TotalTimeout } from "httpcore";
import { describe, expect, test } from "vitest";
import { eventually, fails, openPool, pause } from "../support/outcomes.ts";
import { answering, OK, serve } from "../support/scripted-server.ts";

const EXPECT = { Expect: "100-continue" };
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
const PATIENT = { timeout: { continue: 60_000 } };

/** Content in pieces, and whether anybody has asked for it or given it up. */
function source(...pieces: string[]) {
  const seen = { pulls: 0, returns: 0 };
  const content = {
    async *[Symbol.asyncIterator]() {
      try {
        for (const piece of pieces) {
          seen.pulls++;
          yield piece;
        }
      } finally {
        seen.returns++;
      }
    },
  };
  return { content, seen };
}

describe("content waits", () => {
  test.each([
    ["octets", "hello", "Content-Length: 5\r\n\r\n", "hello"],
    ["much", "x".repeat(200_000), "Content-Length: 200000\r\n\r\n", "x".repeat(200_000)],
    ["a source", source("he", "llo").content, "Transfer-Encoding: chunked\r\n\r\n", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"],
  ])("for 100, and not an octet is sent before: %s", async (_what, content, framing, sent) => {
    let early = "";
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      await pause(30);
      early = peer.received;
      peer.send(CONTINUE);
      await answering()(peer, 0);
    });
    const pool = openPool();
    const interim: number[] = [];
    const extensions = { ...PATIENT, informational: ({ status }: { status: number }) => interim.push(status) };
    const response = await pool.request("PUT", server.url(), { headers: EXPECT, content, extensions });
    expect(response.status).toBe(200);
    expect(interim).toEqual([100]);
    const head = `PUT / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nExpect: 100-continue\r\n${framing}`;
    expect(early).toBe(head);
    expect((await server.peer(0)).received).toBe(head + sent);
    expect((await pool.request("GET", server.url())).status).toBe(200);
    expect(server.peers).toHaveLength(1);
  });

  test("not for 102 or 103", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.send("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n");
      await pause(30);
      expect(peer.received.endsWith("\r\n\r\n")).toBe(true);
      peer.send(CONTINUE);
      await peer.request();
      peer.send(OK);
    });
    const options = { headers: EXPECT, content: "x", extensions: PATIENT };
    expect((await openPool().request("PUT", server.url(), options)).status).toBe(200);
  });

  test("no longer than timeout.continue", async () => {
    const server = await serve(answering());
    const options = { headers: EXPECT, content: "late", extensions: { timeout: { continue: 30 } } };
    expect((await openPool().request("PUT", server.url(), options)).status).toBe(200);
    expect((await server.peer(0)).received.endsWith("\r\n\r\nlate")).toBe(true);
  });

  test("not at all when timeout.continue is 0", async () => {
    const server = await serve(answering());
    const options = { headers: EXPECT, content: "now", extensions: { timeout: { continue: 0 } } };
    expect((await openPool().request("PUT", server.url(), options)).status).toBe(200);
  });

  test("a second at most unless told otherwise", async () => {
    const server = await serve(answering());
    expect((await openPool().request("PUT", server.url(), { headers: EXPECT, content: "x" })).status).toBe(200);
  });
});

test("MUST: content that nobody said to wait with does not wait for 100", async () => {
  const server = await serve(answering());
  const pool = openPool();
  for (const headers of [{}, { Expect: "something-else" }, { "X-Expect": "100-continue" }]) {
    const options = { headers, content: source("at ", "once").content, extensions: PATIENT };
    expect((await pool.request("PUT", server.url(), options)).status).toBe(200);
  }
  const { received } = await server.peer(0);
  expect(received.match(/\r\n\r\n3\r\nat \r\n4\r\nonce\r\n0\r\n\r\n/g)).toHaveLength(3);
});

describe("content is not sent", () => {
  test.each([
    ["417", "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n", 417],
    ["401", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", 401],
    ["200", OK, 200],
  ])("behind a final response, and the connection is closed: %s", async (_what, octets, status) => {
    const server = await serve(async (peer, index) => {
      if (index > 0) return answering()(peer, index);
      await peer.until("\r\n\r\n");
      return peer.send(octets);
    });
    const pool = openPool();
    const { content, seen } = source("never");
    const response = await pool.request("POST", server.url(), { headers: EXPECT, content, extensions: PATIENT });
    expect(response.status).toBe(status);
    const peer = await server.peer(0);
    await peer.gone;
    expect(peer.received.endsWith("\r\n\r\n")).toBe(true);
    expect(seen.pulls).toBe(0);
    expect(pool.connections).toEqual([]);
    expect((await pool.request("GET", server.url())).status).toBe(200);
    expect(server.peers).toHaveLength(2);
  });

  test("when the server goes away", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.end();
    });
    const options = { headers: EXPECT, content: source("x").content, extensions: PATIENT };
    const error = await fails(openPool().request("POST", server.url(), options), RemoteProtocolError);
    expect(error.reason).toBe("no-response");
  });

  test("after an abort, or when the time is over", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
    });
    const pool = openPool();
    const abort = new AbortController();
    const { content, seen } = source("x");
    const options = { headers: EXPECT, content, extensions: PATIENT, signal: abort.signal };
    const aborted = pool.request("POST", server.url(), options);
    await (await server.peer(0)).until("\r\n\r\n");
    abort.abort(new Error("enough"));
    await expect(aborted).rejects.toBe(abort.signal.reason);
    const extensions = { timeout: { continue: 60_000, total: 50 } };
    await fails(pool.request("POST", server.url(), { headers: EXPECT, content: "x", extensions }), TotalTimeout);
    await eventually(() => pool.connections.length === 0);
    expect(seen.pulls).toBe(0);
    for (const peer of server.peers) await peer.gone;
  });

  test("and there is none to expect anything of", async () => {
    const request = openPool().request("POST", "http://127.0.0.1:1/", { headers: EXPECT });
    expect((await fails(request, LocalProtocolError)).reason).toBe("expect-without-content");
  });
});
