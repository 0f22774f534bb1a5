// Exchanges by script, over a network in memory and over sockets: whatever servers do and callers want, every promise
// settles, every answer reaches the one who asked, and afterwards nothing is left: no request, no connection, no
// listener, no rejection that nobody handled.

import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ConnectionPool } from "httpcore";
import { RunningCall } from "./exchange-caller.ts";
import { type Script, scripts } from "./exchange-script.ts";
import { MemoryWorld } from "./memory-world.ts";
import { SocketWorld } from "./socket-world.ts";
import type { Target } from "./target.ts";
import type { World } from "./world.ts";

/** What a pool says of itself. */
const DESCRIPTION =
  /^<ConnectionPool \[Requests: (\d+) active, (\d+) queued \| Connections: (\d+) active, (\d+) idle\]>$/;

interface Counts {
  readonly active: number;
  readonly queued: number;
  readonly busy: number;
  readonly idle: number;
}

function countsOf(pool: ConnectionPool): Counts {
  const [, active, queued, busy, idle] = DESCRIPTION.exec(String(pool)) ?? [];
  return { active: Number(active), queued: Number(queued), busy: Number(busy), idle: Number(idle) };
}

/** Plays each script in its world, all at the same time. */
async function playScripts(plays: readonly (readonly [Script, World])[]): Promise<void> {
  const complaints: string[] = [];
  const notice = (reason: unknown): void => void complaints.push(`nobody handles the rejection with ${String(reason)}`);
  process.on("unhandledRejection", notice);
  try {
    for (const found of await Promise.all(plays.map((play) => complaintsOf(...play)))) complaints.push(...found);
  } finally {
    for (const [, world] of plays) await world.close();
    process.removeListener("unhandledRejection", notice);
  }
  deepStrictEqual(complaints, []);
}

async function complaintsOf(script: Script, world: World): Promise<string[]> {
  const complaints: string[] = [];
  const pool = new ConnectionPool({ ...script.pool, networkBackend: world.backend });
  const calls = script.calls.map((call, index) => new RunningCall(call, index, world, pool));
  if (script.closeAt !== null) world.after(script.closeAt, () => void pool.close());
  const pending = (): string[] => calls.flatMap((call) => call.pending);

  // By itself: all that has a limit ends, and when all has ended the pool has nothing to do.
  const isBusy = (call: RunningCall): boolean => call.isLeft || call.pending.length > 0;
  const isIdle = (): boolean => countsOf(pool).active + countsOf(pool).queued === 0;
  const isOver = (): boolean => !calls.some(isBusy) && isIdle();
  // What is left over may wait for ever, but for the pool to take notice.
  const hasDoneItsPart = (): boolean =>
    calls.every((call) => call.hasBegun && !(call.isBounded && call.pending.length > 0)) && calls.some(isBusy);
  await world.rest(isOver, hasDoneItsPart);
  for (const call of calls) if (call.isBounded) complaints.push(...call.pending.map((what) => `unsettled: ${what}`));
  if (!calls.some(isBusy) && !isIdle()) complaints.push(`all is over, but the pool is ${pool}`);
  if (!calls.some((call) => call.isLeft)) complaints.push(...idlenessOf(pool, script, calls.filter(isBusy), world));

  // With the end of the pool: everything else.
  for (const call of calls) if (call.isLeft) call.leave();
  await pool.close();
  const isClosed = (): boolean => pending().length === 0 && world.complaints().length === 0;
  await world.rest(isClosed, isClosed);
  complaints.push(...pending().map((what) => `unsettled after close: ${what}`));
  const left = countsOf(pool);
  const isEmpty = Object.values(left).every((count) => count === 0) && pool.connections.length === 0;
  if (!isEmpty) complaints.push(`the closed pool is ${pool}`);
  complaints.push(...world.complaints());
  for (const call of calls) {
    complaints.push(...call.complaints);
    if (call.listenerCount > 0) complaints.push(`${call.listenerCount} listeners are left on a signal`);
  }
  return complaints;
}

// What has no limit may wait for a server for ever, but for nothing else: each call that waits is one that the pool knows
// of, a queue is there only where connections may not be opened, and no connection waits for anything but octets.
function idlenessOf(
  pool: ConnectionPool,
  { pool: limits }: Script,
  busy: readonly RunningCall[],
  world: World,
): string[] {
  const complaints = world.stalls();
  if (complaints === null) return [];
  const { active, queued } = countsOf(pool);
  const pending = busy.flatMap((call) => call.pending).join(", ");
  if (active + queued !== busy.length) complaints.push(`waiting: ${pending}; but the pool is ${pool}`);
  const room = Math.min(limits.maxConnections, limits.maxConnectionsPerOrigin);
  if (queued > 0 && active < room) complaints.push(`waiting: ${pending}; there is room, but the pool is ${pool}`);
  return complaints;
}

const claim = "every promise settles, every answer reaches the one who asked, and nothing is left";

export const memoryExchanges: Target<Script> = {
  name: "memory-exchanges",
  claim: `over a network in memory, ${claim}`,
  defaultRuns: 3_000,
  cases: scripts,
  isAsync: true,
  check: (script) => playScripts([[script, new MemoryWorld(script.connections)]]),
};

/** Most of the time is waiting: several scripts wait together. */
const TOGETHER = 8;

export const socketExchanges: Target<Script[]> = {
  name: "socket-exchanges",
  claim: `over sockets, ${claim} (up to ${TOGETHER} scripts a run)`,
  defaultRuns: 60,
  cases: fc.array(scripts, { minLength: 1, maxLength: TOGETHER, size: "max" }),
  isAsync: true,
  check: async (given) => {
    const worlds = await Promise.all(given.map(({ connections }) => SocketWorld.open(connections)));
    await playScripts(given.map((script, index) => [script, worlds[index] as SocketWorld] as const));
  },
};
