// Aborts over a network in memory, many in a second, and whether a slot was lost to one.
//
// Most calls of a script are aborted: within the turn that begins them, at a time, or as head or content come. When all is
// over, the servers start again, and as many requests as there are slots must have a connection each at the same time.

import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ConnectionPool, type Response } from "httpcore";
import { RunningCall } from "./exchange-caller.ts";
import { type Call, type ConnectionScript, type Script, scripts } from "./exchange-script.ts";
import { MemoryWorld } from "./memory-world.ts";
import type { Target } from "./target.ts";

const ANSWERING: ConnectionScript = {
  connect: "at once",
  writes: "at once",
  steps: [
    { do: "request" },
    {
      do: "send",
      answer: { kind: "honest", status: 200, framing: "content-length", size: 2, extra: "", surplus: "", octets: "" },
      upTo: null,
      cuts: [],
      gap: 0,
    },
  ],
  repeats: "forever",
};

/** Some are not aborted: they leave idle connections for others. */
const moment: fc.Arbitrary<Call["abort"]> = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(fc.nat(8), fc.nat(60)).map((microtasks) => ({ microtasks })) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1, 2, 6, 15) },
  { weight: 1, arbitrary: fc.constantFrom("before", "at head", "at content") },
  { weight: 3, arbitrary: fc.constant(null) },
);

const moments = fc.array(moment, { minLength: 6, maxLength: 6 });

/** Servers that answer, mostly: an exchange must get as far as to where it is aborted. */
const servers = fc.constantFrom("as they are", "answering", "answering");

// Responses are not left as they are: that keeps a slot, and rightly.
const aborted: fc.Arbitrary<Script> = fc.tuple(scripts, moments, servers).map(
  ([script, chosen, kind]): Script => ({
    ...script,
    connections: kind === "answering" ? [ANSWERING] : script.connections,
    closeAt: null,
    calls: script.calls.map((call, i) => ({
      ...call,
      abort: chosen[i] ?? null,
      ending: call.ending === "leave" ? "read" : call.ending,
    })),
  }),
);

const poolOf = (active: number): string =>
  `<ConnectionPool [Requests: ${active} active, 0 queued | Connections: ${active} active, 0 idle]>`;

async function check(script: Script): Promise<void> {
  const complaints: string[] = [];
  const notice = (reason: unknown): void => void complaints.push(`nobody handles the rejection with ${String(reason)}`);
  process.on("unhandledRejection", notice);
  const world = new MemoryWorld(script.connections);
  const pool = new ConnectionPool({ ...script.pool, networkBackend: world });
  try {
    const calls = script.calls.map((call, index) => new RunningCall(call, index, world, pool));
    await world.rest();
    for (const call of calls) {
      complaints.push(...call.complaints);
      if (call.isBounded) complaints.push(...call.pending.map((what) => `unsettled: ${what}`));
      if (call.pending.length === 0 && call.listenerCount > 0)
        complaints.push(`${call.listenerCount} listeners are left on a signal`);
    }
    // An abort that waits for a head or content may wait for ever.
    if (calls.every((call) => call.pending.length === 0)) complaints.push(...(await lostSlots(script, world, pool)));
    await pool.close();
    await world.rest();
    complaints.push(...calls.flatMap((call) => call.pending).map((what) => `unsettled after close: ${what}`));
    if (String(pool) !== poolOf(0)) complaints.push(`the closed pool is ${pool}`);
    complaints.push(...world.complaints());
  } finally {
    await world.close();
    process.removeListener("unhandledRejection", notice);
  }
  deepStrictEqual(complaints, []);
}

async function lostSlots({ pool: limits }: Script, world: MemoryWorld, pool: ConnectionPool): Promise<string[]> {
  if (!/ 0 active, 0 queued .* 0 active/.test(String(pool))) return [`all is over, but the pool is ${pool}`];
  world.startAgain(ANSWERING);
  await world.rest();
  if (String(pool) !== poolOf(0)) return [`all is over and every connection closed, but the pool is ${pool}`];
  const slots = Math.min(limits.maxConnections, limits.maxConnectionsPerOrigin);
  const responses: Response[] = [];
  for (let i = 0; i < slots; i++) {
    pool.stream("GET", `${world.origin("a")}/slot-${i}`).then((response) => responses.push(response));
  }
  await world.rest();
  if (responses.length !== slots || String(pool) !== poolOf(slots)) {
    return [`${responses.length} of ${slots} requests have a connection; the pool is ${pool}`];
  }
  for (const response of responses) await response.close();
  return [];
}

export const memoryAborts: Target<Script> = {
  name: "memory-aborts",
  claim: "over a network in memory, no abort takes a slot away",
  defaultRuns: 1_000,
  cases: aborted,
  isAsync: true,
  check,
};
