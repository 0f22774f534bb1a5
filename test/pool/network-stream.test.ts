// The network stream of a tunnel: octets both ways, back-pressure, ends, faults, TLS on top.

import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { ConnectError, ConnectTimeout, ReadError, RemoteProtocolError, WriteError } from "httpcore";
import { describe, expect, onTestFinished, test } from "vitest";
import { octets, present, text } from "../octets.ts";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool, rejection, stateOf, turn } from "../support/outcomes.ts";
import { type Peer, serve } from "../support/scripted-server.ts";

/** A tunnel through a server that has said yes, and what the server has of it. */
async function openTunnel(options: { signal?: AbortSignal; behind?: string; pool?: object } = {}) {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.send(`HTTP/1.1 200 OK\r\n\r\n${options.behind ?? ""}`);
  });
  const pool = openPool(options.pool);
  const response = await pool.stream("CONNECT", server.url(), {
    extensions: { target: "localhost:443" },
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const stream = present(response.extensions.networkStream);
  return { server, pool, response, stream, peer: await server.peer(0) };
}

describe("reading", () => {
  test("gives null at the end, again and again, and the other side stays open", async () => {
    const { peer, stream } = await openTunnel();
    peer.end("last");
    expect(text(present(await stream.read()))).toBe("last");
    expect([await stream.read(), await stream.read()]).toEqual([null, null]);
    await stream.write(octets("still here"));
    await peer.until("still here");
  });

  test("several reads get the pieces in their order", async () => {
    const { peer, stream } = await openTunnel();
    const reads = [stream.read(), stream.read()];
    peer.send("one");
    await reads[0];
    peer.send("two");
    expect((await Promise.all(reads)).map((piece) => text(present(piece)))).toEqual(["one", "two"]);
  });

  test("stops the socket when nobody reads, and goes on", async () => {
    const { peer, stream } = await openTunnel();
    const sent = 8 * 1024 * 1024;
    peer.socket.write(new Uint8Array(sent));
    await eventually(() => stream.getExtraInfo("isReadable") === true);
    await turn();
    const stuck = peer.socket.writableLength;
    expect(stuck).toBeGreaterThan(0);
    let size = 0;
    while (size < sent) size += present(await stream.read()).length;
    expect(size).toBe(sent);
  });
});

describe("writing", () => {
  test("waits until the peer takes the octets, and keeps their order", async () => {
    const { peer, stream } = await openTunnel();
    peer.socket.pause();
    const first = stream.write(new Uint8Array(8 * 1024 * 1024).fill(0x61));
    const second = stream.write(octets("b"));
    await turn();
    expect([await stateOf(first), await stateOf(second)]).toEqual(["pending", "pending"]);
    peer.socket.resume();
    await Promise.all([first, second]);
    await peer.until("aab");
  });

  test("takes octets only, and none is fine", async () => {
    const { stream } = await openTunnel();
    await fails(stream.write("text" as unknown as Uint8Array), TypeError);
    await stream.write(new Uint8Array(0));
  });
});

describe("the end", () => {
  test("close() is idempotent, frees the slot, and fails what waits and what comes", async () => {
    const { peer, pool, stream } = await openTunnel();
    const waiting = rejection(stream.read());
    await Promise.all([stream.close(), stream.close()]);
    expect(await waiting).toBeInstanceOf(ReadError);
    expect(pool.connections).toEqual([]);
    await fails(stream.read(), ReadError);
    await fails(stream.write(octets("x")), WriteError);
    await fails(stream.startTLS(), WriteError);
    await peer.gone;
  });

  test("a slot that is freed goes to who waits for it", async () => {
    const { server, pool, stream } = await openTunnel({ pool: { maxConnections: 1 } });
    const next = pool.stream("CONNECT", server.url(), { extensions: { target: "localhost:443" } });
    await turn();
    expect(String(pool)).toContain("1 queued");
    await stream.close();
    await (await next).close();
  });

  test("a reset is told to both sides, with the runtime's error", async () => {
    const { peer, pool, stream } = await openTunnel();
    peer.send("before");
    await eventually(() => stream.getExtraInfo("isReadable") === true);
    peer.reset();
    await eventually(() => pool.connections.length === 0);
    expect(text(present(await stream.read()))).toBe("before");
    const error = await fails(stream.read(), ReadError);
    expect(error.cause).toMatchObject({ code: "ECONNRESET" });
    await fails(stream.write(octets("x")), WriteError);
  });

  test("an abort ends it with the signal's reason", async () => {
    const abort = new AbortController();
    const { peer, pool, stream } = await openTunnel({ signal: abort.signal });
    const reading = rejection(stream.read());
    abort.abort(new Error("enough"));
    expect(await reading).toBe(abort.signal.reason);
    expect(await rejection(stream.write(octets("x")))).toBe(abort.signal.reason);
    expect(pool.connections).toEqual([]);
    await peer.gone;
  });

  test("closing the pool ends it", async () => {
    const { peer, pool, stream } = await openTunnel();
    const reading = fails(stream.read(), ReadError);
    await pool.close();
    await reading;
    await peer.gone;
  });

  test("no time limit of the exchange runs any more", async () => {
    const { peer, stream } = await openTunnel({ pool: { timeout: { read: 20, total: 40 } } });
    const reading = stream.read();
    await new Promise((resolve) => setTimeout(resolve, 80));
    peer.send("late");
    expect(text(present(await reading))).toBe("late");
  });
});

describe("web streams", () => {
  test("closing the writable tells the peer, and the rest is still read; then the slot is free", async () => {
    const { peer, pool, stream } = await openTunnel({ behind: "hello " });
    const reading = new Response(stream.readable).text();
    const writer = stream.writable.getWriter();
    await writer.write(octets("bye"));
    await writer.close();
    await peer.gone;
    expect(peer.received.endsWith("bye")).toBe(true);
    peer.end("there");
    expect(await reading).toBe("hello there");
    await eventually(() => pool.connections.length === 0);
    await fails(stream.write(octets("x")), WriteError);
  });

  test("the same ones at each access; cancelling closes", async () => {
    const { peer, pool, stream } = await openTunnel();
    expect(stream.readable).toBe(stream.readable);
    expect(stream.writable).toBe(stream.writable);
    await stream.readable.cancel();
    await peer.gone;
    expect(pool.connections).toEqual([]);
  });
});

test("facts", async () => {
  const { server, stream } = await openTunnel();
  expect(stream.getExtraInfo("serverAddress")).toEqual({ host: "127.0.0.1", port: server.port });
  expect(stream.getExtraInfo("clientAddress")).toMatchObject({ host: "127.0.0.1" });
  expect(stream.getExtraInfo("raw")).toBeInstanceOf(net.Socket);
  expect([stream.getExtraInfo("tls"), stream.getExtraInfo("isReadable")]).toEqual([undefined, false]);
  expect(stream.getExtraInfo("unheard-of")).toBe(undefined);
});

describe("startTLS", () => {
  /** A proxy that says yes and leads to a TLS server that greets and echoes. */
  async function openTLSTunnel(options: object = {}) {
    const secure = tls.createServer(await leafFor("localhost"), (socket) => {
      socket.on("error", () => {});
      socket.write("hello");
      socket.pipe(socket);
    });
    secure.on("tlsClientError", () => {});
    secure.listen(0, "127.0.0.1");
    await once(secure, "listening");
    onTestFinished(() => void secure.close());
    const { port } = secure.address() as net.AddressInfo;
    const proxy = await serve(async (peer: Peer) => {
      await peer.request();
      const onwards = net.connect(port, "127.0.0.1");
      onTestFinished(() => void onwards.destroy());
      onwards.on("error", () => {});
      peer.send("HTTP/1.1 200 OK\r\n\r\n");
      onwards.pipe(peer.socket).pipe(onwards);
    });
    const pool = openPool(options);
    const extensions = { target: "localhost:443" };
    const response = await pool.stream("CONNECT", proxy.url(), { extensions });
    return { pool, response, plain: present(response.extensions.networkStream), peer: await proxy.peer(0) };
  }

  test("verifies the host of the target, and a new stream takes the old one's place", async () => {
    const { pool, response, plain, peer } = await openTLSTunnel();
    const { cert } = await certificateAuthority();
    const stream = await plain.startTLS({ ca: cert });
    expect(text(present(await stream.read()))).toBe("hello");
    await stream.write(octets("again"));
    expect(text(present(await stream.read()))).toBe("again");
    expect(stream.getExtraInfo("tls")).toMatchObject({ protocol: "TLSv1.3" });
    await fails(plain.read(), ReadError);
    await fails(plain.write(octets("x")), WriteError);
    const reading = fails(stream.read(), ReadError);
    await response.close();
    await reading;
    await peer.gone;
    expect(pool.connections).toEqual([]);
  });

  test.each([
    ["an authority that is not trusted", {}],
    ["another name", { servername: "other.example" }],
  ])("fails for %s, and the connection is closed", async (_what, options) => {
    const { pool, plain, peer } = await openTLSTunnel();
    const { cert } = await certificateAuthority();
    const ca = "servername" in options ? { ca: cert } : {};
    await fails(plain.startTLS({ ...options, ...ca }), ConnectError);
    await peer.gone;
    expect(pool.connections).toEqual([]);
  });

  test("once it is closed, nothing is known of TLS", async () => {
    const { plain } = await openTLSTunnel();
    const stream = await plain.startTLS({ verify: false });
    await stream.close();
    await eventually(() => (stream.getExtraInfo("raw") as net.Socket).closed);
    expect(stream.getExtraInfo("tls")).toBe(undefined);
  });

  test("without verification, when the caller wants none", async () => {
    const { plain } = await openTLSTunnel();
    const stream = await plain.startTLS({ verify: false });
    expect(text(present(await stream.read()))).toBe("hello");
    await stream.close();
  });

  test("refuses octets that came in the clear before", async () => {
    const { peer, stream } = await openTunnel({ behind: "injected" });
    const error = await fails(stream.startTLS(), RemoteProtocolError);
    expect(error.reason).toBe("octets-before-tls");
    await peer.gone;
  });

  test("gives up after timeout.connect, and at an abort", async () => {
    const slow = await openTunnel({ pool: { timeout: { connect: 50 } } });
    await fails(slow.stream.startTLS(), ConnectTimeout);
    await slow.peer.gone;
    const abort = new AbortController();
    const aborted = await openTunnel({ signal: abort.signal });
    const starting = rejection(aborted.stream.startTLS());
    await turn();
    abort.abort(new Error("enough"));
    expect(await starting).toBe(abort.signal.reason);
    await aborted.peer.gone;
    expect(aborted.pool.connections).toEqual([]);
  });

  test("wrong options are a TypeError, and the tunnel goes on", async () => {
    const { peer, stream } = await openTunnel();
    await fails(stream.startTLS({ certificate: "x" } as object), TypeError);
    peer.send("x");
    expect(text(present(await stream.read()))).toBe("x");
  });
});
