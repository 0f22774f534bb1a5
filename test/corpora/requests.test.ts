// The request corpus: what each case describes is sent over a real socket with the public API, and through
// `httpcore/protocol`, and what reaches the server is compared.

import { afterAll, describe, expect, test } from "vitest";
import { bySuite, inParallel, readCorpus } from "./corpus-files.ts";
import type { RequestCase, RequestOutcome } from "./request-case.ts";
import { defectOf, differenceTo } from "./request-judge.ts";
import { NO_ADDRESS, sendOverSocket, sendThroughProtocol } from "./request-players.ts";
import { requestRules } from "./request-rules.ts";
import { Tally } from "./tally.ts";

/** Cases that are sent at once. */
const WIDTH = 16;
const TEST_TIMEOUT = 30_000;

const cases = readCorpus<RequestCase>("requests-open.json");
const tally = new Tally("requests");
const rules = requestRules();

describe.skipIf(cases === null)("requests of other suites", () => {
  afterAll(() => console.info(`${tally}${rules}`));

  test.each(bySuite(cases ?? []))(
    "%s over sockets",
    async (_suite, group) => {
      const failures: string[] = [];
      await inParallel(group, WIDTH, async (one) => {
        const { outcome, address } = await sendOverSocket(one.input);
        failures.push(...check(one, "socket", outcome, address));
      });
      expect(failures).toEqual([]);
    },
    TEST_TIMEOUT,
  );

  test.each(bySuite(cases ?? []))("%s through httpcore/protocol", (_suite, group) => {
    const failures = group.flatMap((one) => {
      const outcome = sendThroughProtocol(one.input);
      if (outcome !== null) return check(one, "protocol", outcome, NO_ADDRESS);
      tally.count(one.id, "protocol", "above the protocol");
      return [];
    });
    expect(failures).toEqual([]);
  });

  test("every rule of this package's own is needed", () => {
    expect(rules.unused).toEqual([]);
  });
});

function check(one: RequestCase, form: string, outcome: RequestOutcome, address: string): string[] {
  const defect = defectOf(one, outcome);
  const difference = defect ?? differenceTo(one.expect, one, outcome, address);
  const result = difference === null ? "as-expected" : defect === null && rules.find(one, outcome)?.kind;
  tally.count(one.id, form, `${one.strictness} ${result || "NOT HELD"}`);
  if (result) return [];
  return [`${one.id} (${form}; ${one.strictness}): ${difference}; ${JSON.stringify(one.input)}`];
}
