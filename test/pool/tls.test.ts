// TLS on real sockets, with an authority of our own: what is verified, with which name, and which options make
// connections that are not shared.

import { once } from "node:events";
import net from "node:net";
import type tls from "node:tls";
import { ConnectError, ReadError, RemoteProtocolError } from "httpcore";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { certificateAuthority, type Identity, leafFor } from "../support/certificates.ts";
import { fails, openPool, rejection, turn } from "../support/outcomes.ts";
import { answering, OK, serve, serveTLS } from "../support/scripted-server.ts";

let ca: string;
let local: Identity;
let elsewhere: Identity;

beforeAll(async () => {
  ca = (await certificateAuthority()).cert;
  local = await leafFor("localhost", "127.0.0.1");
  elsewhere = await leafFor("elsewhere.example", "other.example");
});

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";

/** A relay in front of a TLS server, for what happens underneath TLS; `sockets` are those of the clients. */
async function relayTo(port: number): Promise<{ port: number; sockets: net.Socket[] }> {
  const sockets: net.Socket[] = [];
  const relay = net.createServer((client) => {
    sockets.push(client);
    const onward = net.connect(port, "127.0.0.1");
    client.on("error", () => onward.destroy());
    onward.on("error", () => client.destroy());
    client.pipe(onward).pipe(client);
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  onTestFinished(() => {
    relay.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (relay.address() as net.AddressInfo).port, sockets };
}

describe("a private authority", () => {
  test.each<[string, (ca: string) => string | Uint8Array | (string | Uint8Array)[]]>([
    ["a string", (pem) => pem],
    ["octets", (pem) => new TextEncoder().encode(pem)],
    ["an array", (pem) => [pem]],
    ["an array of both", (pem) => [new TextEncoder().encode(pem), pem]],
  ])("as %s is trusted", async (_form, form) => {
    const server = await serveTLS(local, answering());
    const pool = openPool({ tls: { ca: form(ca) } });
    expect(await (await pool.request("GET", server.url("/x"))).text()).toBe("ok");
    expect(await (await pool.request("POST", server.url("/y"), { content: "hi" })).text()).toBe("ok");
    expect(server.peers).toHaveLength(1);
    expect((await server.peer(0)).received).toMatch(/^GET \/x HTTP\/1.1\r\nHost: 127.0.0.1:\d+\r\n\r\nPOST \/y /);
  });

  test("by name", async () => {
    const server = await serveTLS(local, answering());
    const pool = openPool({ tls: { ca } });
    for (const host of ["localhost", "LOCALHOST"]) {
      expect((await pool.request("GET", `https://${host}:${server.port}/`)).status).toBe(200);
    }
  });

  test("for wss:, too", async () => {
    const server = await serveTLS(local, answering());
    const pool = openPool({ tls: { ca } });
    expect((await pool.request("GET", server.url().replace("https", "wss"))).status).toBe(200);
  });

  test("large content both ways, read slowly", async () => {
    const size = 3_000_000;
    const content = new Uint8Array(size).map((_, index) => index % 251);
    const server = await serveTLS(local, async (peer) => {
      while (true) {
        const request = await peer.request();
        peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
        peer.send(Buffer.from(request.slice(-size), "latin1"));
      }
    });
    const pool = openPool({ tls: { ca } });
    for (let i = 0; i < 2; i++) {
      const response = await pool.stream("POST", server.url(), { content });
      const pieces: Uint8Array[] = [];
      for await (const piece of response) {
        if (pieces.length % 8 === 0) await turn();
        pieces.push(piece);
      }
      expect(Buffer.concat(pieces).equals(content)).toBe(true);
    }
    expect(server.peers).toHaveLength(1);
  });
});

describe("is refused as a ConnectError with its cause:", () => {
  test("an authority that is not known", async () => {
    const server = await serveTLS(local, answering());
    const pool = openPool();
    const error = await fails(pool.request("GET", server.url()), ConnectError);
    expect(error.cause).toMatchObject({ code: expect.stringMatching(/UNABLE_TO|SELF_SIGNED/) });
    expect([error.phase, error.origin]).toEqual(["connect", server.origin]);
    expect(server.peers.map(({ received }) => received).join("")).toBe("");
    expect(String(pool)).toBe(EMPTY);
  });

  test("a certificate for another name", async () => {
    const server = await serveTLS(elsewhere, answering());
    const pool = openPool({ tls: { ca } });
    for (const host of ["127.0.0.1", "localhost"]) {
      const error = await fails(pool.request("GET", `https://${host}:${server.port}/`), ConnectError);
      expect(error.cause).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    }
    expect(server.peers.map(({ received }) => received).join("")).toBe("");
    expect(String(pool)).toBe(EMPTY);
  });

  test("a server without TLS", async () => {
    const server = await serve((peer) => peer.send("220 hello\r\n"));
    const error = await fails(openPool().request("GET", server.url().replace("http", "https")), ConnectError);
    expect(error.cause).toBeInstanceOf(Error);
  });

  test("a server that closes in the handshake", async () => {
    const server = await serve((peer) => peer.socket.destroy());
    const error = await fails(openPool().request("GET", server.url().replace("http", "https")), ConnectError);
    expect(error.cause).toBeInstanceOf(Error);
  });
});

describe("names", () => {
  /** A server that notes the SNI of each connection. */
  async function noting(identity: Identity) {
    const names: unknown[] = [];
    const server = await serveTLS(identity, (peer, index) => {
      names.push((peer.socket as tls.TLSSocket).servername);
      return answering()(peer, index);
    });
    return { server, names };
  }

  test("verify: false takes any certificate", async () => {
    const server = await serveTLS(elsewhere, answering());
    expect((await openPool({ tls: { verify: false } }).request("GET", server.url())).status).toBe(200);
  });

  test("no IP address goes into SNI", async () => {
    const { server, names } = await noting(local);
    const pool = openPool({ tls: { ca } });
    await pool.request("GET", server.url());
    await pool.request("GET", `https://localhost:${server.port}/`);
    expect(names).toEqual([false, "localhost"]);
  });

  test("tls.servername takes the place of the host, in SNI and in verification", async () => {
    const { server, names } = await noting(elsewhere);
    const pool = openPool({ tls: { ca, servername: "elsewhere.example" } });
    expect((await pool.request("GET", server.url())).status).toBe(200);
    expect(names).toEqual(["elsewhere.example"]);
    expect((await server.peer(0)).received).toContain(`Host: 127.0.0.1:${server.port}`);
    const wrong = openPool({ tls: { ca, servername: "wrong.example" } });
    await fails(wrong.request("GET", server.url()), ConnectError);
  });

  test("extensions.sniHostname does so for a request, and separates connections", async () => {
    const { server, names } = await noting(elsewhere);
    const pool = openPool({ tls: { ca } });
    const as = (sniHostname: string) => ({ extensions: { sniHostname } });
    for (const name of ["elsewhere.example", "other.example", "elsewhere.example", "other.example"]) {
      expect((await pool.request("GET", server.url(), as(name))).status).toBe(200);
    }
    expect(names).toEqual(["elsewhere.example", "other.example"]);
    // A connection made under another name does not serve a request that wants the URL's own.
    await fails(pool.request("GET", server.url()), ConnectError);
    await fails(pool.request("GET", server.url(), as("wrong.example")), ConnectError);
    expect(names).toHaveLength(2);
  });
});

describe("as without TLS:", () => {
  test("an unasked-for response on an idle connection answers nobody", async () => {
    const server = await serveTLS(local, answering());
    const pool = openPool({ tls: { ca } });
    await pool.request("GET", server.url());
    const peer = await server.peer(0);
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
    await peer.gone;
    expect(await (await pool.request("GET", server.url())).text()).toBe("ok");
    expect(server.peers).toHaveLength(2);
  });

  test("a server that closes an idle connection is noticed", async () => {
    const server = await serveTLS(local, answering());
    const pool = openPool({ tls: { ca } });
    await pool.request("GET", server.url());
    const peer = await server.peer(0);
    peer.end();
    await peer.gone;
    expect(pool.connections).toEqual([]);
    expect((await pool.request("POST", server.url())).status).toBe(200);
  });

  test.each<[string, "end" | "destroy" | "resetAndDestroy", abstract new (...parameters: never[]) => Error]>([
    ["the close", "end", RemoteProtocolError],
    ["a FIN underneath TLS", "destroy", RemoteProtocolError],
    ["a reset", "resetAndDestroy", ReadError],
  ])("content is cut by %s", async (_what, way, ErrorClass) => {
    const server = await serveTLS(local, async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
      if (way === "end") peer.end();
    });
    const { port, sockets } = await relayTo(server.port);
    const pool = openPool({ tls: { ca } });
    const response = await pool.stream("GET", `https://127.0.0.1:${port}/`);
    const iterator = response.iterStream();
    expect((await iterator.next()).value).toHaveLength(3);
    const next = rejection(iterator.next());
    if (way !== "end") sockets[0]?.[way]();
    expect(await next).toBeInstanceOf(ErrorClass);
    expect(String(pool)).toBe(EMPTY);
  });

  test("an abort in the handshake rejects with its reason, and closes", async () => {
    const server = await serve(() => {});
    const pool = openPool();
    const controller = new AbortController();
    const call = rejection(pool.request("GET", server.url().replace("http", "https"), { signal: controller.signal }));
    const peer = await server.peer(0);
    await peer.until("\x16\x03\x01");
    controller.abort("enough");
    expect(await call).toBe("enough");
    await peer.gone;
    expect(String(pool)).toBe(EMPTY);
  });

  test("ALPN offers http/1.1 alone", async () => {
    const offered: unknown[] = [];
    const server = await serveTLS({ ...local, ALPNProtocols: ["h2", "http/1.1"] }, (peer, index) => {
      offered.push((peer.socket as tls.TLSSocket).alpnProtocol);
      return answering(OK)(peer, index);
    });
    await openPool({ tls: { ca } }).request("GET", server.url());
    expect(offered).toEqual(["http/1.1"]);
  });
});
