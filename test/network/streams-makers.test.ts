// streamsBackend over streams that somebody else makes: TransformStreams, sockets of Node, tunnels of the package.
//
// In: loopback servers. Out: what a pool makes of them.

import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { Duplex } from "node:stream";
import { checkServerIdentity, connect as connectTLS } from "node:tls";
import {
  ConnectError,
  type ConnectionPool,
  type ConnectionPoolOptions,
  ReadError,
  type StreamPair,
  streamsBackend,
} from "httpcore";
import { describe, expect, onTestFinished, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool, pause, turn } from "../support/outcomes.ts";
import { answering, answeringEach, OK, serve, serveTLS } from "../support/scripted-server.ts";
import { GET, octetsOf, URL, watchRejections } from "./streams-pairs.ts";

watchRejections();

/** A pool whose pairs are sockets of Node. */
function poolOnSockets(options: ConnectionPoolOptions = {}): { pool: ConnectionPool; sockets: net.Socket[] } {
  const sockets: net.Socket[] = [];
  const networkBackend = streamsBackend(async ({ host, port }) => {
    const socket = net.connect({ host, port });
    sockets.push(socket);
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return Duplex.toWeb(socket) as StreamPair;
  });
  return { pool: openPool({ ...options, networkBackend }), sockets };
}

describe("streams of other makers", () => {
  test("TransformStreams, whose other sides a server of streams holds", async () => {
    const networkBackend = streamsBackend(() => {
      const up = new TransformStream<Uint8Array, Uint8Array>();
      const down = new TransformStream<Uint8Array, Uint8Array>();
      answerOver(up.readable, down.writable);
      return { readable: down.readable, writable: up.writable };
    });
    const pool = openPool({ networkBackend });
    for (let count = 0; count < 5; count++) {
      const response = await pool.request("POST", URL, { content: "x".repeat(100_000) });
      expect(await response.text()).toBe("ok");
    }
    expect(pool.connections[0]?.requestCount).toBe(5);
  });

  test("sockets of Node: requests on one connection, which closing the pool closes", async () => {
    const server = await serve(answering());
    const { pool, sockets } = poolOnSockets();
    for (let count = 0; count < 5; count++) expect(await (await pool.request("GET", server.url())).text()).toBe("ok");
    expect(sockets.length).toBe(1);
    await pool.close();
    await (await server.peer(0)).gone;
    await eventually(() => sockets[0]?.destroyed === true);
  });

  test("sockets of Node: TLS, with what the pool was told of it", async () => {
    const server = await serveTLS(await leafFor("127.0.0.1"), answering());
    const networkBackend = streamsBackend(async ({ host, port, tls }) => {
      if (!tls) throw new Error("only TLS");
      const { servername, verify } = tls;
      const ca = [...(tls.ca ?? [])];
      const socket = connectTLS({
        host,
        port,
        ca,
        rejectUnauthorized: verify,
        checkServerIdentity: (_host, certificate) => checkServerIdentity(servername, certificate),
      });
      await once(socket, "secureConnect");
      return Duplex.toWeb(socket) as StreamPair;
    });
    const ca = (await certificateAuthority()).cert;
    const trusting = openPool({ networkBackend, tls: { ca } });
    for (let count = 0; count < 2; count++) expect((await trusting.request("GET", server.url())).status).toBe(200);
    expect(server.peers.length).toBe(1);
    const error = await fails(openPool({ networkBackend }).request("GET", server.url()), ConnectError);
    expect((error.cause as { code?: string }).code).toMatch(/^(UNABLE_TO|SELF_SIGNED)/);
  });

  test("sockets of Node: a large upload to a server that reads slowly", async () => {
    const content = octetsOf(1_500_000);
    const server = await serve(async (peer) => {
      const timer = setInterval(() => {
        peer.socket.pause();
        setTimeout(() => peer.socket.resume(), 1);
      }, 2);
      onTestFinished(() => clearInterval(timer));
      await peer.request();
      peer.send(OK);
    });
    const { pool } = poolOnSockets();
    const response = await pool.request("PUT", server.url(), { content });
    expect(response.status).toBe(200);
    const body = (await server.peer(0)).received.split("\r\n\r\n").slice(1).join("\r\n\r\n");
    expect(Buffer.compare(Buffer.from(body, "latin1"), content)).toBe(0);
  });

  test("sockets of Node: a FIN while idle is seen", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end(OK);
    });
    const { pool } = poolOnSockets();
    await pool.request("GET", server.url());
    await eventually(() => pool.connections.length === 0);
    await (await server.peer(0)).gone;
  });

  test("sockets of Node: a FIN that the event loop had no time to see meets no request", async () => {
    const { port, stop } = await closingServer();
    const { pool, sockets } = poolOnSockets();
    for (let count = 1; count <= 10; count++) {
      expect((await pool.request("POST", `http://127.0.0.1:${port}/`)).status).toBe(200);
      expect(sockets.length).toBe(count);
      // The server, a process of its own, closes meanwhile, and nothing of it can be seen here.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
    }
    stop();
  });

  test("sockets of Node: a reset is a ReadError, and a server that is not there a ConnectError", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
      await pause(20);
      peer.reset();
    });
    const { pool } = poolOnSockets();
    await fails(pool.request("GET", server.url()), ReadError);
    await fails(pool.request("GET", "http://127.0.0.1:1/"), ConnectError);
    expect(pool.connections).toEqual([]);
  });

  test("a tunnel of the package's own: HTTP within CONNECT", async () => {
    const server = await serve(answeringEach("HTTP/1.1 200 OK\r\n\r\n", OK, OK));
    const outer = openPool();
    const networkBackend = streamsBackend(async ({ host, port }) => {
      const target = `${host}:${port}`;
      const response = await outer.stream("CONNECT", server.url(), { extensions: { target } });
      const { networkStream } = response.extensions;
      if (!networkStream) throw new Error(`the proxy answered ${response.status}`);
      return networkStream;
    });
    const pool = openPool({ networkBackend });
    for (let count = 0; count < 2; count++) expect(await (await pool.request("GET", URL)).text()).toBe("ok");
    const { received } = await server.peer(0);
    expect(received).toBe(`CONNECT www.example.com:80 HTTP/1.1\r\nHost: www.example.com:80\r\n\r\n${GET}${GET}`);
    await pool.close();
    await (await server.peer(0)).gone;
    await eventually(() => outer.connections.length === 0);
  });
});

// A server over streams: every request with content of 100,000 octets is answered.
async function answerOver(readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array>): Promise<void> {
  const writer = writable.getWriter();
  let size = 0;
  try {
    for await (const chunk of readable) {
      size += chunk.length;
      if (size < 100_000 || chunk.at(-1) !== 120) continue;
      size = 0;
      // A promise of the client's write may settle only now, and an answer before it is one that comes early.
      await turn();
      await writer.write(Buffer.from(OK));
    }
  } catch {
    // the client closes its pairs by aborting
  }
  writer.closed.catch(() => {});
}

/** A server in a process of its own, which closes each connection a little after its first response. */
async function closingServer(): Promise<{ port: number; stop: () => void }> {
  const script = `
    require("node:net").createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write(${JSON.stringify(OK)});
        setTimeout(() => socket.end(), 5);
      });
    }).listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const stop = (): void => void child.kill();
  onTestFinished(stop);
  const [line] = await once(child.stdout, "data");
  return { port: Number(String(line)), stop };
}
