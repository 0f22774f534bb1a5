// The network of Bun, in Bun itself: a process for each test, against scripted servers in this one.
//
// In: a case of bun-client.ts, bundled with src/entry/bun.ts. Out: what the client saw, what the server saw, and that the
// process ended by itself.

import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { certificateAuthority, type Identity, leafFor, leafWith } from "../support/certificates.ts";
import {
  answering,
  OK,
  type Peer,
  type Script,
  type ScriptedServer,
  serve,
  serveTLS,
} from "../support/scripted-server.ts";
import { bundleClient, deleteClient, inBun } from "./bun-process.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";

let ca: string;
let local: Identity;

beforeAll(async () => {
  ca = (await certificateAuthority()).cert;
  local = await leafFor("localhost", "127.0.0.1");
  await bundleClient();
});

afterAll(deleteClient);

/** The same over TCP and over TLS, whose authority the client is given. */
const TRANSPORTS: readonly ["TCP" | "TLS", (script: Script) => Promise<{ server: ScriptedServer; options: object }>][] =
  [
    ["TCP", async (script) => ({ server: await serve(script), options: {} })],
    ["TLS", async (script) => ({ server: await serveTLS(local, script), options: { tls: { ca } } })],
  ];

/** What breaks a connection under TLS, too: a reset of its TCP. */
function reset({ socket }: Peer): void {
  ((socket as { _parent?: net.Socket })._parent ?? socket).resetAndDestroy();
}

const acceptingTunnel =
  (next: (peer: Peer) => unknown): Script =>
  async (peer) => {
    await peer.request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    await next(peer);
  };

describe.each(TRANSPORTS)("over %s", (transport, start) => {
  test("three requests on one connection, and the process ends while that is idle", async () => {
    const { server, options } = await start(answering());
    expect(await inBun("three", { url: server.url(), options }).result()).toEqual(["ok", "ok", "ok", 1, 3]);
    const sent = [1, 2, 3].map((n) => `GET /${n} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
    expect(server.peers.map(({ received }) => received)).toEqual([sent.join("")]);
  });

  test("5 MB to a server that reads late, and back to a client that reads slowly", async () => {
    const { server, options } = await start(async (peer) => {
      peer.socket.pause();
      setTimeout(() => peer.socket.resume(), 200);
      const octets = (await peer.request()).slice(-5_000_000);
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n`);
      peer.send(octets);
    });
    expect(await inBun("echo", { url: server.url(), options }).result()).toBe(5_000_000);
  });

  test("the server's FIN does not close our side", async () => {
    const { server, options } = await start(acceptingTunnel((peer) => peer.end("last words")));
    expect(await inBun("finFirst", { url: server.url(), options }).result()).toBe("last words");
    const peer = await server.peer(0);
    await peer.gone;
    expect(peer.fault).toBe(null);
    expect(peer.received.endsWith(`\r\n\r\n${"a".repeat(1_000_000)}`)).toBe(true);
  });

  test("our FIN does not close the server's", async () => {
    const { server, options } = await start(
      acceptingTunnel(async (peer) => {
        await peer.gone;
        peer.end("b".repeat(300_000));
      }),
    );
    expect(await inBun("finLast", { url: server.url(), options }).result()).toBe("b".repeat(300_000));
    expect((await server.peer(0)).received.endsWith("bye")).toBe(true);
  });

  test.each<[string, (peer: Peer) => void]>([
    ["closes", (peer) => peer.end()],
    ["resets", reset],
    ["speaks unasked on", (peer) => peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")],
  ])("a server that %s an idle connection is noticed", async (_what, act) => {
    const { server, options } = await start(answering());
    const client = inBun("idle", { url: server.url(), options });
    await client.said("idle");
    act(await server.peer(0));
    expect(await client.result()).toEqual(["ok", "ok"]);
    expect(server.peers).toHaveLength(2);
  });

  test.each<[string, (peer: Peer) => void, object]>([
    ["FIN", (peer) => peer.end(), { name: "RemoteProtocolError", code: "ERR_REMOTE_PROTOCOL_ERROR" }],
    ["reset", reset, { name: "ReadError", code: "ERR_READ_ERROR", cause: "ECONNRESET" }],
  ])("content that is cut by a %s fails", async (_what, act, error) => {
    const { server, options } = await start(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    });
    const client = inBun("cut", { url: server.url(), options });
    await client.said("reading");
    act(await server.peer(0));
    expect(await client.result()).toEqual([3, expect.objectContaining(error), EMPTY]);
  });

  test("an abort while content is read rejects with its reason, and closes", async () => {
    const { server, options } = await start(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    });
    expect(await inBun("abortReading", { url: server.url(), options }).result()).toEqual(["enough", EMPTY]);
    await (await server.peer(0)).gone;
  });

  test("facts", async () => {
    const { server, options } = await start(acceptingTunnel((peer) => peer.gone));
    expect(await inBun("facts", { url: server.url(), options }).result()).toEqual({
      clientAddress: { host: "127.0.0.1", port: expect.any(Number) },
      serverAddress: { host: "127.0.0.1", port: server.port },
      raw: "object",
      ...(transport === "TLS" && {
        tls: {
          protocol: "TLSv1.3",
          cipher: expect.stringMatching(/^TLS_/),
          alpn: null,
          peerCertificate: expect.any(Number),
        },
      }),
    });
  });
});

