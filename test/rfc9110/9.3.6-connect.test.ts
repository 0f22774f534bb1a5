// RFC 9110 section 9.3.6, CONNECT: 2xx makes a tunnel of the connection, anything else is a response.

import { LocalProtocolError, RemoteProtocolError } from "httpcore";
import { describe, expect, test } from "vitest";
import { present, text } from "../octets.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { answeringEach, OK, type Script, serve } from "../support/scripted-server.ts";

const TARGET = { target: "example.com:443" };

const answer =
  (octets: string): Script =>
  async (peer) => {
    await peer.request();
    peer.send(octets);
  };

describe("2xx", () => {
  test.each([
    ["200", "HTTP/1.1 200 Connection established\r\n\r\n"],
    ["204", "HTTP/1.1 204 No Content\r\n\r\n"],
    ["299", "HTTP/1.1 299 x\r\n\r\n"],
    ["HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n"],
    ["with a length that means nothing", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"],
    ["with a coding that means nothing", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ["with framing that contradicts itself", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"],
    ["with close", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"],
    ["behind an interim response", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"],
  ])("makes a tunnel: %s", async (_what, head) => {
    const server = await serve(answer(`${head}octets of the tunnel`));
    const pool = openPool();
    const response = await pool.stream("CONNECT", server.url(), { extensions: TARGET });
    const stream = present(response.extensions.networkStream);
    expect(text(present(await stream.read()))).toBe("octets of the tunnel");
    expect((await response.read()).length).toBe(0);
    await stream.write(new Uint8Array([1, 2, 3]));
    const peer = await server.peer(0);
    await peer.until("\x01\x02\x03");
    expect(peer.received).toBe("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n\x01\x02\x03");
    await response.close();
    await peer.gone;
    expect(pool.connections).toEqual([]);
  });

  test("request() resolves without content and closes", async () => {
    const server = await serve(answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"));
    const pool = openPool();
    const response = await pool.request("CONNECT", server.url(), { extensions: TARGET });
    expect([response.status, response.content.length]).toEqual([200, 0]);
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
  });
});

describe("any other status", () => {
  test("is a response with content, and the connection goes on", async () => {
    const refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
    const server = await serve(answeringEach(refusal, OK));
    const pool = openPool();
    const response = await pool.request("CONNECT", server.url(), { extensions: TARGET });
    expect([response.status, await response.text(), response.extensions.networkStream]).toEqual([403, "no", undefined]);
    expect((await pool.request("GET", server.url())).status).toBe(200);
    expect(server.peers).toHaveLength(1);
  });

  test.each([
    ["a cut head", "HTTP/1.1 200 OK\r\n", "incomplete-head"],
    ["nothing", "", "no-response"],
    ["cut content", "HTTP/1.1 407 x\r\nContent-Length: 5\r\n\r\nabc", "incomplete-content"],
    ["101", "HTTP/1.1 101 x\r\nUpgrade: x\r\n\r\n", "unexpected-upgrade"],
  ])("%s is an error", async (_what, octets, reason) => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end(octets);
    });
    const error = await fails(openPool().request("CONNECT", server.url(), { extensions: TARGET }), RemoteProtocolError);
    expect(error.reason).toBe(reason);
  });
});

describe("a CONNECT that must not be sent", () => {
  test.each([
    ["the target of the URL", undefined, "invalid-target"],
    ["no port", "example.com", "invalid-target"],
    ["an empty port", "example.com:", "invalid-target"],
    ["a path", "example.com:443/", "invalid-target"],
    ["userinfo", "me@example.com:443", "invalid-target"],
  ])("%s", async (_what, target, reason) => {
    const extensions = target === undefined ? {} : { target };
    const error = await fails(openPool().request("CONNECT", "http://127.0.0.1:1/", { extensions }), LocalProtocolError);
    expect(error.reason).toBe(reason);
  });

  test("content", async () => {
    const options = { extensions: TARGET, content: "x" };
    const error = await fails(openPool().request("CONNECT", "http://127.0.0.1:1/", options), LocalProtocolError);
    expect(error.reason).toBe("content-with-connect");
  });

  test("IPv6 goes with its brackets, and a Host that is given stays", async () => {
    const server = await serve(answer("HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n"));
    const extensions = { target: "[::1]:8443" };
    await openPool().request("CONNECT", server.url(), { extensions, headers: { Host: "other:1" } });
    expect((await server.peer(0)).received).toBe("CONNECT [::1]:8443 HTTP/1.1\r\nHost: other:1\r\n\r\n");
  });
});
