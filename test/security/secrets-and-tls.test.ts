// Of the known faults about credentials, TLS and the keys of a pool those that need no proxy: secrets are not printed, what
// came in the clear is not used within TLS, options are honoured or refused, and connections that were made under other
// terms are not shared.

import { inspect } from "node:util";
import {
  ConnectError,
  defaultBackend,
  type NetworkBackend,
  RemoteProtocolError,
  UnsupportedByRuntime,
  URL,
} from "httpcore";
import { describe, expect, test } from "vitest";
import { present } from "../octets.ts";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool, rejection } from "../support/outcomes.ts";
import { answering, type Peer, serve, serveTLS } from "../support/scripted-server.ts";

const SECRET = "pa55word";

/** Everything that a log could show of `value`. */
function shown(value: unknown): string {
  const texts = [String(value), inspect(value, { depth: 10, showHidden: true })];
  for (let error = value; error instanceof Error; error = error.cause) {
    texts.push(error.message, error.stack ?? "", JSON.stringify(error));
    const { request } = error as { request?: unknown };
    if (request !== undefined) texts.push(JSON.stringify(request), shown((request as { url: unknown }).url));
  }
  return texts.join("\n");
}

// The fault: a URL is put into messages, logs or a header as it was given, with the password in it.
describe("T-secret-redaction: a password in a URL is neither printed nor sent", () => {
  test("in what succeeds", async () => {
    const server = await serve(answering());
    const pool = openPool();
    const url = `http://user:${SECRET}@127.0.0.1:${server.port}/x`;
    for (const given of [url, new URL(url), new globalThis.URL(url)]) {
      const response = await pool.request("GET", given);
      expect(shown([response, pool, pool.connections, response.extensions])).not.toContain(SECRET);
    }
    expect(shown(new URL(url))).not.toContain(SECRET);
    const { received } = await server.peer(0);
    expect(received).not.toMatch(/authorization|user|pa55word/i);
    expect(received).not.toContain(Buffer.from(`user:${SECRET}`).toString("base64"));
  });

  test.each([
    ["nobody listens", `http://user:${SECRET}@127.0.0.1:1/`],
    ["a bad host", `http://user:${SECRET}@a b/`],
    ["no host", `http://user:${SECRET}@/`],
    ["a bad port", `http://user:${SECRET}@127.0.0.1:99999/`],
    ["a port that is no number", `http://user:${SECRET}@127.0.0.1:x/`],
    ["a bad target", `http://user:${SECRET}@127.0.0.1:1/a b`],
    ["a scheme that nobody knows", `ftp://user:${SECRET}@127.0.0.1:1/`],
    ["no scheme", `user:${SECRET}@127.0.0.1:1/`],
    ["one slash", `http:/user:${SECRET}@127.0.0.1:1/`],
    ["whitespace in front", ` http://user:${SECRET}@127.0.0.1:1/`],
    ["a password that is not encoded", `http://user:${SECRET}^%@127.0.0.1:1/`],
    ["two at signs", `http://user:${SECRET}@x@127.0.0.1:1/`],
  ])("in an error: %s", async (_what, url) => {
    const error = await rejection(openPool().request("GET", url));
    expect(error).toBeInstanceOf(Error);
    expect(shown(error)).not.toContain(SECRET);
  });

  test("in errors of a server, and in time limits", async () => {
    for (const octets of ["HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"]) {
      const server = await serve(answering(octets));
      const url = `http://user:${SECRET}@127.0.0.1:${server.port}/`;
      const options = { headers: { Authorization: SECRET }, extensions: { timeout: { read: 30 } } };
      const error = await rejection(openPool().request("GET", url, options));
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error) + String(error) + (error as Error).stack).not.toContain(SECRET);
      expect(JSON.stringify(error)).not.toContain(SECRET);
    }
  });
});

// The fault: octets that a man in the middle put in front of the handshake are read as if they had come within TLS.
describe("T-starttls-inject: octets in the clear are not taken for the peer's within TLS", () => {
  async function tunnel(behind: string) {
    const server = await serve(async (peer: Peer) => {
      await peer.request();
      peer.send(`HTTP/1.1 200 OK\r\n\r\n${behind}`);
    });
    const pool = openPool();
    const response = await pool.stream("CONNECT", server.url(), { extensions: { target: "localhost:443" } });
    return { pool, peer: await server.peer(0), stream: present(response.extensions.networkStream) };
  }

  test("with the head, in the same segment", async () => {
    const { pool, peer, stream } = await tunnel("220 injected\r\n");
    expect((await fails(stream.startTLS(), RemoteProtocolError)).reason).toBe("octets-before-tls");
    await peer.gone;
    expect(pool.connections).toEqual([]);
    // Not a word of a handshake has gone out.
    expect(peer.received).not.toContain("\x16\x03");
  });

  test("behind the head, in a segment of their own", async () => {
    const { pool, peer, stream } = await tunnel("");
    peer.send("220 injected\r\n");
    await eventually(() => stream.getExtraInfo("isReadable") === true);
    expect((await fails(stream.startTLS(), RemoteProtocolError)).reason).toBe("octets-before-tls");
    await peer.gone;
    expect(pool.connections).toEqual([]);
  });

  test("between the call and the handshake they are no TLS", async () => {
    const { pool, peer, stream } = await tunnel("");
    const starting = stream.startTLS();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
    const error = await rejection(starting);
    expect(error instanceof ConnectError || error instanceof RemoteProtocolError, String(error)).toBe(true);
    await peer.gone;
    expect(pool.connections).toEqual([]);
  });
});