describe("the process", () => {
  test("ends with an idle connection of the default pool", async () => {
    const server = await serve(answering());
    expect(await inBun("defaultPool", { url: server.url() }).result()).toBe("ok");
  });

  test("lives while a response is awaited", async () => {
    const server = await serve(() => {});
    const client = inBun("defaultPool", { url: server.url() });
    const peer = await server.peer(0);
    await peer.request();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(client.child.exitCode).toBeNull();
    peer.send(OK);
    expect(await client.result()).toBe("ok");
  });
});

test("a source is not asked for more than the connection takes", async () => {
  const server = await serve(async (peer) => {
    peer.socket.pause();
    await peer.request();
    peer.send(OK);
  });
  const client = inBun("upload", { url: server.url() });
  await client.said("stuck");
  (await server.peer(0)).socket.resume();
  expect(await client.result()).toEqual([true, 200, 250]);
});

describe("while connecting", () => {
  /** A port whose queue of connections is full: nobody accepts, and the system drops further attempts. */
  async function unanswering(): Promise<string> {
    const source = `
      const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
        require("node:fs").writeSync(1, String(server.address().port));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      });`;
    const child = spawn(process.execPath, ["--eval", source], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const port = Number(String((await once(child.stdout, "data"))[0]));
    // Attempts that come through fill the queue; the first that does not tells that it is full.
    for (let count = 0; count < 10; count++) {
      const socket = net.connect(port, "127.0.0.1");
      onTestFinished(() => void socket.destroy());
      const isIn = once(socket, "connect").then(() => true);
      if (!(await Promise.race([isIn, new Promise((resolve) => setTimeout(resolve, 300, false))]))) {
        return `127.0.0.1:${port}`;
      }
    }
    throw new Error("the queue takes everything");
  }

  test.each(["http", "https"])(
    "an abort and a time limit of %s end the attempt, and keep no process",
    async (scheme) => {
      const url = `${scheme}://${await unanswering()}/`;
      expect(await inBun("abortConnecting", { url }).result()).toBe("enough");
      expect(await inBun("timeoutConnecting", { url }).result()).toMatchObject({ name: "ConnectTimeout" });
    },
  );

  test("the same in a handshake that is not answered", async () => {
    const server = await serve(() => {});
    const url = server.url().replace("http", "https");
    expect(await inBun("abortConnecting", { url }).result()).toBe("enough");
    expect(await inBun("timeoutConnecting", { url }).result()).toMatchObject({ name: "ConnectTimeout" });
    await Promise.all(server.peers.map(({ gone }) => gone));
    expect(server.peers).toHaveLength(2);
  });

  test("a port that nobody listens on", async () => {
    const [error, pool] = (await inBun("refused", { url: "http://127.0.0.1:1/" }).result()) as unknown[];
    expect(error).toMatchObject({ name: "ConnectError", phase: "connect", cause: "ECONNREFUSED" });
    expect(pool).toBe(EMPTY);
  });
});

describe("certificates", () => {
  const UNKNOWN = expect.stringMatching(/UNABLE_TO|SELF_SIGNED/);
  const OTHER_NAME = "ERR_TLS_CERT_ALTNAME_INVALID";

  test.each<[string, () => Promise<Identity>, () => object, unknown]>([
    ["of an unknown authority", async () => local, () => ({}), UNKNOWN],
    ["for another name", () => leafFor("elsewhere.example"), () => ({ ca }), OTHER_NAME],
    ["for the common name alone", () => leafWith("127.0.0.1", []), () => ({ ca }), OTHER_NAME],
    [
      "for the host, when servername is another",
      async () => local,
      () => ({ ca, servername: "x.example" }),
      OTHER_NAME,
    ],
  ])("%s are refused before anything is sent", async (_what, identity, options, cause) => {
    const server = await serveTLS(await identity(), answering());
    const [error, pool] = (await inBun("refused", {
      url: server.url(),
      options: { tls: options() },
    }).result()) as unknown[];
    expect(error).toMatchObject({ name: "ConnectError", phase: "connect", cause });
    expect(pool).toBe(EMPTY);
    expect(server.peers.map(({ received }) => received).join("")).toBe("");
  });

  test.each<[string, string[], object, unknown]>([
    ["any, with verify: false", ["elsewhere.example"], { verify: false }, false],
    ["an address, which is not sent", ["127.0.0.1"], {}, false],
    ["tls.servername", ["elsewhere.example"], { servername: "elsewhere.example" }, "elsewhere.example"],
  ])("taken: %s", async (_what, names, tlsOptions, servername) => {
    const seen: unknown[] = [];
    const identity = { ...(await leafFor(...names)), ALPNProtocols: ["h2", "http/1.1"] };
    const server = await serveTLS(identity, (peer, index) => {
      const socket = peer.socket as tls.TLSSocket;
      seen.push(socket.servername, socket.alpnProtocol);
      return answering()(peer, index);
    });
    const options = { tls: { ca, ...tlsOptions } };
    expect(await inBun("three", { url: server.url(), options }).result()).toEqual(["ok", "ok", "ok", 1, 3]);
    expect(seen).toEqual([servername, "http/1.1"]);
  });
});

describe("TLS in a tunnel", () => {
  /** A proxy that says yes and leads to a TLS server for `localhost` that greets and echoes. */
  async function proxy(): Promise<string> {
    const secure = tls.createServer({ ...local, allowHalfOpen: true }, (socket) => {
      socket.on("error", () => {});
      socket.write("hello");
      socket.pipe(socket);
    });
    secure.on("tlsClientError", () => {});
    secure.listen(0, "127.0.0.1");
    await once(secure, "listening");
    onTestFinished(() => void secure.close());
    const { port } = secure.address() as net.AddressInfo;
    const server = await serve(
      acceptingTunnel((peer) => {
        const onwards = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
        onTestFinished(() => void onwards.destroy());
        onwards.on("error", () => {});
        onwards.pipe(peer.socket).pipe(onwards);
      }),
    );
    return server.url();
  }

  test("both ways, to the end", async () => {
    const client = inBun("startTLS", { url: await proxy(), options: { tls: { ca } } });
    expect(await client.result()).toEqual(["hello", "again", true]);
  });

  test.each<[string, () => object]>([
    ["of an unknown authority", () => ({})],
    ["for another name", () => ({ ca, servername: "other.example" })],
  ])("is refused with a certificate %s", async (_what, options) => {
    const client = inBun("startTLSRefused", { url: await proxy(), options: { tls: options() } });
    const [error, pool] = (await client.result()) as unknown[];
    expect(error).toMatchObject({ name: "ConnectError" });
    expect(pool).toBe(EMPTY);
  });
});
