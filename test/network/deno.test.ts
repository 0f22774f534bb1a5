// The network of Deno, in a real Deno: each test runs a script there against a server here, which is scripted as always.
//
// Three kinds of connections, which have three implementations: TCP by Deno's Node compatibility, TLS on it by node:tls
// where certificates are one's own, and TLS by Deno itself where it decides whom to trust. All ends must be by themselves: a process that
// does not end is a failure.

import { once } from "node:events";
import net from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { listenFull } from "../runtimes/peer.ts";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { pause } from "../support/outcomes.ts";
import {
  answering,
  OK,
  type Peer,
  type Script,
  type ScriptedServer,
  serve,
  serveTLS,
} from "../support/scripted-server.ts";
import { ALERT, type Relay, recordTypes, relayTo } from "../support/tls-records.ts";
import { DenoHome, type RunOptions } from "./deno-process.ts";

const home = new DenoHome();
beforeAll(async () => {
  await home.prepare();
}, 30_000);
afterAll(() => home.remove());

interface Kind {
  readonly name: string;
  /** The class of Deno's that a connection is made of: the kind is really the one that is meant. */
  readonly raw: string;
  readonly serve: (script: Script) => Promise<ScriptedServer>;
  readonly settings: () => Promise<{ options: object; run: RunOptions }>;
}

const serveLocalTLS = async (script: Script) => serveTLS(await leafFor("127.0.0.1", "localhost"), script);
const authority = async () => (await certificateAuthority()).cert;

const KINDS: readonly Kind[] = [
  {
    name: "TCP",
    raw: "Socket",
    serve: (script) => serve(script),
    settings: async () => ({ options: {}, run: {} }),
  },
  {
    name: "TLS by node:tls",
    raw: "TLSSocket",
    serve: serveLocalTLS,
    settings: async () => ({ options: { tls: { ca: await authority() } }, run: {} }),
  },
  {
    name: "TLS by Deno",
    raw: "TlsConn",
    serve: serveLocalTLS,
    settings: async () => ({ options: {}, run: { trusted: await authority() } }),
  },
];

/** Resets are made by a relay: a TLS server of Node can make none. */
const through = (relay: Relay, server: ScriptedServer) => `${server.scheme}://127.0.0.1:${relay.port}/`;

/** Runs `script` with `pool` and `url`, and the values given. */
async function runWith(kind: Kind, url: string, script: string, values: object = {}): Promise<unknown> {
  const { options, run } = await kind.settings();
  return home.run(`const pool = new httpcore.ConnectionPool(options); ${script}`, { url, options, ...values }, run);
}

