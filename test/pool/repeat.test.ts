// The one repetition: a reused connection that was dead before its first response octet. Once, on a fresh connection,
// for requests whose method is idempotent and whose content can be had again. Nothing else is ever sent twice.

import { type Content, RemoteProtocolError, WriteError } from "httpcore";
import { describe, expect, test } from "vitest";
import { fails, openPool, rejection } from "../support/outcomes.ts";
import { answering, OK, type Peer, serve } from "../support/scripted-server.ts";

/**
 * A server whose first `count` connections answer one request and treat the second as `act` says; later ones answer
 * all.
 */
const dying = (count: number, act: (peer: Peer) => void) =>
  serve(async (peer, index) => {
    await peer.request();
    peer.send(OK);
    await peer.request();
    if (index < count) act(peer);
    else {
      peer.send(OK);
      await answering()(peer, index);
    }
  });

const close = (peer: Peer): void => peer.end();

describe("is sent again once", () => {
  test.each(["GET", "HEAD", "OPTIONS", "TRACE", "DELETE", "PUT"])("%s, after a FIN", async (method) => {
    const server = await dying(1, close);
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    expect((await pool.request(method, server.url("/2"))).status).toBe(200);
    expect(server.peers.map(({ received }) => received.match(/(?<= )\/\d/g))).toEqual([["/1", "/2"], ["/2"]]);
  });

  test("GET, after a reset", async () => {
    const server = await dying(1, (peer) => peer.reset());
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    expect(await (await pool.request("GET", server.url("/2"))).text()).toBe("ok");
    expect(server.peers).toHaveLength(2);
  });

  test.each<[string, () => Content]>([
    ["bytes", () => new TextEncoder().encode("abc")],
    ["string", () => "abc"],
    ["Blob", () => new Blob(["abc"])],
    ["much", () => "abc".repeat(200_000)],
  ])("PUT with %s, from its start", async (_type, content) => {
    const server = await dying(1, close);
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    const given = content();
    expect((await pool.request("PUT", server.url("/2"), { content: given })).status).toBe(200);
    const [first, second] = server.peers;
    expect(first?.received.endsWith(second?.received ?? "?")).toBe(true);
  });

  test("stream(), too", async () => {
    const server = await dying(1, close);
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    expect(await (await pool.stream("GET", server.url("/2"))).text()).toBe("ok");
  });

  test("on a fresh connection, even if another idle one is there", async () => {
    const server = await dying(2, close);
    const pool = openPool();
    await Promise.all([pool.request("GET", server.url("/1")), pool.request("GET", server.url("/1"))]);
    expect(server.peers).toHaveLength(2);
    expect((await pool.request("GET", server.url("/2"))).status).toBe(200);
    expect(server.peers).toHaveLength(3);
  });

  test("when the pool is full of requests that wait, and it does not wait for ever", async () => {
    const server = await dying(1, close);
    const pool = openPool({ maxConnections: 1, keepaliveExpiry: Number.POSITIVE_INFINITY, timeout: { total: 2000 } });
    await pool.request("GET", server.url("/1"));
    const all = ["/2", "/3", "/4"].map((path) => pool.request("GET", server.url(path)));
    for (const response of await Promise.all(all)) expect(response.status).toBe(200);
    expect(String(pool)).toBe("<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 1 idle]>");
  });
});

describe("is never sent again", () => {
  test.each<[string, string, Content | null]>([
    ["POST", "POST", null],
    ["POST with bytes", "POST", "x"],
    ["PATCH", "PATCH", "x"],
    ["an unknown method", "PURGE", null],
    ["get, which is another method than GET", "get", null],
  ])("%s", async (_what, method, content) => {
    const server = await dying(1, close);
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    const error = await fails(pool.request(method, server.url("/2"), { content }), RemoteProtocolError);
    expect(error.reason).toBe("no-response");
    expect(server.peers).toHaveLength(1);
  });

  test.each<[string, () => Content]>([
    ["iterable", () => ["a"]],
    [
      "generator",
      () =>
        (function* () {
          yield "a";
        })(),
    ],
    ["ReadableStream", () => new Blob(["a"]).stream()],
  ])("PUT with an %s", async (_type, content) => {
    const server = await dying(1, close);
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    const error = await rejection(pool.request("PUT", server.url("/2"), { content: content() }));
    expect(error instanceof RemoteProtocolError || error instanceof WriteError).toBe(true);
    expect(server.peers).toHaveLength(1);
  });

  test("a request on a fresh connection", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end();
    });
    const error = await fails(openPool().request("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toBe("no-response");
    expect(server.peers).toHaveLength(1);
  });

  test("a request that was sent again", async () => {
    const server = await serve(async (peer, index) => {
      await peer.request();
      if (index === 0) peer.send(OK);
      else peer.end();
      await peer.request();
      peer.end();
    });
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    await fails(pool.request("GET", server.url("/2")), RemoteProtocolError);
    expect(server.peers).toHaveLength(2);
  });

  test.each<[string, string]>([
    ["part of a head", "HTTP/1.1 200 OK\r\n"],
    ["one octet", "H"],
    ["an interim response", "HTTP/1.1 103 X\r\n\r\n"],
    ["part of the content", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"],
  ])("a request that %s came for", async (_what, octets) => {
    const server = await dying(1, (peer) => peer.end(octets));
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    await fails(pool.request("GET", server.url("/2")), RemoteProtocolError);
    expect(server.peers).toHaveLength(1);
  });

  test("a request that nonsense came for", async () => {
    const server = await dying(1, (peer) => peer.end("nonsense\r\n"));
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    await fails(pool.request("GET", server.url("/2")), RemoteProtocolError);
    expect(server.peers).toHaveLength(1);
  });

  test("a request that timed out", async () => {
    const server = await dying(1, () => {});
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    const call = pool.request("GET", server.url("/2"), { extensions: { timeout: { read: 50 } } });
    await expect(call).rejects.toMatchObject({ code: "ERR_READ_TIMEOUT" });
    expect(server.peers).toHaveLength(1);
  });

  test("a request that the pool's close ended", async () => {
    const server = await dying(1, () => {});
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    const call = rejection(pool.request("GET", server.url("/2")));
    await (await server.peer(0)).until("/2");
    await pool.close();
    expect(await call).toMatchObject({ code: "ERR_READ_ERROR" });
    expect(server.peers).toHaveLength(1);
  });
});
