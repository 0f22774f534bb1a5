// The network and the pools of workerd, in the real one: every job runs in an event of its own, on scripted servers.

import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { answering, NOBODY, OK, type ScriptedServer, serve, serveTLS } from "../support/scripted-server.ts";
import { type Failure, startWorkerd, type WorkerdProcess } from "./workerd-runtime.ts";

let worker: WorkerdProcess;

beforeAll(async () => {
  worker = await startWorkerd((await certificateAuthority()).cert);
}, 60_000);

afterAll(async () => {
  const unheard = await worker?.run("rejections");
  await worker?.stop();
  // What an event leaves rejected when it ends is told here only.
  expect(worker.log).not.toMatch(/uncaught|unhandled/i);
  expect(unheard).toEqual([]);
});

type Failed = { failure: Failure };

/** A response with `content`. */
const response = (content: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n${content}`;

/** A server of its own, for the runtime's own client in a job: it answers when the test lets it. */
async function gate(passed: () => Promise<unknown>): Promise<string> {
  const server = http.createServer(async (_message, answer) => {
    await passed();
    answer.end("go on");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`;
}

/** A server that answers the n-th request of all with n. */
async function counting(): Promise<ScriptedServer> {
  let count = 0;
  return serve(async (peer) => {
    for (;;) {
      await peer.request();
      peer.send(response(String(++count)));
    }
  });
}

describe("the network", () => {
  test("GET over TCP", async () => {
    const server = await serve(answering());
    expect(await worker.run("request", { url: server.url("/a?b") })).toEqual({ status: 200, text: "ok" });
    expect(server.peers[0]?.received).toBe(`GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
  });

  test("GET over IPv6", async () => {
    const server = await serve(answering(), "::1");
    expect(await worker.run("request", { url: `http://[::1]:${server.port}/` })).toEqual({ status: 200, text: "ok" });
  });

  test("GET over TLS, by name and by address, with an authority that the configuration trusts", async () => {
    const server = await serveTLS(await leafFor("localhost", "127.0.0.1"), answering());
    expect(await worker.run("request", { url: server.url() })).toEqual({ status: 200, text: "ok" });
    const url = `https://localhost:${server.port}/`;
    expect(await worker.run("request", { url })).toEqual({ status: 200, text: "ok" });
  });

  test("a certificate for somebody else is a ConnectError with a cause", async () => {
    const server = await serveTLS(await leafFor("example.com"), answering());
    const { failure } = await worker.run<Failed>("request", { url: server.url() });
    expect(failure).toMatchObject({ name: "ConnectError", code: "ERR_CONNECT_ERROR", phase: "connect" });
    expect(failure.cause).toContain("Error");
    expect(server.peers.every((peer) => peer.received === "")).toBe(true);
  });

  test("a server without TLS, and nobody, are a ConnectError with a cause", async () => {
    const server = await serve((peer) => peer.end("this is no TLS\r\n"));
    for (const url of [server.url().replace("http", "https"), `${NOBODY}/`]) {
      const { failure } = await worker.run<Failed>("request", { url });
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
    const result = await worker.run("post", { url: server.url(), size, expect: expectation });
    expect(result).toEqual({ status: 200, text: String(size) });
  });

  test("an answer with a FIN behind it while content is going out is delivered", async () => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.end("HTTP/1.1 413 No\r\nContent-Length: 4\r\n\r\nless");
    });
    const result = await worker.run("postForEver", { url: server.url() });
    expect(result).toEqual({ status: 413, text: "less", isGivenUp: true });
  });

  test("a FIN and a RST without an answer while content is going out are failures", async () => {
    const ending = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.end();
    });
    const cut = await worker.run<Failed>("postForEver", { url: ending.url() });
    expect(cut.failure.name).toBe("RemoteProtocolError");
    const resetting = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.reset();
    });
    const broken = await worker.run<Failed>("postForEver", { url: resetting.url() });
    expect(["ReadError", "WriteError"]).toContain(broken.failure.name);
    expect(broken.failure.cause).toContain("Error");
  });

  test("a FIN within content is a RemoteProtocolError, a RST a ReadError", async () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    const ending = await serve(async (peer) => {
      await peer.request();
      peer.end(head);
    });
    expect((await worker.run<Failed>("request", { url: ending.url() })).failure.name).toBe("RemoteProtocolError");
    const resetting = await serve(async (peer) => {
      await peer.request();
      peer.send(head);
      setTimeout(() => peer.reset(), 50);
    });
    const { failure } = await worker.run<Failed>("request", { url: resetting.url() });
    expect(failure).toMatchObject({ name: "ReadError", phase: "receive" });
    expect(failure.cause).toContain("Error");
  });

  test("content that a close ends: a FIN is its end, a RST is none", async () => {
    const head = "HTTP/1.1 200 OK\r\n\r\nall";
    const ending = await serve(async (peer) => {
      await peer.request();
      peer.end(head);
    });
    expect(await worker.run("request", { url: ending.url() })).toEqual({ status: 200, text: "all" });
    const resetting = await serve(async (peer) => {
      await peer.request();
      peer.send(head);
      setTimeout(() => peer.reset(), 50);
    });
    expect((await worker.run<Failed>("request", { url: resetting.url() })).failure.name).toBe("ReadError");
  });

  test("content that a close ends over TLS: without close_notify it is a ReadError", async () => {
    const server = await serveTLS(await leafFor("127.0.0.1"), async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\n\r\nnot all");
      // The octets under TLS end here, and TLS itself says nothing.
      setTimeout(() => (peer.socket as unknown as { _parent?: net.Socket })._parent?.destroy(), 50);
      setTimeout(() => peer.socket.destroy(), 60);
    });
    const { failure } = await worker.run<Failed>("request", { url: server.url() });
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
    expect(await worker.run("readSlowly", { url: server.url(), other })).toEqual({ size });
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
    const result = await worker.run("tunnel", { url: plain.url(), target, tls: null });
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
    expect(await worker.run("tunnel", { ...there, tls: {} })).toMatchObject({ text: OK });
    const { failure } = await worker.run<Failed>("tunnel", { ...there, tls: { servername: "example.com" } });
    expect(failure.name).toBe("ConnectError");
    const refused = await worker.run<Failed>("tunnel", { ...there, tls: { verify: false } });
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
    expect(await worker.run("halfClose", { url: server.url() })).toBe("ALL THERE IS");
  });
});

