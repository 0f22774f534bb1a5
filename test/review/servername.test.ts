// A name for TLS that is none: TLS would send it as it is, cut it at NUL, or leave it away when it is too long.

import { ConnectionPool, Proxy } from "httpcore";
import { expect, test } from "vitest";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

test.each([
  ["empty", ""],
  ["a space", "a b"],
  ["NUL", "localhost\0.evil.example"],
  ["outside ASCII", "\u00e9.example"],
  ["a port", "localhost:443"],
  ["brackets", "[::1]"],
  ["an empty label", "a..example"],
  ["too long", `${"a.".repeat(130)}example`],
])("%s is a TypeError before anything is sent", async (_what, name) => {
  const server = await serve(answering());
  const extensions = { sniHostname: name };
  const url = server.origin.replace("http", "https");
  expect((await fails(openPool().request("GET", url, { extensions }), TypeError)).message).toContain("sniHostname");
  expect(() => new ConnectionPool({ tls: { servername: name } })).toThrow(TypeError);
  expect(() => new Proxy({ url: "https://x.example", tls: { servername: name } })).toThrow(TypeError);
  expect(server.peers).toEqual([]);
});

test.each(["localhost", "LOCALHOST", "a_b.example", "xn--nxasmq6b.example", "127.0.0.1", "::1", "example."])(
  "%s is a name",
  (servername) => {
    expect(String(new ConnectionPool({ tls: { servername } }))).toContain("ConnectionPool");
  },
);
