// Group I, the pool: whoever waits gets its turn, in order and once, and no way to fail takes a slot along.

import { HTTPCoreError, PoolTimeout } from "httpcore";
import { describe, expect, test } from "vitest";
import { GatedBackend } from "../support/backends.ts";
import { eventually, fails, openPool, rejection, turn } from "../support/outcomes.ts";
import { answering, NOBODY, OK, type Peer, serve } from "../support/scripted-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";

describe("S74 a limit of one connection", () => {
  test("S74 those that wait are served in order, on the connection or, when that closed, on a new one", async () => {
    const order: string[] = [];
    const server = await serve(async (peer) => {
      for (let count = 0; ; count++) {
        order.push(String((await peer.request()).split(" ")[1]));
        // Every other response takes its connection along.
        if (count === 1) return peer.end(OK);
        peer.send(OK);
      }
    });
    const pool = openPool({ maxConnections: 1 });
    const calls = [..."abcdef"].map(async (name) => (await pool.stream("GET", server.url(`/${name}`))).text());
    expect(await Promise.all(calls)).toEqual(Array(6).fill("ok"));
    // A GET that met the FIN on the wire would have been sent again: its order is the same.
    expect(order).toEqual(["/a", "/b", "/c", "/d", "/e", "/f"]);
    expect(server.peers).toHaveLength(3);
  });

  test("S74 waiting is bounded, and who gave up is not served", async () => {
    const server = await serve(answering());
    const pool = openPool({ maxConnections: 1 });
    const first = await pool.stream("GET", server.url("/1"));
    await fails(pool.request("GET", server.url("/2"), { extensions: { timeout: { pool: 20 } } }), PoolTimeout);
    expect(await first.text()).toBe("ok");
    expect((await pool.request("GET", server.url("/3"))).status).toBe(200);
    expect(server.peers[0]?.received).not.toContain("/2");
  });
});

describe("S75 in a pool of one, the slot comes back", () => {
  const ways: Record<string, (peer: Peer) => void> = {
    silence: () => {},
    "a FIN": (peer) => peer.end(),
    "a RST": (peer) => peer.reset(),
    nonsense: (peer) => peer.send("220 hello\r\n"),
    "a broken head": (peer) => peer.send("HTTP/1.1 200 OK\r\nA b\r\n\r\n"),
    "cut content": (peer) => peer.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
    "a broken chunk": (peer) => peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"),
    "an unasked switch": (peer) => peer.send("HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n"),
    "large content": (peer) => peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"),
  };

  test.each(Object.entries(ways))("S75 after %s, on a fresh connection and on a used one", async (_what, fail) => {
    const server = await serve(async (peer) => {
      while (true) {
        if ((await peer.request()).startsWith("GET")) peer.send(OK);
        else fail(peer);
      }
    });
    const timeout = { read: 100, pool: 2000 };
    const pool = openPool({ maxConnections: 1, timeout, limits: { maxContentSize: 1000 } });
    await fails(pool.request("POST", server.url()), HTTPCoreError);
    expect(String(pool)).toBe(EMPTY);
    await pool.request("GET", server.url());
    await fails(pool.request("POST", server.url()), HTTPCoreError);
    expect(String(pool)).toBe(EMPTY);
    expect((await pool.request("GET", server.url())).status).toBe(200);
  });

  test("S75 after what the caller's side brings about", async () => {
    const server = await serve(async (peer) => {
      while (true) {
        const request = await peer.request();
        if (request.includes("/interim")) peer.send("HTTP/1.1 103 X\r\n\r\n");
        if (!request.includes("/silence")) peer.send(OK);
      }
    });
    const pool = openPool({ maxConnections: 1, timeout: { pool: 2000 } });
    async function* failing(): AsyncGenerator<string> {
      yield "x";
      throw new Error("no more");
    }
    await rejection(pool.request("GET", NOBODY));
    expect(String(pool)).toBe(EMPTY);
    await rejection(pool.request("GET", server.url("/silence"), { signal: AbortSignal.timeout(20) }));
    expect(String(pool)).toBe(EMPTY);
    await rejection(pool.request("POST", server.url(), { content: failing() }));
    expect(String(pool)).toBe(EMPTY);
    const informational = (): void => {
      throw new Error("not this");
    };
    await rejection(pool.request("GET", server.url("/interim"), { extensions: { informational } }));
    expect(String(pool)).toBe(EMPTY);
    expect((await pool.request("GET", server.url())).status).toBe(200);
  });
});

test.each([0, 1, 3])("S76 at most %d idle connections are kept of ten that come back", async (max) => {
  const server = await serve(answering());
  const pool = openPool({ maxKeepaliveConnections: max });
  await Promise.all(Array.from({ length: 10 }, () => pool.request("GET", server.url())));
  expect(pool.connections).toHaveLength(max);
  await eventually(() => server.peers.filter(({ hasGone }) => hasGone).length === 10 - max);
});

test("S77 a freed connection serves who waits, and a dial whose request is gone leaves nothing behind", async () => {
  const server = await serve(answering());
  const networkBackend = new GatedBackend();
  const pool = openPool({ networkBackend, maxConnections: 2 });
  const opening = pool.stream("GET", server.url("/1"));
  networkBackend.letOneIn();
  const first = await opening;
  const abort = new AbortController();
  const dialing = rejection(pool.request("GET", server.url("/2"), { signal: abort.signal }));
  const waiting = pool.request("GET", server.url("/3"));
  await turn();
  expect(String(pool)).toBe("<ConnectionPool [Requests: 2 active, 1 queued | Connections: 2 active, 0 idle]>");
  expect(await first.text()).toBe("ok");
  expect((await waiting).status).toBe(200);
  abort.abort("enough");
  expect(await dialing).toBe("enough");
  networkBackend.letOneIn();
  await turn();
  await eventually(() => server.peers.filter(({ hasGone }) => !hasGone).length === 1);
  expect(String(pool)).toBe("<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 1 idle]>");
  expect(server.peers[0]?.received).toContain("/3");
});

test("S78 a busy connection takes no second request, in no phase of the first", async () => {
  const heads: number[] = [];
  const server = await serve(async (peer) => {
    const note = (): number => heads.push(peer.received.split("HTTP/1.1").length - 1);
    await peer.until("\r\n\r\n");
    await turn();
    note();
    await peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    await turn();
    note();
    peer.send("ok");
    await answering()(peer, 0);
  });
  const pool = openPool({ maxConnections: 1 });
  async function* slow(): AsyncGenerator<string> {
    for (const letter of "abc") {
      yield letter;
      await turn();
    }
  }
  const opening = pool.stream("POST", server.url("/1"), { content: slow() });
  const second = pool.request("GET", server.url("/2"));
  const first = await opening;
  await turn();
  expect(server.peers[0]?.received).not.toContain("/2");
  expect(await first.text()).toBe("ok");
  expect((await second).status).toBe(200);
  expect(heads).toEqual([1, 1]);
  expect(server.peers).toHaveLength(1);
});
