// The table of upstream's defects against the test files: each is held by tests that are there, or has a reason. The named
// tests themselves run in their own files, with all others.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { hasTest } from "../conformance/test-titles.ts";
import { DEFECTS } from "./defects.ts";

const root = new globalThis.URL("../../", import.meta.url);
const HELD = DEFECTS.filter(({ tests }) => tests !== undefined);

test("each defect has an id of its own, and says what goes wrong and where it is reported", () => {
  expect(new Set(DEFECTS.map(({ id }) => id)).size).toBe(DEFECTS.length);
  expect(DEFECTS.filter(({ wrong, reported }) => wrong.length < 10 || reported.length < 10)).toEqual([]);
});

test("each defect has a test, or a reason to have none", () => {
  const bare = DEFECTS.filter(({ tests, reason }) => (tests?.length ?? 0) === 0 && (reason?.length ?? 0) < 10);
  expect(bare).toEqual([]);
  expect(HELD.length).toBeGreaterThan(60);
});

test.each(HELD)("$id names tests that are there", ({ tests }) => {
  for (const { file, name } of tests ?? []) {
    const url = new globalThis.URL(file, root);
    expect(existsSync(url), file).toBe(true);
    expect(hasTest(readFileSync(url, "utf8"), name), `${file}: ${name}`).toBe(true);
  }
});

describe("the tests of this folder", () => {
  const folder = readdirSync(new globalThis.URL("test/upstream/", root));

  test.each(folder.filter((name) => name.endsWith(".test.ts") && name !== "index.test.ts"))(
    "%s holds a defect of the table",
    (name) => {
      const files = HELD.flatMap(({ tests }) => tests ?? []).map(({ file }) => file);
      expect(files).toContain(`test/upstream/${name}`);
    },
  );

  test.each(folder)("%s is short and opens with its strategy", (name) => {
    const text = readFileSync(new globalThis.URL(`test/upstream/${name}`, root), "utf8");
    expect(text.startsWith("// ")).toBe(true);
    expect(text.split("\n").length).toBeLessThanOrEqual(300);
  });
});
