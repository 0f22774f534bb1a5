// Group E, responses cut short or with content that must not be there: what came is handed out, a cut is an error and
// never a clean end, and what belongs to no response spoils the connection. With TLS the close has two shapes.

import { once } from "node:events";
import net from "node:net";
import { ReadError, RemoteProtocolError } from "httpcore";
import { describe, expect, onTestFinished, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool, turn } from "../support/outcomes.ts";
import { answering, OK, type Peer, type Script, serve, serveTLS } from "../support/scripted-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

const ending =
  (octets: string): Script =>
  async (peer) => {
    await peer.request();
    peer.end(octets);
  };

/** What a streamed response gave before its error. */
async function cut(url: string): Promise<{ content: string; error: unknown }> {
  const pool = openPool();
  let content = "";
  try {
    const response = await pool.stream("GET", url);
    for await (const piece of response) content += new TextDecoder().decode(piece);
  } catch (error) {
    expect(String(pool)).toBe(EMPTY);
    return { content, error };
  }
  throw new Error(`a clean end behind "${content}"`);
}

test.each([1, 100, 1_000_000])("S45 Content-Length cut %d octets short: what came, then an error", async (missing) => {
  const server = await serve(ending(`HTTP/1.1 200 OK\r\nContent-Length: ${5 + missing}\r\n\r\nabcde`));
  const { content, error } = await cut(server.url());
  expect(content).toBe("abcde");
  expect(error).toBeInstanceOf(RemoteProtocolError);
  expect(error).toMatchObject({ reason: "incomplete-content" });
  const collected = await fails(openPool().request("GET", server.url()), RemoteProtocolError);
  expect(collected.reason).toBe("incomplete-content");
});

test.each([
  ["in a size", "5\r\nabcde\r\n1"],
  ["behind a size", "5\r\nabcde\r\n1\r\n"],
  ["in an extension", "5\r\nabcde\r\n1;a"],
  ["in data", "9\r\nabcde"],
  ["behind data", "5\r\nabcde"],
  ["between chunks", "5\r\nabcde\r\n"],
  ["in the last chunk", "5\r\nabcde\r\n0"],
])("S46 chunks cut %s: incomplete", async (_where, octets) => {
  const server = await serve(ending(CHUNKED + octets));
  const { content, error } = await cut(server.url());
  expect(content).toBe("abcde");
  expect(error).toMatchObject({ reason: "incomplete-content" });
});

test.each(["0\r\n", "0\r\n\r", "0\r\nA: b\r\n"])(
  "S47 chunks cut behind %j: all content came, and still incomplete",
  async (octets) => {
    const server = await serve(ending(`${CHUNKED}5\r\nabcde\r\n${octets}`));
    const { content, error } = await cut(server.url());
    expect(content).toBe("abcde");
    expect(error).toMatchObject({ reason: "incomplete-content" });
  },
);

test("S48 a head cut at every octet is an error, and no empty response", async () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  const server = await serve((peer, index) => ending(head.slice(0, index))(peer, index));
  const calls = [...head].map(async () => {
    const error = await fails(openPool().request("GET", server.url()), RemoteProtocolError);
    return error.reason;
  });
  const reasons = await Promise.all(calls);
  expect(new Set(reasons)).toEqual(new Set(["no-response", "incomplete-head"]));
  expect(reasons.filter((reason) => reason === "no-response")).toHaveLength(1);
});

test("S48 an empty reply on a used connection is tried once more, then an error", async () => {
  const server = await serve(async (peer, index) => {
    await peer.request();
    if (index === 0) peer.send(OK);
    else peer.end();
    await peer.request();
    peer.end();
  });
  const pool = openPool();
  await pool.request("GET", server.url());
  const error = await fails(pool.stream("GET", server.url()), RemoteProtocolError);
  expect([error.reason, server.peers.length]).toEqual(["no-response", 2]);
});

test.each(["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\nabc"])(
  "S49 the reply to CONNECT cut behind %j is an error, at once",
  async (octets) => {
    const server = await serve(ending(octets));
    const pool = openPool();
    const call = pool.request("CONNECT", server.url(), { extensions: { target: "a:1" } });
    await fails(call, RemoteProtocolError);
    expect([server.peers.length, String(pool)]).toEqual([1, EMPTY]);
  },
);

