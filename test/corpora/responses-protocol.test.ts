// The response corpus through `httpcore/protocol`: every case whole and octet by octet, with the close and, where the
// response tells its own end, without it.

import { afterAll, describe, expect, test } from "vitest";
import { bySuite, readCorpus } from "./corpus-files.ts";
import { playProtocol } from "./protocol-player.ts";
import { formsOf, type ResponseCase } from "./response-case.ts";
import { ResponseReport } from "./response-report.ts";

const cases = readCorpus<ResponseCase>("responses-open.json");
const report = new ResponseReport("responses through httpcore/protocol");

describe.skipIf(cases === null)("responses of other suites, through httpcore/protocol", () => {
  afterAll(() => report.print());

  test.each(bySuite(cases ?? []))("%s", (_suite, group) => {
    const failures = group.flatMap((one) =>
      formsOf(one).flatMap((form) => report.add(one, form, playProtocol(one, form))),
    );
    expect(failures).toEqual([]);
  });

  test("every rule of this package's own is needed", () => {
    expect(report.unusedRules).toEqual([]);
  });
});