describe.each(KINDS)("$name", (kind) => {
  test("is the kind that is meant, and one connection serves requests in turn", async () => {
    const server = await kind.serve(answering());
    const { options, run } = await kind.settings();
    const script = `
      const raws = [];
      const networkBackend = {
        runtime: "watched",
        async connectTcp(options, receiver) {
          const connection = await httpcore.defaultBackend.connectTcp(options, receiver);
          raws.push(connection.getExtraInfo("raw").constructor.name, connection.getExtraInfo("serverAddress").port);
          return connection;
        },
      };
      const pool = new httpcore.ConnectionPool({ ...options, networkBackend });
      const texts = [];
      for (let i = 0; i < 3; i++) texts.push(await (await pool.request("GET", url)).text());
      print({ raws, texts, runtime: httpcore.defaultBackend.runtime });`;
    const printed = await home.run(script, { url: server.url(), options }, run);
    expect(printed).toEqual({ raws: [kind.raw, server.port], texts: ["ok", "ok", "ok"], runtime: "deno" });
    expect(server.peers.length).toBe(1);
  });

  test("an address that refuses is passed over, one that never answers is overtaken, and all of them are named", async () => {
    const server = await kind.serve(answering());
    const full = await listenFull("127.0.0.2", server.port);
    onTestFinished(full.close);
    const script = `
      const open = (...addresses) => new httpcore.ConnectionPool({ ...options, resolve: () => addresses });
      const texts = [];
      for (let i = 0; i < 2; i++) {
        texts.push(await (await open("127.0.0.3", "127.0.0.2", "127.0.0.1").request("GET", url)).text());
      }
      const error = await failure(open("127.0.0.3", "127.0.0.4").request("GET", url));
      const controller = new AbortController();
      const call = open("127.0.0.2", "127.0.0.2").request("GET", url, { signal: controller.signal }).catch((reason) => reason);
      setTimeout(() => controller.abort("enough"), 400);
      print({ texts, error, reason: await call });`;
    const url = server.url().replace("127.0.0.1", "localhost");
    const { error, ...printed } = (await runWith(kind, url, script)) as { error: { name: string; message: string } };
    expect(printed).toEqual({ texts: ["ok", "ok"], reason: "enough" });
    expect(error).toMatchObject({ name: "ConnectError", message: expect.stringMatching(/127\.0\.0\.3.*127\.0\.0\.4/) });
    expect(server.peers.length).toBe(2);
  });

  test("where only a name may be reached, it is reached by its name", async () => {
    const server = await kind.serve(answering());
    const { options, run } = await kind.settings();
    const permissions = [`--allow-net=localhost:${server.port}`];
    const script = `print(await (await new httpcore.ConnectionPool(options).request("GET", url)).text())`;
    const url = server.url().replace("127.0.0.1", "localhost");
    expect(await home.run(script, { url, options }, { ...run, permissions })).toBe("ok");
  });

  test("many at once, and a large response in order", async () => {
    const large = Buffer.alloc(3_000_000, "0123456789abcdefg");
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${large.length}\r\n\r\n`;
    const server = await kind.serve(answering(Buffer.concat([Buffer.from(head), large])));
    const script = `
      const all = await Promise.all(Array.from({ length: 5 }, () => pool.request("GET", url)));
      const pattern = new TextEncoder().encode("0123456789abcdefg");
      print(all.map(({ content }) => content.length === 3_000_000 && content.every((octet, i) => octet === pattern[i % 17])));`;
    expect(await runWith(kind, server.url(), script)).toEqual([true, true, true, true, true]);
  });

  test("chunks larger than any read, and smaller", async () => {
    const chunks = [1, 70_000, 300_000, 3, 1_000_000].map((size) => `${size.toString(16)}\r\n${"y".repeat(size)}\r\n`);
    const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const server = await kind.serve(answering(`${head}${chunks.join("")}0\r\n\r\n`));
    const script = `
      const { content } = await pool.request("GET", url);
      print([content.length, content.every((octet) => octet === 121), (await pool.request("GET", url)).content.length]);`;
    expect(await runWith(kind, server.url(), script)).toEqual([1_370_004, true, 1_370_004]);
    expect(server.peers.length).toBe(1);
  });

  test("5 MB go out to a slow reader, and a slow caller holds the server back", async () => {
    const size = 5_000_000;
    let sent = 0;
    const server = await kind.serve(async (peer) => {
      peer.socket.pause();
      setTimeout(() => peer.socket.resume(), 150);
      const request = await peer.request();
      peer.send(`HTTP/1.1 200 OK\r\nX-Size: ${request.length}\r\nContent-Length: ${16 * size}\r\n\r\n`);
      const piece = Buffer.alloc(65_536, "x");
      for (let left = 16 * size; left > 0; left -= piece.length) {
        const isTaken = peer.socket.write(piece.subarray(0, Math.min(left, piece.length)));
        sent += Math.min(left, piece.length);
        if (!isTaken) await Promise.race([once(peer.socket, "drain"), peer.gone]);
      }
    });
    const script = `
      const content = new Uint8Array(size).fill(120);
      const response = await pool.stream("POST", url, { content });
      await pause(300);
      const before = await (await fetch(counter)).text();
      let read = 0;
      for await (const piece of response.iterStream()) read += piece.length;
      print({ isSent: Number(response.headers.get("x-size")) > size, before: Number(before), read });`;
    const counter = await serve(async (peer) => {
      await peer.request();
      peer.end(`HTTP/1.1 200 OK\r\nContent-Length: ${String(sent).length}\r\n\r\n${sent}`);
    });
    const printed = (await runWith(kind, server.url(), script, { size, counter: counter.url() })) as { before: number };
    expect(printed).toMatchObject({ isSent: true, read: 16 * size });
    // Socket buffers of both sides, at most; not the whole.
    expect(printed.before).toBeLessThan(12 * size);
  });

  test("an answer and a FIN while content is still going out: the answer counts", async () => {
    const server = await kind.serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.end("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
    });
    const script = `
      const content = (async function* () { while (true) { yield new Uint8Array(65_536); await pause(1); } })();
      const response = await pool.request("POST", url, { content });
      print([response.status, await response.text()]);`;
    expect(await runWith(kind, server.url(), script)).toEqual([413, "no"]);
  });

  test("a FIN without an answer while content is going out is an error", async () => {
    const server = await kind.serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.end();
    });
    const script = `
      const content = (async function* () { for (let i = 0; i < 10_000; i++) { yield new Uint8Array(1000); await pause(1); } })();
      print(await failure(pool.request("POST", url, { content })));`;
    expect(await runWith(kind, server.url(), script)).toMatchObject({ name: "RemoteProtocolError" });
  });

  const LEAVINGS: Record<string, (peer: Peer, relay: Relay) => unknown> = {
    "a FIN": (peer) => peer.end(),
    "a reset": (_peer, relay) => relay.sockets[0]?.resetAndDestroy(),
    "octets that nobody asked for": (peer) => peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
  };
  test.each(Object.keys(LEAVINGS))("%s while idle: the connection is given up", async (leaving) => {
    const server = await kind.serve(async (peer, index) => {
      await peer.request();
      peer.send(OK);
      if (index > 0) return;
      await pause(20);
      LEAVINGS[leaving]?.(peer, relay);
    });
    const relay = await relayTo(server.port);
    const script = `
      await pool.request("GET", url);
      for (let i = 0; pool.connections.length > 0 && i < 500; i++) await pause(5);
      const left = pool.connections.length;
      print([left, await (await pool.request("GET", url)).text()]);`;
    expect(await runWith(kind, through(relay, server), script)).toEqual([0, "ok"]);
    expect(server.peers.length).toBe(2);
  });

  test("octets that nobody asked for, behind a busy event loop, are not taken for an answer", async () => {
    const server = await kind.serve(async (peer, index) => {
      await peer.request();
      peer.send(OK);
      if (index > 0) return;
      await pause(50);
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    });
    const script = `
      await pool.request("GET", url);
      await pause(0);
      const end = performance.now() + 400;
      while (performance.now() < end);
      print(await (await pool.request("GET", url)).text());`;
    expect(await runWith(kind, server.url(), script)).toBe("ok");
    expect(server.peers.length).toBe(2);
  });

  test("a reset while content comes is an error", async () => {
    const server = await kind.serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nHello");
      await pause(50);
      relay.sockets[0]?.resetAndDestroy();
    });
    const relay = await relayTo(server.port);
    const script = `
      const response = await pool.stream("GET", url);
      print(await failure(response.read()));`;
    expect(await runWith(kind, through(relay, server), script)).toMatchObject({ name: "ReadError", hasCause: true });
  });

  test("an abort while content is awaited: the signal's reason, and the server sees it", async () => {
    const server = await kind.serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nHello");
    });
    const script = `
      const controller = new AbortController();
      const response = await pool.stream("GET", url, { signal: controller.signal });
      const reading = failure(response.read());
      setTimeout(() => controller.abort(new RangeError("enough")), 30);
      const { name, message } = await reading;
      print([name, message, pool.connections.length]);`;
    expect(await runWith(kind, server.url(), script)).toEqual(["RangeError", "enough", 0]);
    await (await server.peer(0)).gone;
  });

  test("an abort while octets are stuck that the server does not read", async () => {
    const server = await kind.serve((peer) => void peer.socket.pause());
    const script = `
      const content = new Uint8Array(30_000_000);
      const extensions = { timeout: { write: 200 } };
      print(await failure(pool.request("POST", url, { content, extensions })));`;
    expect(await runWith(kind, server.url(), script)).toMatchObject({ name: "WriteTimeout" });
    const peer = await server.peer(0);
    peer.socket.resume();
    await peer.gone;
  });

  test("a process stays alive while a response is awaited, and ends with idle connections", async () => {
    const server = await kind.serve(async (peer) => {
      await peer.request();
      await pause(300);
      peer.send(OK);
    });
    const script = `pool.request("GET", url).then(async (response) => print(await response.text()));`;
    expect(await runWith(kind, server.url(), script, {})).toBe("ok");
  });

  test("CONNECT, and TLS within the tunnel", async () => {
    const inner = await serveTLS(await leafFor("inside.example"), answering());
    const proxy = await kind.serve(async (peer) => {
      await peer.request();
      const onward = net.connect(inner.port, "127.0.0.1");
      onTestFinished(() => void onward.destroy());
      onward.on("error", () => peer.socket.destroy());
      peer.send("HTTP/1.1 200 OK\r\n\r\n");
      peer.socket.pipe(onward).pipe(peer.socket);
    });
    const script = `
      const { extensions: { networkStream } } = await pool.stream("CONNECT", url, { extensions: { target: "inside.example:443" } });
      const secure = await networkStream.startTLS({ ca });
      await secure.write(new TextEncoder().encode("GET / HTTP/1.1\\r\\nHost: inside.example\\r\\n\\r\\n"));
      const decoder = new TextDecoder();
      let text = "";
      while (!text.endsWith("ok")) text += decoder.decode(await secure.read());
      const { protocol, peerCertificate } = secure.getExtraInfo("tls");
      await secure.close();
      print([text.split("\\r\\n")[0], protocol, peerCertificate.length > 0, pool.connections.length]);`;
    const printed = await runWith(kind, proxy.url(), script, { ca: await authority() });
    expect(printed).toEqual(["HTTP/1.1 200 OK", "TLSv1.3", true, 0]);
    await (await proxy.peer(0)).gone;
    await (await inner.peer(0)).gone;
  });

  test("TLS within a tunnel is verified", async () => {
    const inner = await serveTLS(await leafFor("other.example"), answering());
    const proxy = await kind.serve(async (peer) => {
      await peer.request();
      const onward = net.connect(inner.port, "127.0.0.1");
      onTestFinished(() => void onward.destroy());
      onward.on("error", () => peer.socket.destroy());
      peer.send("HTTP/1.1 200 OK\r\n\r\n");
      peer.socket.pipe(onward).pipe(peer.socket);
    });
    const script = `
      const { extensions: { networkStream } } = await pool.stream("CONNECT", url, { extensions: { target: "inside.example:443" } });
      print(await failure(networkStream.startTLS({ ca })));`;
    const printed = await runWith(kind, proxy.url(), script, { ca: await authority() });
    expect(printed).toMatchObject({ name: "ConnectError", hasCause: true });
    await (await proxy.peer(0)).gone;
  });

  test("an upgraded connection: octets both ways, and the FIN of either side", async () => {
    const server = await kind.serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\nfirst");
      await peer.until("hello");
      peer.send("world");
      await peer.gone;
      peer.end("bye");
    });
    const script = `
      const headers = { Upgrade: "echo", Connection: "upgrade" };
      const { extensions: { networkStream } } = await pool.stream("GET", url, { headers });
      const decoder = new TextDecoder();
      const texts = [decoder.decode(await networkStream.read())];
      await networkStream.write(new TextEncoder().encode("hello"));
      texts.push(decoder.decode(await networkStream.read()));
      await networkStream.writable.close();
      texts.push(decoder.decode(await networkStream.read()), await networkStream.read());
      print(texts);`;
    expect(await runWith(kind, server.url(), script)).toEqual(["first", "world", "bye", null]);
  });
});

describe("connecting", () => {
  const errorOf = (options: object, url: string, run: RunOptions = {}) =>
    home.run("print(await failure(new httpcore.ConnectionPool(options).request('GET', url)));", { options, url }, run);

  test("certificates: what is trusted, and for which name", async () => {
    const server = await serveTLS(await leafFor("right.example"), answering());
    const script = `
      const tries = [{ ca }, { ca, servername: "right.example" }, { servername: "right.example" }, { verify: false }];
      const outcomes = [];
      for (const tls of tries) {
        const pool = new httpcore.ConnectionPool({ tls });
        outcomes.push(await pool.request("GET", url).then((response) => response.text(), factsOf));
      }
      print(outcomes);`;
    const refused = expect.objectContaining({ name: "ConnectError", hasCause: true });
    const values = { url: server.url(), ca: await authority() };
    expect(await home.run(script, values)).toEqual([refused, "ok", refused, "ok"]);
  });

  test("Deno's own TLS: the same, and none but the name that is asked for", async () => {
    const server = await serveTLS(await leafFor("right.example"), answering());
    const run = { trusted: await authority() };
    const refused = { name: "ConnectError", hasCause: true, cause: "InvalidData" };
    expect(await errorOf({}, server.url(), run)).toMatchObject(refused);
    expect(await errorOf({ tls: { servername: "wrong.example" } }, server.url(), run)).toMatchObject({
      name: "ConnectError",
    });
    expect(await errorOf({ tls: { servername: "right.example" } }, server.url(), run)).toEqual({ name: "none" });
  });

  test("certificates of one's own are trusted in place of Deno's, not beside them", async () => {
    const server = await serveTLS(await leafFor("127.0.0.1"), answering());
    const { cert } = await leafFor("somebody.else");
    const printed = await errorOf({ tls: { ca: cert } }, server.url(), { trusted: await authority() });
    expect(printed).toMatchObject({ name: "ConnectError", hasCause: true });
  });

  test("what is set on Object.prototype does not weaken TLS", async () => {
    const server = await serveTLS(await leafFor("right.example"), answering());
    const script = `
      Object.prototype.unsafelyDisableHostnameVerification = true;
      Object.prototype.caCerts = [ca];
      print(await failure(new httpcore.ConnectionPool().request("GET", url)));`;
    const values = { url: server.url(), ca: await authority() };
    for (const run of [{}, { trusted: await authority() }]) {
      expect(await home.run(script, values, run)).toMatchObject({ name: "ConnectError", cause: "InvalidData" });
    }
  });

  test.each(["", "with certificates of one's own"])("a handshake that is not answered %s", async (own) => {
    const hole = await serve(() => {});
    const options = own ? { tls: { ca: await authority() } } : {};
    const script = `
      const timeout = { connect: 200 };
      const pool = new httpcore.ConnectionPool(options);
      const late = await failure(pool.request("GET", url, { extensions: { timeout } }));
      const controller = new AbortController();
      const aborted = failure(pool.request("GET", url, { signal: controller.signal }));
      setTimeout(() => controller.abort(new RangeError("enough")), 100);
      print([late.name, (await aborted).message, pool.connections.length]);`;
    const printed = await home.run(script, { url: hole.url().replace("http:", "https:"), options });
    expect(printed).toEqual(["ConnectTimeout", "enough", 0]);
    for (const peer of await hole.connected(2)) await peer.gone;
  });

  test("a process does not end in the middle of a handshake", async () => {
    const server = await serveTLS(await leafFor("127.0.0.1"), answering());
    const slow = await serve(async (peer) => {
      await pause(200);
      const onward = net.connect(server.port, "127.0.0.1");
      onTestFinished(() => void onward.destroy());
      onward.on("error", () => peer.socket.destroy());
      await peer.until("\x01");
      onward.write(Buffer.from(peer.received, "latin1"));
      peer.socket.pipe(onward).pipe(peer.socket);
    });
    const script = `
      const pool = new httpcore.ConnectionPool({ tls: { ca }, timeout: { connect: Infinity } });
      pool.request("GET", url).then(async (response) => print(await response.text()), print);`;
    const values = { url: slow.url().replace("http:", "https:"), ca: await authority() };
    expect(await home.run(script, values)).toBe("ok");
  });

  test("an abort before the connection is there leaves none", async () => {
    const server = await serve(answering());
    const script = `
      const outcomes = [];
      for (const one of [url, url.replace("http:", "https:")]) {
        const pool = new httpcore.ConnectionPool();
        const controller = new AbortController();
        const aborted = failure(pool.request("GET", one, { signal: controller.signal }));
        controller.abort(new RangeError("enough"));
        outcomes.push((await aborted).message, pool.connections.length);
      }
      print(outcomes);`;
    expect(await home.run(script, { url: server.url() })).toEqual(["enough", 0, "enough", 0]);
    for (const peer of server.peers) await peer.gone;
  });

  test.each(["http", "https"])("%s to nobody, and without permission", async (scheme) => {
    const refused = { name: "ConnectError", code: "ERR_CONNECT_ERROR", hasCause: true };
    expect(await errorOf({}, `${scheme}://127.0.0.1:1/`)).toMatchObject({ ...refused, cause: "ECONNREFUSED" });
    for (const options of [{}, { tls: { verify: false } }]) {
      const denied = await errorOf(options, `${scheme}://127.0.0.1:1/`, { permissions: [] });
      expect(denied).toMatchObject({ ...refused, message: expect.stringContaining("Requires net access") });
    }
  });
});

