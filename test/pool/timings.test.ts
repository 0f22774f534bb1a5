// `response.extensions.timings`: when an exchange got where.

import { request } from "httpcore";
import { expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { openPool, pause } from "../support/outcomes.ts";
import { answering, OK, serve, serveTLS } from "../support/scripted-server.ts";

test("on a new connection: in order, from the call on", async () => {
  const server = await serve(answering());
  const { timings } = (await openPool().request("GET", server.url())).extensions;
  const { queued, connect, tls, requestSent, firstByte, end } = timings ?? {};
  expect(queued).toBe(0);
  expect(tls).toBeNull();
  const moments = [queued, connect, requestSent, firstByte, end] as number[];
  expect(moments).toEqual(moments.toSorted((a, b) => a - b));
  expect(connect).toBeGreaterThan(0);
});

test("with TLS: it stands after TCP", async () => {
  const server = await serveTLS(await leafFor("127.0.0.1"), answering());
  const pool = openPool({ tls: { ca: (await certificateAuthority()).cert } });
  const { timings } = (await pool.request("GET", server.url())).extensions;
  expect(timings?.tls).toBeGreaterThanOrEqual(timings?.connect as number);
  expect(timings?.requestSent).toBeGreaterThanOrEqual(timings?.tls as number);
});

test("on a connection that is there already nothing is connected", async () => {
  const server = await serve(answering());
  const pool = openPool();
  await pool.request("GET", server.url());
  const { timings } = (await pool.request("GET", server.url())).extensions;
  expect(timings).toMatchObject({ queued: 0, connect: null, tls: null });
});

test("a wait for a connection is in `queued`", async () => {
  const server = await serve(answering());
  const pool = openPool({ maxConnections: 1 });
  const first = await pool.stream("GET", server.url());
  const second = pool.request("GET", server.url());
  await pause(20);
  await first.read();
  expect((await second).extensions.timings?.queued).toBeGreaterThanOrEqual(15);
});

test("`end` comes with the end of the content", async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    await peer.request();
    peer.send("k");
  });
  const response = await openPool().stream("GET", server.url());
  const { timings } = response.extensions;
  expect(timings?.firstByte).toBeGreaterThan(0);
  expect(timings?.end).toBeNull();
  (await server.peer(0)).send("k");
  await response.read();
  expect(timings?.end).toBeGreaterThanOrEqual(timings?.firstByte as number);
});

test("an interim response is the first that comes", async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.send("HTTP/1.1 103 Early Hints\r\n\r\n");
    await pause(20);
    peer.send(OK);
  });
  const { timings } = (await request("GET", server.url())).extensions;
  expect((timings?.end as number) - (timings?.firstByte as number)).toBeGreaterThanOrEqual(15);
});
