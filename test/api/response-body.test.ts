// `response.body` and `response.toWeb()`: the same content for code written against web streams and fetch.

import { ReadError, RemoteProtocolError, Response, StreamConsumed } from "httpcore";
import { describe, expect, test } from "vitest";
import { eventually, fails, openPool, rejection } from "../support/outcomes.ts";
import { answering, OK, serve } from "../support/scripted-server.ts";

const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

const decode = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");

describe("body", () => {
  test("is the same stream at each access, of octets, to its end", async () => {
    const server = await serve(answering(`${CHUNKED}3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n`));
    const pool = openPool();
    const response = await pool.stream("GET", server.url());
    expect(response.body).toBeInstanceOf(ReadableStream);
    expect(response.body).toBe(response.body);
    let all = "";
    for await (const piece of response.body) all += decode(piece);
    expect(all).toBe("onetwo");
    expect(pool.connections.map(({ state }) => state)).toEqual(["IDLE"]);
    await fails(response.read(), StreamConsumed);
  });

  test("can be read into a buffer of the caller", async () => {
    const server = await serve(answering());
    const response = await openPool().stream("GET", server.url());
    const reader = response.body.getReader({ mode: "byob" });
    const first = await reader.read(new Uint8Array(1));
    const second = await reader.read(new Uint8Array(8));
    expect([first.value, second.value].map((piece) => decode(piece ?? new Uint8Array()))).toEqual(["o", "k"]);
    expect((await reader.read(new Uint8Array(1))).done).toBe(true);
  });

  test("asking for it does not consume: read() still works", async () => {
    const server = await serve(answering());
    const response = await openPool().stream("GET", server.url());
    expect(response.body.locked).toBe(false);
    expect(await response.text()).toBe("ok");
  });

  test("after read() is StreamConsumed", async () => {
    const server = await serve(answering());
    const response = await openPool().stream("GET", server.url());
    await response.read();
    await fails(response.body.getReader().read(), StreamConsumed);
  });

  test("cancel() closes the connection", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(`${CHUNKED}3\r\none\r\n`);
    });
    const pool = openPool();
    const response = await pool.stream("GET", server.url());
    const reader = response.body.getReader();
    expect(decode((await reader.read()).value ?? new Uint8Array())).toBe("one");
    await reader.cancel();
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
  });

  test("errors as an iteration would", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end(`${CHUNKED}3\r\none\r\n`);
    });
    const response = await openPool().stream("GET", server.url());
    const reader = response.body.getReader();
    await reader.read();
    await fails(reader.read(), RemoteProtocolError);
    await fails(reader.closed, RemoteProtocolError);
  });

  test("close() errors it", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(`${CHUNKED}3\r\none\r\n`);
    });
    const response = await openPool().stream("GET", server.url());
    const reader = response.body.getReader();
    await reader.read();
    const next = rejection(reader.read());
    await response.close();
    expect(await next).toBeInstanceOf(ReadError);
  });

  test("pulls from the server only as it is read", async () => {
    const size = 64 * 1024 * 1024;
    let sent = 0;
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      const piece = new Uint8Array(262_144);
      for (; sent < size && !peer.hasGone; sent += piece.length) {
        if (!peer.socket.write(piece)) await new Promise((resolve) => peer.socket.once("drain", resolve));
      }
    });
    const response = await openPool().stream("GET", server.url());
    const reader = response.body.getReader();
    await reader.read();
    let before = -1;
    await eventually(() => {
      const isAtRest = before === sent;
      before = sent;
      return isAtRest && sent > 0;
    }, "the server has filled all buffers");
    expect(sent).toBeLessThan(size / 2);
    await reader.cancel();
  });
});

describe("toWeb()", () => {
  test("of a streamed response has its status, headers and content", async () => {
    const server = await serve(
      answering("HTTP/1.1 404 Gone Fishing\r\nA: 1\r\nSet-Cookie: x\r\nSet-Cookie: y\r\nContent-Length: 2\r\n\r\nok"),
    );
    const web = (await openPool().stream("GET", server.url())).toWeb();
    expect(web).toBeInstanceOf(globalThis.Response);
    expect([web.status, web.statusText, web.headers.get("a")]).toEqual([404, "Gone Fishing", "1"]);
    expect(web.headers.getSetCookie()).toEqual(["x", "y"]);
    expect(await web.text()).toBe("ok");
  });

  test("after read() is of the content, and can be had again", async () => {
    const server = await serve(answering());
    const response = await openPool().stream("GET", server.url());
    await response.read();
    expect(await response.toWeb().text()).toBe("ok");
    expect(await response.toWeb().text()).toBe("ok");
    expect(await (await openPool().request("GET", server.url())).toWeb().text()).toBe("ok");
  });

  test("shares no octets with the response", async () => {
    const server = await serve(answering());
    const response = await openPool().request("GET", server.url());
    const buffer = await response.toWeb().arrayBuffer();
    new Uint8Array(buffer).fill(0);
    expect(await response.text()).toBe("ok");
  });

  test.each([
    [204, "HTTP/1.1 204 No Content\r\n\r\n"],
    [205, "HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n"],
    [304, "HTTP/1.1 304 Not Modified\r\n\r\n"],
  ])("of %i has a null body", async (status, octets) => {
    const server = await serve(answering(octets));
    const pool = openPool();
    for (const response of [await pool.stream("GET", server.url()), await pool.request("GET", server.url())]) {
      const web = response.toWeb();
      expect([web.status, web.body]).toEqual([status, null]);
    }
  });

  test.each([100, 199, 600, 999])("of %i is a TypeError", (status) => {
    expect(() => new Response(status).toWeb()).toThrow(TypeError);
  });

  test("of a status beyond the web's, received", async () => {
    const server = await serve(answering(OK.replace("200", "799")));
    const response = await openPool().request("GET", server.url());
    expect(response.status).toBe(799);
    expect(() => response.toWeb()).toThrow(TypeError);
  });

  test("of octets in headers keeps them", async () => {
    const server = await serve(answering("HTTP/1.1 200 \xe9\r\nA: \xe9\r\nContent-Length: 0\r\n\r\n"));
    const web = (await openPool().request("GET", server.url())).toWeb();
    expect([web.statusText, web.headers.get("a")]).toEqual(["\xe9", "\xe9"]);
  });
});
