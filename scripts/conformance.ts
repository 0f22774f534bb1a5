// npm run conformance: runs the tests that the rows of test/conformance/ name, and writes docs/conformance.md with what
// they came to. The exit code is 1 when a row's tests do not all pass, or when a row names a test that was not run.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { documentOf, type Result } from "../test/conformance/report.ts";
import type { Row, TestName } from "../test/conformance/row.ts";
import { CHAPTERS, ROWS } from "../test/conformance/rows.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = join(ROOT, "docs/conformance.md");

interface RunTest {
  readonly file: string;
  readonly name: string;
  readonly status: string;
}

/** What this needs of the report of Vitest's reporter "json". */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

const failures: string[] = [];
const run = runTests([...new Set(ROWS.flatMap(({ tests }) => tests ?? []).map(({ file }) => file))]);
const results = new Map(ROWS.filter(({ tests }) => tests !== undefined).map((row) => [row.id, resultOf(row)]));
writeFileSync(PAGE, documentOf(CHAPTERS, results));
for (const failure of failures) console.error(failure);
console.log(`docs/conformance.md: ${ROWS.length} requirements, ${run.length} tests run, ${failures.length} faults`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** Every test of `files`, with what it came to. */
function runTests(files: readonly string[]): RunTest[] {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  try {
    const outputFile = join(folder, "report.json");
    const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
    const args = [vitest, "run", "--reporter=json", `--outputFile=${outputFile}`, ...files];
    const { error } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
    if (error !== undefined) throw error;
    const report: VitestReport = JSON.parse(readFileSync(outputFile, "utf8"));
    return report.testResults.flatMap(({ name: file, assertionResults }) =>
      assertionResults.map(({ ancestorTitles, title, status }) => ({
        file: relative(ROOT, file).replaceAll("\\", "/"),
        name: [...ancestorTitles.filter((ancestor) => ancestor !== ""), title].join(" > "),
        status,
      })),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A test that two names of a row fit counts once; one that was skipped has not passed. */
function resultOf(row: Row): Result {
  const proofs = new Set<RunTest>();
  for (const wanted of row.tests ?? []) {
    const found = run.filter((test) => isNamed(test, wanted));
    if (found.length === 0) failures.push(`${row.id}: no such test was run: ${wanted.file}: ${wanted.name}`);
    for (const test of found) proofs.add(test);
  }
  const failed = [...proofs].filter(({ status }) => status !== "passed");
  for (const { file, name, status } of failed) failures.push(`${row.id}: ${status}: ${file}: ${name}`);
  return { run: proofs.size, passed: proofs.size - failed.length };
}

function isNamed(test: RunTest, { file, name }: TestName): boolean {
  if (test.file !== file) return false;
  const pieces = name.split("*").map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${pieces.join("[^]*")}$`).test(test.name);
}