// The fault: an option that this runtime or this version does not have is passed over, and its promise with it.
describe("T-unsupported-throws: an option is honoured or refused by name", () => {
  // As these come to be honoured they leave these lists for tests of their own.
  const poolOptions: [string, unknown][] = [
    ["retries", 3],
    ["uds", "/tmp/none"],
    ["localAddress", "127.0.0.1"],
    ["trace", () => {}],
  ];
  const tlsOptions: [string, unknown][] = [
    ["cert", "pem"],
    ["key", "pem"],
    ["passphrase", "x"],
    ["alpnProtocols", ["h2"]],
    ["minVersion", "TLSv1.3"],
    ["maxVersion", "TLSv1.2"],
    ["pinnedCertificates", ["sha256"]],
  ];

  test.each(poolOptions)("pool option %s", (name, value) => {
    expect(() => openPool({ [name]: value })).toThrow(expect.objectContaining({ option: name, runtime: "node" }));
    expect(() => openPool({ [name]: value })).toThrow(UnsupportedByRuntime);
  });

  test.each(tlsOptions)("tls.%s", (name, value) => {
    expect(() => openPool({ tls: { [name]: value } })).toThrow(UnsupportedByRuntime);
    expect(() => openPool({ tls: { [name]: value } })).toThrow(expect.objectContaining({ option: `tls.${name}` }));
  });

  test("extensions.trace", async () => {
    const extensions = { trace: () => {} } as object;
    const error = await fails(openPool().request("GET", "http://127.0.0.1:1/", { extensions }), UnsupportedByRuntime);
    expect(error.option).toBe("extensions.trace");
  });

  test("names that nobody knows are no options either", async () => {
    const options = [
      { rejectUnauthorized: false },
      { Verify: true },
      { verfiy: true },
      { servername: 1 },
      { ca: 1 },
      { verify: 0 },
    ];
    for (const tls of options) expect(() => openPool({ tls: tls as object })).toThrow(TypeError);
    for (const option of [{ signal: null }, { maxConnection: 1 }, { tls: "no" }]) {
      expect(() => openPool(option as object)).toThrow(TypeError);
    }
    for (const option of [{ rejectUnauthorized: false }, { body: "x" }, { extensions: { timeouts: {} } }]) {
      await fails(openPool().request("GET", "http://127.0.0.1:1/", option as object), TypeError);
    }
  });

  test("TLS on a network that has none", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\n\r\n"));
    const networkBackend: NetworkBackend = {
      runtime: "plain",
      async connectTcp(options, receiver) {
        const connection = await defaultBackend.connectTcp(options, receiver);
        Object.defineProperty(connection, "startTLS", { value: undefined });
        return connection;
      },
    };
    const extensions = { target: "localhost:443" };
    const response = await openPool({ networkBackend }).stream("CONNECT", server.url(), { extensions });
    const stream = present(response.extensions.networkStream);
    expect((await fails(stream.startTLS(), UnsupportedByRuntime)).option).toBe("startTLS");
    await fails(stream.startTLS({ minVersion: "TLSv1.3" } as object), UnsupportedByRuntime);
  });
});

// The fault: connections are told apart by host and port only, and one that was never verified serves who asked for that.
describe("T-poolkey-tls: a connection is used on the terms that it was made under", () => {
  test("a pool that verifies shares nothing with one that does not", async () => {
    const server = await serveTLS(await leafFor("elsewhere.example"), answering());
    const careless = openPool({ tls: { verify: false } });
    expect((await careless.request("GET", server.url())).status).toBe(200);
    const { cert } = await certificateAuthority();
    for (const tls of [{}, { verify: true }, { ca: cert }]) {
      await fails(openPool({ tls }).request("GET", server.url()), ConnectError);
      expect((await careless.request("GET", server.url())).status).toBe(200);
    }
    expect(server.peers.filter(({ received }) => received !== "")).toHaveLength(1);
  });

  test("another name in SNI is another connection, and is verified on its own", async () => {
    const server = await serveTLS(await leafFor("one.example", "two.example"), answering());
    const pool = openPool({ tls: { ca: (await certificateAuthority()).cert } });
    const as = (sniHostname: string) => pool.request("GET", server.url(), { extensions: { sniHostname } });
    for (const name of ["one.example", "two.example", "one.example", "two.example"]) await as(name);
    await fails(as("three.example"), ConnectError);
    await fails(pool.request("GET", server.url()), ConnectError);
    expect(server.peers.map(({ received }) => received.match(/GET/g)?.length ?? 0)).toEqual(
      expect.arrayContaining([2, 2]),
    );
    expect(server.peers.filter(({ received }) => received !== "")).toHaveLength(2);
  });

  test("http: and https: of one host and port share nothing", async () => {
    const server = await serve(answering());
    const pool = openPool({ tls: { verify: false } });
    expect((await pool.request("GET", server.url())).status).toBe(200);
    const secure = server.url("/secret").replace("http:", "https:");
    const call = pool.request("GET", secure, { extensions: { timeout: { total: 100 } } });
    await rejection(call);
    expect(server.peers.map(({ received }) => received).join("")).not.toContain("/secret");
  });
});
