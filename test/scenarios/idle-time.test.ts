// Group A, the second half: surplus octets, the time that a connection may idle, timers that must not fire then, sockets
// that die unseen, and connections that belong to one origin.

import type { Socket } from "node:net";
import {
  type ConnectOptions,
  defaultBackend,
  type NetworkBackend,
  type NetworkConnection,
  type NetworkReceiver,
} from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { openPool, pause, rejection } from "../support/outcomes.ts";
import { answering, answeringEach, OK, serve, serveTLS } from "../support/scripted-server.ts";

const FORGED = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";

test("S10 a second response in the segment of the first does not serve the request that waits already", async () => {
  const server = await serve((peer, index) => answering(index === 0 ? OK + FORGED : OK)(peer, index));
  const pool = openPool({ maxConnections: 1 });
  const calls = ["/1", "/2", "/3"].map((target) => pool.request("GET", server.url(target)));
  for (const response of await Promise.all(calls)) expect(await response.text()).toBe("ok");
  expect(server.peers[0]?.received).not.toContain("/2");
});

test("S11 what stands behind Content-Length is neither content nor the next response", async () => {
  const server = await serve((peer, index) =>
    answering(index === 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabcde" : OK)(peer, index),
  );
  const pool = openPool({ maxConnections: 1 });
  const [first, second] = await Promise.all([
    pool.stream("GET", server.url("/1")).then((response) => response.text()),
    pool.request("GET", server.url("/2")).then((response) => response.text()),
  ]);
  expect([first, second]).toEqual(["a", "ok"]);
});

test("S12 only the connections that are too old go, and the next request opens one", async () => {
  const server = await serve(answering());
  const pool = openPool({ keepaliveExpiry: 150 });
  await Promise.all([pool.request("GET", server.url("/a")), pool.request("GET", server.url("/b"))]);
  for (let i = 0; i < 4; i++) {
    await pause(60);
    await pool.request("GET", server.url("/c"));
  }
  expect(server.peers.map(({ hasGone }) => hasGone)).toHaveLength(2);
  expect(server.peers.filter(({ hasGone }) => hasGone)).toHaveLength(1);
  await Promise.all([pool.request("GET", server.url("/d")), pool.request("GET", server.url("/e"))]);
  expect(server.peers).toHaveLength(3);
});

describe("S13 Keep-Alive: timeout=N", () => {
  const saying = (value: string) => `HTTP/1.1 200 OK\r\nKeep-Alive: ${value}\r\nContent-Length: 2\r\n\r\nok`;

  test.each(["timeout=0", "timeout=1", "max=5, timeout=1", "Timeout=1"])(
    "S13 %s leaves no time: the connection is closed at once",
    async (value) => {
      const server = await serve(answering(saying(value)));
      const pool = openPool();
      await pool.request("GET", server.url());
      expect(pool.connections).toEqual([]);
      await (await server.peer(0)).gone;
    },
  );

  test("S13 the server's time, less a margin, ends the connection before the server does", async () => {
    const closedAfter = 2000;
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(saying(`timeout=${closedAfter / 1000}`));
      await Promise.race([peer.gone, pause(closedAfter)]);
    });
    const pool = openPool({ keepaliveExpiry: 60_000 });
    await pool.request("GET", server.url());
    await pause(50);
    expect(pool.connections.map(({ state }) => state)).toEqual(["IDLE"]);
    const peer = await server.peer(0);
    await Promise.race([peer.gone, pause(closedAfter - 50)]);
    expect(peer.hasGone).toBe(true);
  });

  test("S13 a later, shorter time counts", async () => {
    const server = await serve(answeringEach(saying("timeout=600"), saying("timeout=1")));
    const pool = openPool();
    for (let i = 0; i < 2; i++) await pool.request("GET", server.url());
    expect([server.peers.length, pool.connections.length]).toEqual([1, 0]);
  });
});

test("S14 a read limit of the exchange before fires neither while idle nor in the next exchange", async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.send(OK);
    await peer.request();
    await pause(150);
    peer.send(OK);
  });
  const pool = openPool();
  const response = await pool.stream("GET", server.url(), { extensions: { timeout: { read: 50, total: 80 } } });
  expect(await response.text()).toBe("ok");
  await pause(100);
  expect(await (await pool.request("POST", server.url())).text()).toBe("ok");
  expect(server.peers).toHaveLength(1);
});

/** The real network, whose sockets the test can kill behind everybody's back. */
class ExposedBackend implements NetworkBackend {
  readonly runtime = "exposed";
  readonly sockets: Socket[] = [];

  async connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    const connection = await defaultBackend.connectTcp(options, receiver);
    this.sockets.push(connection.getExtraInfo("raw") as Socket);
    return connection;
  }
}

describe("S15 a socket that dies as it is handed out", () => {
  test.each<[string, string, number, (socket: Socket) => void]>([
    ["just before", "GET", 0, (socket) => socket.destroy()],
    ["just before, with an error", "GET", 0, (socket) => socket.destroy(new Error("ENETDOWN"))],
    ["before, after a while", "POST", 20, (socket) => socket.destroy()],
    ["before, by a RST of ours", "POST", 20, (socket) => socket.resetAndDestroy()],
  ])("S15 %s: %s goes out on a fresh one (idle for %d ms)", async (_when, method, idle, kill) => {
    const server = await serve(answering());
    const networkBackend = new ExposedBackend();
    const pool = openPool({ networkBackend });
    await pool.request("GET", server.url("/1"));
    await pause(idle);
    for (const socket of networkBackend.sockets) kill(socket);
    expect(await (await pool.request(method, server.url("/2"))).text()).toBe("ok");
    expect(server.peers).toHaveLength(2);
  });

  test("S15 just after: GET is repeated; POST, which looks at the connection first, goes out on a fresh one", async () => {
    const server = await serve(answering());
    const networkBackend = new ExposedBackend();
    for (const method of ["GET", "POST"]) {
      const pool = openPool({ networkBackend });
      await pool.request("GET", server.url("/1"));
      const call = pool.request(method, server.url("/2"));
      for (const socket of networkBackend.sockets) socket.destroy();
      expect((await call).status).toBe(200);
    }
  });
});

test("S16 a TLS connection serves the origin that it was opened for, and no other with the same certificate", async () => {
  const { cert: ca } = await certificateAuthority();
  const server = await serveTLS(await leafFor("localhost", "127.0.0.1"), answering());
  const pool = openPool({ tls: { ca } });
  const other = server.url().replace("127.0.0.1", "localhost");
  for (const url of [server.url(), other, server.url(), other])
    expect((await pool.request("GET", url)).status).toBe(200);
  expect(server.peers).toHaveLength(2);
  expect(await rejection(pool.request("GET", server.url().replace("https", "http")))).toBeInstanceOf(Error);
  const strict = openPool();
  expect(await rejection(strict.request("GET", server.url()))).toMatchObject({ code: "ERR_CONNECT_ERROR" });
  expect(server.peers.map(({ received }) => received.split("GET").length - 1)).toEqual([2, 2]);
});