describe("limits and aborts", () => {
  test("timeout.connect: a server that never shakes hands", async () => {
    const server = await serve(() => {});
    const url = server.url().replace("http", "https");
    const extensions = { timeout: { connect: 100 } };
    const { failure } = await worker.run<Failed>("withOptions", { url, options: {}, extensions });
    expect(failure).toMatchObject({ name: "ConnectTimeout", code: "ERR_CONNECT_TIMEOUT" });
  });

  test("an abort while connecting rejects with its reason; the connection ends with the event", async () => {
    const server = await serve(() => {});
    const url = server.url().replace("http", "https");
    const other = await gate(() => server.connected(1));
    const closed = await gate(async () => {});
    expect(await worker.run("abort", { url, other, closed })).toBe("the reason, go on");
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
    expect(await worker.run("abort", { url, other, closed })).toBe("the reason, go on");
  });

  test("an abort while reading rejects with its reason, and closes the connection", async () => {
    const server = await serve(() => {});
    const other = await gate(async () => (await server.peer(0)).until("\r\n\r\n"));
    const closed = await gate(async () => (await server.peer(0)).gone);
    expect(await worker.run("abort", { url: server.url(), other, closed })).toBe("the reason, go on");
  });

  test("timeout.read and timeout.total", async () => {
    const server = await serve(() => {});
    for (const [name, error] of [
      ["read", "ReadTimeout"],
      ["total", "TotalTimeout"],
    ]) {
      const options = { timeout: { [String(name)]: 100 } };
      const { failure } = await worker.run<Failed>("withOptions", { url: server.url(), options, extensions: {} });
      expect(failure.name).toBe(error);
    }
    for (const peer of server.peers) await peer.gone;
  });

  test("timeout.write: a server that takes nothing", async () => {
    const server = await serve((peer) => peer.socket.pause());
    const { failure } = await worker.run<Failed>("postForEver", { url: server.url(), timeout: { write: 200 } });
    expect(failure.name).toBe("WriteTimeout");
  });
});

