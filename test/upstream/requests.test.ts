// What upstream makes of a port 0.

import { MockBackend } from "httpcore/mock";
import { expect, test } from "vitest";
import { openPool } from "../support/outcomes.ts";
import { OK } from "../support/scripted-server.ts";

test("port 0 is a port like any other: it is not the scheme's own", async () => {
  const networkBackend = new MockBackend([OK]);
  const pool = openPool({ networkBackend });
  await pool.request("GET", "http://a.example:0/");
  await pool.request("GET", "http://a.example/");
  const heads = networkBackend.written.map((octets) => Buffer.from(octets).toString("latin1"));
  expect(heads).toEqual(["GET / HTTP/1.1\r\nHost: a.example:0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"]);
  expect(pool.connections.length).toBeLessThanOrEqual(2);
});
