// RFC 9110 sections 7.8 and 15.2.2, Upgrade and 101 (Switching Protocols).

import { RemoteProtocolError } from "httpcore";
import { ClientConnection } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { present, text } from "../octets.ts";
import { eventually, fails, openPool } from "../support/outcomes.ts";
import { answering, OK, type Script, serve } from "../support/scripted-server.ts";

const UPGRADE = { Connection: "upgrade", Upgrade: "WebSocket, x/2" };
const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";

const switching =
  (octets: string, behind = ""): Script =>
  async (peer) => {
    await peer.request();
    peer.send(octets + behind);
  };

describe("101 hands the connection over", () => {
  test("with the octets behind the head first, and what is written goes out as it is", async () => {
    const server = await serve(switching(SWITCH, "first"));
    const pool = openPool();
    const response = await pool.stream("GET", server.url(), { headers: UPGRADE });
    expect([response.status, response.extensions.reasonPhrase]).toEqual([101, "Switching Protocols"]);
    const stream = present(response.extensions.networkStream);
    expect(text(present(await stream.read()))).toBe("first");
    await stream.write(new TextEncoder().encode("to you"));
    const peer = await server.peer(0);
    await peer.until("\r\n\r\nto you");
    peer.send("and back");
    expect(text(present(await stream.read()))).toBe("and back");
    expect(String(pool)).toBe("<ConnectionPool [Requests: 1 active, 0 queued | Connections: 1 active, 0 idle]>");
    await stream.close();
    await peer.gone;
    expect(pool.connections).toEqual([]);
  });

  test("has no content, and reading it leaves the connection alone", async () => {
    const server = await serve(switching(SWITCH));
    const pool = openPool();
    const response = await pool.stream("GET", server.url(), { headers: UPGRADE });
    expect((await response.read()).length).toBe(0);
    expect(response.trailers.length).toBe(0);
    expect(pool.connections.map(String)).toEqual([
      `<HTTPConnection ['${server.origin}', HTTP/1.1, ACTIVE, Request Count: 1]>`,
    ]);
    await response.close();
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
  });

  test("request() resolves without content and closes", async () => {
    const server = await serve(switching(SWITCH, "unread"));
    const pool = openPool();
    const response = await pool.request("GET", server.url(), { headers: UPGRADE });
    expect([response.status, response.content.length]).toEqual([101, 0]);
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
  });

  test.each(["", "Upgrade: ,\r\n"])("though it does not say to what (%j)", async (line) => {
    const server = await serve(switching(`HTTP/1.1 101 Switching Protocols\r\n${line}\r\n`));
    const response = await openPool().stream("GET", server.url(), { headers: UPGRADE });
    expect(response.extensions.networkStream).toBeDefined();
  });

  test("interim responses may come before", async () => {
    const server = await serve(switching(`HTTP/1.1 102 Processing\r\n\r\n${SWITCH}`));
    const response = await openPool().stream("GET", server.url(), { headers: UPGRADE });
    expect(response.status).toBe(101);
  });

  test("after content, too", async () => {
    const server = await serve(switching(SWITCH, "x"));
    const response = await openPool().stream("POST", server.url(), { headers: UPGRADE, content: "all of it" });
    expect(text(present(await response.extensions.networkStream?.read()))).toBe("x");
  });
});

describe("101 is an error", () => {
  test.each<[string, Record<string, string>, string]>([
    ["nobody asked", {}, SWITCH],
    ["another protocol was offered", { Connection: "upgrade", Upgrade: "h2c" }, SWITCH],
    ["one of two was not offered", UPGRADE, SWITCH.replace("websocket", "websocket, h2c")],
  ])("when %s", async (_what, headers, octets) => {
    const server = await serve(switching(octets, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    const pool = openPool();
    for (const send of [pool.request.bind(pool), pool.stream.bind(pool)]) {
      const error = await fails(send("GET", server.url(), { headers }), RemoteProtocolError);
      expect(error.reason).toBe("unexpected-upgrade");
    }
    for (const peer of server.peers) await peer.gone;
    expect(pool.connections).toEqual([]);
  });

  test("when the request is not complete", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.send(SWITCH);
    });
    const content = new ReadableStream<Uint8Array>({});
    const options = { headers: UPGRADE, content };
    const error = await fails(openPool().stream("POST", server.url(), options), RemoteProtocolError);
    expect(error.reason).toBe("unexpected-upgrade");
  });

  test("for the protocol alone, too", () => {
    const connection = new ClientConnection();
    connection.send({ type: "request", method: "GET", target: "/", headers: { Host: "x", Upgrade: "a/1" } });
    connection.send({ type: "end" });
    connection.receive(new TextEncoder().encode("HTTP/1.1 101 x\r\nUpgrade: A/1\r\n\r\nrest"));
    expect(connection.nextEvent()).toMatchObject({ type: "response", status: 101, isSwitch: true });
    expect(connection.nextEvent().type).toBe("paused");
    expect(text(connection.trailingData)).toBe("rest");
    expect(connection.isReusable).toBe(false);
  });
});

test("an upgrade that is refused is a response like any other", async () => {
  const server = await serve(answering(OK));
  const pool = openPool();
  const response = await pool.request("GET", server.url(), { headers: UPGRADE });
  expect([response.status, await response.text(), response.extensions.networkStream]).toEqual([200, "ok", undefined]);
  await pool.request("GET", server.url());
  await eventually(() => server.peers.length === 1);
  expect(pool.connections[0]?.requestCount).toBe(2);
});