describe("a pool in one event", () => {
  test("uses its connection again", async () => {
    const server = await serve(answering());
    expect(await worker.run("sequence", { url: server.url(), count: 5 })).toEqual({
      contents: ["ok", "ok", "ok", "ok", "ok"],
      pool: "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 1 idle]>",
      connections: [`<HTTPConnection ['${server.origin}', HTTP/1.1, IDLE, Request Count: 5]>`],
    });
    expect(server.peers).toHaveLength(1);
  });

  test("queues what is over its limit", async () => {
    const server = await serve(answering());
    expect(await worker.run("parallel", { url: server.url(), pool: "narrow", count: 3 })).toEqual(["ok", "ok", "ok"]);
    expect(server.peers).toHaveLength(1);
  });

  test.each(["FIN", "RST", "octets"])("sees %s while its connection is idle", async (event) => {
    const server = await serve(async (peer) => {
      for (;;) {
        await peer.request();
        peer.send(OK);
      }
    });
    const other = await gate(async () => {
      const peer = await server.peer(0);
      if (event === "FIN") peer.end();
      else if (event === "RST") peer.reset();
      else peer.send(response("not asked for"));
      if (event !== "RST") await peer.gone;
      else await new Promise((resolve) => setTimeout(resolve, 100));
    });
    const result = await worker.run("around", { url: server.url(), other });
    expect(result).toEqual({ contents: ["ok", "ok"], connections: [] });
    expect(server.peers).toHaveLength(2);
  });

  test.each(["GET", "POST"])("%s looks at a connection that may have gone meanwhile", async (method) => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(OK);
      setTimeout(() => peer.end(), 5);
    });
    expect(await worker.run("work", { url: server.url(), method })).toMatchObject({ contents: ["ok", "ok"] });
    expect(server.peers).toHaveLength(2);
    // Nothing was sent on the one that had gone.
    expect(server.peers[0]?.received.split("HTTP/1.1")).toHaveLength(2);
  });

  test("closes what has been idle for long", async () => {
    const server = await serve(answering());
    const other = await gate(async () => (await server.peer(0)).gone);
    const result = await worker.run("around", { url: server.url(), other, pool: "expiring" });
    expect(result).toEqual({ contents: ["ok", "ok"], connections: [] });
  });
});

describe("a pool in several events", () => {
  test("one after the other: each has connections of its own, which end with it", async () => {
    const server = await counting();
    for (let event = 0; event < 20; event++) {
      const { contents } = await worker.run<{ contents: string[] }>("sequence", {
        url: server.url(),
        pool: "sequential",
        method: event % 2 === 0 ? "GET" : "POST",
        count: 2,
      });
      expect(contents).toEqual([String(2 * event + 1), String(2 * event + 2)]);
    }
    expect(server.peers).toHaveLength(20);
    for (const peer of server.peers) await peer.gone;
  });

  test("at the same time, with a limit of one connection: each is served, and none waits for another", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      // Nobody is answered before all are there.
      await server.connected(5);
      peer.send(OK);
      await peer.request();
      peer.send(OK);
    });
    const argument = { url: server.url(), pool: "narrow", count: 2 };
    const runs = Array.from({ length: 5 }, () => worker.run<{ contents: string[] }>("sequence", argument));
    for (const { contents } of await Promise.all(runs)) expect(contents).toEqual(["ok", "ok"]);
    expect(server.peers).toHaveLength(5);
  });

  test("limits of a later event pass, whatever became of earlier ones", async () => {
    const server = await serve(async (peer) => {
      if ((await peer.request()).includes("/answer")) peer.send(OK);
    });
    const sequence = (target: string): Promise<Failed> =>
      worker.run<Failed>("sequence", { url: server.url(target), pool: "limited", count: 1 });
    expect(await sequence("/answer")).toMatchObject({ contents: ["ok"] });
    const waiting = [sequence("/"), sequence("/"), sequence("/")];
    for (const { failure } of await Promise.all(waiting)) expect(failure.name).toBe("ReadTimeout");
    expect((await sequence("/")).failure.name).toBe("ReadTimeout");
  });

  test("an event that is broken off takes nothing away from others", async () => {
    const server = await serve(async (peer) => {
      if ((await peer.request()).includes("/answer")) peer.send(OK);
    });
    const argument = { url: server.url(), pool: "narrow", count: 1 };
    const breakOff = worker.start("sequence", argument);
    await (await server.peer(0)).until("\r\n\r\n");
    breakOff();
    await (await server.peer(0)).gone;
    const result = await worker.run("sequence", { ...argument, url: server.url("/answer") });
    expect(result).toMatchObject({ contents: ["ok"] });
  });

  test("a signal of all events, aborted in one, ends the requests of the others", async () => {
    const server = await serve(() => {});
    const closed = await gate(() => Promise.all(server.peers.map((peer) => peer.gone)));
    const runs = [1, 2].map(() => worker.run("abortedByAll", { url: server.url(), closed }));
    for (const peer of await server.connected(2)) await peer.until("\r\n\r\n");
    await worker.run("abortAll");
    expect(await Promise.all(runs)).toEqual(["all of you, go on", "all of you, go on"]);
  });

  test("close() in one event ends the requests of the others, and is final", async () => {
    const server = await serve(() => {});
    const argument = { url: server.url(), pool: "closing", count: 1 };
    const waiting = worker.run<Failed>("sequence", argument);
    await (await server.peer(0)).until("\r\n\r\n");
    await worker.run("closePool", "closing");
    expect((await waiting).failure.name).toBe("ReadError");
    expect((await worker.run<Failed>("sequence", argument)).failure.name).toBe("PoolClosed");
  });
});

