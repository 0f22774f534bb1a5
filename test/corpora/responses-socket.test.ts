// The response corpus over real sockets, through the public API: every case whole and octet by octet, with the close
// and, where the response tells its own end, without it.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CaseServer } from "./case-server.ts";
import { bySuite, inParallel, readCorpus } from "./corpus-files.ts";
import { formsOf, type ResponseCase } from "./response-case.ts";
import { ResponseReport } from "./response-report.ts";
import { playSocket } from "./socket-player.ts";

/** Cases that are played at once. */
const WIDTH = 32;
const TEST_TIMEOUT = 60_000;

const cases = readCorpus<ResponseCase>("responses-open.json");
const report = new ResponseReport("responses over sockets");
const server = new CaseServer();

describe.skipIf(cases === null)("responses of other suites, over sockets", () => {
  beforeAll(() => server.listen());
  afterAll(() => {
    server.close();
    report.print();
  });

  test.each(bySuite(cases ?? []))(
    "%s",
    async (_suite, group) => {
      const failures: string[] = [];
      const runs = group.flatMap((one) => formsOf(one).map((form) => ({ one, form })));
      await inParallel(runs, WIDTH, async ({ one, form }) => {
        failures.push(...report.add(one, form, await playSocket(one, form, server)));
      });
      expect(failures).toEqual([]);
    },
    TEST_TIMEOUT,
  );

  test("every rule of this package's own is needed", () => {
    expect(report.unusedRules).toEqual([]);
  });
});
