// TLS options at the wire: what a server sees of them, and what becomes of a server that they rule out.

import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import type tls from "node:tls";
import { inspect } from "node:util";
import { ConnectError, ConnectionPool, NetworkError, type TLSOptions } from "httpcore";
import { beforeAll, describe, expect, test } from "vitest";
import { present } from "../octets.ts";
import { certificateAuthority, clientNamed, type Identity, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool } from "../support/outcomes.ts";
import { answering, type Peer, type ScriptedServer, serve, serveTLS } from "../support/scripted-server.ts";
import { relayTo } from "../support/tls-records.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";
const SECRET = "open pa55word";

let ca: string;
let local: Identity;
let client: Identity;
let encryptedKey: string;
let pin: string;

beforeAll(async () => {
  ca = (await certificateAuthority()).cert;
  local = await leafFor("127.0.0.1", "localhost");
  client = await clientNamed("somebody");
  const encryption = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: SECRET } as const;
  encryptedKey = createPrivateKey(client.key).export(encryption) as string;
  pin = createHash("sha256").update(new X509Certificate(local.cert).raw).digest("hex");
});

const secure = (peer: Peer | undefined): tls.TLSSocket => present(peer).socket as tls.TLSSocket;

/** No octet of HTTP has come so far: a request that comes behind is the first. */
async function expectNothingOf(server: ScriptedServer): Promise<void> {
  await openPool({ tls: { ca } }).request("GET", server.url("/behind"));
  const texts = server.peers.map(({ received }) => received).filter((received) => received !== "");
  expect(texts).toEqual([expect.stringMatching(/^GET \/behind HTTP\/1\.1\r\n/)]);
}

describe("a client's certificate", () => {
  const asking = () => serveTLS({ ...local, ca, requestCert: true, rejectUnauthorized: true }, answering());
  const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

  test.each<[string, () => TLSOptions]>([
    ["as strings", () => ({ cert: client.cert, key: client.key })],
    ["as octets", () => ({ cert: octets(client.cert), key: octets(client.key) })],
    ["as arrays", () => ({ cert: [client.cert], key: [octets(client.key)] })],
    ["with its authority behind it", () => ({ cert: [client.cert, ca], key: client.key })],
    ["with an encrypted key", () => ({ cert: client.cert, key: encryptedKey, passphrase: SECRET })],
    [
      "as one text with its key",
      () => ({ cert: `${client.cert}\n${client.key}`, key: `${client.cert}\n${client.key}` }),
    ],
  ])("%s is shown to a server that asks", async (_how, identity) => {
    const server = await asking();
    const pool = openPool({ tls: { ca, ...identity() } });
    expect((await pool.request("GET", server.url())).status).toBe(200);
    expect(secure(server.peers[0]).getPeerCertificate().subject.CN).toBe("somebody");
  });

  test.each<["TLSv1.2" | "TLSv1.3"]>([["TLSv1.2"], ["TLSv1.3"]])(
    "that is missing is an error with a cause: %s",
    async (maxVersion) => {
      const server = await asking();
      const pool = openPool({ tls: { ca, maxVersion } });
      // In TLS 1.3 the server looks at it when the handshake is over for us: the first read or write tells.
      for (const method of ["GET", "POST"]) {
        const error = await fails(pool.request(method, server.url(), { content: "x" }), NetworkError);
        expect(error.cause).toBeInstanceOf(Error);
        expect(String(pool)).toBe(EMPTY);
      }
    },
  );

  test("is shown within a tunnel, too", async () => {
    const server = await asking();
    const { port } = await relayTo(server.port);
    const proxy = await serve(async (peer) => {
      await peer.request();
      const { connect } = await import("node:net");
      const upstream = connect(port, "127.0.0.1", () => peer.send("HTTP/1.1 200 OK\r\n\r\n"));
      upstream.on("error", () => peer.socket.destroy());
      peer.socket.pipe(upstream).pipe(peer.socket);
    });
    const response = await openPool().stream("CONNECT", proxy.url(), { extensions: { target: "localhost:443" } });
    const stream = present(response.extensions.networkStream);
    const options = { ca, cert: client.cert, key: client.key, servername: "localhost", pinnedCertificates: [pin] };
    const within = await stream.startTLS(options);
    expect(within.getExtraInfo("tls")).toMatchObject({
      alpn: null,
      peerCertificate: new X509Certificate(local.cert).raw,
    });
    await eventually(() => server.peers.length === 1);
    expect(secure(server.peers[0]).getPeerCertificate().subject.CN).toBe("somebody");
    await within.close();
  });

  test("that cannot be used within a tunnel is a ConnectError that says so", async () => {
    const proxy = await serve(answering("HTTP/1.1 200 OK\r\n\r\n"));
    const pool = openPool();
    const response = await pool.stream("CONNECT", proxy.url(), { extensions: { target: "localhost:443" } });
    const stream = present(response.extensions.networkStream);
    const error = await fails(stream.startTLS({ cert: client.cert, key: encryptedKey, passphrase: "x" }), ConnectError);
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.message).toContain("tls.passphrase");
    expect(String(pool)).toBe(EMPTY);
  });
});

