// Group B, keep-alive decisions: who closes, when, and whether the connection serves again. Each is looked at from the
// server's side, too: which requests came on which connection, and whether the client has gone.

import { describe, expect, test } from "vitest";
import { eventually, openPool, pause, stateOf, turn } from "../support/outcomes.ts";
import { answering, answeringEach, OK, serve } from "../support/scripted-server.ts";

const CONTENT = "Content-Length: 2\r\n\r\nok";

describe("S17 close in the response", () => {
  test.each([
    ["by itself", "Connection: close\r\n"],
    ["in a list", "Connection: foo , ClOsE\r\n"],
    ["in the second line", "Connection: foo\r\nConnection:close\r\n"],
    ["with an empty element before", "Connection: ,,close\r\n"],
    ["in front of keep-alive", "Connection: close\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n"],
  ])("S17 %s: a streamed response is delivered, then we close, though requests wait", async (_how, lines) => {
    const server = await serve(answering(`HTTP/1.1 200 OK\r\n${lines}${CONTENT}`));
    const pool = openPool({ maxConnections: 1 });
    const response = await pool.stream("GET", server.url("/1"));
    const waiting = pool.request("GET", server.url("/2"));
    expect(await response.text()).toBe("ok");
    await (await server.peer(0)).gone;
    expect(await (await waiting).text()).toBe("ok");
    expect(server.peers).toHaveLength(2);
    expect(server.peers[0]?.received).not.toContain("/2");
  });

  test("S17 an option that only looks like it is none", async () => {
    const server = await serve(answering(`HTTP/1.1 200 OK\r\nConnection: closed, not-close, clos\r\n${CONTENT}`));
    const pool = openPool();
    for (let i = 0; i < 2; i++) await pool.request("GET", server.url());
    expect(server.peers).toHaveLength(1);
  });
});

test.each(["close", "CLOSE", "te, close"])(
  "S18 Connection: %s in the request: we close, whatever comes back",
  async (value) => {
    const server = await serve(answering(`HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n${CONTENT}`));
    const pool = openPool();
    const response = await pool.stream("POST", server.url(), { headers: { Connection: value }, content: ["x"] });
    expect(await response.text()).toBe("ok");
    await (await server.peer(0)).gone;
    await pool.request("GET", server.url());
    expect(server.peers).toHaveLength(2);
  },
);

test.each([
  ["Content-Length", CONTENT],
  ["chunks", "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"],
])("S19 close is announced and never comes: the response ends by its %s", async (_framing, rest) => {
  const server = await serve(answering(`HTTP/1.1 200 OK\r\nConnection: close\r\n${rest}`));
  const pool = openPool();
  expect(await (await pool.request("GET", server.url())).text()).toBe("ok");
  const streamed = await pool.stream("GET", server.url());
  const pieces: string[] = [];
  for await (const piece of streamed) pieces.push(new TextDecoder().decode(piece));
  expect(pieces.join("")).toBe("ok");
  for (const peer of server.peers) await peer.gone;
  expect(pool.connections).toEqual([]);
});

test.each(["FIN with the last octet", "FIN a turn later", "RST a turn later"])(
  "S20 a close that was not announced (%s) harms neither the response nor the next request",
  async (how) => {
    const server = await serve(async (peer) => {
      await peer.request();
      if (how === "FIN with the last octet") return peer.end(OK);
      peer.send(OK);
      await turn();
      return how === "FIN a turn later" ? peer.end() : peer.reset();
    });
    const pool = openPool();
    for (let i = 0; i < 4; i++) {
      const response = await pool.stream("POST", server.url());
      await pause(10);
      expect(await response.text()).toBe("ok");
      await eventually(() => pool.connections.length === 0);
    }
    expect(server.peers).toHaveLength(4);
  },
);

describe("S21 HTTP/1.0", () => {
  test.each<[string, string, number]>([
    ["without an option", "", 3],
    ["with keep-alive", "Connection: keep-alive\r\n", 1],
    ["with keep-alive in a list, in other case", "Connection: x, KEEP-Alive\r\n", 1],
    ["with keep-alive and close", "Connection: keep-alive, close\r\n", 3],
    ["with Keep-Alive, which is no option", "Keep-Alive: timeout=5\r\n", 3],
  ])("S21 %s: three requests take the right number of connections", async (_what, lines, count) => {
    const server = await serve(answering(`HTTP/1.0 200 OK\r\n${lines}${CONTENT}`));
    const pool = openPool();
    for (let i = 0; i < 3; i++) {
      const response = await pool.request("GET", server.url());
      expect([await response.text(), response.extensions.httpVersion]).toEqual(["ok", "HTTP/1.0"]);
    }
    expect(server.peers).toHaveLength(count);
  });

  test("S21 to such a server content of known length is not sent chunked", async () => {
    const server = await serve(answering(`HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n${CONTENT}`));
    const pool = openPool();
    for (const content of ["x", new Blob(["x"])]) await pool.request("POST", server.url(), { content });
    expect((await server.peer(0)).received).not.toContain("chunked");
  });
});

