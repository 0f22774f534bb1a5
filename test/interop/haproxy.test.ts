// haproxy in front of nginx: idle connections that end under load, interim responses, and errors of its own.

import { RemoteProtocolError } from "httpcore";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { eventually, fails, openPool, pause } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";
import { type Daemon, DEAD_PORT, type Place, startDaemon } from "./daemon.ts";
import { type NginxServer, startNginx } from "./nginx.ts";
import { describeWith, HAPROXY, NGINX } from "./program.ts";
import { HELLO, LARGE, sha256, TEXT, tlsFiles } from "./site.ts";

const START_TIMEOUT = 30_000;
/** Milliseconds after which haproxy closes an idle connection. */
const IDLE = 20;
/** Milliseconds that haproxy waits for a request on the second port. */
const IMPATIENT = 100;

describeWith([HAPROXY, NGINX], "haproxy in front of nginx", () => {
  let nginx: NginxServer;
  let haproxy: Daemon;
  const url = (path: string): string => `http://127.0.0.1:${haproxy.ports[0]}${path}`;
  const impatientUrl = (path: string): string => `http://127.0.0.1:${haproxy.ports[1]}${path}`;
  const secureUrl = (path: string): string => `https://127.0.0.1:${haproxy.ports[2]}${path}`;
  const brief = (path: string): string => `http://127.0.0.1:${haproxy.ports[3]}${path}`;

  beforeAll(async () => {
    nginx = await startNginx();
    haproxy = await startHaproxy(nginx.daemon.port);
  }, START_TIMEOUT);
  afterAll(async () => {
    await haproxy?.close();
    await nginx?.daemon.close();
  });

  test("requests share a connection, whatever the connections behind do", async () => {
    const pool = openPool();
    for (const path of ["/hello.txt", "/three/hello.txt", "/closing/hello.txt", "/chunked/hello.txt"]) {
      for (let i = 0; i < 5; i++) expect(await (await pool.request("GET", url(path))).text()).toBe(HELLO);
    }
    expect(pool.connections.map(({ requestCount }) => requestCount)).toEqual([20]);
  });

  test("large content goes through both ways", async () => {
    const pool = openPool({ tls: { ca: nginx.ca } });
    for (const to of [url, secureUrl]) {
      expect(sha256((await pool.request("GET", to("/chunked/large.bin"))).content)).toBe(sha256(LARGE));
      const pieces = Array.from({ length: 80 }, (_, i) => LARGE.subarray(i * 100_000, (i + 1) * 100_000));
      expect([201, 204]).toContain((await pool.request("PUT", to("/upload/file"), { content: pieces })).status);
    }
    expect(pool.connections.map(({ requestCount }) => requestCount)).toEqual([2, 2]);
  });

  test("103 Early Hints come before the response, with their headers", async () => {
    const hints: unknown[] = [];
    const pool = openPool();
    const response = await pool.request("GET", url("/hello.txt?hints"), {
      extensions: {
        informational: ({ status, reasonPhrase, headers }) => hints.push([status, reasonPhrase, headers.toJSON()]),
      },
    });
    expect(await response.text()).toBe(HELLO);
    expect(hints).toEqual([
      [103, "Early Hints", [["link", "</a.css>; rel=preload"]]],
      [103, "Early Hints", [["link", "</b.js>; rel=preload"]]],
    ]);
    expect((await pool.request("GET", url("/hello.txt?hints"))).status).toBe(200);
    expect(pool.connections.map(({ requestCount }) => requestCount)).toEqual([2]);
  });

  test("without a server behind it there is a 503, and the connection is kept or closed as haproxy says", async () => {
    const pool = openPool();
    for (const path of ["/dead", "/nobody"]) {
      const response = await pool.request("GET", url(path));
      expect([path, response.status, await response.text()]).toEqual([
        path,
        503,
        expect.stringContaining("No server is available"),
      ]);
      expect(pool.connections).toHaveLength(response.headers.get("connection") === "close" ? 0 : 1);
    }
    const refused = await pool.request("PUT", url("/dead"), { content: LARGE });
    expect(refused.status).toBe(503);
    expect((await pool.request("GET", url("/hello.txt"))).status).toBe(200);
  });

  test("a denied upload is a 403 while the content goes out", async () => {
    const pieces = Array.from({ length: 200 }, () => LARGE.subarray(0, 100_000));
    expect((await openPool().request("PUT", url("/denied"), { content: pieces })).status).toBe(403);
  });

  test("content that does not come is a 408", async () => {
    const pool = openPool();
    let isClosed = false;
    const content = (async function* () {
      try {
        yield "a beginning";
        await new Promise(() => {});
      } finally {
        isClosed = true;
      }
    })();
    content.return = async () => {
      isClosed = true;
      return { done: true, value: undefined };
    };
    const response = await pool.request("POST", impatientUrl("/hello.txt"), { content });
    expect(response.status).toBe(408);
    expect(pool.connections).toEqual([]);
    await eventually(() => isClosed, "the content is given back");
  });

  test("an idle connection that haproxy closes leaves the pool", async () => {
    const pool = openPool();
    await pool.request("GET", brief("/hello.txt"));
    await eventually(() => pool.connections.length === 0, "no connection is left");
  });

  test("connections that haproxy closes while they are idle fail nothing under load", async () => {
    const pool = openPool();
    const opened = new Set<unknown>();
    const lane = async (number: number): Promise<void> => {
      for (let i = 0; i < 60; i++) {
        const response = await pool.request("GET", brief("/hello.txt"));
        expect(await response.text()).toBe(HELLO);
        opened.add(response.headers.get("x-source"));
        // Around the moment at which haproxy closes: just before, at it, and just after.
        await pause(IDLE - 2 + ((number + i) % 5));
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, number) => lane(number)));
    expect(opened.size).toBeGreaterThan(20);
  });

  test("haproxy that ends under load: each request in flight has an answer or one error, and nothing is left", async () => {
    const target = await serve(answering());
    const second = await startHaproxy(target.port);
    onTestFinished(() => second.close());
    const pool = openPool();
    const outcomes = Array.from({ length: 200 }, () =>
      pool.request("GET", `http://127.0.0.1:${second.port}/`).then(
        ({ status }) => String(status),
        (error: Error) => error.constructor.name,
      ),
    );
    await outcomes[0];
    await second.close();
    const kinds = new Set(await Promise.all(outcomes));
    expect(kinds).toContain("200");
    for (const kind of kinds)
      expect(["200", "RemoteProtocolError", "ReadError", "WriteError", "ConnectError"]).toContain(kind);
    await eventually(() => pool.connections.length === 0, "no connection is left");
  });

  test("content that the server behind cuts is a RemoteProtocolError, chunked or not", async () => {
    const cut = ["Content-Length: 100\r\n\r\nten octets", "Transfer-Encoding: chunked\r\n\r\na\r\nten octets\r\n"];
    for (const rest of cut) {
      const target = await serve(async (peer) => {
        await peer.request();
        peer.end(`HTTP/1.1 200 OK\r\n${rest}`);
      });
      const second = await startHaproxy(target.port);
      onTestFinished(() => second.close());
      const pool = openPool();
      await fails(pool.request("GET", `http://127.0.0.1:${second.port}/`), RemoteProtocolError);
      expect(pool.connections).toEqual([]);
    }
  });

  test("text through TLS in many connections", async () => {
    const pool = openPool({ tls: { ca: nginx.ca } });
    const responses = await Promise.all(Array.from({ length: 40 }, () => pool.request("GET", secureUrl("/text.txt"))));
    for (const response of responses) expect(await response.text()).toBe(TEXT);
  });
});

