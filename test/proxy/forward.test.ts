// http through an HTTP proxy: the whole URL as target, the proxy's headers, and otherwise a request like any other.

import { Proxy, RemoteProtocolError, Request } from "httpcore";
import { describe, expect, test } from "vitest";
import { fails, openPool, rejection } from "../support/outcomes.ts";
import { answering, OK, serve } from "../support/scripted-server.ts";

describe("the target", () => {
  test.each([
    ["http://Example.com", "http://example.com/", "example.com"],
    ["http://example.com:80/a;b?c", "http://example.com/a;b?c", "example.com"],
    ["http://example.com:8080/?", "http://example.com:8080/?", "example.com:8080"],
    ["http://[2001:db8::1]:81/x#y", "http://[2001:db8::1]:81/x", "[2001:db8::1]:81"],
    ["http://[fe80::1%25eth0]/", "http://[fe80::1]/", "[fe80::1]"],
    ["http://user:pa55word@example.com/%7e", "http://example.com/%7e", "example.com"],
  ])("of %s is %s", async (url, target, host) => {
    const server = await serve(answering());
    await openPool({ proxy: server.origin }).request("GET", url);
    expect((await server.peer(0)).received).toBe(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  });

  test.each([
    ["*", "http://x.example:81"],
    ["/path%2e", "http://x.example:81/path%2e"],
    ["http://other.example/", "http://other.example/"],
  ])("extensions.target %s is %s", async (target, sent) => {
    const server = await serve(answering());
    await openPool({ proxy: server.origin }).request("OPTIONS", "http://x.example:81/", { extensions: { target } });
    expect((await server.peer(0)).received).toBe(`OPTIONS ${sent} HTTP/1.1\r\nHost: x.example:81\r\n\r\n`);
  });

  test("a caller's own CONNECT is one to the proxy", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\n\r\n"));
    const proxy = new Proxy({ url: server.origin, headers: { "X-P": "1" } });
    const extensions = { target: "inside.example:22" };
    const response = await openPool({ proxy }).stream("CONNECT", "http://x.example/", { extensions });
    expect(response.extensions.networkStream).toBeDefined();
    const place = "inside.example:22";
    expect((await server.peer(0)).received).toBe(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\nX-P: 1\r\n\r\n`);
  });
});

describe("the headers", () => {
  const headers = [
    ["X-Proxy", "one"],
    ["x-proxy", "two"],
    ["X-Both", "proxy"],
  ] as const;

  test("the proxy's stand behind Host, but for those that the request has", async () => {
    const server = await serve(answering());
    const proxy = new Proxy({ url: server.origin, auth: ["u", "p"], headers });
    const pool = openPool({ proxy });
    const own = { "X-A": "1", "X-BOTH": "request" };
    await pool.request("POST", "http://x.example/", { headers: own, content: "hi" });
    expect((await server.peer(0)).received).toBe(
      "POST http://x.example/ HTTP/1.1\r\nHost: x.example\r\nProxy-Authorization: Basic dTpw\r\n" +
        "X-Proxy: one\r\nx-proxy: two\r\nX-A: 1\r\nX-BOTH: request\r\nContent-Length: 2\r\n\r\nhi",
    );
  });

  test("wherever Host stands, and whoever has written it", async () => {
    const server = await serve(answering());
    const proxy = new Proxy({ url: server.origin, headers });
    const own = [
      ["X-A", "1"],
      ["host", "x.example"],
      ["X-B", "2"],
    ] as const;
    const response = await openPool({ proxy }).handleRequest(new Request("GET", "http://x.example/", { headers: own }));
    await response.read();
    expect((await server.peer(0)).received).toBe(
      "GET http://x.example/ HTTP/1.1\r\nX-A: 1\r\nhost: x.example\r\n" +
        "X-Proxy: one\r\nx-proxy: two\r\nX-Both: proxy\r\nX-B: 2\r\n\r\n",
    );
  });

  test("a request's own Proxy-Authorization goes in place of the proxy's", async () => {
    const server = await serve(answering());
    const pool = openPool({ proxy: server.origin.replace("//", "//u:p@") });
    await pool.request("GET", "http://x.example/", { headers: { "proxy-authorization": "Bearer x" } });
    const { received } = await server.peer(0);
    expect(received.match(/proxy-authorization: .*/gi)).toEqual(["proxy-authorization: Bearer x"]);
  });

  test("a request without Host is refused as it always is", async () => {
    const server = await serve(answering());
    const proxy = new Proxy({ url: server.origin, headers });
    const error = await rejection(openPool({ proxy }).handleRequest(new Request("GET", "http://x.example/")));
    expect(error).toMatchObject({ reason: "missing-host" });
    expect(server.peers.length).toBe(0);
  });
});

describe("the exchange", () => {
  test("407 is a response like any other, and the connection is used again", async () => {
    const server = await serve(
      answering("HTTP/1.1 407 Nope\r\nProxy-Authenticate: Basic\r\nContent-Length: 3\r\n\r\nwho"),
    );
    const pool = openPool({ proxy: server.origin });
    for (let i = 0; i < 2; i++) {
      const response = await pool.request("GET", "http://x.example/");
      expect([response.status, await response.text()]).toEqual([407, "who"]);
    }
    expect(server.peers.length).toBe(1);
  });

  test("each origin has connections of its own, and prints as itself", async () => {
    const server = await serve(answering());
    const pool = openPool({ proxy: server.origin });
    for (const host of ["a.example", "b.example", "a.example"]) await pool.request("GET", `http://${host}/`);
    expect(server.peers.length).toBe(2);
    expect(pool.connections.map(String)).toEqual([
      "<HTTPConnection ['http://a.example:80', HTTP/1.1, IDLE, Request Count: 2]>",
      "<HTTPConnection ['http://b.example:80', HTTP/1.1, IDLE, Request Count: 1]>",
    ]);
  });

  test("upgrades, chunked content and trailers go through", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nT: 1\r\n\r\n");
      await peer.request();
      peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
    });
    const pool = openPool({ proxy: server.origin });
    const response = await pool.request("POST", "http://x.example/", { content: ["a", "b"] });
    expect([await response.text(), response.trailers.get("t")]).toEqual(["ok", "1"]);
    const headers = { Connection: "upgrade", Upgrade: "x" };
    const upgraded = await pool.stream("GET", "http://x.example/", { headers });
    expect(upgraded.status).toBe(101);
    await upgraded.close();
    expect(server.peers.length).toBe(1);
  });

  test("what the proxy gets wrong is a RemoteProtocolError", async () => {
    const server = await serve(answering("garbage\r\n\r\n"));
    await fails(openPool({ proxy: server.origin }).request("GET", "http://x.example/"), RemoteProtocolError);
  });

  test("limits of connections hold", async () => {
    const server = await serve(answering(OK));
    const pool = openPool({ proxy: server.origin, maxConnections: 1 });
    await Promise.all(["a", "b", "a", "c"].map((host) => pool.request("GET", `http://${host}.example/`)));
    expect(pool.connections.length).toBe(1);
    expect(server.peers.length).toBeGreaterThanOrEqual(3);
  });
});
