// A server that closes idle connections at random moments, with FIN and RST, under a load of requests that may be
// repeated: no caller sees any of it. `npm run bench:closes` goes on from here.

import { ConnectionPool } from "httpcore";
import { expect, test } from "vitest";
import { runLoad } from "../../bench/random-closes/load.ts";

test("requests that may be repeated never fail", async () => {
  const requests = 2000;
  const { errors, connections, late, closes } = await runLoad(new ConnectionPool(), { requests, seed: 7, callers: 50 });
  expect(errors).toEqual([]);
  // Every way has happened, and some requests have met a closed connection.
  for (const count of Object.values(closes)) expect(count).toBeGreaterThan(10);
  expect(connections).toBeGreaterThan(50);
  expect(late).toBeGreaterThan(0);
});
