// SOCKS5: the octets of the handshake, replies in any number of pieces, refusals, and what is no SOCKS5.

import { ConnectError, LocalProtocolError, Proxy, ProxyError, RemoteProtocolError } from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { CONNECTED, dribble, octetsOf, type SocksOptions, socksing, text } from "../support/proxies.ts";
import { answering, type Peer, serve, serveTLS } from "../support/scripted-server.ts";

async function socks(options?: SocksOptions) {
  const server = await serve(socksing(options));
  return { server, proxy: `socks5://127.0.0.1:${server.port}` };
}

/** A server that gives `replies`, each to as many octets of the client's; then it closes when told to. */
async function replying(steps: readonly (readonly [size: number, reply: string])[], end: "end" | "stay" = "stay") {
  const server = await serve(async (peer: Peer) => {
    let at = 0;
    for (const [size, reply] of steps) {
      await octetsOf(peer, at, size);
      at += size;
      peer.send(reply);
    }
    if (end === "end") peer.end();
  });
  return { server, pool: openPool({ proxy: `socks5://127.0.0.1:${server.port}` }) };
}

const GREETING = 3;
/** For http://x.example:80/ */
const REQUEST = 7 + "x.example".length;

describe("the request", () => {
  const word = (port: number): string => text(port >> 8, port & 0xff);

  test.each([
    ["localhost", 3, `${text(9)}localhost`],
    ["LOCALHOST.", 3, `${text(10)}localhost.`],
    ["127.0.0.1", 1, text(127, 0, 0, 1)],
    ["[::1]", 4, text(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)],
    ["[2001:db8::ff00:42:8329%25eth0]", 4, text(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0x42, 0x83, 0x29)],
    ["[::ffff:192.0.2.1]", 4, text(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1)],
  ])("%s", async (host, kind, address) => {
    const origin = await serve(answering());
    for (const scheme of ["socks5", "socks5h"]) {
      const { server, proxy } = await socks();
      const pool = openPool({ proxy: proxy.replace("socks5", scheme) });
      for (let i = 0; i < 2; i++)
        expect((await pool.request("GET", `http://${host}:${origin.port}/x`)).status).toBe(200);
      const handshake = text(5, 1, 0, 5, 1, 0, kind) + address + word(origin.port);
      const { received } = await server.peer(0);
      expect(received.slice(0, handshake.length)).toBe(handshake);
      expect(received.slice(handshake.length)).toMatch(/^GET \/x HTTP\/1\.1\r\nHost: [^\r]+\r\n\r\n/);
      expect(server.peers.length).toBe(1);
    }
  });

  test("a name that it has no room for fails before anything is sent", async () => {
    const { server, proxy } = await socks();
    const host = `${"a".repeat(63)}.`.repeat(4);
    const error = await fails(openPool({ proxy }).request("GET", `http://${host}/`), LocalProtocolError);
    expect(error.reason).toBe("invalid-url");
    expect(server.peers.length).toBe(0);
    const origin = await serve(answering());
    const url = `http://${host.slice(0, 255)}:${origin.port}/`;
    expect((await openPool({ proxy }).request("GET", url)).status).toBe(200);
  });

  test.each(["ws", "wss", "https"])("%s goes through, too", async (scheme) => {
    const { cert: ca } = await certificateAuthority();
    const origin = scheme === "ws" ? await serve(answering()) : await serveTLS(await leafFor("localhost"), answering());
    const { server, proxy } = await socks();
    const pool = openPool({ proxy, tls: { ca } });
    for (let i = 0; i < 2; i++) {
      expect(await (await pool.request("GET", `${scheme}://localhost:${origin.port}/`)).text()).toBe("ok");
    }
    expect(server.peers.length).toBe(1);
    expect(String(pool.connections[0])).toContain(`'${scheme}://localhost:${origin.port}'`);
  });
});

describe("user and password", () => {
  test("as they are given, octet for octet", async () => {
    const origin = await serve(answering());
    const [user, password] = ["Zoë:", Uint8Array.of(0, 255, 58)] as const;
    const account = `${Buffer.from(user).toString("latin1")}:\0\xff:`;
    const { server } = await socks({ account });
    const proxy = new Proxy({ url: `socks5h://127.0.0.1:${server.port}`, auth: [user, password] });
    expect((await openPool({ proxy }).request("GET", origin.url())).status).toBe(200);
    expect((await server.peer(0)).received.startsWith(`${text(5, 1, 2, 1, 5)}Zo\xc3\xab:${text(3, 0, 255, 58)}`)).toBe(
      true,
    );
  });

  test("from the URL, of the greatest length", async () => {
    const origin = await serve(answering());
    const user = "u".repeat(255);
    const { server } = await socks({ account: `${user}:p@ss` });
    const pool = openPool({ proxy: `socks5://${user}:p%40ss@127.0.0.1:${server.port}` });
    expect((await pool.request("GET", origin.url())).status).toBe(200);
  });

  test("wrong ones are refused", async () => {
    const { server } = await socks({ account: "user:right" });
    const pool = openPool({ proxy: `socks5://user:pa55word@127.0.0.1:${server.port}` });
    const error = await fails(pool.request("GET", "http://x.example/"), ProxyError);
    expect(error.message).toBe(`the proxy 127.0.0.1:${server.port} refused user and password: status 1`);
    expect([error.status, error.headers, error.content]).toEqual([undefined, undefined, undefined]);
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
  });

  test("a proxy that wants none, or wants some", async () => {
    for (const account of [undefined, "user:right"]) {
      const { server } = await socks(account === undefined ? {} : { account });
      const userinfo = account === undefined ? "user:right@" : "";
      const pool = openPool({ proxy: `socks5://${userinfo}127.0.0.1:${server.port}` });
      const error = await fails(pool.request("GET", "http://x.example/"), ProxyError);
      expect(error.message).toContain(account === undefined ? "user and password" : "no authentication");
    }
  });
});

