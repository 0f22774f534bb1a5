// Requests that are alike, and those that are almost: each server gets what its caller meant, whatever was sent before.

import { type HeadersInput, LocalProtocolError } from "httpcore";
import { ClientConnection } from "httpcore/protocol";
import { expect, test } from "vitest";
import { text } from "../octets.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

/** The heads that arrive for requests sent one after the other on one connection. */
async function headsOf(
  ...requests: readonly { method?: string; path?: string; headers?: HeadersInput }[]
): Promise<string[]> {
  const server = await serve(answering());
  const pool = openPool({ maxConnections: 1 });
  for (const { method = "GET", path = "/", headers } of requests) {
    await pool.request(method, server.url(path), { headers: headers ?? { A: "1" } });
  }
  return (await server.peer(0)).received.replaceAll(new URL(server.origin).host, "HOST").split("\r\n\r\n").slice(0, -1);
}

const HEAD = "GET / HTTP/1.1\r\nHost: HOST\r\nA: 1";

test("requests that are alike send the same octets", async () => {
  expect(await headsOf({}, {}, {})).toEqual([HEAD, HEAD, HEAD]);
});

test.each([
  ["method", { method: "PUT" }, "PUT / HTTP/1.1\r\nHost: HOST\r\nA: 1\r\nContent-Length: 0"],
  ["path", { path: "/a" }, "GET /a HTTP/1.1\r\nHost: HOST\r\nA: 1"],
  ["value", { headers: { A: "2" } }, "GET / HTTP/1.1\r\nHost: HOST\r\nA: 2"],
  ["name's case", { headers: { a: "1" } }, "GET / HTTP/1.1\r\nHost: HOST\r\na: 1"],
  ["line more", { headers: { A: "1", B: "2" } }, "GET / HTTP/1.1\r\nHost: HOST\r\nA: 1\r\nB: 2"],
  ["line less", { headers: {} }, "GET / HTTP/1.1\r\nHost: HOST"],
  ["place of the cut", { headers: { A1: "" } }, "GET / HTTP/1.1\r\nHost: HOST\r\nA1: "],
])("another %s is another head, and the one before comes back after it", async (_what, other, head) => {
  expect(await headsOf({}, other, {}, other)).toEqual([HEAD, head, HEAD, head]);
});

test("headers that the caller changes between two requests are read anew", async () => {
  const server = await serve(answering());
  const pool = openPool({ maxConnections: 1 });
  const pairs: [string, string][] = [["A", "1"]];
  await pool.request("GET", server.origin, { headers: pairs });
  pairs[0] = ["A", "2"];
  await pool.request("GET", server.origin, { headers: pairs });
  expect((await server.peer(0)).received.match(/A: ./g)).toEqual(["A: 1", "A: 2"]);
});

test("what was refused is refused again, and does not stand for what comes next", async () => {
  const server = await serve(answering());
  const pool = openPool();
  for (let i = 0; i < 2; i++) {
    await fails(pool.request("GET", server.origin, { headers: { A: "1\n" } }), LocalProtocolError);
    await fails(pool.request("TRACE", server.origin, { content: "x" }), LocalProtocolError);
  }
  await pool.request("GET", server.origin, { headers: { A: "1" } });
  expect((await server.peer(0)).received).toContain("\r\nA: 1\r\n\r\n");
});

test("octets that httpcore/protocol hands out are the caller's: changing them changes no other request", () => {
  const event = { type: "request", method: "GET", target: "/", headers: [["Host", "a"]] } as const;
  const first = new ClientConnection().send(event);
  first.fill(0);
  expect(text(new ClientConnection().send(event))).toBe("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
});
