// Tunnels through HTTP proxies: what CONNECT says, what its replies do, and what goes through.

import { ConnectError, ConnectTimeout, Proxy, ProxyError, RemoteProtocolError } from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { dribble, ESTABLISHED, tunnelling } from "../support/proxies.ts";
import { answering, type Script, serve, serveTLS } from "../support/scripted-server.ts";

/** A TLS origin for `localhost`, and what trusts it. */
async function secureOrigin(script: Script = answering()) {
  const { cert: ca } = await certificateAuthority();
  const origin = await serveTLS(await leafFor("localhost"), script);
  return { origin, url: `https://localhost:${origin.port}/`, tls: { ca } };
}

describe("CONNECT", () => {
  test("names host and port, twice, and nothing else", async () => {
    const { origin, url, tls } = await secureOrigin();
    const proxy = await serve(tunnelling());
    const pool = openPool({ proxy: proxy.origin, tls });
    for (let i = 0; i < 2; i++) expect((await pool.request("GET", `${url}x`)).status).toBe(200);
    expect(proxy.peers.length).toBe(1);
    const place = `localhost:${origin.port}`;
    const { received } = await proxy.peer(0);
    expect(received).toMatch(new RegExp(`^CONNECT ${place} HTTP/1\\.1\\r\\nHost: ${place}\\r\\n\\r\\n\\x16\\x03`));
    expect((await origin.peer(0)).received).toBe(`GET /x HTTP/1.1\r\nHost: ${place}\r\n\r\n`.repeat(2));
    expect(pool.connections.map(String)).toEqual([
      `<HTTPConnection ['https://${place}', HTTP/1.1, IDLE, Request Count: 2]>`,
    ]);
  });

  test.each([
    ["https://example.com/", "example.com:443"],
    ["wss://example.com:8443/", "example.com:8443"],
    ["ws://example.com/", "example.com:80"],
    ["https://[2001:DB8::1]/", "[2001:db8::1]:443"],
    ["https://[fe80::1%25eth0]:44/", "[fe80::1]:44"],
    ["https://192.0.2.1/", "192.0.2.1:443"],
  ])("%s is asked for as %s", async (url, place) => {
    const proxy = await serve(answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"));
    await fails(openPool({ proxy: proxy.origin }).request("GET", url), ProxyError);
    expect((await proxy.peer(0)).received).toBe(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n\r\n`);
  });

  test("carries the proxy's headers behind its credentials, in order, case and number", async () => {
    const { url, tls } = await secureOrigin();
    const server = await serve(tunnelling());
    const headers = [
      ["X-a", "1"],
      ["x-A", "2"],
      ["X-Raw", Uint8Array.of(0xff)],
    ] as const;
    const proxy = new Proxy({ url: server.origin, auth: ["Zoë", "pass:word"], headers });
    await openPool({ proxy, tls }).request("GET", url);
    const basic = Buffer.from("Zoë:pass:word").toString("base64");
    const lines = `\r\nProxy-Authorization: Basic ${basic}\r\nX-a: 1\r\nx-A: 2\r\nX-Raw: \xff\r\n\r\n`;
    expect((await server.peer(0)).received).toContain(lines);
  });

  test("takes user and password from the URL, percent-encoding undone", async () => {
    const { url, tls } = await secureOrigin();
    const server = await serve(tunnelling());
    await openPool({ proxy: server.origin.replace("//", "//us%40er:p%3Aa%C3%A9%2F@"), tls }).request("GET", url);
    const basic = Buffer.from("us@er:p:aé/").toString("base64");
    expect((await server.peer(0)).received).toContain(`\r\nProxy-Authorization: Basic ${basic}\r\n\r\n`);
  });
});

describe("a reply that opens the tunnel", () => {
  test.each([
    ["201", "HTTP/1.1 201 Created\r\n\r\n"],
    ["299 without a reason", "HTTP/1.1 299 \r\n\r\n"],
    ["HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n"],
    ["a length, which means nothing here", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"],
    ["chunks, which mean nothing here", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ["a wish to close", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"],
    ["interim responses in front", `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n${ESTABLISHED}`],
  ])("%s", async (_what, reply) => {
    const { url, tls } = await secureOrigin();
    const proxy = await serve(tunnelling(reply));
    const pool = openPool({ proxy: proxy.origin, tls });
    expect(await (await pool.request("GET", url)).text()).toBe("ok");
    expect(await (await pool.request("GET", url)).text()).toBe("ok");
    expect(proxy.peers.length).toBe(1);
  });

  test("octet by octet", async () => {
    const { url, tls } = await secureOrigin();
    const proxy = await serve(tunnelling(`HTTP/1.1 102 Processing\r\n\r\n${ESTABLISHED}`, dribble));
    expect((await openPool({ proxy: proxy.origin, tls }).request("GET", url)).status).toBe(200);
  });

  test("plain ws stays plain in it", async () => {
    const origin = await serve(answering());
    const proxy = await serve(tunnelling());
    const pool = openPool({ proxy: proxy.origin });
    const url = origin.url("/chat").replace("http:", "ws:");
    for (let i = 0; i < 2; i++) expect(await (await pool.request("GET", url)).text()).toBe("ok");
    expect((await origin.peer(0)).received).toMatch(/^GET \/chat HTTP\/1\.1\r\n/);
    expect(proxy.peers.length).toBe(1);
  });

  test("a proxy that closes behind it", async () => {
    for (const scheme of ["ws", "wss"]) {
      const proxy = await serve(async (peer) => {
        await peer.request();
        peer.end(ESTABLISHED);
      });
      const pool = openPool({ proxy: proxy.origin });
      const ErrorClass = scheme === "ws" ? RemoteProtocolError : ConnectError;
      await fails(pool.request("GET", `${scheme}://localhost:1/`), ErrorClass);
      expect(pool.connections).toEqual([]);
      await (await proxy.peer(0)).gone;
    }
  });
});

describe("a refusal", () => {
  const refusing = (reply: string): Script => answering(reply);

  test("carries status, headers and content", async () => {
    const reply =
      "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 4\r\n\r\nno!\n";
    const server = await serve(refusing(reply));
    const proxy = new Proxy({ url: server.origin, auth: ["user", "pa55word"] });
    const pool = openPool({ proxy });
    const error = await fails(pool.request("GET", "https://example.com/"), ProxyError);
    expect([error.status, error.headers?.get("proxy-authenticate")]).toEqual([407, "Basic"]);
    expect(Buffer.from(error.content ?? []).toString()).toBe("no!\n");
    expect(error).toMatchObject({ code: "ERR_PROXY_ERROR", origin: "https://example.com:443", phase: "connect" });
    const place = `127.0.0.1:${server.port}`;
    expect(error.message).toBe(
      `the proxy ${place} refused to connect to example.com:443: 407 Proxy Authentication Required`,
    );
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
    expect(server.peers.length).toBe(1);
  });

  test.each([
    ["chunked", "HTTP/1.1 502 Bad\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", 502, "no"],
    ["no content", "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", 302, ""],
    ["a status without content", "HTTP/1.1 304 Not Modified\r\n\r\n", 304, ""],
    ["broken content", "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\nxx\r\n", 500, "no"],
    ["interim responses in front", "HTTP/1.1 103 x\r\n\r\nHTTP/1.1 407 \r\nContent-Length: 1\r\n\r\nx", 407, "x"],
  ])("%s", async (_what, reply, status, content) => {
    const server = await serve(refusing(reply));
    const error = await fails(openPool({ proxy: server.origin }).request("GET", "wss://x.example/"), ProxyError);
    expect([error.status, Buffer.from(error.content ?? []).toString()]).toEqual([status, content]);
  });

  test.each(["HTTP/1.1 403 No\r\n\r\nclosed", "HTTP/1.1 403 No\r\nContent-Length: 99\r\n\r\nclosed"])(
    "content that ends with the connection, wished or not",
    async (reply) => {
      const server = await serve(async (peer) => {
        await peer.request();
        peer.end(reply);
      });
      const error = await fails(openPool({ proxy: server.origin }).request("GET", "https://x.example/"), ProxyError);
      expect(Buffer.from(error.content ?? []).toString()).toBe("closed");
    },
  );

  test("at most 64 KiB of endless content", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 403 No\r\n\r\n");
      const more = (): void => {
        while (!peer.socket.destroyed && peer.socket.write("z".repeat(10_000))) {}
      };
      peer.socket.on("drain", more);
      more();
    });
    const pool = openPool({ proxy: server.origin });
    const error = await fails(pool.request("GET", "https://x.example/"), ProxyError);
    expect(error.content?.length).toBe(65_536);
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
  });

  test("content that does not come is waited for a second, and no attempt is made again", async () => {
    const server = await serve(refusing("HTTP/1.1 407 x\r\nContent-Length: 10\r\n\r\nsome"));
    const pool = openPool({ proxy: server.origin, retries: 2 });
    const error = await fails(pool.request("GET", "https://x.example/"), ProxyError);
    expect([error.status, new TextDecoder().decode(error.content)]).toEqual([407, "some"]);
    expect(pool.connections).toEqual([]);
    expect(server.peers).toHaveLength(1);
    await (await server.peer(0)).gone;
  });

  test("timeout.connect covers it", async () => {
    const server = await serve(refusing("HTTP/1.1 407 x\r\nContent-Length: 10\r\n\r\n"));
    const pool = openPool({ proxy: server.origin, timeout: { connect: 50 } });
    await fails(pool.request("GET", "https://x.example/"), ConnectTimeout);
    await (await server.peer(0)).gone;
  });
});

