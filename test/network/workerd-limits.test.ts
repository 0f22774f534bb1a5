// Time limits and aborts on workerd, and options it cannot honour, in the real one.

import { once } from "node:events";
import net from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { leafFor } from "../support/certificates.ts";
import { answering, serve, serveTLS } from "../support/scripted-server.ts";
import { type Failed, workerForFile } from "./workerd-runtime.ts";
import { gate } from "./workerd-servers.ts";

const worker = workerForFile();

describe("limits and aborts", () => {
  test("timeout.connect: a server that never shakes hands", async () => {
    const server = await serve(() => {});
    const url = server.url().replace("http", "https");
    const extensions = { timeout: { connect: 100 } };
    const { failure } = await worker().run<Failed>("withOptions", { url, options: {}, extensions });
    expect(failure).toMatchObject({ name: "ConnectTimeout", code: "ERR_CONNECT_TIMEOUT" });
  });

  test("an abort while connecting rejects with its reason; the connection ends with the event", async () => {
    const server = await serve(() => {});
    const url = server.url().replace("http", "https");
    const other = await gate(() => server.connected(1));
    const closed = await gate(async () => {});
    expect(await worker().run("abort", { url, other, closed })).toBe("the reason, go on");
    await (await server.peer(0)).gone;
  });

  test("an abort while connecting: a connection that opens later is closed", async () => {
    const secure = await serveTLS(await leafFor("127.0.0.1"), () => {});
    let abort = (): void => {};
    const aborted = new Promise<void>((resolve) => {
      abort = resolve;
    });
    // The handshake goes on when the client waits for it no more.
    const front = net.createServer({ pauseOnConnect: true }, async (socket) => {
      connected();
      await aborted;
      const onward = net.connect(secure.port, "127.0.0.1");
      for (const end of [socket, onward]) end.on("error", () => {});
      // Closed at once by the client it may end in a reset, which a pipe does not pass on.
      socket.on("close", () => onward.destroy());
      socket.pipe(onward).pipe(socket);
      onTestFinished(() => void [socket, onward].map((end) => end.destroy()));
    });
    let connected = (): void => {};
    const connecting = new Promise<void>((resolve) => {
      connected = resolve;
    });
    front.listen(0, "127.0.0.1");
    await once(front, "listening");
    onTestFinished(() => void front.close());
    const other = await gate(() => connecting);
    const closed = await gate(async () => {
      abort();
      await (await secure.peer(0)).gone;
    });
    const url = `https://127.0.0.1:${(front.address() as net.AddressInfo).port}/`;
    expect(await worker().run("abort", { url, other, closed })).toBe("the reason, go on");
  });

  test("an abort while reading rejects with its reason, and closes the connection", async () => {
    const server = await serve(() => {});
    const other = await gate(async () => (await server.peer(0)).until("\r\n\r\n"));
    const closed = await gate(async () => (await server.peer(0)).gone);
    expect(await worker().run("abort", { url: server.url(), other, closed })).toBe("the reason, go on");
  });

  test("timeout.read and timeout.total", async () => {
    const server = await serve(() => {});
    for (const [name, error] of [
      ["read", "ReadTimeout"],
      ["total", "TotalTimeout"],
    ]) {
      const options = { timeout: { [String(name)]: 100 } };
      const { failure } = await worker().run<Failed>("withOptions", { url: server.url(), options, extensions: {} });
      expect(failure.name).toBe(error);
    }
    for (const peer of server.peers) await peer.gone;
  });

  test("timeout.write: a server that takes nothing", async () => {
    const server = await serve((peer) => peer.socket.pause());
    const { failure } = await worker().run<Failed>("postForEver", { url: server.url(), timeout: { write: 200 } });
    expect(failure.name).toBe("WriteTimeout");
  });
});

/** What passes for a certificate until somebody reads it. */
const CERTIFICATE = "-----BEGIN CERTIFICATE-----";

describe("what workerd cannot honour", () => {
  test.each([
    ["tls.ca", { tls: { ca: CERTIFICATE } }],
    ["tls.verify", { tls: { verify: false } }],
    ["tls.cert", { tls: { cert: CERTIFICATE, key: "-----BEGIN PRIVATE KEY-----" } }],
    ["tls.alpnProtocols", { tls: { alpnProtocols: ["http/1.1"] } }],
    ["tls.minVersion", { tls: { minVersion: "TLSv1.3" } }],
    ["tls.maxVersion", { tls: { maxVersion: "TLSv1.3" } }],
    ["tls.pinnedCertificates", { tls: { pinnedCertificates: ["ab".repeat(32)] } }],
    ["socketOptions.noDelay", { socketOptions: { noDelay: false } }],
    ["socketOptions.keepAlive", { socketOptions: { keepAlive: true } }],
    ["socketOptions.keepAlive", { socketOptions: { keepAlive: 1000 } }],
    ["happyEyeballs", { happyEyeballs: false }],
    ["localAddress", { localAddress: "127.0.0.1" }],
    ["uds", { uds: "/tmp/socket" }],
  ])("%s is refused when the pool is made", async (option, options) => {
    const { failure } = await worker().run<Failed>("construct", options);
    expect(failure).toMatchObject({ name: "UnsupportedByRuntime", option, runtime: "workerd" });
  });

  test("what asks for what is the case is taken", async () => {
    const options = { tls: { verify: true }, socketOptions: { noDelay: true, keepAlive: false }, happyEyeballs: true };
    const unused = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";
    expect(await worker().run("construct", options)).toBe(unused);
    expect((await worker().run<Failed>("construct", { maxConnections: 0 })).failure.name).toBe("RangeError");
  });

  test("a name for TLS other than the URL's host is refused when the request is made", async () => {
    const server = await serveTLS(await leafFor("localhost"), answering());
    const url = `https://localhost:${server.port}/`;
    const named = await worker().run("withOptions", {
      url,
      options: { tls: { servername: "localhost" } },
      extensions: {},
    });
    expect(named).toEqual({ status: 200, text: "ok" });
    const options = { tls: { servername: "example.com" } };
    const pool = await worker().run<Failed>("withOptions", { url, options, extensions: {} });
    expect(pool.failure).toMatchObject({ name: "UnsupportedByRuntime", option: "tls.servername", runtime: "workerd" });
    const extensions = { sniHostname: "example.com" };
    const call = await worker().run<Failed>("withOptions", { url, options: {}, extensions });
    const expected = { name: "UnsupportedByRuntime", option: "extensions.sniHostname", runtime: "workerd" };
    expect(call.failure).toMatchObject(expected);
    expect(server.peers).toHaveLength(1);
  });
});
