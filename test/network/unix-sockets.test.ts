// Unix sockets: every connection of a pool goes to one path, and what is sent over it is as by TCP.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { ConnectError, ConnectTimeout, streamsBackend, UnsupportedByRuntime } from "httpcore";
import { MockBackend } from "httpcore/mock";
import { describe, expect, onTestFinished, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool, rejection } from "../support/outcomes.ts";
import { OK } from "../support/scripted-server.ts";

/** A path that nobody else uses, gone with the test. */
function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "httpcore-uds-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "server.sock");
}

/** A server on a fresh path that answers every head; what came on each connection. */
async function listen(server: net.Server, event: string) {
  const path = freshPath();
  const received: string[] = [];
  const sockets = new Set<net.Socket>();
  server.on(event, (socket: net.Socket) => {
    sockets.add(socket);
    const index = received.push("") - 1;
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (octets: Buffer) => {
      received[index] += octets.toString("latin1");
      if (received[index]?.endsWith("\r\n\r\n")) socket.write(OK);
    });
  });
  server.listen(path);
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { path, received, sockets };
}

describe("uds", () => {
  test("is where all connections go, whatever the host; Host is the URL's", async () => {
    const { path, received } = await listen(net.createServer(), "connection");
    const pool = openPool({ uds: path });
    for (let count = 0; count < 2; count++) await pool.request("GET", "http://one.example/a");
    const url = "http://two.example:81/b";
    expect(await (await pool.request("GET", url)).text()).toBe("ok");
    expect(received).toEqual([
      "GET /a HTTP/1.1\r\nHost: one.example\r\n\r\n".repeat(2),
      "GET /b HTTP/1.1\r\nHost: two.example:81\r\n\r\n",
    ]);
    expect(String(pool)).toContain("Connections: 0 active, 2 idle");
  });

  test("carries TLS for https, in the URL's name", async () => {
    const server = tls.createServer(await leafFor("inside.example"));
    const names: unknown[] = [];
    server.on("secureConnection", (socket) =>
      names.push((socket as tls.TLSSocket & { servername: string }).servername),
    );
    server.on("tlsClientError", () => {});
    const { path } = await listen(server, "secureConnection");
    const { cert: ca } = await certificateAuthority();
    const pool = openPool({ uds: path, tls: { ca } });
    expect((await pool.request("GET", "https://inside.example/")).status).toBe(200);
    expect(names).toEqual(["inside.example"]);
    const error = await fails(pool.request("GET", "https://outside.example/"), ConnectError);
    expect(error.cause).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    await fails(openPool({ uds: path }).request("GET", "https://inside.example/"), ConnectError);
  });

  test("a path where nobody listens is a ConnectError that names it", async () => {
    const path = freshPath();
    const pool = openPool({ uds: path });
    const error = await fails(pool.request("GET", "http://a/"), ConnectError);
    expect(error.message).toContain(path);
    expect(error.cause).toMatchObject({ code: "ENOENT" });
    expect(pool.connections).toEqual([]);
  });

  test.each([
    ["a folder", tmpdir()],
    ["too long a path", `/tmp/${"x".repeat(200)}`],
  ])("%s is a ConnectError", async (_what, uds) => {
    const error = await fails(openPool({ uds }).request("GET", "http://a/"), ConnectError);
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).toContain(uds);
  });

  test("an abort and a time limit end a handshake on it, and close it", async () => {
    const { path, sockets } = await listen(net.createServer(), "connection");
    const controller = new AbortController();
    const call = rejection(openPool({ uds: path }).request("GET", "https://a/", { signal: controller.signal }));
    await eventually(() => sockets.size === 1);
    controller.abort("enough");
    expect(await call).toBe("enough");
    const extensions = { timeout: { connect: 50 } };
    await fails(openPool({ uds: path }).request("GET", "https://a/", { extensions }), ConnectTimeout);
    await eventually(() => sockets.size === 0);
  });

  test("is refused by networks that have none", () => {
    const never = (): never => {
      throw new Error("opened");
    };
    for (const networkBackend of [new MockBackend(), streamsBackend(never)]) {
      const { runtime } = networkBackend;
      expect(() => openPool({ networkBackend, uds: "/x" })).toThrow(
        expect.objectContaining({ option: "uds", runtime }),
      );
      expect(() => openPool({ networkBackend, uds: "/x" })).toThrow(UnsupportedByRuntime);
    }
  });
});
