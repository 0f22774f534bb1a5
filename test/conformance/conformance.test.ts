// The table of requirements against the test files and docs/conformance.md: no row names a test that is not there, and
// the page is what the rows make of it. The named tests themselves run in their own files, with all others.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { documentOf, resultsIn } from "./report.ts";
import { CHAPTERS, ROWS } from "./rows.ts";
import { hasTest } from "./test-titles.ts";

const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const read = (file: string) => readFileSync(path(file), "utf8");
const page = read("docs/conformance.md");

describe("rows", () => {
  test("have ids of their own", () => {
    expect(ROWS.length).toBeGreaterThan(150);
    expect(new Set(ROWS.map(({ id }) => id)).size).toBe(ROWS.length);
  });

  test("name tests when they are followed, and give a reason when they are not", () => {
    const withoutTests = ROWS.filter((row) => row.verdict === "followed" || row.verdict === "in part").filter(
      ({ tests }) => tests?.length === 0,
    );
    const withoutReason = ROWS.filter((row) => row.verdict !== "followed" && row.reason.length < 10);
    expect([withoutTests, withoutReason]).toEqual([[], []]);
  });

  test.each(ROWS.filter(({ tests }) => tests !== undefined))("$id names tests that are there", ({ tests }) => {
    for (const { file, name } of tests ?? []) {
      expect(existsSync(path(file)), file).toBe(true);
      expect(hasTest(read(file), name), `${file}: ${name}`).toBe(true);
    }
  });
});

describe("docs/conformance.md", () => {
  test("is what the rows make of it; if not, npm run conformance", () => {
    expect(page).toBe(documentOf(CHAPTERS, resultsIn(page)));
  });

  test("tells of each row's tests that at least one was run, and that all passed", () => {
    const results = resultsIn(page);
    for (const { id } of ROWS.filter(({ tests }) => tests !== undefined)) {
      const { run, passed } = results.get(id) ?? { run: 0, passed: 0 };
      expect(run, id).toBeGreaterThan(0);
      expect(passed, id).toBe(run);
    }
  });
});

describe("the check for tests", () => {
  test.each([
    'describe("a", () => { test.skip("b", f); });',
    'describe("a", () => { test.todo("b"); });',
    'describe("a", () => { test.skipIf(true)("b", f); });',
    'describe.skip("a", () => { test("b", f); });',
  ])("finds none that is skipped: %s", (skipped) => {
    expect(hasTest(skipped, "a > b")).toBe(false);
  });

  const gap = "$" + "{x}";
  const source = `describe("a", () => { test("b", f); test.each([1])("c %s d", f); for (;;) test(\`e ${gap}\`, f); });`;

  test.each(["a > b", "a > *", "a > c 1 d", "a > c * d", "a > e anything"])("finds %s", (name) => {
    expect(hasTest(source, name)).toBe(true);
  });

  test.each(["b", "a > c", "a > b *", "a", "a > c 1", "x > *", "a > *b"])("does not find %s", (name) => {
    expect(hasTest(source, name)).toBe(false);
  });
});
