// Faults of the network at each operation of exchanges over real sockets: the caller hears of it by the documented error
// and within the time limit, content is never short without a word, and nothing is left.
//
// The operations are found by themselves: an exchange is run once without a fault, and then once more for each operation
// and each kind of fault that there is for it.

import { afterAll, describe, expect, test } from "vitest";
import { openWay } from "../aborts/ways.ts";
import { VirtualClock } from "../fuzz/virtual-clock.ts";
import { EXCHANGES, type Exchange, type ExchangeName, originFor } from "./exchanges.ts";
import type { Fault } from "./faulty-backend.ts";
import { KINDS, type Operation } from "./kinds.ts";
import { run } from "./run.ts";

const clock = new VirtualClock();
afterAll(clock.install());

/** Each kind at each of `counts` operations. */
function faultsAt(counts: Readonly<Record<Operation, number>>): Fault[] {
  return (Object.keys(counts) as Operation[]).flatMap((operation) =>
    Array.from({ length: counts[operation] }, (_, index) =>
      KINDS[operation].map((kind) => ({ operation, index, kind })),
    ).flat(),
  );
}

const told = ({ operation, index, kind }: Fault): string => `${kind} at ${operation} ${index}`;

describe("an exchange whose network fails at each of its operations", () => {
  test.each(Object.keys(EXCHANGES) as ExchangeName[])("%s", { timeout: 60_000 }, async (name) => {
    const exchange: Exchange = EXCHANGES[name];
    const way = await openWay(exchange.way, originFor(exchange));
    try {
      const { counts, complaints } = await run(exchange, way, clock, null, 0);
      expect(complaints).toEqual([]);
      const faults = faultsAt(counts);
      const failures: string[] = [];
      let hits = 0;
      for (const fault of faults) {
        const { isHit, complaints } = await run(exchange, way, clock, fault, counts.read);
        if (isHit) hits++;
        if (complaints.length > 0) failures.push(`${told(fault)}: ${complaints.join("; ")}`);
      }
      expect(failures).toEqual([]);
      // Reads may come together where there were two before.
      expect(hits).toBeGreaterThan(faults.length * 0.8);
    } finally {
      for (const server of way.servers) server.close();
    }
  });
});
