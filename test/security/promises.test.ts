// SECURITY.md keeps its word: every promise links to tests, every test that it names is there, every known fault is
// promised to be none, and its limits are those of the code.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEFAULT_LIMITS } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { DEFAULT_TIMEOUTS } from "../../src/pool/timeouts.ts";
import { hasTest } from "../conformance/test-titles.ts";
import { FAULTS } from "./faults.ts";

const ROOT = fileURLToPath(new globalThis.URL("../..", import.meta.url));
const page = readFileSync(join(ROOT, "SECURITY.md"), "utf8");
const promises = page.slice(page.indexOf("## What is promised"), page.indexOf("## Limits"));
const rows = promises.split("\n").filter((line) => /^\| (?!promise \||---)/.test(line));

const linksIn = (text: string): (readonly [name: string, path: string])[] =>
  [...text.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(([, name, path]) => [String(name), String(path)]);

describe("SECURITY.md", () => {
  test.each(rows.map((row) => [row.split(" | ")[0]?.slice(2), row]))("promise: %s", (_promise, row) => {
    const links = linksIn(String(row));
    expect(links.length).toBeGreaterThan(0);
    for (const [name, path] of links) {
      const source = readFileSync(join(ROOT, path), "utf8");
      // A known fault is named by its id, which its group begins with.
      const isThere = /^T-[\w-]+$/.test(name)
        ? new RegExp(`^describe\\(\\s*["'\`]${name}: `, "m").test(source)
        : hasTest(source, name);
      expect(isThere, `${path} has no test named ${name}`).toBe(true);
    }
  });

  test("each known fault stands in a promise", () => {
    expect(rows.length).toBeGreaterThan(25);
    const promised = linksIn(promises).map(([name]) => name);
    expect(
      Object.values(FAULTS)
        .flat()
        .filter((id) => !promised.includes(id)),
    ).toEqual([]);
  });

  test("each file that it links to is there", () => {
    for (const [, path] of linksIn(page)) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });

  test("its limits are those of the code", () => {
    const limits = page.slice(page.indexOf("## Limits"), page.indexOf("## What is not promised"));
    const told = [...limits.matchAll(/^\| `(\w+)` \| (none|[\d,]+)/gm)].map(([, name, limit = ""]) => [
      name,
      limit === "none" ? Infinity : Number(limit.replace(",", "")),
    ]);
    expect(Object.fromEntries(told)).toEqual({ ...DEFAULT_LIMITS, ...DEFAULT_TIMEOUTS });
  });
});
