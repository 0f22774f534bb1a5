// How many connections there are, who waits, and in which order requests get their turn.

import { describe, expect, test } from "vitest";
import { GatedBackend } from "../support/backends.ts";
import { eventually, openPool, stateOf, turn } from "../support/outcomes.ts";
import { answering, OK, type Peer, serve } from "../support/scripted-server.ts";

/** A server that holds each response back until `answer` is called, in the order of the requests. */
async function holding() {
  const waiting: { peer: Peer; path: string }[] = [];
  const server = await serve(async (peer) => {
    while (true) {
      const path = (await peer.request()).split(" ")[1] ?? "";
      waiting.push({ peer, path });
    }
  });
  return {
    server,
    /** Paths of the requests that wait for their response. */
    paths: (): string[] => waiting.map(({ path }) => path),
    answer(): void {
      waiting.shift()?.peer.send(OK);
    },
  };
}

describe("maxConnections", () => {
  test("bounds the connections; further requests wait, first in, first out", async () => {
    const { server, paths, answer } = await holding();
    const pool = openPool({ maxConnections: 2 });
    const done: string[] = [];
    const all = ["/1", "/2", "/3", "/4", "/5", "/6"].map(async (path) => {
      await pool.request("GET", server.url(path));
      done.push(path);
    });
    await eventually(() => paths().length === 2);
    expect(String(pool)).toBe("<ConnectionPool [Requests: 2 active, 4 queued | Connections: 2 active, 0 idle]>");
    for (const expected of [["/1", "/2"], ["/2", "/3"], ["/3", "/4"], ["/4", "/5"], ["/5", "/6"], ["/6"]]) {
      await eventually(() => paths().length === expected.length);
      expect(paths()).toEqual(expected);
      answer();
      await eventually(() => !paths().includes(expected[0] ?? ""));
    }
    await Promise.all(all);
    expect(done).toEqual(["/1", "/2", "/3", "/4", "/5", "/6"]);
    expect(server.peers).toHaveLength(2);
  });

  test("counts connections that are being set up", async () => {
    const server = await serve(answering());
    const networkBackend = new GatedBackend();
    const pool = openPool({ maxConnections: 2, networkBackend });
    const all = [1, 2, 3].map(() => pool.request("GET", server.url()));
    await eventually(() => networkBackend.waiting === 2);
    await turn();
    expect(networkBackend.waiting).toBe(2);
    expect(pool.connections.map(({ state }) => state)).toEqual(["CONNECTING", "CONNECTING"]);
    networkBackend.letOneIn();
    networkBackend.letOneIn();
    for (const response of await Promise.all(all)) expect(response.status).toBe(200);
    expect(server.peers).toHaveLength(2);
  });

  test("a streamed response holds its connection until it is read or closed", async () => {
    const server = await serve(answering());
    const pool = openPool({ maxConnections: 1 });
    const first = await pool.stream("GET", server.url());
    const second = pool.stream("GET", server.url());
    const third = pool.request("GET", server.url());
    await turn();
    expect([await stateOf(second), await stateOf(third)]).toEqual(["pending", "pending"]);
    await first.read();
    await (await second).close();
    expect(await (await third).text()).toBe("ok");
    expect(server.peers).toHaveLength(2);
  });

  test("a request that waits gets a new connection when the one before it breaks", async () => {
    const server = await serve(async (peer, index) => {
      if (index > 0) return answering()(peer, index);
      await peer.request();
      return peer.reset();
    });
    const pool = openPool({ maxConnections: 1 });
    const first = pool.request("POST", server.url());
    const second = pool.request("POST", server.url());
    await expect(first).rejects.toMatchObject({ code: "ERR_READ_ERROR" });
    expect((await second).status).toBe(200);
  });

  test("every way to fail gives the slot back", async () => {
    const outcomes = ["?", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "HTTP/1.1 200 OK\r\n", ""];
    const server = await serve(async (peer, index) => {
      const octets = outcomes[index];
      if (octets === undefined) return answering()(peer, index);
      await peer.request();
      return peer.end(octets);
    });
    const pool = openPool({ maxConnections: 1 });
    const all = outcomes.map(() => pool.request("GET", server.url()).catch((error: unknown) => error));
    const last = pool.request("GET", server.url());
    for (const error of await Promise.all(all)) expect(error).toMatchObject({ code: "ERR_REMOTE_PROTOCOL_ERROR" });
    expect((await last).status).toBe(200);
    expect(String(pool)).toBe("<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 1 idle]>");
  });
});

