// Group F, segmentation, slowness and limits: where a segment ends changes nothing, nobody makes us hold or do more than
// a limit says, and a timer fires in its own phase or not at all.

import { ReadTimeout, RemoteProtocolError, TotalTimeout } from "httpcore";
import { describe, expect, test } from "vitest";
import { eventually, fails, openPool, pause, turn } from "../support/outcomes.ts";
import { answering, answeringEach, OK, type Script, serve } from "../support/scripted-server.ts";

const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";

describe("S54 segments", () => {
  const octets = `HTTP/1.1 203 Other\r\nA: b\r\n${CHUNKED.slice(17)}3;x=y\r\nabc\r\na\r\n0123456789\r\n0\r\nC: d\r\n\r\n`;
  const WHOLE = ["203 Other", "b", "abc0123456789", "d"];

  async function outcome(url: string): Promise<unknown[]> {
    const { status, extensions, headers, trailers, content } = await openPool().request("GET", url);
    const text = new TextDecoder().decode(content);
    return [`${status} ${extensions.reasonPhrase}`, headers.get("a"), text, trailers.get("c")];
  }

  test("S54 of one octet each", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      for (const octet of octets) {
        peer.send(octet);
        await turn();
      }
    });
    expect(await outcome(server.url())).toEqual(WHOLE);
  });

  test("S54 two, cut at every octet", async () => {
    const server = await serve(async (peer, index) => {
      await peer.request();
      peer.send(octets.slice(0, index + 1));
      await turn();
      await turn();
      peer.send(octets.slice(index + 1));
    });
    for (const one of await Promise.all([...octets].map(() => outcome(server.url())))) expect(one).toEqual(WHOLE);
  });
});

test("S55 a chunk of a GiB is shown as it comes", async () => {
  const server = await serve(answeringEach(`${CHUNKED}40000000\r\nfirst`));
  const response = await openPool().stream("GET", server.url());
  const iterator = response.iterStream();
  const read = async () => new TextDecoder().decode((await iterator.next()).value);
  expect(await read()).toBe("first");
  (await server.peer(0)).send("second");
  expect(await read()).toBe("second");
  await response.close();
});

describe("S56 a head of one octet now and then", () => {
  const drip: Script = async (peer) => {
    await peer.request();
    peer.send("HTTP/1.1 200 OK\r\nA: ");
    while (!peer.hasGone) {
      peer.send("x");
      await pause(5);
    }
  };

  test("S56 is ended by the total limit", async () => {
    const server = await serve(drip);
    const pool = openPool();
    const extensions = { timeout: { read: 5000, total: 100 } };
    await fails(pool.request("GET", server.url(), { extensions }), TotalTimeout);
    await (await server.peer(0)).gone;
    expect(String(pool)).toBe(EMPTY);
  });

  test("S56 or by the limit on its octets", async () => {
    const server = await serve(drip);
    const pool = openPool({ limits: { maxHeaderSize: 30 } });
    const error = await fails(pool.request("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toBe("max-header-size");
  });
});

const LONG = "x".repeat(140_000);

test.each<[string, string, string]>([
  ["a head without an end", `HTTP/1.1 200 OK\r\nA: ${LONG}`, "max-header-size"],
  ["a head of many lines", `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(300)}\r\n`, "max-header-lines"],
  ["a head behind 100", `HTTP/1.1 100 X\r\n\r\nHTTP/1.1 200 OK\r\nA: ${LONG}`, "max-header-size"],
  ["a trailer section without an end", `${CHUNKED}0\r\nA: ${LONG}`, "max-trailer-size"],
  ["trailers of many lines", `${CHUNKED}0\r\n${"A: b\r\n".repeat(300)}\r\n`, "max-trailer-lines"],
  ["a reason phrase without an end", `HTTP/1.1 200 ${LONG}`, "max-header-size"],
])("S57 %s, in small pieces, is stopped by the limit", async (_what, octets, reason) => {
  const server = await serve(async (peer) => {
    await peer.request();
    for (let at = 0; at < octets.length && !peer.hasGone; at += 4000) {
      peer.send(octets.slice(at, at + 4000));
      await turn();
    }
  });
  const pool = openPool();
  const error = await fails(pool.request("GET", server.url()), RemoteProtocolError);
  expect(error.reason).toBe(reason);
  await (await server.peer(0)).gone;
  expect(String(pool)).toBe(EMPTY);
});

test("S58 many small chunks, each with a large extension, are stopped by the limit on extensions", async () => {
  const server = await serve(answering(CHUNKED + `1;${"x".repeat(1000)}\r\na\r\n`.repeat(100)));
  const pool = openPool();
  const error = await fails(pool.request("GET", server.url()), RemoteProtocolError);
  expect(error.reason).toBe("max-chunk-extension-size");
  expect(String(pool)).toBe(EMPTY);
});

test.each<[string, string]>([
  ["announced", `HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(500)}`],
  ["in chunks", CHUNKED + `64\r\n${"x".repeat(100)}\r\n`.repeat(20)],
  ["to the close", `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(2000)}`],
])("S59 content over maxContentSize (%s): an error, not an octet more, and the close", async (_how, octets) => {
  const server = await serve(answering(octets));
  const pool = openPool();
  const extensions = { maxContentSize: 1000 };
  const error = await fails(pool.request("GET", server.url(), { extensions }), RemoteProtocolError);
  expect(error.reason).toBe("max-content-size");
  let size = 0;
  const streaming = pool.stream("GET", server.url(), { extensions }).then(async (response) => {
    for await (const piece of response) size += piece.length;
  });
  await fails(streaming, RemoteProtocolError);
  expect(size).toBeLessThanOrEqual(1000);
  for (const peer of server.peers) await peer.gone;
  expect(String(pool)).toBe(EMPTY);
});

test.each(["Content-Length: 4000000\r\n", ""])(
  "S60 the FIN of a server (%j) that comes while nobody reads loses nothing",
  async (framing) => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(`HTTP/1.1 200 OK\r\n${framing}\r\n`);
      peer.end(new Uint8Array(4_000_000).fill(0x61));
    });
    const iterator = (await openPool().stream("GET", server.url())).iterStream();
    let size = (await iterator.next()).value.length;
    await pause(50);
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
      expect(step.value[0]).toBe(0x61);
      size += step.value.length;
    }
    expect(size).toBe(4_000_000);
  },
);