describe("options that cannot be right are refused when the pool is made", () => {
  const made = (options: unknown): unknown => {
    try {
      return new ConnectionPool({ tls: options as TLSOptions });
    } catch (error) {
      return error;
    }
  };

  test.each<[string, () => Record<string, unknown>]>([
    ["ca", () => ({ ca: "nonsense" })],
    ["ca", () => ({ ca: [] })],
    ["ca", () => ({ ca: [ca, 1] })],
    ["ca", () => ({ ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" })],
    ["ca", () => ({ ca: "-----BEGIN CERTIFICATE-----\nnever ends" })],
    ["cert", () => ({ cert: 1, key: client.key })],
    ["cert", () => ({ cert: client.key, key: client.key })],
    ["cert", () => ({ key: client.key })],
    ["cert", () => ({ passphrase: SECRET })],
    ["key", () => ({ cert: client.cert })],
    ["key", () => ({ cert: client.cert, key: {} })],
    ["key", () => ({ cert: client.cert, key: client.cert })],
    ["key", () => ({ cert: client.cert, key: local.key })],
    ["key", () => ({ cert: client.cert, key: encryptedKey })],
    ["key", () => ({ cert: client.cert, key: [client.key, client.key] })],
    ["passphrase", () => ({ cert: client.cert, key: encryptedKey, passphrase: "wrong" })],
    ["passphrase", () => ({ cert: client.cert, key: client.key, passphrase: 1 })],
    ["alpnProtocols", () => ({ alpnProtocols: "h2" })],
    ["alpnProtocols", () => ({ alpnProtocols: [""] })],
    ["alpnProtocols", () => ({ alpnProtocols: ["x".repeat(256)] })],
    ["alpnProtocols", () => ({ alpnProtocols: [1] })],
    ["minVersion", () => ({ minVersion: "TLSv1.4" })],
    ["minVersion", () => ({ minVersion: 1.3 })],
    ["minVersion", () => ({ minVersion: "TLSv1.3", maxVersion: "TLSv1.2" })],
    ["maxVersion", () => ({ maxVersion: "TLSv1.1" })],
    ["maxVersion", () => ({ maxVersion: "SSLv3" })],
    ["pinnedCertificates", () => ({ pinnedCertificates: pin })],
    ["pinnedCertificates", () => ({ pinnedCertificates: [] })],
    ["pinnedCertificates", () => ({ pinnedCertificates: [pin.slice(1)] })],
    ["pinnedCertificates", () => ({ pinnedCertificates: [`${pin.slice(0, 4)}:${pin.slice(4)}`] })],
    ["pinnedCertificates", () => ({ pinnedCertificates: [null] })],
  ])("tls.%s (%#)", (name, options) => {
    const error = made(options());
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(`tls.${name}`);
    const shown = inspect(error, { depth: 9, showHidden: true });
    const secrets = [
      SECRET,
      ...[client.key, encryptedKey, local.key].flatMap((key) => key.trim().split("\n").slice(1, -1)),
    ];
    for (const secret of secrets) expect(shown).not.toContain(secret);
  });

  test("undefined and null ask for nothing", async () => {
    const server = await serveTLS(local, answering());
    const names = ["cert", "key", "passphrase", "alpnProtocols", "minVersion", "maxVersion", "pinnedCertificates"];
    for (const nothing of [undefined, null]) {
      const options = Object.fromEntries([...names, "servername", "verify"].map((name) => [name, nothing]));
      expect((await openPool({ tls: { ...options, ca } }).request("GET", server.url())).status).toBe(200);
    }
  });

  test("a pool keeps what it was given, whatever the caller makes of it", async () => {
    const server = await serveTLS(local, answering());
    const pinnedCertificates = [pin];
    const octets = new TextEncoder().encode(ca);
    const pool = openPool({ tls: { ca: octets, pinnedCertificates } });
    octets.fill(0);
    pinnedCertificates[0] = "00".repeat(32);
    expect((await pool.request("GET", server.url())).status).toBe(200);
  });

  test("key and passphrase are printed nowhere", async () => {
    const pool = openPool({ tls: { ca, cert: client.cert, key: encryptedKey, passphrase: SECRET } });
    const error = await fails(pool.request("GET", "https://127.0.0.1:1/"), ConnectError);
    for (const value of [pool, error, pool.connections]) {
      expect(inspect(value, { depth: 9, showHidden: true })).not.toMatch(/pa55word|PRIVATE KEY/);
    }
  });
});

describe("alpnProtocols", () => {
  /** A server that prefers h2. */
  const choosing = (...ALPNProtocols: string[]) => serveTLS({ ...local, ALPNProtocols }, answering());

  test("are what is offered; none when there are none", async () => {
    const server = await choosing("http/1.0", "http/1.1");
    for (const alpnProtocols of [["http/1.0"], ["other", "http/1.1"], []]) {
      await openPool({ tls: { ca, alpnProtocols } }).request("GET", server.url());
    }
    expect(server.peers.map((peer) => secure(peer).alpnProtocol)).toEqual(["http/1.0", "http/1.1", false]);
  });

  test("a server that chooses something else than HTTP/1.x is a ConnectError, and gets no request", async () => {
    const server = await choosing("h2", "http/1.1");
    const pool = openPool({ tls: { ca, alpnProtocols: ["h2", "http/1.1"] } });
    const error = await fails(pool.request("GET", server.url()), ConnectError);
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).toContain("'h2'");
    expect(String(pool)).toBe(EMPTY);
    await expectNothingOf(server);
  });
});

describe("minVersion and maxVersion", () => {
  test.each<[string, TLSOptions, tls.TlsOptions]>([
    ["TLSv1.2", { maxVersion: "TLSv1.2" }, {}],
    ["TLSv1.3", { minVersion: "TLSv1.3" }, {}],
    ["TLSv1.2", { minVersion: "TLSv1", maxVersion: "TLSv1.3" }, { maxVersion: "TLSv1.2" }],
  ])("%s is spoken (%#)", async (version, options, limits) => {
    const server = await serveTLS({ ...local, ...limits }, answering());
    await openPool({ tls: { ca, ...options } }).request("GET", server.url());
    expect(secure(server.peers[0]).getProtocol()).toBe(version);
  });

  test("a server that speaks older ones alone is a ConnectError", async () => {
    const server = await serveTLS({ ...local, maxVersion: "TLSv1.2" }, answering());
    const pool = openPool({ tls: { ca, minVersion: "TLSv1.3" } });
    expect((await fails(pool.request("GET", server.url()), ConnectError)).cause).toBeInstanceOf(Error);
  });
});

describe("pinnedCertificates", () => {
  const colons = (digits: string): string => present(digits.match(/../g)).join(":");

  test("any way of writing one that the server has will do", async () => {
    const server = await serveTLS(local, answering());
    for (const given of [pin, pin.toUpperCase(), colons(pin), colons(pin).toUpperCase()]) {
      const pool = openPool({ tls: { ca, pinnedCertificates: ["00".repeat(32), given] } });
      expect((await pool.request("GET", server.url())).status).toBe(200);
    }
  });

  test.each([true, false])(
    "another is a ConnectError, and nothing of the request is sent: verify %s",
    async (verify) => {
      const server = await serveTLS(local, answering());
      const pool = openPool({ tls: { ca, verify, pinnedCertificates: ["00".repeat(32)] } });
      const error = await fails(pool.request("POST", server.url(), { content: "x" }), ConnectError);
      expect(error.cause).toBeInstanceOf(Error);
      expect(error.message).toContain(pin);
      expect(String(pool)).toBe(EMPTY);
      await expectNothingOf(server);
    },
  );

  test("take the place of nothing: the certificate is verified as well", async () => {
    const server = await serveTLS(local, answering());
    await fails(openPool({ tls: { pinnedCertificates: [pin] } }).request("GET", server.url()), ConnectError);
    const pool = openPool({ tls: { ca, pinnedCertificates: [pin], servername: "other.example" } });
    await fails(pool.request("GET", server.url()), ConnectError);
    const careless = openPool({ tls: { verify: false, pinnedCertificates: [pin] } });
    expect((await careless.request("GET", server.url())).status).toBe(200);
  });
});

describe("sessions", () => {
  const reused = (peers: readonly Peer[]): boolean[] => peers.map((peer) => secure(peer).isSessionReused());
  /** Each request opens a connection. */
  const closing = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

  test.each<"TLSv1.2" | "TLSv1.3">(["TLSv1.2", "TLSv1.3"])(
    "are taken up again within a pool: %s",
    async (maxVersion) => {
      const server = await serveTLS(local, answering(closing));
      const tlsOptions = { ca, maxVersion, pinnedCertificates: [pin] };
      const pool = openPool({ tls: tlsOptions });
      for (let count = 0; count < 3; count++) await pool.request("GET", server.url());
      expect(reused(server.peers)).toEqual([false, true, true]);
      await openPool({ tls: tlsOptions }).request("GET", server.url());
      expect(reused(server.peers)).toEqual([false, true, true, false]);
    },
  );

  test("are those of one name, and one port", async () => {
    const server = await serveTLS(local, answering(closing));
    const { port } = await relayTo(server.port);
    const pool = openPool({ tls: { ca } });
    for (const host of [`127.0.0.1:${server.port}`, `localhost:${server.port}`, `127.0.0.1:${port}`]) {
      for (let count = 0; count < 2; count++) await pool.request("GET", `https://${host}/`);
    }
    expect(reused(server.peers)).toEqual([false, true, false, true, false, true]);
  });

  test("outlive an address that refuses, and a connection that is reset", async () => {
    const server = await serveTLS(local, answering());
    const { port, sockets } = await relayTo(server.port);
    const pool = openPool({ tls: { ca, servername: "localhost" }, resolve: () => ["127.0.0.2", "127.0.0.1"] });
    for (let count = 0; count < 3; count++) {
      await pool.request("GET", `https://named.example:${port}/`);
      sockets[count]?.resetAndDestroy();
      await eventually(() => pool.connections.length === 0);
    }
    expect(reused(server.peers)).toEqual([false, true, true]);
  });

  test("are a hundred at most: the oldest goes first", async () => {
    const server = await serveTLS(local, answering(closing));
    const pool = openPool({ tls: { verify: false } });
    const visit = (index: number) =>
      pool.request("GET", server.url(), { extensions: { sniHostname: `n${index}.example` } });
    for (let index = 0; index <= 100; index++) await visit(index);
    await visit(1);
    await visit(0);
    expect(reused(server.peers.slice(-2))).toEqual([true, false]);
  });

  test("facts are those of the first handshake", async () => {
    const server = await serveTLS(local, async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
    });
    const pool = openPool({ tls: { ca, pinnedCertificates: [pin] } });
    for (let count = 0; count < 2; count++) {
      const headers = { Upgrade: "x", Connection: "upgrade" };
      const { extensions } = await pool.stream("GET", server.url(), { headers });
      const stream = present(extensions.networkStream);
      const { raw } = new X509Certificate(local.cert);
      expect(stream.getExtraInfo("tls")).toMatchObject({ peerCertificate: raw, protocol: "TLSv1.3" });
      await stream.close();
    }
    expect(reused(server.peers)).toEqual([false, true]);
  });

  test("of a server whose certificate has changed are no way around a pin", async () => {
    const other = await leafFor("127.0.0.1");
    const ticketKeys = Buffer.alloc(48, 7);
    const first = await serveTLS({ ...local, ticketKeys }, answering(closing));
    const second = await serveTLS({ ...other, ticketKeys }, answering(closing));
    // One address, behind which the server changes.
    const { createServer, connect } = await import("node:net");
    let target = first.port;
    const relay = createServer((socket) => {
      const upstream = connect(target, "127.0.0.1");
      for (const one of [socket, upstream]) one.on("error", () => {});
      socket.pipe(upstream).pipe(socket);
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => relay.once("listening", resolve));
    const url = `https://127.0.0.1:${(relay.address() as { port: number }).port}/`;
    const otherPin = createHash("sha256").update(new X509Certificate(other.cert).raw).digest("hex");
    const pool = openPool({ tls: { ca, pinnedCertificates: [pin] } });
    const careless = openPool({ tls: { ca, pinnedCertificates: [pin, otherPin] } });
    for (const one of [pool, careless]) await one.request("GET", url);
    // A server that has the keys of the tickets is the one that was pinned; one that has them not is judged anew.
    target = (await serveTLS(other, answering(closing))).port;
    await fails(pool.request("GET", url), ConnectError);
    expect((await careless.request("GET", url)).status).toBe(200);
    target = second.port;
    await fails(pool.request("GET", url), ConnectError);
    relay.close();
  });
});
