// A response answers the request that it was sent for, and no other: octets that nobody asked for are dropped with their
// connection, and the next request goes out on a new one.
//
// A client that keeps such octets, or looks for them only after it has written, is caught by the word "forged".

import { type ConnectionPool, RemoteProtocolError } from "httpcore";
import { ClientConnection } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets } from "../octets.ts";
import { LateBackend } from "../support/backends.ts";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool, pause, turn } from "../support/outcomes.ts";
import { OK, type Peer, type Script, type ScriptedServer, serve, serveTLS } from "../support/scripted-server.ts";
import { BOUND, honest, onlyAFreshConnectionServes } from "./hostile-server.ts";

const FORGED = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";

/** Sends the first request of a connection `octets`, then nothing by itself. */
function first(octets: string): Script {
  return async (peer, index) => {
    if (index > 0) return honest(peer);
    await peer.request();
    return peer.send(octets);
  };
}

/** What nobody asked for, in many shapes. */
const STRAYS: [string, (peer: Peer) => void][] = [
  ["a whole response", (peer) => peer.send(FORGED)],
  ["a hundred responses", (peer) => peer.send(FORGED.repeat(100))],
  ["a response and a FIN", (peer) => peer.end(FORGED)],
  ["the start of a response", (peer) => peer.send("HTTP/1.1 200 OK\r\nX: ")],
  ["an interim response", (peer) => peer.send("HTTP/1.1 100 Continue\r\n\r\n")],
  ["CRLF and a response", (peer) => peer.send(`\r\n\r\n${FORGED}`)],
  ["one octet", (peer) => peer.send("H")],
  ["NUL", (peer) => peer.send("\0")],
];

async function askedOnce(pool: ConnectionPool, server: ScriptedServer): Promise<Peer> {
  expect(await (await pool.request("GET", server.url("/1"), BOUND)).text()).toBe("ok");
  expect(String(pool)).toContain("0 active, 1 idle");
  return server.peer(0);
}

// The fault: an idle connection is not read, so what came on it is found when the next response is looked for.
describe("T-poison-idle: what comes on an idle connection answers nobody", () => {
  test.each(STRAYS)("%s leaves the pool by itself", async (_what, act) => {
    const server = await serve(first(OK));
    const pool = openPool({ keepaliveExpiry: Infinity });
    const peer = await askedOnce(pool, server);
    act(peer);
    // No request is made here: a read stays pending on idle connections, so that the check costs nothing later.
    await eventually(() => pool.connections.length === 0);
    await onlyAFreshConnectionServes(pool, server);
    expect(peer.received).not.toContain("/next");
  });

  // The fault: the check is made once a turn, and a request in the same turn goes out on the poisoned connection.
  test("octets that are there and have not been seen yet", async () => {
    const server = await serve(first(OK));
    const pool = openPool();
    const peer = await askedOnce(pool, server);
    await pause(20);
    // The server writes while this process does nothing else: the kernel has the octets, and nobody has read them.
    peer.send(FORGED);
    const end = performance.now() + 20;
    while (performance.now() < end);
    const response = await pool.request("GET", server.url("/2"), BOUND);
    expect([await response.text(), server.peers.length]).toEqual(["ok", 2]);
    expect(peer.received).not.toContain("/2");
  });

  test("many connections at once, each with a forgery", async () => {
    const server = await serve(honest);
    const pool = openPool({ maxConnections: 10 });
    const ask = () => Promise.all(Array.from({ length: 10 }, () => pool.request("GET", server.url(), BOUND)));
    await ask();
    for (const peer of await server.connected(10)) peer.send(FORGED);
    await eventually(() => pool.connections.length === 0);
    for (const response of await ask()) expect(await response.text()).toBe("ok");
  });
});

// The fault: the rest of a read stays in the parser's buffer, where the next request finds its response ready.
describe("T-poison-same-segment: what comes behind a response in the same octets answers nobody", () => {
  const forms: [string, string][] = [
    ["Content-Length", OK],
    ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"],
    ["chunks with trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n"],
    ["an interim head in front", `HTTP/1.1 103 Early Hints\r\n\r\n${OK}`],
  ];
  test.each(forms)("behind %s", async (_what, response) => {
    for (const stray of [FORGED, "H", "HTTP/1.1 200 OK\r\n", "\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"]) {
      for (const call of ["request", "stream"] as const) {
        const server = await serve(first(response + stray));
        const pool = openPool();
        const answer = await pool[call]("GET", server.url("/1"), BOUND);
        // Octets behind a response do not fail it.
        expect(await answer.text()).toBe("ok");
        await onlyAFreshConnectionServes(pool, server);
      }
    }
  });

  test("with requests waiting for that very connection", async () => {
    const server = await serve(first(OK + FORGED.repeat(3)));
    const pool = openPool({ maxConnections: 1 });
    const calls = [1, 2, 3].map((n) => pool.request("GET", server.url(`/${n}`), BOUND));
    for (const response of await Promise.all(calls)) expect(await response.text()).toBe("ok");
    expect((await server.peer(0)).received).not.toContain("/2");
  });

  test("in the protocol: such a connection starts no other cycle", () => {
    const connection = new ClientConnection();
    connection.send({ type: "request", method: "GET", target: "/", headers: { Host: "a" } });
    connection.send({ type: "end" });
    connection.receive(octets(OK + FORGED));
    const types: string[] = [];
    for (let type = ""; type !== "paused"; types.push(type)) type = connection.nextEvent().type;
    expect(types).toEqual(["response", "content", "end", "paused"]);
    expect(connection.isReusable).toBe(false);
    expect(() => connection.startNextCycle()).toThrow("cannot be used again");
  });
});

