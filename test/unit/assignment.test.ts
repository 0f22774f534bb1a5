// Who serves a request: each answer, at the edge of the numbers that it depends on.

import { expect, test } from "vitest";
import { type Assignment, assign, type PoolView } from "../../src/pool/assignment.ts";

const EMPTY: PoolView = { usable: 0, idleOnRoute: 0, idle: 0, onRoute: 0, total: 0, maxOnRoute: 2, max: 3 };

test.each<[string, Partial<PoolView>, Assignment]>([
  ["nothing is there", {}, "open"],
  ["there is room for one more", { onRoute: 1, total: 2 }, "open"],
  ["an idle one is on the route", { usable: 1, idleOnRoute: 1, idle: 1, onRoute: 1, total: 1 }, "reuse"],
  ["an idle one is on the full route", { usable: 1, idleOnRoute: 1, idle: 1, onRoute: 2, total: 3 }, "reuse"],
  ["the idle one may not be used", { idleOnRoute: 1, idle: 1, onRoute: 1, total: 1 }, "open"],
  [
    "the idle one may not be used, and the route is full",
    { idleOnRoute: 1, idle: 1, onRoute: 2, total: 2 },
    "replace-on-route",
  ],
  ["the route is full", { onRoute: 2, total: 2 }, "wait"],
  ["the route is full, and an idle one is elsewhere", { idle: 1, onRoute: 2, total: 3 }, "wait"],
  ["the route has more than it may", { onRoute: 3, total: 3 }, "wait"],
  ["the pool is full of idle ones", { idle: 3, total: 3 }, "replace"],
  ["the pool is full, and one is idle elsewhere", { idle: 1, onRoute: 1, total: 3 }, "replace"],
  ["the pool is full, and none is idle", { onRoute: 1, total: 3 }, "wait"],
])("%s", (_what, view, assignment) => {
  expect(assign({ ...EMPTY, ...view })).toBe(assignment);
});
