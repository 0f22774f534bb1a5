// The network of workerd, in the real one: every job runs in an event of its own, on scripted servers.

import { once } from "node:events";
import net from "node:net";
import { describe, expect, test } from "vitest";
import { leafFor } from "../support/certificates.ts";
import { answering, NOBODY, OK, serve, serveTLS } from "../support/scripted-server.ts";
import { type Failed, workerForFile } from "./workerd-runtime.ts";
import { gate, response } from "./workerd-servers.ts";

const worker = workerForFile();

describe("the network", () => {
  test("GET over TCP", async () => {
    const server = await serve(answering());
    expect(await worker().run("request", { url: server.url("/a?b") })).toEqual({ status: 200, text: "ok" });
    expect(server.peers[0]?.received).toBe(`GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
  });

  test("GET over IPv6", async () => {
    const server = await serve(answering(), "::1");
    expect(await worker().run("request", { url: `http://[::1]:${server.port}/` })).toEqual({ status: 200, text: "ok" });
  });

  test("GET over TLS, by name and by address, with an authority that the configuration trusts", async () => {
    const server = await serveTLS(await leafFor("localhost", "127.0.0.1"), answering());
    expect(await worker().run("request", { url: server.url() })).toEqual({ status: 200, text: "ok" });
    const url = `https://localhost:${server.port}/`;
    expect(await worker().run("request", { url })).toEqual({ status: 200, text: "ok" });
  });

  test("a certificate for somebody else is a ConnectError with a cause", async () => {
    const server = await serveTLS(await leafFor("example.com"), answering());
    const { failure } = await worker().run<Failed>("request", { url: server.url() });
    expect(failure).toMatchObject({ name: "ConnectError", code: "ERR_CONNECT_ERROR", phase: "connect" });
    expect(failure.cause).toContain("Error");
    expect(server.peers.every((peer) => peer.received === "")).toBe(true);
  });

  test("a server without TLS, and nobody, are a ConnectError with a cause", async () => {
    const server = await serve((peer) => peer.end("this is no TLS\r\n"));
    for (const url of [server.url().replace("http", "https"), `${NOBODY}/`]) {
      const { failure } = await worker().run<Failed>("request", { url });
      expect(failure).toMatchObject({ name: "ConnectError", phase: "connect" });
      expect(failure.cause).toContain("Error");
    }
  });

  test.each([false, true])("POST of 5 MB to a server that reads slowly (100-continue: %s)", async (expectation) => {
    const size = 5 * 1024 * 1024;
    const server = await serve(async (peer) => {
      peer.socket.pause();
      const timer = setInterval(() => peer.socket.resume(), 5);
      peer.socket.on("data", () => peer.socket.pause());
      await peer.until("\r\n\r\n");
      if (expectation) peer.send("HTTP/1.1 100 Continue\r\n\r\n");
      await peer.request();
      clearInterval(timer);
      peer.socket.resume();
      peer.send(response(String(peer.received.length - peer.received.indexOf("\r\n\r\n") - 4)));
    });
    const result = await worker().run("post", { url: server.url(), size, expect: expectation });
    expect(result).toEqual({ status: 200, text: String(size) });
  });

  test("an answer with a FIN behind it while content is going out is delivered", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.end("HTTP/1.1 413 No\r\nContent-Length: 4\r\n\r\nless");
    });
    const result = await worker().run("postForEver", { url: server.url() });
    expect(result).toEqual({ status: 413, text: "less", isGivenUp: true });
  });

  test("a FIN and a RST without an answer while content is going out are failures", async () => {
    const ending = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.end();
    });
    const cut = await worker().run<Failed>("postForEver", { url: ending.url() });
    expect(cut.failure.name).toBe("RemoteProtocolError");
    const resetting = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.reset();
    });
    const broken = await worker().run<Failed>("postForEver", { url: resetting.url() });
    expect(["ReadError", "WriteError"]).toContain(broken.failure.name);
    expect(broken.failure.cause).toContain("Error");
  });

  test("a FIN within content is a RemoteProtocolError, a RST a ReadError", async () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    const ending = await serve(async (peer) => {
      await peer.request();
      peer.end(head);
    });
    expect((await worker().run<Failed>("request", { url: ending.url() })).failure.name).toBe("RemoteProtocolError");
    const resetting = await serve(async (peer) => {
      await peer.request();
      peer.send(head);
      setTimeout(() => peer.reset(), 50);
    });
    const { failure } = await worker().run<Failed>("request", { url: resetting.url() });
    expect(failure).toMatchObject({ name: "ReadError", phase: "receive" });
    expect(failure.cause).toContain("Error");
  });

  test("content that a close ends: a FIN is its end, a RST is none", async () => {
    const head = "HTTP/1.1 200 OK\r\n\r\nall";
    const ending = await serve(async (peer) => {
      await peer.request();
      peer.end(head);
    });
    expect(await worker().run("request", { url: ending.url() })).toEqual({ status: 200, text: "all" });
    const resetting = await serve(async (peer) => {
      await peer.request();
      peer.send(head);
      setTimeout(() => peer.reset(), 50);
    });
    expect((await worker().run<Failed>("request", { url: resetting.url() })).failure.name).toBe("ReadError");
  });

  test("content that a close ends over TLS: without close_notify it is a ReadError", async () => {
    const server = await serveTLS(await leafFor("127.0.0.1"), async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\n\r\nnot all");
      // The octets under TLS end here, and TLS itself says nothing.
      setTimeout(() => (peer.socket as unknown as { _parent?: net.Socket })._parent?.destroy(), 50);
      setTimeout(() => peer.socket.destroy(), 60);
    });
    const { failure } = await worker().run<Failed>("request", { url: server.url() });
    expect(failure.name).toBe("ReadError");
    expect(failure.cause).toContain("Network connection lost");
  });

  test("a large response is read no faster than it is taken", async () => {
    const size = 32 * 1024 * 1024;
    let written = 0;
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      const piece = new Uint8Array(65_536);
      while (written < size) {
        written += piece.length;
        if (!peer.socket.write(piece)) await once(peer.socket, "drain");
      }
    });
    let writtenBefore = 0;
    const other = await gate(async () => {
      // Until the server cannot go on.
      do {
        writtenBefore = written;
        await new Promise((resolve) => setTimeout(resolve, 200));
      } while (written !== writtenBefore);
    });
    expect(await worker().run("readSlowly", { url: server.url(), other })).toEqual({ size });
    expect(writtenBefore).toBeLessThan(size / 2);
  });

  test("a tunnel, in the clear and with TLS in it", async () => {
    const plain = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\n\r\n");
      await peer.request();
      peer.send(OK);
    });
    const target = `localhost:${plain.port}`;
    const result = await worker().run("tunnel", { url: plain.url(), target, tls: null });
    expect(result).toEqual({ text: OK, address: { host: "127.0.0.1", port: plain.port } });

    const secure = await serveTLS(await leafFor("localhost"), answering());
    const proxy = await serve(async (peer) => {
      await peer.request();
      const onward = net.connect(secure.port, "127.0.0.1");
      onward.on("error", () => peer.socket.destroy());
      await once(onward, "connect");
      peer.socket.removeAllListeners("data");
      peer.send("HTTP/1.1 200 OK\r\n\r\n");
      peer.socket.pipe(onward).pipe(peer.socket);
    });
    const there = { url: proxy.url(), target: `localhost:${secure.port}` };
    expect(await worker().run("tunnel", { ...there, tls: {} })).toMatchObject({ text: OK });
    const { failure } = await worker().run<Failed>("tunnel", { ...there, tls: { servername: "example.com" } });
    expect(failure.name).toBe("ConnectError");
    const refused = await worker().run<Failed>("tunnel", { ...there, tls: { verify: false } });
    expect(refused.failure).toMatchObject({ name: "UnsupportedByRuntime", option: "tls.verify", runtime: "workerd" });
  });

  test("a half-close: what comes behind our FIN is read", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      const start = peer.received.length;
      peer.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
      await peer.gone;
      peer.end(peer.received.slice(start).toUpperCase());
    });
    expect(await worker().run("halfClose", { url: server.url() })).toBe("ALL THERE IS");
  });
});