// The fault: the check looks at the socket, and what TLS has decrypted already is not in the socket any more.
describe("T-poison-tls: the same within TLS", () => {
  async function overTLS(script: Script) {
    const server = await serveTLS(await leafFor("127.0.0.1"), script);
    return { server, pool: openPool({ tls: { ca: (await certificateAuthority()).cert }, keepaliveExpiry: Infinity }) };
  }

  test.each(STRAYS)("%s on an idle connection", async (_what, act) => {
    const { server, pool } = await overTLS(first(OK));
    const peer = await askedOnce(pool, server);
    act(peer);
    await eventually(() => pool.connections.length === 0);
    await onlyAFreshConnectionServes(pool, server);
    expect(peer.received).not.toContain("/next");
  });

  test("behind a response, in the same record", async () => {
    const { server, pool } = await overTLS(first(OK + FORGED));
    expect(await (await pool.request("GET", server.url(), BOUND)).text()).toBe("ok");
    await onlyAFreshConnectionServes(pool, server);
  });

  test("behind a response, in another record of the same segment", async () => {
    const { server, pool } = await overTLS(async (peer, index) => {
      if (index > 0) return honest(peer);
      await peer.request();
      peer.socket.cork();
      peer.send(OK);
      peer.send(FORGED);
      return peer.socket.uncork();
    });
    expect(await (await pool.request("GET", server.url(), BOUND)).text()).toBe("ok");
    await onlyAFreshConnectionServes(pool, server);
  });
});

// The fault: a response that was there before the request is taken for its answer.
describe("T-prestaged-first: a server that speaks before it is asked has answered nothing", () => {
  test.each(STRAYS.filter(([what]) => !what.includes("FIN")))("%s", async (_what, act) => {
    const server = await serve((peer, index) => {
      if (index > 0) return honest(peer);
      return act(peer);
    });
    const pool = openPool({ networkBackend: new LateBackend("received") });
    const error = await fails(pool.request("GET", server.url(), BOUND), RemoteProtocolError);
    expect(error.reason).toBe("unasked-for-octets");
    const peer = await server.peer(0);
    await peer.gone;
    // Not a word of the request goes to such a peer, and it is not repeated elsewhere either.
    expect([peer.received, server.peers.length, pool.connections.length]).toEqual(["", 1, 0]);
  });

  test("within TLS", async () => {
    const server = await serveTLS(await leafFor("127.0.0.1"), (peer) => peer.send(FORGED));
    const networkBackend = new LateBackend("received");
    const pool = openPool({ networkBackend, tls: { ca: (await certificateAuthority()).cert } });
    const error = await fails(pool.request("GET", server.url(), BOUND), RemoteProtocolError);
    expect(error.reason).toBe("unasked-for-octets");
    const peer = await server.peer(0);
    await peer.gone;
    expect([peer.received, server.peers.length]).toEqual(["", 1]);
  });

  // The fault: the request goes out the moment the connection is there, and the octets that are there too are not looked at.
  test("on the plain network, by a server that writes as it accepts", async () => {
    const server = await serve((peer, index) => (index > 0 ? honest(peer) : peer.send(FORGED)));
    const pool = openPool();
    const error = await fails(pool.request("GET", server.url(), BOUND), RemoteProtocolError);
    expect(error.reason).toBe("unasked-for-octets");
    await onlyAFreshConnectionServes(pool, server);
  });

  test("in the protocol, however the octets are split", () => {
    for (const pieces of [[FORGED], [...FORGED], ["\r\n", FORGED]]) {
      const connection = new ClientConnection();
      for (const piece of pieces) connection.receive(octets(piece));
      const send = () => connection.send({ type: "request", method: "GET", target: "/", headers: { Host: "a" } });
      expect(send).toThrow(expect.objectContaining({ reason: "unasked-for-octets" }));
    }
  });
});

// The fault: the client goes on sending to a server that has answered, or sends the next request into the same content.
describe("T-early-response: a final response ends the upload", () => {
  const REFUSED = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno!";

  test.each(["request", "stream"] as const)(
    "%s: it is delivered, the source given up, the connection closed",
    async (call) => {
      const server = await serve(async (peer, index) => {
        if (index > 0) return honest(peer);
        await peer.until("\r\n\r\n");
        return peer.send(REFUSED);
      });
      const seen = { pulls: 0, returns: 0 };
      const content = {
        async *[Symbol.asyncIterator]() {
          try {
            for (; ; seen.pulls++) {
              yield new Uint8Array(1000);
              await turn();
            }
          } finally {
            seen.returns++;
          }
        },
      };
      const pool = openPool();
      const response = await pool[call]("POST", server.url(), { ...BOUND, content });
      expect([response.status, await response.text()]).toEqual([413, "no!"]);
      await eventually(() => seen.returns === 1);
      const { pulls } = seen;
      await onlyAFreshConnectionServes(pool, server);
      expect(seen).toEqual({ pulls, returns: 1 });
      const { received } = await server.peer(0);
      expect(received).not.toContain("\r\n0\r\n\r\n");
    },
  );

  test("a next request never lies in the content of the first", async () => {
    const server = await serve(async (peer, index) => {
      if (index > 0) return honest(peer);
      await peer.until("\r\n\r\n");
      peer.socket.pause();
      return peer.send(REFUSED);
    });
    const pool = openPool({ maxConnections: 1 });
    const content = new Uint8Array(32_000_000);
    const large = pool.request("PUT", server.url("/1"), { ...BOUND, content });
    const next = pool.request("GET", server.url("/2"), BOUND);
    expect([(await large).status, await (await next).text()]).toEqual([413, "ok"]);
    const peer = await server.peer(0);
    peer.socket.resume();
    await peer.gone;
    expect(peer.received).not.toContain("/2");
  });
});
