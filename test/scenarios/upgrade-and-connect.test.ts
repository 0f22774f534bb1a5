// Group H, upgrade and CONNECT: the octets behind the head are the new protocol's, whatever segment they come in, and a
// connection that has changed its protocol serves no request again.

import { RemoteProtocolError } from "httpcore";
import { describe, expect, test } from "vitest";
import { octets, present, text } from "../octets.ts";
import { fails, openPool, pause, turn } from "../support/outcomes.ts";
import { answeringEach, OK, type Script, serve } from "../support/scripted-server.ts";

const UPGRADE = { headers: { Connection: "upgrade", Upgrade: "websocket" } };
const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
const CONNECT = { extensions: { target: "example.com:443" } };

/** Answers with `octets`, cut behind the n-th octet in the n-th connection. */
const cutEverywhere =
  (octets: string): Script =>
  async (peer, index) => {
    await peer.request();
    peer.send(octets.slice(0, index + 1));
    await turn();
    await turn();
    peer.send(octets.slice(index + 1));
  };

describe.each<[string, string, string, typeof UPGRADE | typeof CONNECT]>([
  ["S68 101", SWITCH, "GET", UPGRADE],
  ["S72 CONNECT", "HTTP/1.1 200 X\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", "CONNECT", CONNECT],
])("%s", (_what, head, method, options) => {
  test("S68 S72 cut at every octet: what stands behind the empty line is handed over, and nothing else", async () => {
    const behind = "\r\nHTTP/1.1 200 OK\r\n\r\n\0\xff";
    const server = await serve(cutEverywhere(head + behind));
    const pool = openPool();
    const all = [...head, ...behind].map(async () => {
      const response = await pool.stream(method, server.url(), options);
      const stream = present(response.extensions.networkStream);
      let came = "";
      while (came.length < behind.length) came += text(present(await stream.read()));
      await response.close();
      return came;
    });
    expect(new Set(await Promise.all(all))).toEqual(new Set([behind]));
    expect(pool.connections).toEqual([]);
  });

  test("S68 S72 octets pass both ways, up to a FIN of either side", async () => {
    const server = await serve(cutEverywhere(`${head}hello`));
    const response = await openPool().stream(method, server.url(), options);
    const stream = present(response.extensions.networkStream);
    const reading = new Response(stream.readable).text();
    const writer = stream.writable.getWriter();
    await writer.write(octets("to you"));
    const peer = await server.peer(0);
    await peer.until("to you");
    await writer.close();
    await peer.gone;
    peer.end(" and good-bye");
    expect(await reading).toBe("hello and good-bye");
  });
});

test.each<[string, Record<string, string>, string]>([
  ["nobody asked for", {}, SWITCH],
  ["nobody asked for, that names no protocol", {}, "HTTP/1.1 101 X\r\nConnection: upgrade\r\n\r\n"],
  ["for another protocol", UPGRADE.headers, SWITCH.replace("websocket", "h2c")],
])("S69 101 %s is an error on a used connection, too, and nothing is repeated", async (_what, headers, answer) => {
  const server = await serve(answeringEach(OK, `${answer}${OK}`));
  const pool = openPool();
  await pool.request("GET", server.url());
  const error = await fails(pool.stream("GET", server.url(), { headers }), RemoteProtocolError);
  expect(error.reason).toBe("unexpected-upgrade");
  await (await server.peer(0)).gone;
  expect([server.peers.length, pool.connections.length]).toEqual([1, 0]);
});

test.each([200, 400, 426])(
  "S70 %d to an upgrade is a response, and its connection serves on, even for an upgrade",
  async (status) => {
    const refusal = `HTTP/1.1 ${status} X\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nno`;
    const server = await serve(answeringEach(refusal, OK, SWITCH));
    const pool = openPool();
    const refused = await pool.stream("GET", server.url(), UPGRADE);
    expect([refused.status, await refused.text(), refused.extensions.networkStream]).toEqual([status, "no", undefined]);
    await pool.request("GET", server.url());
    const accepted = await pool.stream("GET", server.url(), UPGRADE);
    expect(accepted.status).toBe(101);
    expect(server.peers).toHaveLength(1);
    await accepted.close();
  },
);

test("S71 an upgraded connection stays out of the pool though its content was read and time passed", async () => {
  const server = await serve((peer, index) => answeringEach(index === 0 ? SWITCH : OK)(peer, index));
  const pool = openPool({ keepaliveExpiry: 20, timeout: { read: 500, total: 600 } });
  const response = await pool.stream("GET", server.url("/1"), UPGRADE);
  expect(await response.text()).toBe("");
  await pause(700);
  expect((await pool.request("GET", server.url("/2"))).status).toBe(200);
  expect(server.peers).toHaveLength(2);
  const stream = present(response.extensions.networkStream);
  await stream.write(octets("still"));
  await (await server.peer(0)).until("still");
  await stream.close();
  await (await server.peer(0)).gone;
});

test("S72 a refused CONNECT has content; unread, it closes the connection", async () => {
  const server = await serve(answeringEach("HTTP/1.1 407 X\r\nContent-Length: 9\r\n\r\nno"));
  const pool = openPool();
  const response = await pool.stream("CONNECT", server.url(), CONNECT);
  expect([response.status, response.extensions.networkStream]).toEqual([407, undefined]);
  await response.close();
  await (await server.peer(0)).gone;
  expect(pool.connections).toEqual([]);
});
