// When a connection serves another request, and when not: what both heads say, what came behind the response, and
// whether the caller took all of the content.

import { describe, expect, test } from "vitest";
import { openPool } from "../support/outcomes.ts";
import { answering, answeringEach, OK, serve } from "../support/scripted-server.ts";

/** How many connections two requests need, one behind the other. */
async function connectionsFor(response: string, options: { method?: string; headers?: Record<string, string> } = {}) {
  const { method = "GET", headers = {} } = options;
  const server = await serve(answering(response));
  const pool = openPool();
  const first = await pool.request(method, server.url("/1"), { headers });
  const second = await pool.request(method, server.url("/2"), { headers });
  expect([first.status, second.status]).toEqual([first.status, first.status]);
  return server.peers.length;
}

describe("a connection is used again", () => {
  test.each([
    ["Content-Length", OK],
    ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"],
    ["chunks and trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n"],
    ["empty content", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
    ["204", "HTTP/1.1 204 No Content\r\n\r\n"],
    ["304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"],
    ["an error status", "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"],
    ["interim responses", `HTTP/1.1 103 X\r\n\r\n${OK}`],
    ["Connection: keep-alive", "HTTP/1.1 204 X\r\nConnection: keep-alive\r\n\r\n"],
    ["another connection option", "HTTP/1.1 204 X\r\nConnection: closed, x\r\n\r\n"],
    ["HTTP/1.0 with keep-alive", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok"],
    ["an upgrade that was only offered", "HTTP/1.1 200 OK\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nok"],
  ])("after %s", async (_what, response) => {
    expect(await connectionsFor(response)).toBe(1);
  });

  test("after HEAD", async () => {
    expect(await connectionsFor("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", { method: "HEAD" })).toBe(1);
  });

  test("after POST", async () => {
    expect(await connectionsFor(OK, { method: "POST" })).toBe(1);
  });

  test("after stream() of a response without content, though nobody read it", async () => {
    const server = await serve(answering("HTTP/1.1 204 X\r\n\r\n"));
    const pool = openPool();
    await pool.stream("GET", server.url());
    await pool.stream("GET", server.url());
    expect(server.peers).toHaveLength(1);
  });

  test("after stream() whose content was read", async () => {
    const server = await serve(answering());
    const pool = openPool();
    for (const take of ["read", "iterate"]) {
      const response = await pool.stream("GET", server.url());
      if (take === "read") await response.read();
      else for await (const _ of response);
    }
    await pool.request("GET", server.url());
    expect(server.peers).toHaveLength(1);
  });

  test("after a request with content of any kind", async () => {
    const server = await serve(answering());
    const pool = openPool();
    for (const content of ["x", ["x", "y"], new Blob(["x"]), new Blob(["x"]).stream(), "x".repeat(400_000)]) {
      await pool.request("POST", server.url(), { content });
    }
    expect(server.peers).toHaveLength(1);
  });

  test("by the origin, whatever the case of the host and whether the port is written", async () => {
    const server = await serve(answering());
    const pool = openPool();
    await pool.request("GET", server.url());
    await pool.request("GET", server.url().replace("http", "HTTP"));
    await pool.request("GET", server.url().replace("http", "ws"));
    await pool.request("GET", server.url().replace("//", "//user:pw@"));
    // ws: is an origin of its own.
    expect(server.peers).toHaveLength(2);
  });
});

describe("a connection is not used again", () => {
  test.each([
    ["Connection: close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"],
    ["Connection: CLOSE", "HTTP/1.1 200 OK\r\nCONNECTION: CLOSE\r\nContent-Length: 2\r\n\r\nok"],
    ["close in a list", "HTTP/1.1 200 OK\r\nConnection: x, close\t\r\nContent-Length: 2\r\n\r\nok"],
    ["close in another line", "HTTP/1.1 200 OK\r\nConnection: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"],
    ["close and keep-alive", "HTTP/1.1 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 2\r\n\r\nok"],
    ["HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"],
    [
      "HTTP/1.0 with keep-alive and close",
      "HTTP/1.0 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 0\r\n\r\n",
    ],
    ["Keep-Alive: timeout=0", "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0\r\nContent-Length: 2\r\n\r\nok"],
  ])("after %s, and it is we who close it", async (_what, response) => {
    const server = await serve(answering(response));
    const pool = openPool();
    await pool.request("GET", server.url());
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
    expect((await pool.request("GET", server.url())).status).toBe(200);
    expect(server.peers).toHaveLength(2);
  });

  test("after Connection: close in the request, whatever the server says", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"));
    const pool = openPool();
    const response = await pool.request("GET", server.url(), { headers: { Connection: "x, Close" } });
    expect(await response.text()).toBe("ok");
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
  });

  test("after content that ended with the close", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end("HTTP/1.1 200 OK\r\n\r\nall of it");
    });
    const pool = openPool();
    expect(await (await pool.request("GET", server.url())).text()).toBe("all of it");
    expect(pool.connections).toEqual([]);
  });

  test("when the server closed it with the last octet", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end(OK);
    });
    const pool = openPool();
    for (let i = 0; i < 3; i++) expect(await (await pool.request("GET", server.url())).text()).toBe("ok");
    expect(server.peers).toHaveLength(3);
  });

  test("when content was given up", async () => {
    const server = await serve(answeringEach("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"));
    const pool = openPool();
    await (await pool.stream("GET", server.url())).close();
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
  });

  test("while its content is not read: the next request gets one of its own", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const first = await pool.stream("GET", server.url());
    const second = await pool.request("GET", server.url());
    expect(await second.text()).toBe("ok");
    expect(await first.text()).toBe("ok");
    expect(server.peers).toHaveLength(2);
  });
});

