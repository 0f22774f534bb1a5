// `timings` of a request whose first connection turned out to be of no use.

import { expect, test } from "vitest";
import type { ExchangeTimes } from "../../src/pool/exchange-times.ts";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { openPool, pause } from "../support/outcomes.ts";
import { answering, serve, serveTLS } from "../support/scripted-server.ts";

// Octets that nobody had asked for were taken for the first of the response, which had not even been asked for.
test("firstByte is the response's, not that of octets on the connection before", async () => {
  const server = await serve(answering());
  const pool = openPool();
  await pool.request("GET", server.url());
  // Long enough for the connection to be looked at once more before it is used.
  await pause(20);
  (await server.peer(0)).send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad");
  const response = await pool.request("GET", server.url());
  expect(server.peers.length).toBe(2);
  const { requestSent, firstByte } = response.extensions.timings ?? {};
  expect(firstByte).toBeGreaterThanOrEqual(requestSent as number);
});

// TLS tells late that it has taken octets: the response was there before, and requestSent came to lie behind end.
test("the moments of an exchange over TLS are in order", async () => {
  const server = await serveTLS(await leafFor("127.0.0.1"), answering());
  const pool = openPool({ tls: { ca: (await certificateAuthority()).cert } });
  for (let count = 0; count < 20; count++) {
    const { extensions } = await pool.request("GET", server.url());
    const { queued, connect, tls, requestSent, firstByte, end } = extensions.timings as ExchangeTimes;
    const moments = [queued, connect, tls, requestSent, firstByte, end].filter((moment) => moment !== null);
    expect(moments).toEqual([...moments].sort((a, b) => a - b));
  }
});
