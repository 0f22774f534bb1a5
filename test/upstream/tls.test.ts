// TLS faults of upstream: names with a trailing dot, options that are changed under their owner, and ends without a
// good-bye that reach the caller as an error of somebody else's.

import { HTTPCoreError, Proxy } from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, openPool, rejection, turn } from "../support/outcomes.ts";
import { join, tunnelling } from "../support/proxies.ts";
import { answering, type Peer, serve, serveTLS } from "../support/scripted-server.ts";

const { cert: ca } = await certificateAuthority();
const leaf = await leafFor("named.example");
const resolve = (): string[] => ["127.0.0.1"];

/** The name that a TLS connection was asked for. */
const nameOf = ({ socket }: Peer): unknown => (socket as Peer["socket"] & { servername?: unknown }).servername;

describe("a trailing dot is no part of the name in SNI and certificates", () => {
  test("of an origin; Host keeps it", async () => {
    const server = await serveTLS(leaf, answering());
    const pool = openPool({ resolve, tls: { ca } });
    expect((await pool.request("GET", `https://named.example.:${server.port}/`)).status).toBe(200);
    const peer = await server.peer(0);
    expect(nameOf(peer)).toBe("named.example");
    expect(peer.received).toContain(`\r\nHost: named.example.:${server.port}\r\n`);
  });

  test("of an origin in a tunnel; CONNECT keeps it", async () => {
    const server = await serveTLS(leaf, answering());
    const proxy = await serve(tunnelling());
    const pool = openPool({ proxy: proxy.origin, tls: { ca } });
    expect((await pool.request("GET", `https://named.example.:${server.port}/`)).status).toBe(200);
    expect(nameOf(await server.peer(0))).toBe("named.example");
    expect((await proxy.peer(0)).received).toContain(`CONNECT named.example.:${server.port} `);
  });

  test("of a proxy", async () => {
    const server = await serveTLS(leaf, answering());
    const proxy = new Proxy({ url: `https://named.example.:${server.port}`, tls: { ca } });
    expect((await openPool({ resolve, proxy }).request("GET", "http://x.example/")).status).toBe(200);
    expect(nameOf(await server.peer(0))).toBe("named.example");
  });
});

test("what a caller gives for TLS is not changed, and serves many pools", async () => {
  const server = await serveTLS(leaf, answering());
  const alpnProtocols = Object.freeze(["http/1.1"]) as string[];
  const tls = Object.freeze({ ca, alpnProtocols, servername: "named.example" });
  for (let i = 0; i < 2; i++) {
    expect((await openPool({ tls }).request("GET", server.url())).status).toBe(200);
  }
  expect(tls).toEqual({ ca, alpnProtocols: ["http/1.1"], servername: "named.example" });
});

test.each(["a FIN", "a reset"])("%s below TLS while content goes out is an error of this package", async (how) => {
  const origin = await serveTLS(leaf, () => {});
  const wire = await serve((peer) => join(peer, origin.port, 0));
  const pool = openPool({ resolve, tls: { ca } });
  let isGivenUp = false;
  const content = (async function* () {
    try {
      yield "first";
      await (await origin.peer(0)).until("first");
      const peer = await wire.peer(0);
      // No alert says that it ends.
      if (how === "a FIN") peer.end();
      else peer.reset();
      while (true) {
        yield "more";
        await turn();
      }
    } finally {
      isGivenUp = true;
    }
  })();
  const url = `https://named.example:${wire.port}/`;
  const error = await rejection(pool.request("POST", url, { content }));
  expect(error).toBeInstanceOf(HTTPCoreError);
  expect((error as HTTPCoreError).origin).toBe(url.slice(0, -1));
  expect(pool.connections).toEqual([]);
  await eventually(() => isGivenUp, "the source is given up");
});