describe("time", () => {
  const within = (timeout: object) => ({ extensions: { timeout } });

  test("S61 a limit on reading that fires closes the socket, and its connection serves nobody", async () => {
    const server = await serve(async (peer, index) => {
      if (index > 0) return answering()(peer, index);
      await peer.request();
      await peer.gone;
      return peer.end(OK);
    });
    const pool = openPool();
    await fails(pool.request("GET", server.url(), within({ read: 40 })), ReadTimeout);
    expect(String(pool)).toBe(EMPTY);
    expect(await (await pool.request("GET", server.url())).text()).toBe("ok");
    expect(server.peers).toHaveLength(2);
  });

  test("S61 the limit on reading starts behind the request, however slowly that goes out", async () => {
    const server = await serve(answering());
    async function* slow(): AsyncGenerator<string> {
      for (const letter of "abc") {
        await pause(120);
        yield letter;
      }
    }
    const options = { content: slow(), ...within({ read: 250 }) };
    expect((await openPool().request("POST", server.url(), options)).status).toBe(200);
  });

  test("S62 limits and an abort behind the end do not touch the next user of the connection", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(OK);
      await peer.request();
      await pause(250);
      peer.send(OK);
    });
    const pool = openPool();
    const abort = new AbortController();
    const options = { signal: abort.signal, ...within({ read: 200, total: 220 }) };
    const first = await pool.request("GET", server.url(), options);
    const second = pool.request("POST", server.url());
    await eventually(() => server.peers[0]?.received.includes("POST") === true);
    abort.abort();
    expect(await (await second).text()).toBe("ok");
    expect([await first.text(), server.peers.length]).toEqual(["ok", 1]);
  });

  test("S62 a limit that has passed while the event loop was blocked does not fail a response that had come", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const response = await pool.stream("GET", server.url(), within({ read: 200, total: 220 }));
    // The content came in the segment of the head.
    await turn();
    const end = performance.now() + 250;
    while (performance.now() < end);
    expect(await response.text()).toBe("ok");
    await pause(10);
    expect((await pool.request("POST", server.url())).status).toBe(200);
    expect(server.peers).toHaveLength(1);
  });
});
