// What holds for every web server that serves the site: one suite, called by the test of each server.

import { ConnectError, type ConnectionPool } from "httpcore";
import { expect, test } from "vitest";
import { fails, openPool } from "../support/outcomes.ts";
import { HELLO, LARGE, sha256 } from "./site.ts";

export interface WebServer {
  /** `http://127.0.0.1:1234` */
  readonly origin: string;
  readonly secureOrigin: string;
  readonly ca: string;
}

/** Where a server ends a connection after its third response. */
export const THREE = "/three/hello.txt";

const requestCounts = (pool: ConnectionPool): number[] => pool.connections.map(({ requestCount }) => requestCount);

export function webServerCases(server: () => WebServer): void {
  const http = (path: string): string => server().origin + path;
  const https = (path: string): string => server().secureOrigin + path;
  const trusting = (): ConnectionPool => openPool({ tls: { ca: server().ca } });

  test("GET, HEAD, 304, a range and 404 share a connection", async () => {
    const pool = openPool();
    const got = await pool.request("GET", http("/hello.txt"));
    expect([got.status, await got.text()]).toEqual([200, HELLO]);
    const head = await pool.request("HEAD", http("/hello.txt"));
    expect([head.status, head.headers.get("content-length"), head.content.length]).toEqual([200, "13", 0]);
    const etag = String(got.headers.get("etag"));
    const same = await pool.request("GET", http("/hello.txt"), { headers: { "If-None-Match": etag } });
    expect([same.status, same.content.length]).toEqual([304, 0]);
    const part = await pool.request("GET", http("/hello.txt"), { headers: { Range: "bytes=7-11" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
      206,
      "bytes 7-11/13",
      "world",
    ]);
    const beyond = await pool.request("GET", http("/hello.txt"), { headers: { Range: "bytes=99-" } });
    expect(beyond.status).toBe(416);
    expect((await pool.request("GET", http("/nothing"))).status).toBe(404);
    expect(requestCounts(pool)).toEqual([6]);
  });

  test("TLS with a certificate of our own authority; connections are kept", async () => {
    const pool = trusting();
    for (let i = 0; i < 3; i++) expect(await (await pool.request("GET", https("/hello.txt"))).text()).toBe(HELLO);
    expect(requestCounts(pool)).toEqual([3]);
  });

  test("an authority that is not known is a ConnectError", async () => {
    const pool = openPool();
    await fails(pool.request("GET", https("/hello.txt")), ConnectError);
    expect(pool.connections).toEqual([]);
  });

  test("plain HTTP on a port for TLS has an answer, or ends in one error", async () => {
    const url = https("/hello.txt").replace("https:", "http:");
    const outcome = await openPool()
      .request("GET", url)
      .then(
        ({ status }) => status,
        (error: Error) => error.constructor.name,
      );
    expect([400, "RemoteProtocolError", "ReadError"]).toContain(outcome);
  });

  test.each(["http", "https"])("a large download over %s is whole, at once and piece by piece", async (scheme) => {
    const url = (scheme === "http" ? http : https)("/large.bin");
    const pool = trusting();
    expect(sha256((await pool.request("GET", url)).content)).toBe(sha256(LARGE));
    const pieces: Uint8Array[] = [];
    await using response = await pool.stream("GET", url);
    for await (const piece of response.iterStream()) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(1);
    expect(sha256(Buffer.concat(pieces))).toBe(sha256(LARGE));
    expect(requestCounts(pool)).toEqual([2]);
  });

  test("a download that is given up leaves nothing, and the next request is answered", async () => {
    const pool = openPool();
    const response = await pool.stream("GET", http("/large.bin"));
    await response.close();
    expect(pool.connections).toEqual([]);
    expect((await pool.request("GET", http("/hello.txt"))).status).toBe(200);
  });

  test.each(["http", "https"])(
    "a limit of three requests for a connection fails none of 100 over %s",
    async (scheme) => {
      const pool = trusting();
      const url = (scheme === "http" ? http : https)(THREE);
      const closing: number[] = [];
      for (let i = 1; i <= 100; i++) {
        const response = await pool.request("GET", url);
        expect(await response.text()).toBe(HELLO);
        if (response.headers.get("connection") === "close") closing.push(i);
      }
      expect(closing).toEqual(Array.from({ length: 33 }, (_, i) => 3 * (i + 1)));
      expect(requestCounts(pool)).toEqual([1]);
    },
  );

  test("a limit of three requests for a connection fails none of 200 at the same time", async () => {
    const pool = openPool({ maxConnections: 10 });
    const responses = await Promise.all(Array.from({ length: 200 }, () => pool.request("GET", http(THREE))));
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(200);
    expect(pool.connections.length).toBeLessThanOrEqual(10);
  });

  test.each(["http", "https"])("many connections in parallel over %s", async (scheme) => {
    const pool = trusting();
    const url = (scheme === "http" ? http : https)("/text.txt");
    const responses = await Promise.all(Array.from({ length: 60 }, () => pool.request("GET", url)));
    expect(new Set(responses.map(({ content }) => sha256(content))).size).toBe(1);
    expect(pool.connections.length).toBe(60);
  });

  test("Connection: close of ours is kept to by the server", async () => {
    const pool = openPool();
    const response = await pool.request("GET", http("/hello.txt"), { headers: { Connection: "close" } });
    expect([response.headers.get("connection"), await response.text()]).toEqual(["close", HELLO]);
    expect(pool.connections).toEqual([]);
  });
}
