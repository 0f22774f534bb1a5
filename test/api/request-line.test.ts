// The first line of a request, octet for octet as a server gets it: method, target, version; and what cannot stand in
// it, which never reaches a server.

import { LocalProtocolError, URL as OwnURL, request } from "httpcore";
import { describe, expect, test } from "vitest";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

/** The request line that arrives for a call. */
async function lineOf(call: (url: string) => Promise<unknown>): Promise<string> {
  const server = await serve(answering());
  await call(server.origin);
  return (await server.peer(0)).received.split("\r\n", 1)[0] ?? "";
}

describe("the method", () => {
  test.each(["GET", "get", "Patch", "M-SEARCH", "x!#$%&'*+-.^_`|~9"])("%s goes out as given", async (method) => {
    expect(await lineOf((url) => openPool().request(method, url))).toBe(`${method} / HTTP/1.1`);
  });

  test("can be given as octets", async () => {
    const method = new TextEncoder().encode("DELETE");
    expect(await lineOf((url) => openPool().request(method, url))).toBe("DELETE / HTTP/1.1");
  });

  test.each(["", "GE T", "GET\r\nX: y", "GET\0", "G(T", "GET ", "G\u00c9T", "G\u010d\u010aT"])(
    "%j is no token and reaches no server",
    async (method) => {
      const server = await serve(answering());
      const error = await fails(openPool().request(method, server.url()), LocalProtocolError);
      expect(error.reason).toBe("invalid-method");
      expect(server.peers).toHaveLength(0);
    },
  );

  test("octets outside a token are refused, too", async () => {
    const server = await serve(answering());
    await fails(openPool().request(Uint8Array.of(0x47, 0x0d, 0x0a), server.url()), LocalProtocolError);
    await fails(openPool().request(Uint8Array.of(0xc9), server.url()), LocalProtocolError);
    expect(server.peers).toHaveLength(0);
  });

  test.each([undefined, null, 1, {}])("%j is a TypeError", async (method) => {
    await fails(openPool().request(method as unknown as string, "http://127.0.0.1:1/"), TypeError);
  });
});

describe("the target", () => {
  test.each([
    ["", "/"],
    ["/", "/"],
    ["?", "/?"],
    ["?a=b", "/?a=b"],
    ["/a?", "/a?"],
    ["/a;p=1;q?x;y", "/a;p=1;q?x;y"],
    ["/%7e%7E~/%2F%zz%", "/%7e%7E~/%2F%zz%"],
    ["/a/../b/./c//d", "/a/../b/./c//d"],
    ["//evil.example/x", "//evil.example/x"],
    ["/?u=http://x@y/#z", "/?u=http://x@y/"],
    ["/a#", "/a"],
    ["#only", "/"],
    ['/<>"{}|\\^`[]', '/<>"{}|\\^`[]'],
  ])("of http://host%s is %s", async (given, sent) => {
    expect(await lineOf((url) => openPool().request("GET", url + given))).toBe(`GET ${sent} HTTP/1.1`);
  });

  test("comes from all kinds of URL alike", async () => {
    const server = await serve(answering());
    const pool = openPool();
    await pool.request("GET", new globalThis.URL(server.url("/web?q#f")));
    await pool.request("GET", new OwnURL(server.url("/own?")));
    await pool.request("GET", new OwnURL({ scheme: "http", host: "127.0.0.1", port: server.port, target: "/parts" }));
    const lines = (await server.peer(0)).received.match(/^GET .*$/gm);
    expect(lines).toEqual(["GET /web?q HTTP/1.1", "GET /own? HTTP/1.1", "GET /parts HTTP/1.1"]);
  });

  test.each(["/a b", "/\r\nX: y", "/\n", "/\0", "/\t", "/\x7f", "/\u00e9", "/\u010d\u010a", "/\ud83d\ude00"])(
    "%j cannot be sent and reaches no server",
    async (target) => {
      const server = await serve(answering());
      const error = await fails(openPool().request("GET", server.url(target)), LocalProtocolError);
      expect(error.reason).toBe("invalid-target");
      expect(server.peers).toHaveLength(0);
    },
  );
});

describe("extensions.target", () => {
  test.each(["*", "http://other.example/x", "/un{escaped}", "other.example:443"])(
    "%s goes out as it is",
    async (target) => {
      const line = await lineOf((url) => openPool().request("OPTIONS", `${url}/ignored`, { extensions: { target } }));
      expect(line).toBe(`OPTIONS ${target} HTTP/1.1`);
    },
  );

  test("can be octets, and changes neither Host nor the server spoken to", async () => {
    const server = await serve(answering());
    const target = new TextEncoder().encode("http://other.example/x");
    await openPool().request("GET", server.url("/y"), { extensions: { target } });
    expect((await server.peer(0)).received).toBe(
      `GET http://other.example/x HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`,
    );
  });

  test.each(["", "/a b", "/\r\nHost: x", Uint8Array.of(0x2f, 0x80), Uint8Array.of(0x2f, 0x0a)])(
    "%j cannot be sent",
    async (target) => {
      const server = await serve(answering());
      const error = await fails(
        openPool().request("GET", server.url(), { extensions: { target } }),
        LocalProtocolError,
      );
      expect(error.reason).toBe("invalid-target");
      expect(server.peers).toHaveLength(0);
    },
  );
});

test("the functions of the module send as a pool does", async () => {
  const server = await serve(answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"));
  const response = await request("GET", server.url("/x"));
  expect(await response.text()).toBe("ok");
  expect((await server.peer(0)).received).toBe(`GET /x HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
});