describe("content where there must be none", () => {
  const chunked = "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n";

  test.each<[string, string, string, string]>([
    ["S50 HEAD", "HEAD", "200 OK", "Content-Length: 5\r\n\r\nabcde"],
    ["S50 HEAD, chunked", "HEAD", "200 OK", chunked],
    ["S51 204", "GET", "204 X", "\r\nabcde"],
    ["S51 304", "GET", "304 X", "Content-Length: 5\r\n\r\nabcde"],
    ["S51 304, chunked", "GET", "304 X", chunked],
  ])("%s: none is read, and the connection serves nobody else", async (_what, method, status, rest) => {
    const first = `HTTP/1.1 ${status}\r\n${rest}`;
    const server = await serve((peer, index) => answering(index === 0 ? first : OK)(peer, index));
    const pool = openPool();
    const response = await pool.request(method, server.url("/1"));
    expect([`${response.status}`, response.content.length]).toEqual([status.slice(0, 3), 0]);
    expect(await (await pool.request("GET", server.url("/2"))).text()).toBe("ok");
    expect(server.peers).toHaveLength(2);
  });

  test("S51 304 with chunked announced and no chunks does not wait for them", async () => {
    const server = await serve(answering("HTTP/1.1 304 X\r\nTransfer-Encoding: chunked\r\n\r\n"));
    const pool = openPool();
    for (let i = 0; i < 3; i++) expect((await pool.request("GET", server.url())).status).toBe(304);
    expect(server.peers).toHaveLength(1);
  });

  test("S51 205 is framed as any other", async () => {
    const server = await serve(answering("HTTP/1.1 205 X\r\nContent-Length: 2\r\n\r\nok"));
    const pool = openPool();
    for (let i = 0; i < 2; i++) expect(await (await pool.request("GET", server.url())).text()).toBe("ok");
    expect(server.peers).toHaveLength(1);
  });
});

test.each(["Content-Length: 9\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n9\r\n", "\r\n"])(
  "S52 a RST within content (%j) is a ReadError of the content, with its cause",
  async (framing) => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(`HTTP/1.1 200 OK\r\n${framing}abc`);
    });
    const pool = openPool();
    const iterator = (await pool.stream("GET", server.url())).iterStream();
    expect((await iterator.next()).value).toHaveLength(3);
    (await server.peer(0)).reset();
    const error = await fails(iterator.next(), ReadError);
    expect(error.cause).toMatchObject({ code: "ECONNRESET" });
    expect(String(pool)).toBe(EMPTY);
  },
);

describe("S53 TLS that ends", () => {
  /** A TLS server behind a relay; `cut` sends the client a FIN without close_notify. */
  async function relayed(octets: string, act: (peer: Peer) => void = () => {}) {
    const server = await serveTLS(await leafFor("localhost", "127.0.0.1"), async (peer) => {
      await peer.request();
      peer.send(octets);
      act(peer);
    });
    const clients: net.Socket[] = [];
    const relay = net.createServer((client) => {
      clients.push(client);
      const onward = net.connect(server.port, "127.0.0.1");
      client.on("error", () => onward.destroy());
      onward.on("error", () => client.destroy());
      client.pipe(onward).pipe(client);
    });
    relay.listen(0, "127.0.0.1");
    await once(relay, "listening");
    onTestFinished(() => {
      relay.close();
      for (const client of clients) client.destroy();
    });
    const pool = openPool({ tls: { ca: (await certificateAuthority()).cert } });
    const { port } = relay.address() as net.AddressInfo;
    return { pool, url: `https://127.0.0.1:${port}/`, cut: () => clients.at(-1)?.end() };
  }

  test("S53 with close_notify: content to the close is complete", async () => {
    const { pool, url } = await relayed("HTTP/1.1 200 OK\r\n\r\nabc", (peer) => peer.end());
    expect(await (await pool.request("GET", url)).text()).toBe("abc");
  });

  test.each(["Content-Length: 3\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"])(
    "S53 without it, behind a complete response (%j): no harm",
    async (rest) => {
      const { pool, url, cut } = await relayed(`HTTP/1.1 200 OK\r\n${rest}`);
      const response = await pool.stream("GET", url);
      await turn();
      cut();
      expect(await response.text()).toBe("abc");
      await eventually(() => pool.connections.length === 0);
    },
  );

  test.each(["Content-Length: 4\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"])(
    "S53 without it, within content (%j): an error",
    async (rest) => {
      const { pool, url, cut } = await relayed(`HTTP/1.1 200 OK\r\n${rest}`);
      const iterator = (await pool.stream("GET", url)).iterStream();
      expect((await iterator.next()).value).toHaveLength(3);
      cut();
      await fails(iterator.next(), RemoteProtocolError);
    },
  );
});
