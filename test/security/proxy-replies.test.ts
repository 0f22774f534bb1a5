// Of the known faults about proxies those of their replies: what opens a tunnel and what does not, octets behind a reply,
// and how often a proxy is asked.

import { ConnectError, Proxy, ProxyError, RemoteProtocolError } from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool, pause, rejection } from "../support/outcomes.ts";
import { CONNECTED, ESTABLISHED, octetsOf, socksing, text, tunnelling } from "../support/proxies.ts";
import { answering, OK, type Peer, serve, serveTLS } from "../support/scripted-server.ts";

/** The schemes that go through a tunnel, with TLS in it and without. */
const TUNNELLED = ["https", "wss", "ws"];

// The fault: octets behind 200 are dropped, taken for the origin's, or make the client connect again and again.
describe("T-connect-extra: octets behind the reply are one error, and one connection", () => {
  const EXTRA = [OK, "\x16\x03\x03\x00\x02", "\r\n", "x"];

  test.each(TUNNELLED.flatMap((scheme) => EXTRA.map((extra) => [scheme, extra])))("%s: %j", async (scheme, extra) => {
    const server = await serve(answering(ESTABLISHED + extra));
    const pool = openPool({ proxy: server.origin });
    const error = await fails(pool.request("GET", `${scheme}://x.example/`), RemoteProtocolError);
    expect(error.reason).toBe("unasked-for-octets");
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
    await pause(30);
    expect(server.peers.length).toBe(1);
    expect((await server.peer(0)).received).toMatch(/\r\n\r\n$/);
  });

  test.each([...TUNNELLED, "http"])("%s, through SOCKS5", async (scheme) => {
    const server = await serve(socksing({ reply: CONNECTED + OK }));
    const pool = openPool({ proxy: `socks5://127.0.0.1:${server.port}` });
    const error = await fails(pool.request("GET", `${scheme}://127.0.0.1:${server.port}/`), RemoteProtocolError);
    expect(error.reason).toBe("unasked-for-octets");
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
  });

  test("behind an earlier reply of SOCKS5 they are the next reply, and judged as that", async () => {
    const server = await serve(async (peer: Peer) => {
      await octetsOf(peer, 0, 3);
      peer.send(text(5, 0) + OK);
    });
    const pool = openPool({ proxy: `socks5://127.0.0.1:${server.port}` });
    const error = await fails(pool.request("GET", "https://x.example/"), RemoteProtocolError);
    expect(error.reason).toBe("invalid-proxy-reply");
  });

  test("in a segment of their own they are no TLS", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(ESTABLISHED);
      await peer.until("\x16\x03");
      peer.send(OK);
    });
    const pool = openPool({ proxy: server.origin });
    await fails(pool.request("GET", "https://x.example/"), ConnectError);
    expect(pool.connections).toEqual([]);
    await (await server.peer(0)).gone;
    expect(server.peers.length).toBe(1);
  });
});

// The fault: what a man in the middle, or the proxy, puts in front of the handshake is read as if it had come within TLS.
describe("T-starttls-inject: octets in front of TLS in a tunnel are not taken for the origin's", () => {
  test("between the reply and the handshake", async () => {
    const { cert: ca } = await certificateAuthority();
    const origin = await serveTLS(await leafFor("localhost"), answering());
    const forged = OK.replace("ok", "no");
    const server = await serve(async (peer) => {
      await tunnelling(ESTABLISHED, (_peer, octets) => {
        peer.send(octets);
        return new Promise<void>((resolve) => setImmediate(() => resolve(peer.send(forged))));
      })(peer, 0);
    });
    const pool = openPool({ proxy: server.origin, tls: { ca } });
    const error = await rejection(pool.request("GET", `https://localhost:${origin.port}/`));
    expect(error instanceof ConnectError || error instanceof RemoteProtocolError, String(error)).toBe(true);
    expect(origin.peers.map(({ received }) => received).join("")).toBe("");
    expect(pool.connections).toEqual([]);
  });
});

// The fault: only 200 opens a tunnel, or an interim response in front of it closes it.
describe("T-connect-status: any 2xx opens the tunnel, interim responses are passed over", () => {
  async function through(reply: string) {
    const { cert: ca } = await certificateAuthority();
    const origin = await serveTLS(await leafFor("localhost"), answering());
    const server = await serve(tunnelling(reply));
    return openPool({ proxy: server.origin, tls: { ca } }).request("GET", `https://localhost:${origin.port}/`);
  }

  test.each([200, 201, 202, 204, 206, 250, 299])("%i", async (status) => {
    expect((await through(`HTTP/1.1 ${status} Fine\r\n\r\n`)).status).toBe(200);
    expect((await through(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 ${status} Fine\r\n\r\n`)).status).toBe(200);
  });

  test.each([300, 304, 400, 407, 500, 999])("%i", async (status) => {
    const error = await fails(through(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`), ProxyError);
    expect(error.status).toBe(status);
  });

  test("16 interim responses and no more", async () => {
    const interim = "HTTP/1.1 102 Processing\r\n\r\n";
    expect((await through(interim.repeat(16) + ESTABLISHED)).status).toBe(200);
    expect((await fails(through(interim.repeat(17) + ESTABLISHED), RemoteProtocolError)).reason).toBe(
      "max-informational",
    );
  });
});

// The fault: a client answers each 407 with the same request again.
describe("T-407-cap: 407 is answered by nothing", () => {
  const REPLY =
    "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nno";

  test("a tunnel: one request, one error", async () => {
    const server = await serve(answering(REPLY));
    const proxy = new Proxy({ url: server.origin, auth: ["user", "wrong"] });
    const pool = openPool({ proxy });
    expect((await fails(pool.request("GET", "https://x.example/"), ProxyError)).status).toBe(407);
    await (await server.peer(0)).gone;
    await pause(30);
    expect(server.peers.map(({ received }) => received.match(/CONNECT/g)?.length)).toEqual([1]);
  });

  test("a forwarded request: one request, one response", async () => {
    const server = await serve(answering(REPLY));
    const pool = openPool({ proxy: server.origin.replace("//", "//user:wrong@") });
    expect((await pool.request("GET", "http://x.example/")).status).toBe(407);
    await eventually(() => pool.connections[0]?.state === "IDLE");
    expect(server.peers.map(({ received }) => received.match(/GET/g)?.length)).toEqual([1]);
  });
});

// The fault: headers for the proxy are put into a map, and of two of one name one is left.
describe("T-proxy-dup-headers: headers of one name are all sent, as they are written", () => {
  const headers = [
    ["Via-Us", "1"],
    ["via-us", "2"],
    ["Via-Us", "1"],
  ] as const;
  const LINES = "\r\nVia-Us: 1\r\nvia-us: 2\r\nVia-Us: 1\r\n\r\n";

  test.each(["http", "https", "ws"])("%s", async (scheme) => {
    const server = await serve(answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"));
    const proxy = new Proxy({ url: server.origin, headers });
    await openPool({ proxy })
      .request("GET", `${scheme}://x.example/`)
      .catch(() => {});
    expect((await server.peer(0)).received).toContain(LINES);
  });

  test("a request's own, too, in front of none and behind none of them", async () => {
    const server = await serve(answering());
    const own = [
      ["A", "1"],
      ["a", "2"],
    ] as const;
    await openPool({ proxy: server.origin }).request("GET", "http://x.example/", { headers: own });
    expect((await server.peer(0)).received).toContain("\r\nHost: x.example\r\nA: 1\r\na: 2\r\n\r\n");
  });
});
