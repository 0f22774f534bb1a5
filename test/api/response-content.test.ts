// The four ways to take a response's content - read(), iterStream(), body, and request() which has taken it - and what
// each does when it is used twice, too early, or given up.

import { ReadError, ResponseNotRead, StreamConsumed } from "httpcore";
import { describe, expect, test } from "vitest";
import { fails, openPool, rejection, stateOf, turn } from "../support/outcomes.ts";
import { answering, OK, type ScriptedServer, serve } from "../support/scripted-server.ts";

const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

const decode = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");

async function collect(source: AsyncIterable<Uint8Array>): Promise<string> {
  let all = "";
  for await (const piece of source) all += decode(piece);
  return all;
}

/** A server whose response starts with "one" and goes on when the test says so. */
async function halting(): Promise<ScriptedServer> {
  return serve(async (peer) => {
    await peer.request();
    peer.send(`${CHUNKED}3\r\none\r\n`);
  });
}

describe("request()", () => {
  test("has the content, once and for all", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\0\xff\r\n"));
    const response = await openPool().request("GET", server.url());
    expect(response.content).toEqual(Uint8Array.of(0, 0xff, 0x0d, 0x0a));
    expect(await response.read()).toBe(response.content);
    expect(await response.read()).toBe(response.content);
    await response.close();
    expect(await response.read()).toBe(response.content);
  });

  test("its iterStream() is StreamConsumed", async () => {
    const server = await serve(answering());
    const response = await openPool().request("GET", server.url());
    await fails(collect(response.iterStream()), StreamConsumed);
    await fails(collect(response), StreamConsumed);
  });

  test.each([
    ["HTTP/1.1 204 No Content\r\n\r\n", 204],
    ["HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304],
    ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200],
  ])("%j has empty content", async (octets, status) => {
    const server = await serve(answering(octets));
    const response = await openPool().request("GET", server.url());
    expect([response.status, response.content.length, response.trailers.length]).toEqual([status, 0, 0]);
  });

  test("HEAD has empty content, whatever the head says", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
    const response = await openPool().request("HEAD", server.url());
    expect(response.content).toHaveLength(0);
    expect(response.headers.get("content-length")).toBe("5");
  });
});

describe("read()", () => {
  test("gives the content, and the same again; content is there then", async () => {
    const server = await serve(answering());
    const response = await openPool().stream("GET", server.url());
    expect(() => response.content).toThrow(ResponseNotRead);
    const [first, second] = await Promise.all([response.read(), response.read()]);
    expect(decode(first)).toBe("ok");
    expect(second).toBe(first);
    expect(response.content).toBe(first);
  });

  test("makes iterStream() StreamConsumed, also while it runs", async () => {
    const server = await serve(answering());
    const response = await openPool().stream("GET", server.url());
    const reading = response.read();
    await fails(collect(response.iterStream()), StreamConsumed);
    await reading;
    await fails(collect(response.iterStream()), StreamConsumed);
  });

  test("after iterStream() is StreamConsumed", async () => {
    const server = await serve(answering());
    const response = await openPool().stream("GET", server.url());
    await collect(response.iterStream());
    await fails(response.read(), StreamConsumed);
    expect(() => response.content).toThrow(ResponseNotRead);
  });

  test("after close() is a ReadError", async () => {
    const server = await halting();
    const response = await openPool().stream("GET", server.url());
    await response.close();
    await fails(response.read(), ReadError);
  });

  test("cut by close() is a ReadError", async () => {
    const server = await halting();
    const response = await openPool().stream("GET", server.url());
    const reading = rejection(response.read());
    await turn();
    await response.close();
    expect(await reading).toBeInstanceOf(ReadError);
  });
});

