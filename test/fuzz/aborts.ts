// Aborts, and closes of pool and response, at random moments of exchanges over real sockets: test/aborts/ does it at
// every step there is, this one between them.

import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type Disturbance, run } from "../aborts/run.ts";
import { USES, type Use, type UseName } from "../aborts/uses.ts";
import { WAYS, type WayName } from "../aborts/ways.ts";
import { record, type Target } from "./target.ts";

interface AbortCase {
  way: WayName;
  use: UseName;
  tracer: "as it is" | "none";
  by: Disturbance;
  turns: number;
  microtasks: number;
}

/** But for those that wait half a second, and those that need a second address, which proxies and TLS do not know. */
const uses = (Object.keys(USES) as UseName[]).filter(
  (use) => USES[use].refusals < 2 && USES[use].before !== "elsewhere",
);

export const aborts: Target<AbortCase> = {
  name: "aborts",
  claim: "whatever is aborted or closed at any moment, on any way, nothing is left and the next request works",
  defaultRuns: 300,
  cases: record<AbortCase>({
    way: fc.constantFrom(...(Object.keys(WAYS) as WayName[])),
    use: fc.constantFrom(...uses),
    tracer: fc.constantFrom("as it is", "none"),
    by: fc.constantFrom("abort", "abort", "abort", "pool.close()", "response.close()"),
    turns: fc.nat(30),
    microtasks: fc.nat(12),
  }),
  isAsync: true,
  check: async ({ way, use, tracer, by, turns, microtasks }) => {
    const played: Use = tracer === "none" ? { ...USES[use], tracer } : USES[use];
    const { complaints } = await run(way, played, { by, when: { turns, microtasks } });
    deepStrictEqual(complaints, []);
  },
};
