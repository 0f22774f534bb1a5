// Responses that are cut, reset or nonsense: the right error, what came before it, and a connection that is gone.
// What the parser makes of malformed octets is in test/rfc9112; here it is what a caller sees of it on a real socket.

import { ConnectError, ReadError, RemoteProtocolError } from "httpcore";
import { MockBackend } from "httpcore/mock";
import { describe, expect, test } from "vitest";
import { fails, openPool, rejection, turn } from "../support/outcomes.ts";
import { NOBODY, serve } from "../support/scripted-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";

describe("cut by a FIN", () => {
  test.each<[string, string, string]>([
    ["before the first octet", "", "no-response"],
    ["in the status line", "HTTP/1.1 2", "incomplete-head"],
    ["in the head", "HTTP/1.1 200 OK\r\nContent-Len", "incomplete-head"],
    ["before the empty line", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", "incomplete-head"],
    ["behind an interim response", "HTTP/1.1 100 Continue\r\n\r\n", "no-response"],
    ["before the content", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "incomplete-content"],
    ["in the content", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "incomplete-content"],
    ["in a chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5", "incomplete-content"],
    ["in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "incomplete-content"],
    ["behind a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "incomplete-content"],
    ["in the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "incomplete-content"],
    ["in the trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n", "incomplete-content"],
  ])("%s", async (_where, octets, reason) => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end(octets);
    });
    const pool = openPool();
    const error = await fails(pool.request("GET", server.url()), RemoteProtocolError);
    expect([error.reason, error.origin]).toEqual([reason, server.origin]);
    await (await server.peer(0)).gone;
    expect(String(pool)).toBe(EMPTY);
  });

  test("what had come is handed out before the error", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    });
    const response = await openPool().stream("GET", server.url());
    await turn();
    const iterator = response.iterStream();
    expect((await iterator.next()).value).toEqual(new TextEncoder().encode("abc"));
    await fails(iterator.next(), RemoteProtocolError);
  });
});

describe("cut by a reset", () => {
  test.each([
    ["before the first octet", ""],
    ["in the head", "HTTP/1.1 200 OK\r\nA"],
    ["in the content", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"],
    ["in content that ends with the close", "HTTP/1.1 200 OK\r\n\r\nab"],
  ])("%s is a ReadError with its cause", async (_where, octets) => {
    const server = await serve(async (peer) => {
      await peer.request();
      if (octets !== "") peer.send(octets);
      await turn();
      await turn();
      peer.reset();
    });
    const pool = openPool();
    const error = await fails(pool.request("GET", server.url()), ReadError);
    expect(error.cause).toMatchObject({ code: "ECONNRESET" });
    expect([error.origin, error.phase]).toEqual([server.origin, "receive"]);
    expect(String(pool)).toBe(EMPTY);
  });

  test("while it is streamed", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    });
    const response = await openPool().stream("GET", server.url());
    const iterator = response.iterStream();
    await iterator.next();
    const next = rejection(iterator.next());
    (await server.peer(0)).reset();
    expect(await next).toBeInstanceOf(ReadError);
    await response.close();
  });

  test("after the last octet does not harm a response that is not read yet", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    const pool = openPool();
    const response = await pool.stream("GET", server.url());
    await turn();
    (await server.peer(0)).reset();
    await turn();
    expect(await response.text()).toBe("ok");
    expect(pool.connections).toEqual([]);
  });

  test("at any octet, played by a mock", async () => {
    const octets = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
    for (let reset = 0; reset < octets.length; reset++) {
      const pool = openPool({ networkBackend: new MockBackend([octets], { split: 1, reset }) });
      const error = await fails(pool.request("GET", "http://a/"), ReadError);
      expect(error.cause).toMatchObject({ code: "ECONNRESET" });
      expect(String(pool)).toBe(EMPTY);
    }
  });
});

describe("nonsense", () => {
  test.each([
    ["SMTP", "220 mail.example ESMTP\r\n", "invalid-version"],
    ["SSH", "SSH-2.0-OpenSSH_9.0\r\n", "invalid-version"],
    ["TLS", "\x15\x03\x01\0\x02\x02\x16", "invalid-version"],
    ["HTTP/2", "\0\0\x12\x04\0\0\0\0\0", "invalid-version"],
    ["HTTP/0.9", "<html>hello</html>", "invalid-version"],
    ["ICY", "ICY 200 OK\r\n\r\n", "invalid-version"],
    ["HTTP/2.0 in text", "HTTP/2.0 200 OK\r\n\r\n", "invalid-version"],
    ["status 099", "HTTP/1.1 099 X\r\n\r\n", "invalid-status"],
    ["two status lines", "HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\n\r\n", "invalid-header-name"],
    [
      "both framings",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "content-length-with-transfer-encoding",
    ],
    ["an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "unsupported-transfer-encoding"],
    ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "conflicting-content-length"],
    ["a bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "bare-lf"],
    ["a bad chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\nx\r\n", "invalid-chunk-size"],
    [
      "content with an interim response",
      "HTTP/1.1 103 X\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n\r\n",
      "invalid-version",
    ],
  ])("%s is refused at once, though the connection stays open", async (_what, octets, reason) => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(octets);
    });
    const pool = openPool();
    const error = await fails(pool.request("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toBe(reason);
    expect(error.message.length).toBeLessThan(500);
    await (await server.peer(0)).gone;
    expect(String(pool)).toBe(EMPTY);
  });

  test("leniency `bare-lf` lets a lone LF end a line", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\nContent-Length: 2\n\nok");
    });
    const response = await openPool({ leniency: ["bare-lf"] }).request("GET", server.url());
    expect(await response.text()).toBe("ok");
  });
});

describe("no connection", () => {
  test("a refused one is a ConnectError with its cause", async () => {
    const pool = openPool();
    const error = await fails(pool.request("GET", NOBODY), ConnectError);
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    expect(String(pool)).toBe(EMPTY);
  });

  test("a name that does not exist is one, too", async () => {
    const error = await fails(openPool().request("GET", "http://does-not-exist.invalid/"), ConnectError);
    expect(error.cause).toMatchObject({ code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
    expect(error.message).toContain("does-not-exist.invalid");
  });

  test("a name with several addresses is tried on all of them", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    const url = `http://localhost:${server.port}/`;
    expect(await (await openPool().request("GET", url)).text()).toBe("ok");
    expect(await (await openPool({ happyEyeballs: false }).request("GET", url)).text()).toBe("ok");
  });
});

test("a response that comes octet by octet is the same", async () => {
  const octets = "HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nC: d\r\n\r\n";
  const pool = openPool({ networkBackend: new MockBackend([octets, octets], { split: 1 }) });
  for (let i = 0; i < 2; i++) {
    const response = await pool.request("GET", "http://a/");
    expect([await response.text(), response.headers.get("a"), response.trailers.get("c")]).toEqual(["abc", "b", "d"]);
  }
  expect(pool.connections).toHaveLength(1);
});
