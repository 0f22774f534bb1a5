// What happens to an idle connection: the server closes, resets or speaks unasked, or time passes. The next request
// goes out on a fresh connection and is answered by nobody else.

import { RemoteProtocolError } from "httpcore";
import { describe, expect, test } from "vitest";
import { LateBackend } from "../support/backends.ts";
import { eventually, fails, openPool, pause } from "../support/outcomes.ts";
import { answering, NOBODY, OK, type Peer, serve } from "../support/scripted-server.ts";

const FORGED = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";

describe("an idle connection that", () => {
  test.each<[string, (peer: Peer) => void]>([
    ["is closed", (peer) => peer.end()],
    ["is reset", (peer) => peer.reset()],
    ["brings a whole response", (peer) => peer.send(FORGED)],
    ["brings 408 and the close", (peer) => peer.end("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")],
    ["brings one octet", (peer) => peer.send("x")],
    ["brings CRLF and more", (peer) => peer.send("\r\nH")],
  ])("%s leaves the pool, silently", async (_what, act) => {
    const server = await serve(answering());
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    expect(pool.connections).toHaveLength(1);
    const peer = await server.peer(0);
    act(peer);
    await eventually(() => pool.connections.length === 0);
    await peer.gone;
    const next = await pool.request("POST", server.url("/2"), { content: ["x"] });
    expect(await next.text()).toBe("ok");
    expect(server.peers).toHaveLength(2);
    expect(peer.received).not.toContain("/2");
  });

  test("brings CRLF stays", async () => {
    const server = await serve(answering());
    const pool = openPool();
    await pool.request("GET", server.url());
    const peer = await server.peer(0);
    for (const octets of ["\r\n", "\r", "\n\r\n"]) {
      peer.send(octets);
      await pause(5);
    }
    expect(await (await pool.request("GET", server.url())).text()).toBe("ok");
    expect(server.peers).toHaveLength(1);
  });

  test("brings a response split from its request by nothing but time is not asked", async () => {
    // Response and forgery are one write, so that both are there when the first is delivered.
    const server = await serve((peer, index) => answering(index === 0 ? OK + FORGED : OK)(peer, index));
    const pool = openPool();
    const all = await Promise.all([1, 2, 3].map((n) => pool.request("GET", server.url(`/${n}`))));
    for (const response of all) expect(await response.text()).toBe("ok");
  });
});

describe("a server that, before the request has gone out,", () => {
  test("speaks has not answered it", async () => {
    const server = await serve((peer, index) => {
      if (index === 0) peer.send(FORGED);
      return answering()(peer, index);
    });
    const pool = openPool({ networkBackend: new LateBackend("received") });
    const error = await fails(pool.request("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toBe("unasked-for-octets");
    await (await server.peer(0)).gone;
    expect((await server.peer(0)).received).toBe("");
    expect(pool.connections).toEqual([]);
  });

  test("closes has not answered it either", async () => {
    const server = await serve((peer) => peer.end());
    const pool = openPool({ networkBackend: new LateBackend("ended") });
    const error = await fails(pool.request("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toBe("no-response");
    expect(pool.connections).toEqual([]);
  });
});

describe("time", () => {
  test("keepaliveExpiry closes an idle connection", async () => {
    const server = await serve(answering());
    const pool = openPool({ keepaliveExpiry: 30 });
    await pool.request("GET", server.url());
    expect(pool.connections.map(({ state }) => state)).toEqual(["IDLE"]);
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
  });

  test("keepaliveExpiry: 0 keeps none", async () => {
    const server = await serve(answering());
    const pool = openPool({ keepaliveExpiry: 0 });
    await pool.request("GET", server.url());
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
  });

  test("keepaliveExpiry: Infinity keeps it", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=100\r\nContent-Length: 0\r\n\r\n"));
    const pool = openPool({ keepaliveExpiry: Number.POSITIVE_INFINITY });
    await pool.request("GET", server.url());
    await pause(20);
    await pool.request("GET", server.url());
    expect(server.peers).toHaveLength(1);
  });

  test("starts anew with each use", async () => {
    const server = await serve(answering());
    const pool = openPool({ keepaliveExpiry: 120 });
    for (let i = 0; i < 5; i++) {
      await pool.request("GET", server.url());
      await pause(50);
    }
    expect(server.peers).toHaveLength(1);
  });

  test("does not pass for a connection in use", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(OK);
      await peer.request();
      await pause(80);
      peer.send(OK);
    });
    const pool = openPool({ keepaliveExpiry: 30 });
    await pool.request("GET", server.url());
    expect(await (await pool.request("POST", server.url())).text()).toBe("ok");
    expect(server.peers).toHaveLength(1);
  });

  test("an event loop that was busy hands out no connection whose time is over", async () => {
    const server = await serve(answering());
    const pool = openPool({ keepaliveExpiry: 20 });
    await pool.request("GET", server.url());
    const end = performance.now() + 30;
    while (performance.now() < end);
    await pool.request("GET", server.url());
    expect(server.peers).toHaveLength(2);
  });

  test("Keep-Alive: timeout=N shortens it, by a margin", async () => {
    const server = await serve(
      answering("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1, max=100\r\nContent-Length: 0\r\n\r\n"),
    );
    const pool = openPool({ keepaliveExpiry: 60_000 });
    await pool.request("GET", server.url());
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
  });

  test("Keep-Alive: timeout=N does not lengthen it", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=600\r\nContent-Length: 0\r\n\r\n"));
    const pool = openPool({ keepaliveExpiry: 30 });
    await pool.request("GET", server.url());
    await (await server.peer(0)).gone;
  });

  test.each(["timeout=x", "timeout=-1", "timeout", "max=5", "", "timeout=99999999999999999999", 'timeout="5"'])(
    "Keep-Alive: %s harms nothing",
    async (value) => {
      const server = await serve(answering(`HTTP/1.1 200 OK\r\nKeep-Alive: ${value}\r\nContent-Length: 2\r\n\r\nok`));
      const pool = openPool();
      for (let i = 0; i < 2; i++) expect(await (await pool.request("GET", server.url())).text()).toBe("ok");
    },
  );
});

test("a refused connection leaves nothing behind", async () => {
  const pool = openPool();
  await expect(pool.request("GET", NOBODY)).rejects.toMatchObject({ code: "ERR_CONNECT_ERROR" });
  expect(String(pool)).toBe("<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>");
});
