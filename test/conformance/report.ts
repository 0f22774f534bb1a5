// docs/conformance.md as text: rows and what their tests came to go in, a document comes out, and the other way round the
// results that a document tells. It runs nothing and reads no files.

import type { Row, TestName } from "./row.ts";
import type { Chapter } from "./rows.ts";

/** How many tests of a row were run, and how many of them passed. */
export interface Result {
  readonly run: number;
  readonly passed: number;
}

export type Results = ReadonlyMap<string, Result>;

const INTRODUCTION = `# Conformance

Every requirement of RFC 9112 (HTTP/1.1) and RFC 9110 (HTTP semantics) on a client, in words of this project, with the
tests that prove it. \`npm run conformance\` runs these tests and writes this page.

- **followed**: the tests named in the row assert it, and the last column says what they came to.
- **in part**: the tests assert the part that is followed; the row says what the rest is.
- **not followed**: on purpose, and the row says why. Tests, if any, show what is done instead.
- **not concerned**: it speaks of something that this client does not do, or leaves to its caller.

A level "statement" is a rule of the grammar or of the text without one of the words of RFC 2119. In the name of a test
\`*\` stands for any text: all tests of that form prove the row.
`;

const VERDICTS = ["followed", "in part", "not followed", "not concerned"] as const;

/** The whole page. A row with tests that `results` does not know of has come to nothing. */
export function documentOf(chapters: readonly Chapter[], results: Results): string {
  const parts = [INTRODUCTION, summaryOf(chapters)];
  for (const { title, rows } of chapters) {
    const lines = rows.map((row) => lineOf(row, results.get(row.id)));
    parts.push(
      `## ${title}\n\n| id | section | level | requirement | | proved by | result |\n| --- | --- | --- | --- | --- | --- | --- |\n${lines.join("\n")}\n`,
    );
  }
  return parts.join("\n");
}

/** The results that a page tells, by the id of their row. */
export function resultsIn(page: string): Results {
  const results = new Map<string, Result>();
  for (const [, id, passed, run] of page.matchAll(/^\| ([a-z]+-\d+) \|.*\| (\d+) of (\d+) pass \|$/gm)) {
    results.set(String(id), { run: Number(run), passed: Number(passed) });
  }
  return results;
}

function summaryOf(chapters: readonly Chapter[]): string {
  const rows = chapters.flatMap((chapter) => chapter.rows);
  const counts = VERDICTS.map((verdict) => `${rows.filter((row) => row.verdict === verdict).length} ${verdict}`);
  return `${rows.length} requirements: ${counts.join(", ")}.\n`;
}

function lineOf(row: Row, result: Result | undefined): string {
  const proof = testsOf(row.tests ?? []);
  const cells = [
    row.id,
    row.section,
    row.level,
    cell(row.requirement),
    row.verdict,
    [proof, cell(row.reason ?? "")].filter((part) => part !== "").join("<br>"),
    row.tests === undefined ? "" : `${result?.passed ?? 0} of ${result?.run ?? 0} pass`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Each file once, with its tests behind it. */
function testsOf(tests: readonly TestName[]): string {
  const files = new Map<string, string[]>();
  for (const { file, name } of tests) files.set(file, [...(files.get(file) ?? []), name]);
  return [...files]
    .map(([file, names]) => `[${file.replace(/^test\//, "")}](../${encodeURI(file)}): ${names.map(quoted).join("; ")}`)
    .join("<br>");
}

const cell = (text: string) => text.replaceAll("|", "\\|");
const quoted = (name: string) => `\`${cell(name)}\``;
