// Slots that cancellation loses upstream: an abort in every step that an exchange takes, told by its own trace, in a pool
// of one connection where others wait. Each time the caller gets its reason, and the others get the slot.

import { getEventListeners } from "node:events";
import { type ConnectionPool, type ConnectionPoolOptions, Proxy, type RequestOptions } from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { openPool } from "../support/outcomes.ts";
import { socksing, tunnelling } from "../support/proxies.ts";
import { answering, endingWhenReused, serve, serveTLS } from "../support/scripted-server.ts";

const reason = new Error("enough");
const IDLE = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 1 idle]>";

interface Way {
  readonly url: string;
  readonly options: ConnectionPoolOptions;
}

const WAYS: Record<string, () => Promise<Way>> = {
  "straight to an origin": async () => ({ url: (await serve(answering())).url(), options: {} }),
  "over TLS": async () => secure({}),
  "in a tunnel": async () => {
    const proxy = await serve(tunnelling());
    return secure({ proxy: new Proxy({ url: proxy.origin, auth: ["u", "p"] }) });
  },
  "through SOCKS5": async () => {
    const proxy = await serve(socksing({ account: "u:p" }));
    return secure({ proxy: `socks5://u:p@127.0.0.1:${proxy.port}` });
  },
};

async function secure(options: ConnectionPoolOptions): Promise<Way> {
  const { cert: ca } = await certificateAuthority();
  const { port } = await serveTLS(await leafFor("localhost"), answering());
  return { url: `https://localhost:${port}/`, options: { ...options, tls: { ca } } };
}

/** Content that comes piece by piece, so that sending has steps. */
const pieces = (): AsyncIterable<string> =>
  (async function* () {
    yield "a";
    yield "b";
  })();

const CALLS: Record<string, () => { method: string; options: RequestOptions }> = {
  GET: () => ({ method: "GET", options: {} }),
  "POST of a source": () => ({ method: "POST", options: { content: pieces() } }),
};

/** The events of `call` on a pool that has `used` connections. */
async function eventsOf(way: Way, call: keyof typeof CALLS, used: number): Promise<string[]> {
  const events: string[] = [];
  const pool = openPool({ ...way.options, maxConnections: 1 });
  for (let i = 0; i < used; i++) await pool.request("GET", way.url);
  const { method, options } = (CALLS[call] as (typeof CALLS)[string])();
  const trace = (event: string): void => void events.push(event);
  await pool.request(method, way.url, { ...options, extensions: { trace } });
  await pool.close();
  return events;
}

describe.each(Object.keys(WAYS))("%s", (name) => {
  test.each(
    Object.keys(CALLS).flatMap((call) => [
      [call, "new", 0],
      [call, "used", 1],
    ]) as [string, string, number][],
  )("%s on a %s connection: an abort at each step gives the slot to who waits", async (call, _what, used) => {
    const way = await (WAYS[name] as () => Promise<Way>)();
    const events = await eventsOf(way, call, used);
    expect(events.length).toBeGreaterThan(8);
    for (const [place, step] of events.entries()) {
      const pool = openPool({ ...way.options, maxConnections: 1 });
      for (let i = 0; i < used; i++) await pool.request("GET", way.url);
      const { method, options } = (CALLS[call] as (typeof CALLS)[string])();
      const abort = new AbortController();
      let seen = 0;
      const trace = (): void => {
        if (seen++ === place) abort.abort(reason);
      };
      const { signal } = abort;
      const aborted = pool.request(method, way.url, { ...options, signal, extensions: { trace } });
      const outcome = aborted.then(
        (response) => response.status,
        (error: unknown) => error,
      );
      const waiting = [1, 2].map(() => pool.request("GET", way.url));
      // What comes behind the last octet comes too late.
      const isLate = /^(http11\.response_closed|pool\.release)/.test(step);
      expect(await outcome, step).toBe(isLate ? 200 : reason);
      for (const response of await Promise.all(waiting)) expect(response.status, step).toBe(200);
      expect(String(pool), step).toBe(IDLE);
      expect(getEventListeners(signal, "abort"), step).toEqual([]);
      await pool.close();
    }
  });
});

/** Sends a GET that is aborted at the event in `place`, and tells which event that was; null: there are no more. */
function abortedAt(pool: ConnectionPool, url: string, place: number) {
  const abort = new AbortController();
  const events: string[] = [];
  const trace = (event: string): void => {
    if (events.push(event) === place + 1) abort.abort(reason);
  };
  const call = pool.request("GET", url, { signal: abort.signal, extensions: { trace } });
  const outcome = call.then(
    () => "answered",
    (error: unknown) => error,
  );
  return { outcome, step: (): string | null => events[place] ?? null };
}

test("an abort at each step of a request that has waited gives its turn to the next", async () => {
  const server = await serve(answering());
  const steps: string[] = [];
  for (let place = 0; steps.length === place; place++) {
    const pool = openPool({ maxConnections: 1 });
    const first = await pool.stream("GET", server.url());
    const { outcome, step } = abortedAt(pool, server.url(), place);
    const last = pool.request("GET", server.url());
    await first.read();
    expect((await last).status).toBe(200);
    await outcome;
    expect(String(pool), String(step())).toBe(IDLE);
    const name = step();
    if (name !== null) steps.push(name);
  }
  expect(steps).toContain("pool.wait.started");
  expect(steps).toContain("pool.wait.complete");
});

test("an abort at each step of a request that is sent again gives its slot to the next", async () => {
  const steps: string[] = [];
  for (let place = 0; steps.length === place; place++) {
    const server = await serve(endingWhenReused);
    const pool = openPool({ maxConnections: 1 });
    await pool.request("GET", server.url());
    const { outcome, step } = abortedAt(pool, server.url(), place);
    const last = pool.request("GET", server.url());
    await outcome;
    expect((await last).status).toBe(200);
    expect(String(pool), String(step())).toBe(IDLE);
    const name = step();
    if (name !== null) steps.push(name);
  }
  expect(steps.filter((step) => step === "pool.acquire.started")).toHaveLength(2);
});

test("aborts at many moments lose no slot", async () => {
  const server = await serve(answering());
  const pool = openPool({ maxConnections: 3 });
  let aborted = 0;
  for (let round = 0; round < 20; round++) {
    const calls = Array.from({ length: 30 }, async (_, i) => {
      const abort = new AbortController();
      const call = pool.request("GET", server.url(), { signal: abort.signal }).catch((error: unknown) => error);
      for (let turns = (i * 7 + round) % 11; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      abort.abort(reason);
      if ((await call) === reason) aborted++;
    });
    await Promise.all(calls);
    const after = Array.from({ length: 6 }, () => pool.request("GET", server.url()));
    for (const response of await Promise.all(after)) expect(response.status).toBe(200);
  }
  expect(aborted).toBeGreaterThan(100);
  expect(String(pool)).toContain("[Requests: 0 active, 0 queued | Connections: 0 active");
});