async function startHaproxy(backendPort: number): Promise<Daemon> {
  const { files } = await tlsFiles();
  return startDaemon(HAPROXY, 4, (place) => ({
    files: { ...files, "haproxy.cfg": configuration(place, backendPort) },
    options: ["-db", "-f", `${place.folder}/haproxy.cfg`],
  }));
}

function configuration(place: Place, backendPort: number): string {
  const [plain, impatient, secure, brief] = place.ports;
  return `
defaults
  mode http
  option http-keep-alive
  timeout connect 2s
  timeout client 10s
  timeout server 10s
frontend plain
  bind 127.0.0.1:${plain}
  http-request early-hint link "</a.css>; rel=preload" if { query hints }
  http-request early-hint link "</b.js>; rel=preload" if { query hints }
  http-request deny if { path /denied }
  use_backend dead if { path /dead }
  use_backend nobody if { path /nobody }
  default_backend nginx
frontend impatient
  bind 127.0.0.1:${impatient}
  option http-buffer-request
  timeout http-request ${IMPATIENT}ms
  default_backend nginx
frontend secure
  bind 127.0.0.1:${secure} ssl crt ${place.folder}/tls/both.pem
  default_backend nginx
frontend brief
  bind 127.0.0.1:${brief}
  timeout http-keep-alive ${IDLE}ms
  http-response set-header x-source %[src_port]
  default_backend nginx
backend nginx
  server one 127.0.0.1:${backendPort}
backend dead
  retries 0
  server one 127.0.0.1:${DEAD_PORT}
backend nobody
`;
}