test("S22 content that ends with the close is whole, however large, and its connection serves nobody", async () => {
  const size = 2_000_000;
  const server = await serve(async (peer) => {
    await peer.request();
    peer.send("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n");
    peer.end(new Uint8Array(size));
  });
  const pool = openPool({ maxConnections: 1 });
  const calls = [1, 2, 3].map(() => pool.request("GET", server.url()));
  for (const response of await Promise.all(calls)) expect(response.content).toHaveLength(size);
  expect(server.peers).toHaveLength(3);
  const open = await pool.stream("GET", server.url());
  const reading = open.read();
  await turn();
  expect(await stateOf(reading)).toBe("pending");
  expect(await reading).toHaveLength(size);
});

test("S23 a response without content gives its connection back though nobody reads", async () => {
  const server = await serve(
    answeringEach(
      "HTTP/1.1 204 X\r\n\r\n",
      "HTTP/1.1 304 X\r\nContent-Length: 9\r\n\r\n",
      "HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n",
      "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      OK,
    ),
  );
  const pool = openPool({ maxConnections: 1, timeout: { pool: 1000 } });
  for (const method of ["GET", "GET", "GET", "HEAD", "HEAD", "DELETE"]) {
    const response = await pool.stream(method, server.url());
    expect(await eventually(() => pool.connections[0]?.state === "IDLE", `idle after ${method}`)).toBeUndefined();
    expect(await response.text()).toBe("");
  }
  expect(await (await pool.request("GET", server.url())).text()).toBe("ok");
  expect(server.peers).toHaveLength(1);
});

describe("S24 a streamed response", () => {
  const CHUNKS = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n";

  test("S24 read to the octet but not to its end keeps its connection; the end gives it back", async () => {
    const server = await serve(answeringEach(CHUNKS, OK));
    const pool = openPool();
    const response = await pool.stream("GET", server.url());
    const iterator = response.iterStream();
    await iterator.next();
    expect(pool.connections[0]?.state).toBe("ACTIVE");
    (await server.peer(0)).send("0\r\n\r\n");
    expect((await iterator.next()).done).toBe(true);
    await pool.request("GET", server.url());
    expect(server.peers).toHaveLength(1);
  });

  test("S24 closed with little or much to come is not drained: the connection is closed at once", async () => {
    for (const rest of [1, 100_000_000]) {
      const server = await serve(answeringEach(`HTTP/1.1 200 OK\r\nContent-Length: ${2 + rest}\r\n\r\nok`));
      const pool = openPool();
      const response = await pool.stream("GET", server.url());
      await response.close();
      expect(pool.connections).toEqual([]);
      await (await server.peer(0)).gone;
    }
  });

  test("S24 left by the loop at its last octet, with the end known, gives the connection back", async () => {
    const server = await serve(answering());
    const pool = openPool();
    for (let i = 0; i < 3; i++) {
      const response = await pool.stream("GET", server.url());
      for await (const piece of response) if (piece.length === 2) break;
      await response.close();
    }
    expect(server.peers).toHaveLength(1);
  });
});

test("S25 the decision is the same wherever a segment ends", async () => {
  const heads: [string, boolean][] = [
    [`HTTP/1.1 200 OK\r\nConnection: keep-alive, close\r\n${CONTENT}`, false],
    [`HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n${CONTENT}`, true],
  ];
  for (const [octets, isKept] of heads) {
    const server = await serve(async (peer, index) => {
      await peer.request();
      peer.send(octets.slice(0, index + 1));
      // Two turns, so that the client has read what came.
      await turn();
      await turn();
      peer.send(octets.slice(index + 1));
    });
    const outcomes = octets.split("").map(async () => {
      const pool = openPool();
      const text = await (await pool.request("GET", server.url())).text();
      return `${text} ${pool.connections.length > 0}`;
    });
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set([`ok ${isKept}`]));
  }
});
