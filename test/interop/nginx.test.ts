// nginx: what a client meets on most of the web.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { RemoteProtocolError } from "httpcore";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, fails, openPool, pause } from "../support/outcomes.ts";
import { BRIEF, type NginxServer, SMALL, startNginx } from "./nginx.ts";
import { describeWith, NGINX } from "./program.ts";
import { HELLO, LARGE, sha256, TEXT, ZIPPED } from "./site.ts";
import { webServerCases } from "./web-server-cases.ts";

const START_TIMEOUT = 30_000;

describeWith([NGINX], "nginx", () => {
  let nginx: NginxServer;
  const url = (path: string): string => nginx.origin + path;
  const uploaded = async (name: string): Promise<string> =>
    sha256(await readFile(join(nginx.daemon.folder, "uploads", name)));

  beforeAll(async () => {
    nginx = await startNginx();
  }, START_TIMEOUT);
  afterAll(() => nginx?.daemon.close());

  webServerCases(() => nginx);

  test("sees the request line and headers as they were given, and no others", async () => {
    const headers = { "X-Name": "a \t b" };
    const response = await openPool().request("GET", url("/echo;p?q=%41&&"), { headers });
    expect(await response.text()).toBe(`GET /echo;p?q=%41&& HTTP/1.1|${new URL(nginx.origin).host}|a \t b||`);
  });

  test("a connection without limits is used 100 times", async () => {
    const pool = openPool();
    const connections = new Set<string | null>();
    for (let i = 0; i < 100; i++) {
      connections.add((await pool.request("GET", url("/hello.txt"))).headers.get("x-connection"));
    }
    expect(connections.size).toBe(1);
  });

  test("Keep-Alive: timeout shortens the life of an idle connection", async () => {
    const pool = openPool({ keepaliveExpiry: 60_000 });
    const response = await pool.request("GET", url("/told/hello.txt"));
    expect(response.headers.get("keep-alive")).toBe("timeout=2");
    expect(pool.connections).toHaveLength(1);
    // A second earlier than told, to be sure; nginx itself would keep it for a minute.
    await eventually(() => pool.connections.length === 0, "no connection is left");
  });

  test("a connection that nginx closes while it is idle leaves the pool", async () => {
    const pool = openPool();
    await pool.request("GET", url("/brief/hello.txt"));
    await eventually(() => pool.connections.length === 0, "no connection is left");
  });

  test("connections that nginx closes just when they are used again fail nothing", async () => {
    const pool = openPool();
    const connections = new Set<string | null>();
    const lane = async (number: number): Promise<void> => {
      for (let i = 0; i < 40; i++) {
        const response = await pool.request("GET", url("/brief/hello.txt"));
        expect(await response.text()).toBe(HELLO);
        connections.add(response.headers.get("x-connection"));
        // Around the moment at which nginx closes: just before, at it, and just after.
        await pause(BRIEF - 2 + ((number + i) % 5));
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, number) => lane(number)));
    expect(connections.size).toBeGreaterThan(10);
  });

  test("Connection: close of nginx ends the connection", async () => {
    const pool = openPool();
    const response = await pool.request("GET", url("/closing/hello.txt"));
    expect([response.headers.get("connection"), await response.text()]).toEqual(["close", HELLO]);
    expect(pool.connections).toEqual([]);
  });

  test("a connection closed without a word is a RemoteProtocolError", async () => {
    await fails(openPool().request("GET", url("/444")), RemoteProtocolError);
  });

  test("chunked content is whole, and its connection is kept", async () => {
    const pool = openPool();
    for (const name of ["large.bin", "text.txt", "hello.txt"]) {
      const response = await pool.request("GET", url(`/chunked/${name}`));
      expect(response.headers.get("transfer-encoding")).toBe("chunked");
      const file = await readFile(join(nginx.daemon.folder, "site", name));
      expect(sha256(response.content)).toBe(sha256(file));
    }
    expect(pool.connections.map(({ requestCount }) => requestCount)).toEqual([3]);
  });

  test("204 and HEAD for chunked content have none", async () => {
    const pool = openPool();
    expect((await pool.request("GET", url("/204"))).status).toBe(204);
    const head = await pool.request("HEAD", url("/chunked/text.txt"));
    expect([head.status, head.content.length]).toEqual([200, 0]);
    expect((await pool.request("GET", url("/hello.txt"))).status).toBe(200);
    expect(pool.connections.map(({ requestCount }) => requestCount)).toEqual([3]);
  });

  test("several ranges come as multipart/byteranges", async () => {
    const response = await openPool().request("GET", url("/hello.txt"), { headers: { Range: "bytes=0-1,7-8" } });
    expect(response.status).toBe(206);
    expect(response.headers.get("content-type")).toContain("multipart/byteranges");
    expect(response.content.length).toBe(Number(response.headers.get("content-length")));
  });

  test("gzip of a file is left as it is, octet for octet", async () => {
    const headers = { "Accept-Encoding": "gzip" };
    const response = await openPool().request("GET", url("/gzip-static/zipped.txt"), { headers });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(sha256(response.content)).toBe(sha256(ZIPPED));
  });

  test("gzip made on the way comes chunked and is left as it is", async () => {
    const headers = { "Accept-Encoding": "gzip" };
    const response = await openPool().request("GET", url("/gzip/text.txt"), { headers });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(response.headers.get("transfer-encoding")).toBe("chunked");
    expect(gunzipSync(response.content).toString()).toBe(TEXT);
  });

  test("without Accept-Encoding nothing is compressed", async () => {
    const response = await openPool().request("GET", url("/gzip/text.txt"));
    expect(response.headers.has("content-encoding")).toBe(false);
    expect(await response.text()).toBe(TEXT);
  });

  test.each(["http", "https"])("a large upload with Content-Length over %s arrives whole", async (scheme) => {
    const pool = openPool({ tls: { ca: nginx.ca } });
    const origin = scheme === "http" ? nginx.origin : nginx.secureOrigin;
    const response = await pool.request("PUT", `${origin}/upload/known-${scheme}`, { content: LARGE });
    expect(response.status).toBe(201);
    expect(await uploaded(`known-${scheme}`)).toBe(sha256(LARGE));
    expect(pool.connections).toHaveLength(1);
  });

  test("a large chunked upload arrives whole", async () => {
    const hash = createHash("sha256");
    const pieces = function* (): Generator<Uint8Array> {
      for (let start = 0; start < LARGE.length; start += 100_000) {
        const piece = LARGE.subarray(start, start + 100_000);
        hash.update(piece);
        yield piece;
      }
    };
    const pool = openPool();
    expect((await pool.request("PUT", url("/upload/chunked"), { content: pieces() })).status).toBe(201);
    expect(await uploaded("chunked")).toBe(hash.digest("hex"));
    expect(pool.connections).toHaveLength(1);
  });

  test("Expect: 100-continue: content goes out when nginx says so", async () => {
    const seen: number[] = [];
    const pool = openPool();
    const response = await pool.request("PUT", url("/upload/expected"), {
      headers: { Expect: "100-continue" },
      content: LARGE,
      // Far beyond the limit of a test: only 100 lets the content go.
      extensions: { timeout: { continue: 600_000 }, informational: ({ status }) => seen.push(status) },
    });
    expect([response.status, seen]).toEqual([201, [100]]);
    expect(await uploaded("expected")).toBe(sha256(LARGE));
  });

  test("Expect: 100-continue: content that is too large is refused unsent", async () => {
    let pulled = 0;
    const content = (function* () {
      pulled++;
      yield LARGE;
    })();
    const headers = { Expect: "100-continue", "Content-Length": String(LARGE.length) };
    const extensions = { timeout: { continue: 600_000 } };
    const response = await openPool().request("PUT", url("/small/file"), { headers, content, extensions });
    expect([response.status, pulled]).toEqual([413, 0]);
  });

  test.each([
    ["octets", () => LARGE],
    ["an iterable", () => Array.from({ length: 200 }, () => LARGE.subarray(0, 40_000))],
  ])("content that is too large is refused while it goes out: %s", async (_, content) => {
    for (let i = 0; i < 10; i++) {
      const pool = openPool();
      expect((await pool.request("PUT", url("/small/file"), { content: content() })).status).toBe(413);
      expect((await pool.request("GET", url("/hello.txt"))).status).toBe(200);
    }
  });

  test("content that is just small enough is taken", async () => {
    const content = LARGE.subarray(0, SMALL);
    expect((await openPool().request("PUT", url("/small/fits"), { content })).status).toBe(201);
    expect(await uploaded("fits")).toBe(sha256(content));
  });

  test("a request that nginx finds wrong is answered with 400, and the connection ends", async () => {
    const pool = openPool();
    const { status } = await pool.request("GET", url("/"), { extensions: { target: "hello.txt" } });
    expect(status).toBe(400);
    expect(pool.connections).toEqual([]);
  });

  test("a head that is too large for nginx is answered with 400", async () => {
    const headers = { "X-Large": "x".repeat(100_000) };
    expect((await openPool().request("GET", url("/hello.txt"), { headers })).status).toBe(400);
  });
});
