// The steps by which a tunnel is set up, as a tracer hears of them and may hold them.

import { ConnectError, RemoteProtocolError, type Trace } from "httpcore";
import { expect, test } from "vitest";
import { fails, openPool } from "../support/outcomes.ts";
import { ESTABLISHED, tunnelling } from "../support/proxies.ts";
import { answering, serve } from "../support/scripted-server.ts";

// Nobody looked again before TLS: it waited on a dead connection until timeout.connect, or for ever without one.
test.each(["end", "reset"] as const)("a proxy that goes (%s) while TLS is held back is a ConnectError", async (how) => {
  let go = (): void => {};
  const server = await serve(async (peer) => {
    await peer.request();
    peer.send(ESTABLISHED);
    await new Promise<void>((resolve) => {
      go = resolve;
    });
    peer[how]();
  });
  const pool = openPool({ proxy: server.origin, timeout: { connect: Infinity } });
  // Held until the client's socket has heard of it, of which nothing else tells.
  const trace: Trace = (event) => {
    if (event !== "proxy.start_tls.started") return;
    go();
    return new Promise((resolve) => setTimeout(resolve, 100));
  };
  await fails(pool.request("GET", "https://x.example/", { extensions: { trace } }), ConnectError);
  expect(pool.connections).toEqual([]);
});

// Those of every other head are there for who asks, and print nowhere (docs/trace.md).
test("the headers of a reply to CONNECT are not enumerable in its event", async () => {
  const proxy = await serve(tunnelling("HTTP/1.1 200 OK\r\nSet-Cookie: sid=secret\r\n\r\n"));
  const origin = await serve(answering());
  const values: unknown[] = [];
  const trace: Trace = (event, info) => {
    if (event === "http11.receive_response_headers.complete") values.push(info.returnValue);
  };
  const pool = openPool({ proxy: proxy.origin });
  await pool.request("GET", origin.url().replace("http", "ws"), { extensions: { trace } });
  expect(JSON.stringify(values)).not.toContain("secret");
  expect((values[0] as { headers: Headers }).headers.get("set-cookie")).toBe("sid=secret");
});

// The reply to CONNECT was read with the limits that a pool has unless others are given.
test("the pool's limits hold for a reply to CONNECT", async () => {
  const server = await serve(tunnelling(`HTTP/1.1 200 OK\r\nA: ${"b".repeat(2000)}\r\n\r\n`));
  const pool = openPool({ proxy: server.origin, limits: { maxHeaderSize: 1000 } });
  const error = await fails(pool.request("GET", "https://x.example/"), RemoteProtocolError);
  expect(error.reason).toBe("max-header-size");
});