describe("maxConnectionsPerOrigin", () => {
  test("bounds each origin and does not hold up the others", async () => {
    const busy = await holding();
    const other = await serve(answering());
    const pool = openPool({ maxConnections: 3, maxConnectionsPerOrigin: 1 });
    const first = pool.request("GET", busy.server.url("/1"));
    const second = pool.request("GET", busy.server.url("/2"));
    // Both queued requests for the busy origin are in front of this one.
    const third = pool.request("GET", busy.server.url("/3"));
    expect(await (await pool.request("GET", other.url())).text()).toBe("ok");
    expect(busy.paths()).toEqual(["/1"]);
    expect(busy.server.peers).toHaveLength(1);
    for (const call of [first, second, third]) {
      await eventually(() => busy.paths().length === 1);
      busy.answer();
      expect((await call).status).toBe(200);
    }
    expect(busy.server.peers).toHaveLength(1);
  });
});

describe("idle connections", () => {
  test("of another origin give way when the pool is full, the longest idle first", async () => {
    const [a, b, c] = await Promise.all([serve(answering()), serve(answering()), serve(answering())]);
    const pool = openPool({ maxConnections: 2 });
    await pool.request("GET", a.url());
    await pool.request("GET", b.url());
    await pool.request("GET", a.url());
    await pool.request("GET", c.url());
    await (await b.peer(0)).gone;
    await pool.request("GET", a.url());
    expect([a.peers.length, b.peers.length, c.peers.length]).toEqual([1, 1, 1]);
    expect(String(pool)).toBe("<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 2 idle]>");
  });

  test("are kept up to maxKeepaliveConnections; the longest idle are closed", async () => {
    const server = await serve(answering());
    const pool = openPool({ maxKeepaliveConnections: 2 });
    await Promise.all([1, 2, 3, 4].map(() => pool.request("GET", server.url())));
    expect(pool.connections).toHaveLength(2);
    await eventually(() => server.peers.filter(({ hasGone }) => hasGone).length === 2);
  });

  test("maxKeepaliveConnections: 0 keeps none", async () => {
    const server = await serve(answering());
    const pool = openPool({ maxKeepaliveConnections: 0 });
    await pool.request("GET", server.url());
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
    await pool.request("GET", server.url());
    expect(server.peers).toHaveLength(2);
  });

  test("the one used last is taken first", async () => {
    const { server, paths, answer } = await holding();
    const pool = openPool();
    const both = [pool.request("GET", server.url("/a")), pool.request("GET", server.url("/b"))];
    await eventually(() => paths().length === 2);
    const last = paths()[1];
    answer();
    await Promise.race(both);
    answer();
    await Promise.all(both);
    const third = pool.request("GET", server.url("/c"));
    await eventually(() => paths().length === 1);
    answer();
    await third;
    const used = server.peers.find(({ received }) => received.includes("/c"));
    expect(used?.received).toContain(last);
  });
});

test("many requests at once all get their own answer", async () => {
  const server = await serve(async (peer) => {
    while (true) {
      const path = (await peer.request()).split(" ")[1] ?? "";
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
    }
  });
  const pool = openPool({ maxConnections: 7 });
  const paths = Array.from({ length: 500 }, (_, index) => `/${index}`);
  const texts = paths.map(async (path) => (await pool.request("GET", server.url(path))).text());
  expect(await Promise.all(texts)).toEqual(paths);
  expect(server.peers.length).toBeLessThanOrEqual(7);
});
