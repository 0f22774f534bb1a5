// Aborts, and closes of pool and response, at every step of exchanges over real sockets: nothing is left behind.
//
// The steps are found by themselves: an exchange is run once undisturbed, and then once more for each of its steps and
// each way to disturb it there. The fuzzer goes on at random moments: `npm run fuzz -- --only aborts`.

import { describe, expect, test } from "vitest";
import { type Disturbance, type Disturbed, run } from "./run.ts";
import { MOMENTS, type Moment, type Step } from "./steps.ts";
import { USES, type UseName } from "./uses.ts";
import { WAYS, type WayName } from "./ways.ts";

const moments = Object.keys(MOMENTS) as Moment[];

/** Every way with the plainest use, and every other use without a proxy. */
const EXCHANGES: [WayName, UseName][] = [
  ...(Object.keys(WAYS) as WayName[]).map((way): [WayName, UseName] => [way, "stream"]),
  ...(Object.keys(USES) as UseName[]).slice(1).map((use): [WayName, UseName] => ["direct", use]),
];

/** Steps of an exchange that has to wait half a second between two: the others are those of one that has not. */
const WORTHWHILE: Partial<Record<UseName, string>> = { "retried after a pause": "connection.retry.started" };

/** All disturbances at `steps`; where those take long, each at one moment, not always the same. */
function disturbancesAt(steps: readonly Step[], way: WayName): Disturbed[] {
  const all = steps.flatMap((step) => {
    const closes: Disturbance[] = step.hasResponse ? ["pool.close()", "response.close()"] : ["pool.close()"];
    return (["abort", ...closes] as const).map((by) => ({ by, step }));
  });
  return all.flatMap(({ by, step }, index) => {
    const chosen = /TLS|https/.test(way) ? [moments[index % moments.length] as Moment] : moments;
    return chosen.map((moment) => ({ by, when: { step, moment } }));
  });
}

const told = ({ by, when }: Disturbed): string =>
  "step" in when ? `${by} ${when.moment} ${when.step.name} (${when.step.occurrence})` : by;

describe("an exchange that is disturbed at each of its steps leaves nothing", () => {
  test.each(EXCHANGES)("%s, %s", { timeout: 60_000 }, async (way, use) => {
    const { steps, complaints } = await run(way, USES[use], null);
    expect(complaints).toEqual([]);
    const looked = steps.filter(({ name }) => (WORTHWHILE[use] ?? name) === name);
    expect(looked.length).toBeGreaterThan(1);
    const failures: string[] = [];
    const disturbances = disturbancesAt(looked, way);
    for (const disturbed of disturbances) {
      const found = (await run(way, USES[use], disturbed)).complaints;
      if (found.length > 0) failures.push(`${told(disturbed)}: ${found.join("; ")}`);
    }
    expect(failures).toEqual([]);
  });
});
