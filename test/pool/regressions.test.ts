// Faults that were found by reading the code: each was reproduced, and stays here.

import { once } from "node:events";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConnectError,
  ConnectionPool,
  defaultBackend,
  LocalProtocolError,
  type NetworkBackend,
  Response,
  request,
} from "httpcore";
import { MockBackend } from "httpcore/mock";
import { ClientConnection, encodeRequestHead } from "httpcore/protocol";
import { afterEach, describe, expect, test } from "vitest";

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(serve: (socket: net.Socket) => void): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    serve(socket);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as net.AddressInfo).port;
}

const ok = (content: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n${content}`;

describe("an error", () => {
  test("reaches the caller though the URL's own target could not be sent", async () => {
    const call = request("GET", "http://127.0.0.1:1/a b", { extensions: { target: "/ok" } });
    await expect(call).rejects.toBeInstanceOf(ConnectError);
  });
});

describe("an abort", () => {
  test("behind the last octet leaves nothing to read", async () => {
    const pool = new ConnectionPool({ networkBackend: new MockBackend([ok("12345")]) });
    const controller = new AbortController();
    const response = await pool.stream("GET", "http://a/", { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(response.read()).rejects.toBe(reason);
  });

  test("while the headers are read is not missed", async () => {
    const controller = new AbortController();
    const headers = {
      get A(): string {
        controller.abort("now");
        return "1";
      },
    };
    const pool = new ConnectionPool({ networkBackend: new MockBackend([ok("1")]) });
    await expect(pool.request("GET", "http://a/", { headers, signal: controller.signal })).rejects.toBe("now");
  });

  test("of a queued upload gives up a file stream that was never read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "httpcore-"));
    try {
      writeFileSync(join(folder, "a"), "abc");
      const file = createReadStream(join(folder, "a"));
      const port = await listen(() => {});
      const pool = new ConnectionPool({ maxConnections: 1 });
      const first = pool.request("GET", `http://127.0.0.1:${port}/`).catch(() => {});
      const controller = new AbortController();
      const second = pool.request("POST", `http://127.0.0.1:${port}/`, { content: file, signal: controller.signal });
      controller.abort("enough");
      await expect(second).rejects.toBe("enough");
      expect(file.destroyed).toBe(true);
      await pool.close();
      await first;
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("octets that others made", () => {
  test("are copied, also out of a Buffer that is used again", async () => {
    const shared = Buffer.alloc(4096);
    const backend: NetworkBackend = {
      runtime: "test",
      async connectTcp(_options, receiver) {
        return {
          write() {
            queueMicrotask(() => {
              shared.write(ok("hello"));
              receiver.received(shared, ok("hello").length);
              shared.fill("X");
            });
            return true;
          },
          writeAll: () => true,
          pause() {},
          resume() {},
          busy() {},
          idle() {},
          close() {},
          getExtraInfo: () => undefined,
        };
      },
    };
    const pool = new ConnectionPool({ networkBackend: backend });
    const response = await pool.request("GET", "http://a/");
    expect(response.content).toEqual(new TextEncoder().encode("hello"));
    expect(response.content.buffer.byteLength).toBe(5);
    expect(await (await pool.stream("GET", "http://a/")).text()).toBe("hello");
  });

  test("given to a connection without a socket may change afterwards", () => {
    const connection = new ClientConnection();
    const head = connection.send({ type: "request", method: "GET", target: "/", headers: { Host: "a" } });
    expect(head.buffer.byteLength).toBe(head.length);
    connection.send({ type: "end" });
    const octets = Buffer.from(ok("hello"));
    connection.receive(octets);
    octets.fill("X");
    expect(connection.nextEvent()).toMatchObject({ type: "response", status: 200 });
  });

  test("are not taken away from a caller by a byte stream", async () => {
    const content = Buffer.from("abc");
    expect(await new Response(200, { content }).toWeb().text()).toBe("abc");
    expect(content.toString()).toBe("abc");
    expect(Buffer.from("still there").toString()).toBe("still there");
  });
});

describe("a peer", () => {
  test("that goes on behind a complete response is cut off, read or not", async () => {
    let sent = 0;
    const port = await listen((socket) => {
      socket.once("data", () => {
        socket.write(ok("12345"));
        const flood = setInterval(() => {
          if (socket.destroyed) clearInterval(flood);
          else if (socket.write(Buffer.alloc(65_536))) sent += 65_536;
        }, 1);
        socket.once("close", () => clearInterval(flood));
      });
    });
    const pool = new ConnectionPool();
    const response = await pool.stream("GET", `http://127.0.0.1:${port}/`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sent).toBeLessThan(8_000_000);
    expect(await response.text()).toBe("12345");
    expect(String(pool)).toContain("0 active, 0 idle");
  });

  test("that speaks unasked while the event loop is busy answers no later request", async () => {
    let connections = 0;
    const child = `require("node:net").createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => { socket.write(${JSON.stringify(ok("good"))}); setTimeout(() => socket.write(${JSON.stringify(ok("evil"))}), 20); });
    }).listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;
    const { spawn } = await import("node:child_process");
    const server = spawn(process.execPath, ["-e", child], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [line] = await once(server.stdout, "data");
      const networkBackend: NetworkBackend = {
        runtime: "node",
        connectTcp: (options, receiver) => {
          connections++;
          return defaultBackend.connectTcp(options, receiver);
        },
      };
      const pool = new ConnectionPool({ networkBackend });
      const url = `http://127.0.0.1:${Number(String(line))}/`;
      expect(await (await pool.request("GET", url)).text()).toBe("good");
      const until = performance.now() + 100;
      while (performance.now() < until);
      expect(await (await pool.request("POST", url)).text()).toBe("good");
      expect(connections).toBe(2);
      await pool.close();
    } finally {
      server.kill("SIGKILL");
    }
  });
});

test.each([
  [
    [
      ["Transfer-Encoding", ""],
      ["Transfer-Encoding", "chunked"],
    ],
  ],
  [[["Transfer-Encoding", ",chunked,"]]],
  [
    [
      ["Transfer-Encoding", "chunked"],
      ["TRANSFER-encoding", ","],
    ],
  ],
])("a request's Transfer-Encoding is one line and one word: %j", (lines) => {
  const headers = [["Host", "a"], ...lines] as [string, string][];
  expect(() => encodeRequestHead("POST", "/", headers)).toThrow(LocalProtocolError);
});

test.each(["[dead.beef]", "[a]", "[v1.example]", "[127.0.0.1]", "[:]"])("http://%s/ is no URL", async (host) => {
  await expect(request("GET", `http://${host}/`)).rejects.toMatchObject({ reason: "invalid-url" });
});
