// Time limits and aborts, in each phase: the right error, and nothing left behind.

import type { ConnectionPool, RequestOptions } from "httpcore";
import { cases, equal, eventually, holds, rejects, sleep, type Tools } from "./harness.ts";

const LIMIT = 60;

async function leavesNothing(pool: ConnectionPool): Promise<void> {
  await eventually(() => pool.connections.length === 0, "no connection is left");
}

const within = (timeout: object): RequestOptions => ({ extensions: { timeout } });

/** Content without end, which is taken until it is given up. */
async function* endless(): AsyncGenerator<Uint8Array> {
  while (true) yield new Uint8Array(65_536);
}

/** Aborts while `call` is under way: it is rejected with the reason itself, and the pool is empty. */
async function aborts(
  { open }: Tools,
  call: (pool: ConnectionPool, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const pool = open();
  const controller = new AbortController();
  const reason = new Error("no more");
  let rejection: unknown;
  const settled = call(pool, controller.signal).catch((error) => {
    rejection = error;
  });
  await sleep(LIMIT);
  equal(rejection, undefined, "rejection before the abort");
  controller.abort(reason);
  await settled;
  holds(rejection === reason, `the reason itself, not ${String(rejection)}`);
  await leavesNothing(pool);
}

export const timeoutCases = cases("timeout", {
  "connect, to a host that does not answer": async ({ open, full }) => {
    const pool = open({ timeout: { connect: LIMIT } });
    const error = await rejects(pool.request("GET", full), "ConnectTimeout");
    equal([error.phase, error.code], ["connect", "ERR_CONNECT_TIMEOUT"]);
    await leavesNothing(pool);
  },
  "connect, in the TLS handshake": async ({ open, silent }) => {
    const pool = open({ timeout: { connect: LIMIT } });
    await rejects(pool.request("GET", silent), "ConnectTimeout");
    await leavesNothing(pool);
  },
  "read, before the head": async ({ open, plain }) => {
    const pool = open();
    equal(
      (await rejects(pool.request("GET", `${plain}/stall`, within({ read: LIMIT })), "ReadTimeout")).phase,
      "receive",
    );
    await leavesNothing(pool);
  },
  "read, within content": async ({ open, plain }) => {
    // Long enough for the head, even on a machine that is busy.
    const pool = open({ timeout: { read: 10 * LIMIT } });
    const response = await pool.stream("GET", `${plain}/stall-content`);
    await rejects(response.read(), "ReadTimeout");
    await leavesNothing(pool);
  },
  "read is put off by every octet": async ({ open, plain }) => {
    equal((await open({ timeout: { read: 500 } }).request("GET", `${plain}/dribble`)).content.length, 12);
  },
  write: async ({ open, plain }) => {
    const pool = open({ timeout: { write: LIMIT } });
    await rejects(pool.request("POST", `${plain}/stuck`, { content: endless() }), "WriteTimeout");
    await leavesNothing(pool);
  },
  pool: async ({ open, plain }) => {
    const pool = open({ maxConnections: 1 });
    const response = await pool.stream("GET", `${plain}/large`);
    await rejects(pool.request("GET", `${plain}/hello`, within({ pool: LIMIT })), "PoolTimeout");
    await response.close();
    equal((await pool.request("GET", `${plain}/hello`)).status, 200);
  },
  total: async ({ open, plain }) => {
    const pool = open();
    await rejects(pool.request("GET", `${plain}/stall`, within({ total: LIMIT })), "TotalTimeout");
    await leavesNothing(pool);
  },
  "limits that are not passed fail nothing": async ({ open, plain }) => {
    const timeout = { connect: 5000, read: 5000, write: 5000, pool: 5000, total: 10_000 };
    equal((await open({ timeout }).request("GET", `${plain}/hello`)).status, 200);
  },
  "wrong limits are refused": async ({ open, refused }) => {
    await rejects(open().request("GET", refused, within({ none: 1 })), "TypeError");
    await rejects(open().request("GET", refused, within({ read: -1 })), "TypeError");
  },
});

export const abortCases = cases("abort", {
  "before anything": async ({ open, refused }) => {
    const reason = { why: "not an error" };
    const call = open().request("GE T", refused, { signal: AbortSignal.abort(reason) });
    const rejection = await call.then(
      () => "fulfilled",
      (error: unknown) => error,
    );
    holds(rejection === reason, "the reason itself");
  },
  "while connecting": (tools) => aborts(tools, (pool, signal) => pool.request("GET", tools.full, { signal })),
  "in the TLS handshake": (tools) => aborts(tools, (pool, signal) => pool.request("GET", tools.silent, { signal })),
  "before the head": (tools) =>
    aborts(tools, (pool, signal) => pool.request("GET", `${tools.plain}/stall`, { signal })),
  "within content": (tools) =>
    aborts(tools, (pool, signal) => pool.request("GET", `${tools.plain}/stall-content`, { signal })),
  "while content is read": (tools) =>
    aborts(tools, async (pool, signal) =>
      (await pool.stream("GET", `${tools.plain}/stall-content`, { signal })).read(),
    ),
  "while content is sent": (tools) =>
    aborts(tools, (pool, signal) => pool.request("POST", `${tools.plain}/stuck`, { content: endless(), signal })),
  "in the queue": async ({ open, plain }) => {
    const pool = open({ maxConnections: 1 });
    const response = await pool.stream("GET", `${plain}/large`);
    const controller = new AbortController();
    const queued = pool.request("GET", `${plain}/hello`, { signal: controller.signal });
    controller.abort();
    await rejects(queued, "AbortError");
    await response.close();
    equal((await pool.request("GET", `${plain}/hello`)).status, 200);
  },
  "AbortSignal.timeout": async ({ open, plain }) => {
    const call = open().request("GET", `${plain}/stall`, { signal: AbortSignal.timeout(LIMIT) });
    await rejects(call, "TimeoutError");
  },
  "a signal that comes to nothing": async ({ open, plain }) => {
    const controller = new AbortController();
    equal((await open().request("GET", `${plain}/hello`, { signal: controller.signal })).status, 200);
    controller.abort();
  },
});
