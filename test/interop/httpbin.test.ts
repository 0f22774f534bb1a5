// Every statement of the quickstart, against a real httpbin: a server that nobody wrote for this package.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { ConnectionPool, ReadTimeout, RemoteProtocolError, request, stream } from "httpcore";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runDemo, sectionOf } from "../demo-process.ts";
import { CLOSING, type HttpbinServer, INSTALL_HINT, PERSISTENT, startHttpbin } from "./httpbin-server.ts";
import { describeUnless, findPython } from "./program.ts";

/** What httpbin tells of a request. */
interface Echo {
  args: Record<string, string>;
  data: string;
  headers: Record<string, string>;
  json: unknown;
  url: string;
}

const START_TIMEOUT = 30_000;
const python = findPython(["gunicorn", "httpbin"]);
const missing = python === null ? [INSTALL_HINT] : [];

let server: HttpbinServer;
let folder: string;
const url = (path: string): string => `${server.origin}${path}`;
const host = (): string => new URL(server.origin).host;

describeUnless(missing, "httpbin with connections that persist", () => {
  let pool: ConnectionPool;

  beforeAll(async () => {
    server = await startHttpbin(String(python), PERSISTENT);
    folder = await mkdtemp(join(tmpdir(), "httpcore-interop-"));
  }, START_TIMEOUT);
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    pool = new ConnectionPool();
  });
  afterEach(() => pool.close());

  describe("sending a request", () => {
    test("gives status, headers and content", async () => {
      const response = await request("GET", url("/get?a=1"));
      expect(String(response)).toBe("<Response [200]>");
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(response.headers.get("content-length")).toBe(String(response.content.length));
      expect(response.extensions).toMatchObject({ httpVersion: "HTTP/1.1", reasonPhrase: "OK" });
      expect(await response.json()).toMatchObject({ args: { a: "1" }, url: url("/get?a=1") });
    });

    test.each([204, 304, 404, 418, 500, 503])("status %i is a response like any other", async (status) => {
      expect((await pool.request("GET", url(`/status/${status}`))).status).toBe(status);
    });

    test.each(["PUT", "PATCH", "DELETE"])("%s carries content", async (method) => {
      const response = await pool.request(method, url(`/${method.toLowerCase()}`), { content: "{}" });
      expect(await response.json()).toMatchObject({ data: "{}" });
    });

    test("HEAD has no content, and its connection is used again", async () => {
      const head = await pool.request("HEAD", url("/get"));
      expect(head.content).toHaveLength(0);
      expect(Number(head.headers.get("content-length"))).toBeGreaterThan(0);
      expect((await pool.request("GET", url("/get"))).status).toBe(200);
      expect(pool.connections.map((connection) => connection.requestCount)).toEqual([2]);
    });

    test("a redirect is not followed", async () => {
      const response = await pool.request("GET", url("/redirect/1"));
      expect(response.status).toBe(302);
      expect(response.headers.get("location")).toBe("/get");
    });

    test("gzip is left as it is", async () => {
      const response = await pool.request("GET", url("/gzip"));
      expect(response.headers.get("content-encoding")).toBe("gzip");
      expect(JSON.parse(gunzipSync(response.content).toString())).toMatchObject({ gzipped: true, method: "GET" });
    });
  });

  describe("request headers", () => {
    test("Host is added, and nothing else", async () => {
      const { headers } = await (await pool.request("GET", url("/headers"))).json<Echo>();
      expect(headers).toEqual({ Host: host() });
    });

    test("go out from an object", async () => {
      const headers = { "User-Agent": "httpcore" };
      const echo = await (await pool.request("GET", url("/headers"), { headers })).json<Echo>();
      expect(echo.headers).toEqual({ Host: host(), "User-Agent": "httpcore" });
    });

    test("go out from pairs, of strings and of octets", async () => {
      const octets = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
      const headers: [string | Uint8Array, string | Uint8Array][] = [
        ["X-Twice", "1"],
        [octets("X-Twice"), octets("2")],
        ["X-Name", octets("Zo\xeb")],
      ];
      const echo = await (await pool.request("GET", url("/headers"), { headers })).json<Echo>();
      expect(echo.headers).toEqual({ Host: host(), "X-Twice": "1,2", "X-Name": "Zo\xeb" });
    });

    test("strings beyond ASCII are refused, and nothing is sent", async () => {
      const sent = pool.request("GET", url("/headers"), { headers: { "X-Name": "Zo\xeb" } });
      await expect(sent).rejects.toThrow(TypeError);
      expect(pool.connections).toEqual([]);
    });

    test("a Host of the caller's takes the place of the added one", async () => {
      const headers = { Host: "httpbin.example" };
      const echo = await (await pool.request("GET", url("/headers"), { headers })).json<Echo>();
      expect(echo.headers).toEqual({ Host: "httpbin.example" });
    });
  });

  describe("request body", () => {
    test("octets go out with Content-Length", async () => {
      const content = new TextEncoder().encode("Hello, world");
      const echo = await (await pool.request("POST", url("/post"), { content })).json<Echo>();
      expect(echo).toMatchObject({ data: "Hello, world", json: null, url: url("/post") });
      expect(echo.headers).toEqual({ Host: host(), "Content-Length": "12" });
    });

    test("a file goes out chunked", async () => {
      const path = join(folder, "hello-world.txt");
      await writeFile(path, "Hello, world");
      const content = createReadStream(path);
      const echo = await (await pool.request("POST", url("/post"), { content })).json<Echo>();
      expect(echo.data).toBe("Hello, world");
      expect(echo.headers).toEqual({ Host: host(), "Transfer-Encoding": "chunked" });
    });

    test("an iterable of many pieces arrives whole", async () => {
      const pieces = Array.from({ length: 200 }, (_, i) => `${i},`.repeat(100));
      const echo = await (await pool.request("POST", url("/post"), { content: pieces })).json<Echo>();
      expect(echo.data).toBe(pieces.join(""));
      expect(echo.headers["Transfer-Encoding"]).toBe("chunked");
    });

    test("an iterable goes out with the Content-Length that the caller gives", async () => {
      const options = { content: ["Hello, ", "world"], headers: { "Content-Length": "12" } };
      const echo = await (await pool.request("POST", url("/post"), options)).json<Echo>();
      expect(echo.data).toBe("Hello, world");
      expect(echo.headers).toEqual({ Host: host(), "Content-Length": "12" });
    });

    test("POST without content says so", async () => {
      const echo = await (await pool.request("POST", url("/post"))).json<Echo>();
      expect(echo.headers["Content-Length"]).toBe("0");
    });
  });

  describe("streaming responses", () => {
    test("chunked content comes piece by piece", async () => {
      await using response = await stream("GET", url("/stream/20"));
      expect(response.headers.get("transfer-encoding")).toBe("chunked");
      const decoder = new TextDecoder();
      let text = "";
      for await (const chunk of response.iterStream()) text += decoder.decode(chunk, { stream: true });
      const ids = text
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { id: number }).id);
      expect(ids).toEqual(Array.from({ length: 20 }, (_, i) => i));
    });

    test("slow content is waited for", async () => {
      const response = await pool.request("GET", url("/drip?numbytes=5&duration=1&delay=0"));
      expect(await response.text()).toBe("*****");
    });

    test.each(["/bytes/100000?seed=7", "/stream-bytes/100000?seed=7&chunk_size=999"])(
      "%s goes to a file",
      async (path) => {
        const file = join(folder, "download.bin");
        await using response = await pool.stream("GET", url(path));
        await using output = await open(file, "w");
        for await (const chunk of response.iterStream()) await output.writeFile(chunk);
        const expected = new Uint8Array(await (await fetch(url(path))).arrayBuffer());
        expect((await output.stat()).size).toBe(100_000);
        expect(sha256(await readFile(file))).toBe(sha256(expected));
      },
    );

    test("content is read on a condition", async () => {
      await using response = await pool.stream("GET", url("/range/26"));
      expect(Number(response.headers.get("content-length"))).toBe(26);
      await response.read();
      expect(await response.text()).toBe("abcdefghijklmnopqrstuvwxyz");
    });

    test("content that is given up closes its connection", async () => {
      const response = await pool.stream("GET", url("/range/102400?duration=2&chunk_size=1024"));
      expect(Number(response.headers.get("content-length"))).toBe(102_400);
      await response.close();
      expect(pool.connections).toEqual([]);
      expect((await pool.request("GET", url("/get"))).status).toBe(200);
    });

    test("content beyond a limit is refused", async () => {
      const options = { extensions: { maxContentSize: 1000 } };
      await expect(pool.request("GET", url("/stream-bytes/5000"), options)).rejects.toThrow(RemoteProtocolError);
    });
  });

  describe("pool", () => {
    test("requests one behind the other share a connection", async () => {
      for (const path of ["/get", "/stream/2", "/status/204", "/gzip"]) await pool.request("GET", url(path));
      expect(pool.connections.map(String)).toEqual([
        `<HTTPConnection ['${server.origin}', HTTP/1.1, IDLE, Request Count: 4]>`,
      ]);
    });

    test("requests at the same time wait for their turn", async () => {
      await using small = new ConnectionPool({ maxConnections: 2 });
      const paths = Array.from({ length: 10 }, (_, i) => `/get?i=${i}`);
      const responses = await Promise.all(paths.map((path) => small.request("GET", url(path))));
      const urls = await Promise.all(responses.map(async (response) => (await response.json<Echo>()).url));
      expect(urls).toEqual(paths.map(url));
      expect(small.connections.length).toBeLessThanOrEqual(2);
    });

    test("a response that is late meets the read timeout", async () => {
      const sent = pool.request("GET", url("/delay/3"), { extensions: { timeout: { read: 100 } } });
      await expect(sent).rejects.toThrow(ReadTimeout);
      expect(pool.connections).toEqual([]);
    });

    test("a response that is late can be cancelled", async () => {
      const controller = new AbortController();
      const sent = pool.request("GET", url("/delay/3"), { signal: controller.signal });
      controller.abort("no more interest");
      await expect(sent).rejects.toBe("no more interest");
      expect(pool.connections).toEqual([]);
    });
  });

  test("the demo runs", { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await runDemo([server.origin]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(sectionOf(stdout, "Streaming a download to a file")).toContain("102,400 octets");
    expect(sectionOf(stdout, "Request headers as pairs")).toContain("'X-Name': 'Zoë'");
  });
});

describeUnless(missing, "httpbin with connections that close", () => {
  beforeAll(async () => {
    server = await startHttpbin(String(python), CLOSING);
  }, START_TIMEOUT);
  afterAll(() => server.close());

  test("each request has a connection of its own, and none is kept", async () => {
    await using pool = new ConnectionPool();
    for (const path of ["/get", "/stream/3", "/bytes/10"]) {
      const response = await pool.request("GET", url(path));
      expect(response.headers.get("connection")).toBe("close");
      expect(pool.connections).toEqual([]);
    }
  });
});

function sha256(octets: Uint8Array): string {
  return createHash("sha256").update(octets).digest("hex");
}