describe("replies", () => {
  test("octet by octet", async () => {
    const origin = await serve(answering());
    const { server } = await socks({ account: "a:b", send: dribble });
    const pool = openPool({ proxy: `socks5://a:b@127.0.0.1:${server.port}` });
    expect((await pool.request("GET", origin.url())).status).toBe(200);
  });

  test.each([
    ["an IPv6 address", text(5, 0, 0, 4, ...Array<number>(18).fill(1))],
    ["a name", `${text(5, 0, 0, 3, 4)}name${text(0, 1)}`],
    ["no name", text(5, 0, 0, 3, 0, 0, 1)],
    ["the longest name", `${text(5, 0, 0, 3, 255)}${"n".repeat(255)}${text(0, 1)}`],
  ])("with %s as the proxy's own", async (_what, reply) => {
    const origin = await serve(answering());
    for (const send of [undefined, dribble]) {
      const { proxy } = await socks(send ? { reply, send } : { reply });
      expect((await openPool({ proxy }).request("GET", origin.url())).status).toBe(200);
    }
  });

  test.each([
    [1, "general SOCKS server failure"],
    [2, "connection not allowed by ruleset"],
    [3, "Network unreachable"],
    [4, "Host unreachable"],
    [5, "Connection refused"],
    [6, "TTL expired"],
    [7, "Command not supported"],
    [8, "Address type not supported"],
    [9, "which RFC 1928 does not know"],
    [255, "which RFC 1928 does not know"],
  ])("%i is a refusal: %s", async (code, meaning) => {
    const { server, proxy } = await socks({ reply: text(5, code, 0, 1, 0, 0, 0, 0, 0, 0) });
    const pool = openPool({ proxy });
    const error = await fails(pool.request("GET", "https://x.example/"), ProxyError);
    const place = `127.0.0.1:${server.port}`;
    expect(error.message).toBe(`the proxy ${place} did not connect to x.example:443: reply ${code}, ${meaning}`);
    expect(error).toMatchObject({ origin: "https://x.example:443", phase: "connect" });
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
    expect(server.peers.length).toBe(1);
  });
});

describe("what is no SOCKS5", () => {
  const accepted: readonly [number, string] = [GREETING, text(5, 0)];

  test.each([
    ["SOCKS4", [[GREETING, text(0, 0x5b)]], "version 0 in place of 5"],
    ["HTTP", [[GREETING, "HTTP/1.1 400 Bad Request\r\n\r\n"]], "version 72 in place of 5"],
    ["another version behind the greeting", [accepted, [REQUEST, text(4, 0, 0, 1)]], "version 4 in place of 5"],
    ["an address of no known type", [accepted, [REQUEST, text(5, 0, 0, 9, 1)]], "an address of the unknown type 9"],
  ] as const)("%s", async (_what, steps, sentence) => {
    const { server, pool } = await replying(steps);
    const error = await fails(pool.request("GET", "http://x.example/"), RemoteProtocolError);
    expect(error.reason).toBe("invalid-proxy-reply");
    expect(error.message).toBe(`the proxy 127.0.0.1:${server.port} speaks no SOCKS5: it answered with ${sentence}`);
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
    expect(server.peers.length).toBe(1);
  });

  test("a wrong version of the answer to user and password", async () => {
    const server = await serve(async (peer: Peer) => {
      await octetsOf(peer, 0, GREETING);
      peer.send(text(5, 2));
      await octetsOf(peer, GREETING, 5);
      peer.send(text(5, 0));
    });
    const pool = openPool({ proxy: `socks5://a:b@127.0.0.1:${server.port}` });
    const error = await fails(pool.request("GET", "http://x.example/"), RemoteProtocolError);
    expect(error.message).toContain("version 5 in place of 1");
  });

  test.each([
    ["at once", []],
    ["behind the greeting", [[GREETING, ""]]],
    ["within the first reply", [[GREETING, text(5)]]],
    ["behind the first reply", [accepted]],
    ["within the second", [accepted, [REQUEST, text(5)]]],
    ["within its address", [accepted, [REQUEST, text(5, 0, 0, 1, 127, 0)]]],
    ["an octet short", [accepted, [REQUEST, CONNECTED.slice(0, -1)]]],
  ] as const)("a proxy that closes: %s", async (_what, steps) => {
    const { server, pool } = await replying(steps, "end");
    const error = await fails(pool.request("GET", "http://x.example/"), RemoteProtocolError);
    expect(error.reason).toBe("incomplete-proxy-reply");
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
  });

  test("a reset is a ConnectError", async () => {
    const server = await serve(async (peer: Peer) => {
      await octetsOf(peer, 0, GREETING);
      peer.reset();
    });
    const pool = openPool({ proxy: `socks5://127.0.0.1:${server.port}` });
    const error = await fails(pool.request("GET", "http://x.example/"), ConnectError);
    expect(error.cause).toMatchObject({ code: "ECONNRESET" });
  });
});

test("a proxy that cannot be reached is a ConnectError that says so", async () => {
  const error = await fails(
    openPool({ proxy: "socks5://127.0.0.1:1" }).request("GET", "http://x.example/"),
    ConnectError,
  );
  expect(error.message).toMatch(/^could not connect to the proxy 127\.0\.0\.1:1: /);
});
