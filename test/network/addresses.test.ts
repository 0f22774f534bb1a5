// Which address a connection goes to, and which it comes from: `resolve`, `happyEyeballs`, `localAddress`. Real sockets on
// several addresses of this machine: some refuse, some never answer.

import { once } from "node:events";
import net from "node:net";
import process from "node:process";
import { ConnectError, type ConnectionPoolOptions, ConnectTimeout, defaultBackend, request } from "httpcore";
import { describe, expect, onTestFinished, test } from "vitest";
import { listenFull } from "../runtimes/peer.ts";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool, rejection } from "../support/outcomes.ts";
import { answering, type Script, type ScriptedServer, serve, serveTLS } from "../support/scripted-server.ts";

/** A port of 127.0.0.1 where a server answers, and of `host` where nobody ever does. */
async function beside(host: string, start: (script: Script) => Promise<ScriptedServer> = serve) {
  const server = await start(answering());
  const full = await listenFull(host, server.port);
  onTestFinished(full.close);
  return server;
}

const secureServer = async (script: Script) => serveTLS(await leafFor("named.example"), script);
const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;

describe("resolve", () => {
  test("gives the addresses of a name; Host and certificate are the URL's", async () => {
    const server = await secureServer(answering());
    const asked: string[] = [];
    const resolve = async (host: string): Promise<string[]> => {
      asked.push(host);
      return ["127.0.0.1"];
    };
    const pool = openPool({ resolve, tls: { ca: (await certificateAuthority()).cert } });
    for (let count = 0; count < 2; count++) await pool.request("GET", `https://named.example:${server.port}/`);
    await fails(pool.request("GET", `https://other.example:${server.port}/`), ConnectError);
    expect(asked).toEqual(["named.example", "other.example"]);
    expect((await server.peer(0)).received).toContain(`\r\nHost: named.example:${server.port}\r\n`);
  });

  test("is not asked about IP addresses", async () => {
    const [v4, v6] = [await serve(answering()), await serve(answering(), "::1")];
    const pool = openPool({
      resolve: () => {
        throw new Error("asked");
      },
    });
    for (const url of [v4.url(), `http://[::1]:${v6.port}/`]) expect((await pool.request("GET", url)).status).toBe(200);
  });

  test.each<[string, () => never]>([
    [
      "throws",
      () => {
        throw new Error("mine");
      },
    ],
    ["rejects with", (() => Promise.reject(new Error("mine"))) as () => never],
  ])("what it %s is the cause of a ConnectError", async (_how, resolve) => {
    const error = await fails(openPool({ resolve }).request("GET", "http://named.example/"), ConnectError);
    expect(error.cause).toEqual(new Error("mine"));
    expect(error.message).toContain("named.example");
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a string", "127.0.0.1"],
    ["an empty list", []],
    ["a name", ["localhost"]],
    ["brackets", ["[::1]"]],
    ["a wrong one among others", ["127.0.0.1", "127.0.0"]],
    ["an object as node:dns gives it", [{ address: "127.0.0.1", family: 4 }]],
  ])("%s is no list of addresses: a TypeError as the cause", async (_what, given) => {
    const resolve = (() => given) as () => string[];
    const error = await fails(openPool({ resolve }).request("GET", "http://named.example/"), ConnectError);
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  test("an abort, and a time limit, do not wait for it", async () => {
    const resolve = (): Promise<never> => new Promise(() => {});
    const pool = openPool({ resolve });
    const controller = new AbortController();
    const call = rejection(pool.request("GET", "http://named.example/", { signal: controller.signal }));
    controller.abort("enough");
    expect(await call).toBe("enough");
    const extensions = { timeout: { connect: 20 } };
    await fails(pool.request("GET", "http://named.example/", { extensions }), ConnectTimeout);
    expect(pool.connections).toEqual([]);
  });
});

describe.each([
  ["TCP", serve, "http"],
  ["TLS", secureServer, "https"],
] as const)("happyEyeballs: %s", (_kind, start, scheme) => {
  const url = ({ port }: ScriptedServer): string => `${scheme}://named.example:${port}/`;
  const poolOn = async (addresses: string[], options: ConnectionPoolOptions = {}) =>
    openPool({ resolve: () => addresses, tls: { ca: (await certificateAuthority()).cert }, ...options });

  test.each([true, false])("an address that refuses is passed over: %s", async (happyEyeballs) => {
    const server = await start(answering());
    const pool = await poolOn(["127.0.0.2", "::1", "127.0.0.1"], { happyEyeballs });
    expect((await pool.request("GET", url(server))).status).toBe(200);
  });

  test.each(["::1", "127.0.0.2"])("an address that never answers is overtaken: %s", async (host) => {
    const server = await beside(host, start);
    const before = sockets();
    const pool = await poolOn([host, "127.0.0.1"]);
    expect((await pool.request("GET", url(server))).status).toBe(200);
    expect(server.peers).toHaveLength(1);
    // The server's alone: ours is idle and does not count, and the attempt that was overtaken is gone.
    expect(sockets()).toBe(before + 1);
  });

  test("false waits for it", async () => {
    const server = await beside("127.0.0.2", start);
    const pool = await poolOn(["127.0.0.2", "127.0.0.1"], { happyEyeballs: false, timeout: { connect: 600 } });
    await fails(pool.request("GET", url(server)), ConnectTimeout);
    expect(server.peers).toEqual([]);
  });

  test("where all answer, one is connected to", async () => {
    const server = await start(answering());
    const pool = await poolOn(["127.0.0.1", "127.0.0.1", "127.0.0.1"]);
    expect((await pool.request("GET", url(server))).status).toBe(200);
    expect(server.peers).toHaveLength(1);
  });

  test("where all fail, the error names each address and what became of it", async () => {
    const server = await start(answering());
    const pool = await poolOn(["127.0.0.2", "::1", "127.0.0.3"]);
    const error = await fails(pool.request("GET", url(server)), ConnectError);
    for (const address of ["127.0.0.2", "::1", "127.0.0.3"]) {
      expect(error.message).toContain(`ECONNREFUSED ${address}:${server.port}`);
    }
    expect(error.cause).toMatchObject({ errors: [{}, {}, {}], code: "ECONNREFUSED" });
  });

  test("an abort in the middle leaves nothing behind", async () => {
    const server = await beside("127.0.0.2", start);
    const second = await listenFull("::1", server.port);
    onTestFinished(second.close);
    const before = sockets();
    const pool = await poolOn(["127.0.0.2", "::1"]);
    const controller = new AbortController();
    const call = rejection(pool.request("GET", url(server), { signal: controller.signal }));
    await eventually(() => sockets() === before + 2, "both are being tried");
    controller.abort("enough");
    expect(await call).toBe("enough");
    await eventually(() => sockets() === before);
    expect(pool.connections).toEqual([]);
  });
});

describe("a name that the system knows", () => {
  test("localhost, by whichever family the server is", async () => {
    const server = await serve(answering());
    expect((await openPool().request("GET", `http://localhost:${server.port}/`)).status).toBe(200);
    expect((await request("GET", `http://localhost:${server.port}/`)).status).toBe(200);
  });

  test("one that it does not know is a ConnectError", async () => {
    const error = await fails(openPool().request("GET", "http://nobody.invalid/"), ConnectError);
    expect(error.cause).toMatchObject({ code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
  });
});

describe("localAddress", () => {
  /** The address that the server sees. */
  async function seenFrom(localAddress: string, server: ScriptedServer, url: string, options = {}): Promise<unknown> {
    await openPool({ localAddress, ...options }).request("GET", url);
    return (await server.peer(server.peers.length - 1)).socket.remoteAddress;
  }

  test("is where connections come from, with TLS and without", async () => {
    const plain = await serve(answering());
    expect(await seenFrom("127.0.0.5", plain, plain.url())).toBe("127.0.0.5");
    expect(await seenFrom("127.0.0.6", plain, `http://localhost:${plain.port}/`)).toBe("127.0.0.6");
    const secure = await serveTLS(await leafFor("127.0.0.1"), answering());
    const { cert: ca } = await certificateAuthority();
    expect(await seenFrom("127.0.0.7", secure, secure.url(), { tls: { ca } })).toBe("127.0.0.7");
    const v6 = await serve(answering(), "::1");
    expect(await seenFrom("::1", v6, `http://[::1]:${v6.port}/`)).toBe("::1");
  });

  test("only addresses of its family are tried", async () => {
    const server = await serve(answering());
    const resolve = () => ["::1", "127.0.0.1"];
    const url = `http://named.example:${server.port}/`;
    expect(await seenFrom("127.0.0.5", server, url, { resolve })).toBe("127.0.0.5");
    for (const [localAddress, host] of [
      ["127.0.0.5", "[::1]"],
      ["::1", "127.0.0.1"],
    ]) {
      const pool = openPool({ localAddress: String(localAddress) });
      const error = await fails(pool.request("GET", `http://${host}:${server.port}/`), ConnectError);
      expect(error.message).toContain(String(localAddress));
    }
    expect(server.peers).toHaveLength(1);
  });

  test("one that is not of this machine is a ConnectError", async () => {
    const server = await serve(answering());
    const error = await fails(openPool({ localAddress: "203.0.113.1" }).request("GET", server.url()), ConnectError);
    expect(error.cause).toMatchObject({ code: "EADDRNOTAVAIL" });
    expect(server.peers).toEqual([]);
  });
});

test("a backend tells that the connection stands when TLS begins on it, once, and of no other", async () => {
  const server = await secureServer(answering());
  const listener = net.createServer().listen(server.port, "127.0.0.2");
  await once(listener, "listening");
  onTestFinished(() => void listener.close());
  const told: string[] = [];
  const networkBackend = {
    ...defaultBackend,
    connectTcp: ((options, receiver) => {
      const connected = (): void => void told.push(`${options.host} ${options.tls !== null}`);
      return defaultBackend.connectTcp({ ...options, connected }, receiver);
    }) satisfies typeof defaultBackend.connectTcp,
  };
  const resolve = () => ["127.0.0.3", "127.0.0.1", "127.0.0.2"];
  const pool = openPool({ networkBackend, resolve, tls: { ca: (await certificateAuthority()).cert } });
  await pool.request("GET", `https://named.example:${server.port}/`);
  await pool.request("GET", (await serve(answering())).url());
  expect(told).toEqual(["named.example true"]);
});