describe("text() and json()", () => {
  test("are of the whole content, as UTF-8", async () => {
    const octets = Buffer.from('{"a":"\u00e9\u20ac"}');
    const server = await serve(
      answering(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${octets.length}\r\n\r\n`), octets])),
    );
    const response = await openPool().stream("GET", server.url());
    expect(await response.text()).toBe('{"a":"\u00e9\u20ac"}');
    expect(await response.json<{ a: string }>()).toEqual({ a: "\u00e9\u20ac" });
    expect(response.content).toEqual(new Uint8Array(octets));
  });

  test("json() of something else is a SyntaxError", async () => {
    const server = await serve(answering());
    await fails((await openPool().request("GET", server.url())).json(), SyntaxError);
  });
});

describe("iterStream()", () => {
  test("gives the content as it comes", async () => {
    const server = await halting();
    const response = await openPool().stream("GET", server.url());
    const iterator = response.iterStream();
    expect(decode((await iterator.next()).value)).toBe("one");
    const next = iterator.next();
    await turn();
    expect(await stateOf(next)).toBe("pending");
    (await server.peer(0)).send("3\r\ntwo\r\n0\r\n\r\n");
    expect(decode((await next).value)).toBe("two");
    expect((await iterator.next()).done).toBe(true);
  });

  test("pieces are the caller's own: they do not change", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      for (const letter of "abcdefgh") {
        peer.send(letter === "a" ? `HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\na` : letter);
        await turn();
      }
    });
    const response = await openPool().stream("GET", server.url());
    const pieces: Uint8Array[] = [];
    for await (const piece of response) pieces.push(piece);
    expect(pieces.map(decode).join("")).toBe("abcdefgh");
  });

  test("once: a second time is StreamConsumed", async () => {
    const server = await serve(answering());
    const response = await openPool().stream("GET", server.url());
    expect(await collect(response)).toBe("ok");
    await fails(collect(response.iterStream()), StreamConsumed);
    await fails(collect(response), StreamConsumed);
  });

  test("leaving the loop early closes the connection", async () => {
    const server = await halting();
    const pool = openPool();
    const response = await pool.stream("GET", server.url());
    for await (const piece of response.iterStream()) {
      expect(decode(piece)).toBe("one");
      break;
    }
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
    await fails(response.read(), StreamConsumed);
  });

  test("a loop that throws closes the connection, too", async () => {
    const server = await halting();
    const response = await openPool().stream("GET", server.url());
    const mine = new Error("enough");
    const looping = (async () => {
      for await (const _ of response) throw mine;
    })();
    expect(await rejection(looping)).toBe(mine);
    await (await server.peer(0)).gone;
  });

  test("leaving at the very end gives the connection back", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const response = await pool.stream("GET", server.url());
    for await (const _ of response) break;
    expect((await pool.request("GET", server.url())).status).toBe(200);
    expect(server.peers).toHaveLength(1);
  });

  test("cut by close() is a ReadError", async () => {
    const server = await halting();
    const response = await openPool().stream("GET", server.url());
    const iterator = response.iterStream();
    await iterator.next();
    const next = rejection(iterator.next());
    await turn();
    await response.close();
    expect(await next).toBeInstanceOf(ReadError);
    expect((await iterator.next()).done).toBe(true);
  });

  test("after close() is a ReadError", async () => {
    const server = await halting();
    const response = await openPool().stream("GET", server.url());
    await response.close();
    await fails(collect(response), ReadError);
  });
});

describe("close()", () => {
  test("before the end closes the connection; a second time does nothing", async () => {
    const server = await halting();
    const pool = openPool();
    const response = await pool.stream("GET", server.url());
    await response.close();
    await response.close();
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
  });

  test("after the end does no harm to the connection", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const response = await pool.stream("GET", server.url());
    await response.read();
    await response.close();
    expect(pool.connections.map((connection) => connection.state)).toEqual(["IDLE"]);
    expect(response.content).toHaveLength(2);
  });

  test("of a finished response does not touch the next one on the same connection", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const first = await pool.stream("GET", server.url());
    await first.read();
    const second = await pool.stream("GET", server.url());
    await first.close();
    expect(await second.text()).toBe("ok");
    expect(server.peers).toHaveLength(1);
  });

  test("`await using` does it", async () => {
    const server = await halting();
    {
      await using response = await openPool().stream("GET", server.url());
      expect(response.status).toBe(200);
    }
    await (await server.peer(0)).gone;
  });
});

describe("trailers", () => {
  const response = `${CHUNKED}2\r\nok\r\n0\r\nX-Sum: 1\r\nx-sum: \xe9\r\n\r\n`;

  test("are there with request()", async () => {
    const server = await serve(answering(response));
    const { trailers, headers } = await openPool().request("GET", server.url());
    expect([...trailers]).toEqual([
      ["X-Sum", "1"],
      ["x-sum", "\xe9"],
    ]);
    expect(headers.has("x-sum")).toBe(false);
  });

  test("are there after the content, and ResponseNotRead before", async () => {
    const server = await halting();
    const streamed = await openPool().stream("GET", server.url());
    expect(() => streamed.trailers).toThrow(ResponseNotRead);
    (await server.peer(0)).send("0\r\nA: b\r\n\r\n");
    await streamed.read();
    expect(streamed.trailers.get("a")).toBe("b");
  });

  test("are empty where there are none", async () => {
    const server = await serve(answering(OK));
    const streamed = await openPool().stream("GET", server.url());
    await collect(streamed);
    expect(streamed.trailers).toHaveLength(0);
  });
});