describe("octets behind a response", () => {
  const FORGED = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";

  test.each<[string, string, string]>([
    ["another response", OK + FORGED, "ok"],
    ["one octet", `${OK}x`, "ok"],
    ["content longer than its length", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nok", "o"],
    ["content with 204", `HTTP/1.1 204 X\r\n\r\n${FORGED}`, ""],
    ["content with 304", `HTTP/1.1 304 X\r\nContent-Length: 6\r\n\r\nforged`, ""],
    ["octets behind the last chunk", `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${FORGED}`, ""],
  ])("(%s) do not fail it, and never answer the next request", async (_what, octets, content) => {
    const server = await serve((peer, index) => answering(index === 0 ? octets : OK)(peer, index));
    const pool = openPool();
    const first = await pool.request("GET", server.url("/1"));
    expect(await first.text()).toBe(content);
    const second = await pool.request("GET", server.url("/2"));
    expect(await second.text()).toBe("ok");
    expect(server.peers.map(({ received }) => received.split(" ")[1])).toEqual(["/1", "/2"]);
    await (await server.peer(0)).gone;
  });

  test("do not fail a streamed response either", async () => {
    const server = await serve((peer, index) => answering(index === 0 ? OK + FORGED : OK)(peer, index));
    const pool = openPool();
    const first = await pool.stream("GET", server.url("/1"));
    expect(await first.text()).toBe("ok");
    expect(await (await pool.request("GET", server.url("/2"))).text()).toBe("ok");
    expect(server.peers).toHaveLength(2);
  });

  test("with HEAD close the connection", async () => {
    const server = await serve((peer, index) => answering(index === 0 ? OK : OK.slice(0, -2))(peer, index));
    const pool = openPool();
    await pool.request("HEAD", server.url("/1"));
    await pool.request("HEAD", server.url("/2"));
    expect(server.peers).toHaveLength(2);
  });

  test("that come while the response lies unread close the connection", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const first = await pool.stream("GET", server.url("/1"));
    (await server.peer(0)).send(FORGED);
    expect(await (await pool.request("GET", server.url("/2"))).text()).toBe("ok");
    expect(await first.text()).toBe("ok");
    await (await server.peer(0)).gone;
    for (const path of ["/3", "/4"]) expect(await (await pool.request("GET", server.url(path))).text()).toBe("ok");
    expect(server.peers[0]?.received).not.toContain("/3");
  });

  test("CRLF is harmless: the connection is used again", async () => {
    const server = await serve(answering(`${OK}\r\n\r\n`));
    const pool = openPool();
    for (let i = 0; i < 3; i++) expect(await (await pool.request("GET", server.url())).text()).toBe("ok");
    expect(server.peers).toHaveLength(1);
  });
});
