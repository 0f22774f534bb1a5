// Tables for a terminal: aligned columns under the title of a case.

import { CASES } from "./cases.ts";
import { REFERENCES, titleOf } from "./contestants.ts";
import type { Spread } from "./measurement.ts";
import type { CaseResult, ContestantResult, Ratio } from "./results.ts";

/** From here on the server, and not the client, may be what is measured. */
export const SERVER_LIMIT = 0.9;

type Column = readonly [header: string, cell: (result: ContestantResult) => string];

const COLUMNS: readonly Column[] = [
  ["req/s", ({ requestsPerSecond }) => showRate(requestsPerSecond?.median)],
  ["(min-max)", ({ requestsPerSecond }) => range(requestsPerSecond)],
  ["CPU us/req", ({ cpuMicroseconds }) => number(cpuMicroseconds?.median, 1)],
  ["p50 ms", ({ p50Milliseconds }) => number(p50Milliseconds?.median, 2)],
  ["p99 ms", ({ p99Milliseconds }) => number(p99Milliseconds?.median, 2)],
  ["RSS MB", ({ peakMegabytes }) => number(peakMegabytes, 0)],
  ["above base", ({ aboveBaselineMegabytes }) => number(aboveBaselineMegabytes, 1)],
  ["server busy", ({ serverBusy }) => showBusy(serverBusy)],
  ...REFERENCES.map((name): Column => [`x ${name}`, ({ ratios }) => showRatio(ratios[name])]),
];

export function formatCase({ case: name, runtime, contestants }: CaseResult): string {
  const title = CASES.find((one) => one.name === name)?.title;
  const rows = contestants.map((result) => [
    titleOf(result.name),
    ...COLUMNS.map(([, cell]) => (result.requestsPerSecond ? cell(result) : "-")),
  ]);
  // Columns that say nothing about this case are left out.
  const kept = COLUMNS.map((_, i) => i + 1).filter((i) => rows.some((row) => row[i] !== "-"));
  const header = ["", ...COLUMNS.map(([text]) => text)];
  const lines = [header, ...rows].map((row) => [row[0] ?? "", ...kept.map((i) => row[i] ?? "")]);
  return `${title} (${name}), ${runtime}\n${align(lines)}`;
}

/** By requests per second / by CPU time. */
export function showRatio(ratio: Ratio | undefined): string {
  return ratio ? `${ratio.rate.median.toFixed(2)} / ${number(ratio.cpu?.median, 2)}` : "-";
}

function showBusy(busy: number | null): string {
  if (busy === null) return "-";
  return `${Math.round(busy * 100)} %${busy >= SERVER_LIMIT ? " (!)" : ""}`;
}

function number(value: number | null | undefined, digits: number): string {
  return value === null || value === undefined ? "-" : value.toFixed(digits);
}

function range(values: Spread | null): string {
  return values ? `(${showRate(values.min)}-${showRate(values.max)})` : "-";
}

function showRate(value: number | undefined): string {
  if (value === undefined) return "-";
  return value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString("en");
}

/** The first column to the left, the others to the right. */
export function align(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, text.length);
  }
  const pad = (text: string, column: number): string => {
    const width = widths[column] ?? 0;
    return column === 0 ? text.padEnd(width) : text.padStart(width);
  };
  return rows.map((row) => `  ${row.map(pad).join("  ").trimEnd()}\n`).join("");
}
