// Every known fault of other clients (faults.ts) has a test here that is named by it: a look at the names of the tests.
// What each fault is stands above its test.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FAULTS } from "./faults.ts";

const folder = new globalThis.URL(".", import.meta.url);
const files = readdirSync(folder).filter(
  (name) => name.endsWith(".test.ts") && !["index.test.ts", "promises.test.ts"].includes(name),
);
const texts = files.map((name) => readFileSync(new globalThis.URL(name, folder), "utf8"));
/** The ids that groups of tests are named by, and how many tests stand between one and the next. */
const groups = new Map<string, number>();
for (const text of texts) {
  for (const group of text.split(/^describe\(/m).slice(1)) {
    const id = /^\s*["'`](T-[\w-]+): /.exec(group)?.[1];
    const tests = group.match(/\btest(\.each[\s\S]*?\))?\(/g)?.length ?? 0;
    if (id) groups.set(id, (groups.get(id) ?? 0) + tests);
  }
}

describe.each(Object.entries(FAULTS))("known faults: %s", (_section, ids) => {
  test.each(ids)("%s has a test", (id) => {
    expect(groups.get(id) ?? 0).toBeGreaterThan(0);
  });
});

test("no test is named by a fault that is not in the list", () => {
  const known = Object.values(FAULTS).flat();
  expect([...groups.keys()].filter((id) => !known.includes(id))).toEqual([]);
  expect(new Set(known).size).toBe(known.length);
});

test("each file is short and opens with its strategy", () => {
  for (const text of texts) {
    expect(text.startsWith("// ")).toBe(true);
    expect(text.split("\n").length).toBeLessThanOrEqual(300);
  }
});