describe("Deno's own TLS", () => {
  test("says good-bye when a connection is closed", async () => {
    const server = await serveTLS(await leafFor("127.0.0.1"), answering());
    const relay = await relayTo(server.port);
    const script = `
      const pool = new httpcore.ConnectionPool();
      await pool.request("GET", url);
      await pool.close();
      await pause(50);
      print("closed");`;
    await home.run(script, { url: `https://127.0.0.1:${relay.port}/` }, { trusted: await authority() });
    await relay.gone;
    // In TLS 1.3 an alert looks like any other record from outside; it is the last one, and the shortest there is.
    const octets = relay.fromClient();
    expect(recordTypes(octets)).not.toContain(ALERT);
    expect(octets.readUInt16BE(octets.length - 19 - 2)).toBe(19);
  });

  test("content that ends with the connection is complete only when TLS says so", async () => {
    const server = await serveTLS(await leafFor("127.0.0.1"), async (peer, index) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\n\r\nHello");
      await pause(50);
      if (index === 0) peer.end();
      else for (const socket of relay.sockets) socket.end();
    });
    const relay = await relayTo(server.port);
    const script = `
      const pool = new httpcore.ConnectionPool();
      const complete = await (await pool.request("GET", url)).text();
      const response = await pool.stream("GET", url);
      print([complete, await failure(response.read())]);`;
    const run = { trusted: await authority() };
    const printed = await home.run(script, { url: `https://127.0.0.1:${relay.port}/` }, run);
    expect(printed).toEqual(["Hello", expect.objectContaining({ name: "ReadError", cause: "UnexpectedEof" })]);
  });
});