describe("a pool in a Durable Object", () => {
  const kept = (name: string, url: string) => ({ name, job: "kept", argument: { url } });

  test("keeps its connection from request to request", async () => {
    const server = await counting();
    for (const text of ["1", "2", "3"]) {
      const result = await worker.run("inObject", kept("one", server.url()));
      const pool = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 1 idle]>";
      expect(result).toEqual({ text, pool });
    }
    expect(server.peers).toHaveLength(1);
  });

  test("does so with a pool that other events use, too", async () => {
    const server = await counting();
    const argument = { url: server.url(), pool: "plain", count: 1 };
    for (let round = 0; round < 3; round++) {
      await worker.run("inObject", { name: "two", job: "sequence", argument });
      await worker.run("sequence", argument);
    }
    // One for the object, and one for each of the others.
    expect(server.peers).toHaveLength(4);
  });

  test("sees between requests that its connection has gone", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end(OK);
    });
    for (let round = 0; round < 2; round++) {
      const result = await worker.run<{ text: string }>("inObject", kept("three", server.url()));
      expect(result.text).toBe("ok");
      await (await server.peer(round)).gone;
    }
    expect(server.peers).toHaveLength(2);
  });
});

describe("request() and stream()", () => {
  test("close their connection with the response", async () => {
    const server = await serve(answering(response("some content")));
    const other = await gate(async () => (await server.peer(0)).gone);
    expect(await worker.run("requestThen", { url: server.url(), other })).toBe("some content, go on");
    expect(await worker.run("stream", { url: server.url() })).toEqual({ status: 200, size: 12 });
    await (await server.peer(1)).gone;
  });

  test("stream() closes it when the response is closed early", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nfirst");
    });
    const other = await gate(async () => (await server.peer(0)).gone);
    expect(await worker.run("streamAndClose", { url: server.url(), other })).toEqual({ size: 5 });
  });
});

describe("what workerd cannot honour", () => {
  test.each([
    ["tls.ca", { tls: { ca: "PEM" } }],
    ["tls.verify", { tls: { verify: false } }],
    ["tls.cert", { tls: { cert: "PEM" } }],
    ["socketOptions.noDelay", { socketOptions: { noDelay: false } }],
    ["socketOptions.keepAlive", { socketOptions: { keepAlive: true } }],
    ["socketOptions.keepAlive", { socketOptions: { keepAlive: 1000 } }],
    ["happyEyeballs", { happyEyeballs: false }],
    ["uds", { uds: "/tmp/socket" }],
  ])("%s is refused when the pool is made", async (option, options) => {
    const { failure } = await worker.run<Failed>("construct", options);
    expect(failure).toMatchObject({ name: "UnsupportedByRuntime", option, runtime: "workerd" });
  });

  test("what asks for what is the case is taken", async () => {
    const options = { tls: { verify: true }, socketOptions: { noDelay: true, keepAlive: false }, happyEyeballs: true };
    const unused = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";
    expect(await worker.run("construct", options)).toBe(unused);
    expect((await worker.run<Failed>("construct", { maxConnections: 0 })).failure.name).toBe("RangeError");
  });

  test("a name for TLS other than the URL's host is refused when the request is made", async () => {
    const server = await serveTLS(await leafFor("localhost"), answering());
    const url = `https://localhost:${server.port}/`;
    const named = await worker.run("withOptions", {
      url,
      options: { tls: { servername: "localhost" } },
      extensions: {},
    });
    expect(named).toEqual({ status: 200, text: "ok" });
    const options = { tls: { servername: "example.com" } };
    const pool = await worker.run<Failed>("withOptions", { url, options, extensions: {} });
    expect(pool.failure).toMatchObject({ name: "UnsupportedByRuntime", option: "tls.servername", runtime: "workerd" });
    const extensions = { sniHostname: "example.com" };
    const call = await worker.run<Failed>("withOptions", { url, options: {}, extensions });
    const expected = { name: "UnsupportedByRuntime", option: "extensions.sniHostname", runtime: "workerd" };
    expect(call.failure).toMatchObject(expected);
    expect(server.peers).toHaveLength(1);
  });
});
