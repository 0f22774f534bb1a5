// `retries`: connecting, and nothing else, is tried again.

import {
  ConnectError,
  type ConnectOptions,
  ConnectTimeout,
  defaultBackend,
  type NetworkBackend,
  type NetworkConnection,
  type NetworkReceiver,
  RemoteProtocolError,
  TotalTimeout,
} from "httpcore";
import { expect, test } from "vitest";
import { HangingBackend } from "../support/backends.ts";
import { selfSigned } from "../support/certificates.ts";
import { eventually, fails, openPool, rejection } from "../support/outcomes.ts";
import { answering, NOBODY, serve, serveTLS } from "../support/scripted-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";

/** The real network; the first attempts go to where nobody listens. */
class LateServer implements NetworkBackend {
  readonly runtime = "late-server";
  attempts = 0;
  readonly #refused: number;

  constructor(refused: number) {
    this.#refused = refused;
  }

  connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    const port = this.attempts++ < this.#refused ? 1 : options.port;
    return defaultBackend.connectTcp({ ...options, port }, receiver);
  }
}

test("none unless asked for", async () => {
  const networkBackend = new LateServer(1);
  const server = await serve(answering());
  await fails(openPool({ networkBackend }).request("GET", server.url()), ConnectError);
  expect(networkBackend.attempts).toBe(1);
});

test("a refused connection is tried again, at once and then after half a second", async () => {
  const networkBackend = new LateServer(2);
  const server = await serve(answering());
  const delays: unknown[] = [];
  const pool = openPool({
    networkBackend,
    retries: 2,
    trace: (event, info) => {
      if (event === "connection.retry.started") delays.push(info.delay);
    },
  });
  // A one-shot source: nothing of it is used up by attempts.
  const content = (async function* () {
    yield "content";
  })();
  expect(await (await pool.request("POST", server.url(), { content })).text()).toBe("ok");
  expect((await server.peer(0)).received).toContain("7\r\ncontent\r\n0\r\n\r\n");
  expect(networkBackend.attempts).toBe(3);
  expect(delays).toEqual([0, 500]);
});

test("when no attempt is left the last error is the caller's", async () => {
  const networkBackend = new LateServer(9);
  const pool = openPool({ networkBackend, retries: 1 });
  const error = await fails(pool.request("GET", NOBODY), ConnectError);
  expect(error.cause).toBeInstanceOf(Error);
  expect(networkBackend.attempts).toBe(2);
  expect(String(pool)).toBe(EMPTY);
});

test("timeout.connect holds for each attempt", async () => {
  const networkBackend = new HangingBackend();
  const pool = openPool({ networkBackend, retries: 1, timeout: { connect: 60 } });
  await fails(pool.request("GET", "http://a/"), ConnectTimeout);
  expect(networkBackend.signals.map((signal) => signal.aborted)).toEqual([true, true]);
  expect(String(pool)).toBe(EMPTY);
});

test("timeout.total does not begin anew", async () => {
  const networkBackend = new HangingBackend();
  const pool = openPool({ networkBackend, retries: 5, timeout: { connect: 40, total: 60 } });
  await fails(pool.request("GET", "http://a/"), TotalTimeout);
  for (const { aborted } of networkBackend.signals) expect(aborted).toBe(true);
  expect(String(pool)).toBe(EMPTY);
});

test("a certificate that fails is a failure to connect", async () => {
  const server = await serveTLS(await selfSigned(), answering());
  await fails(openPool({ retries: 1 }).request("GET", server.url()), ConnectError);
  expect(server.peers.length).toBe(0);
});

test("what happens after connecting is not tried again", async () => {
  const server = await serve((peer) => peer.end());
  await fails(openPool({ retries: 3 }).request("GET", server.url()), RemoteProtocolError);
  expect(server.peers).toHaveLength(1);
});

test.each(["abort", "close"])("%s between two attempts ends them", async (way) => {
  const controller = new AbortController();
  const reason = new Error("enough");
  let pauses = 0;
  const pool = openPool({
    retries: 9,
    trace: (event) => {
      if (event !== "connection.retry.started" || ++pauses < 2) return;
      if (way === "abort") controller.abort(reason);
      else pool.close();
    },
  });
  const error = await rejection(pool.request("GET", NOBODY, { signal: controller.signal }));
  if (way === "abort") expect(error).toBe(reason);
  expect(pauses).toBe(2);
  await eventually(() => String(pool) === EMPTY);
});

test("an attempt that comes through late is closed", async () => {
  const server = await serve(() => {});
  const networkBackend: NetworkBackend = {
    runtime: "slow",
    // Heeds no signal, as it should, and comes when nobody waits any more.
    connectTcp: async (options, receiver) => {
      await new Promise((resolve) => setTimeout(resolve, 80));
      return defaultBackend.connectTcp({ ...options, signal: new AbortController().signal }, receiver);
    },
  };
  const pool = openPool({ networkBackend, timeout: { connect: 30 } });
  await fails(pool.request("GET", server.url()), ConnectTimeout);
  await (await server.peer(0)).gone;
});