describe("what is no reply", () => {
  test.each([
    ["garbage", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "invalid-version"],
    ["another version", "HTTP/2.0 200 OK\r\n\r\n", "invalid-version"],
    ["a bad header", "HTTP/1.1 200 OK\r\nAb\r\n\r\n", "missing-colon"],
    ["101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "unexpected-upgrade"],
    ["a bare LF", "HTTP/1.1 200 OK\n\n", "bare-lf"],
    ["endless interim responses", "HTTP/1.1 100 x\r\n\r\n".repeat(1000), "max-informational"],
    ["endless lines", `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(1000)}`, "max-header-lines"],
    ["an endless head", `HTTP/1.1 200 OK\r\nA: ${"b".repeat(100_000)}`, "max-header-size"],
  ])("%s", async (_what, reply, reason) => {
    const server = await serve(answering(reply));
    const pool = openPool({ proxy: server.origin });
    const error = await fails(pool.request("GET", "https://x.example/"), RemoteProtocolError);
    expect(error.reason).toBe(reason);
    expect(error.message).toContain(`the proxy 127.0.0.1:${server.port}`);
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
    expect(server.peers.length).toBe(1);
  });

  test.each([
    ["nothing", "", "no-response"],
    ["half a head", "HTTP/1.1 200 O", "incomplete-head"],
  ])("%s, and the end", async (_what, reply, reason) => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end(reply);
    });
    const error = await fails(
      openPool({ proxy: server.origin }).request("GET", "https://x.example/"),
      RemoteProtocolError,
    );
    expect(error.reason).toBe(reason);
    await (await server.peer(0)).gone;
  });

  test("a reset is a ConnectError, with the runtime's own error", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.reset();
    });
    const error = await fails(openPool({ proxy: server.origin }).request("GET", "https://x.example/"), ConnectError);
    expect(error.cause).toMatchObject({ code: "ECONNRESET" });
    expect(error.message).toContain("the proxy 127.0.0.1:");
  });

  test("leniency of the pool's is leniency with its proxy", async () => {
    const { url, tls } = await secureOrigin();
    const proxy = await serve(tunnelling("HTTP/1.1 200 OK\n\n"));
    const pool = openPool({ proxy: proxy.origin, tls, leniency: ["bare-lf"] });
    expect((await pool.request("GET", url)).status).toBe(200);
  });
});

test("a proxy that cannot be reached is a ConnectError that says so", async () => {
  const pool = openPool({ proxy: "http://user:pa55word@127.0.0.1:1" });
  for (const url of ["http://x.example/", "https://x.example/"]) {
    const error = await fails(pool.request("GET", url), ConnectError);
    expect(error.message).toMatch(/^could not connect to the proxy 127\.0\.0\.1:1: /);
  }
});
