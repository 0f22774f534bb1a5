// Host: added in front when none is given, with the port only where the scheme does not imply it; left alone, and in
// its place, when one is given.

import { LocalProtocolError } from "httpcore";
import { MockBackend } from "httpcore/mock";
import { describe, expect, test } from "vitest";
import { text } from "../octets.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

/** The head sent for `url`, whatever its host: nothing is looked up. */
async function headFor(url: string | globalThis.URL, headers: [string, string][] = []): Promise<string> {
  const backend = new MockBackend(["HTTP/1.1 204 No Content\r\n\r\n"]);
  await openPool({ networkBackend: backend }).request("GET", url, { headers });
  return text(backend.written[0] ?? new Uint8Array());
}

describe("an added Host", () => {
  test.each([
    ["http://example.com/", "example.com"],
    ["http://EXAMPLE.com/", "example.com"],
    ["http://example.com:80/", "example.com"],
    ["http://example.com:/", "example.com"],
    ["http://example.com:8080/", "example.com:8080"],
    ["http://example.com:443/", "example.com:443"],
    ["https://example.com:443/", "example.com"],
    ["https://example.com:80/", "example.com:80"],
    ["ws://example.com:80/", "example.com"],
    ["wss://example.com:443/", "example.com"],
    ["wss://example.com:444/", "example.com:444"],
    ["http://127.0.0.1:80/", "127.0.0.1"],
    ["http://[::1]/", "[::1]"],
    ["http://[::1]:80/", "[::1]"],
    ["http://[::1]:8080/", "[::1]:8080"],
    ["https://[2001:DB8::1]:8443/", "[2001:db8::1]:8443"],
    ["http://user:secret@example.com/", "example.com"],
  ])("for %s is %s", async (url, host) => {
    expect(await headFor(url)).toBe(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect(await headFor(new globalThis.URL(url))).toBe(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  });

  test("stands in front of everything", async () => {
    expect(await headFor("http://example.com/", [["A", "1"]])).toBe(
      "GET / HTTP/1.1\r\nHost: example.com\r\nA: 1\r\n\r\n",
    );
  });
});

describe("a given Host", () => {
  test.each(["[v1.fe80::a+en1]", "[V1.a]:80", "a-b_c~.example", "%41:1", "", ":80"])("may be %s", async (host) => {
    expect(await headFor("http://example.com/", [["Host", host]])).toBe(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  });

  test("keeps its place, its case and its value", async () => {
    const headers: [string, string][] = [
      ["A", "1"],
      ["hOST", "Other.Example:81"],
      ["B", "2"],
    ];
    expect(await headFor("http://example.com/", headers)).toBe(
      "GET / HTTP/1.1\r\nA: 1\r\nhOST: Other.Example:81\r\nB: 2\r\n\r\n",
    );
  });

  test.each(["example.com", "example.com:1", "[::1]", "[::1]:80", "127.0.0.1", "a_b.example", ""])(
    "can be %j",
    async (host) => {
      expect(await headFor("http://example.com/", [["Host", host]])).toBe(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    },
  );

  test.each(["a b", "a/b", "a@b", "a?b", "a:b", "a:1:2", "::1", "[::1", "a\tb", "user:pw@host", "a,b:x"])(
    "cannot be %j",
    async (host) => {
      const server = await serve(answering());
      const error = await fails(
        openPool().request("GET", server.url(), { headers: { Host: host } }),
        LocalProtocolError,
      );
      expect(["invalid-host", "invalid-header-value"]).toContain(error.reason);
      expect(server.peers).toHaveLength(0);
    },
  );

  test("cannot be there twice, whatever the case", async () => {
    const server = await serve(answering());
    const headers: [string, string][] = [
      ["Host", "a"],
      ["host", "a"],
    ];
    const error = await fails(openPool().request("GET", server.url(), { headers }), LocalProtocolError);
    expect(error.reason).toBe("duplicate-host");
    expect(server.peers).toHaveLength(0);
  });
});

test("a Host does not choose the server", async () => {
  const server = await serve(answering());
  await openPool().request("GET", server.url(), { headers: { Host: "elsewhere.example" } });
  expect((await server.peer(0)).received).toContain("\r\nHost: elsewhere.example\r\n");
});
