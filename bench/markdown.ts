// The tables of docs/benchmarks.md: ratios, and of absolute figures none that is a time.

import { CASES } from "./cases.ts";
import { CONTESTANTS, type ContestantName, REFERENCES, RUNTIMES, titleOf } from "./contestants.ts";
import type { Spread } from "./measurement.ts";
import { type ParserRecord, titleOfContender } from "./parser/results.ts";
import { TASKS } from "./parser/tasks.ts";
import type { Record } from "./record.ts";
import type { CaseResult, ContestantResult } from "./results.ts";
import { SERVER_LIMIT, showRatio } from "./table.ts";

export function tableOf([header = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Which contestants take part in which case, on which runtime. */
export function casesTable(): string {
  const rows = CASES.map(({ name, title, connections, contestants }) => [
    `\`${name}\``,
    title,
    String(connections),
    ...RUNTIMES.map(
      (runtime) => (contestants[runtime] ?? []).map((contestant) => `\`${contestant}\``).join(" ") || "-",
    ),
  ]);
  return tableOf([["case", "what", "connections", ...RUNTIMES.map(nameOfRuntime)], ...rows]);
}

export function contestantsTable(): string {
  return tableOf([["contestant", "what it is"], ...CONTESTANTS.map((name) => [`\`${name}\``, titleOf(name)])]);
}

/** A section for each case on each runtime. */
export function resultSections({ cases }: Record): string {
  const sections = CASES.flatMap(({ name, title }) =>
    RUNTIMES.flatMap((runtime) => {
      const result = cases.find((one) => one.case === name && one.runtime === runtime);
      return result ? [`### \`${name}\` on ${nameOfRuntime(runtime)}: ${title}\n\n${resultTable(result)}`] : [];
    }),
  );
  return sections.join("\n\n");
}

type Column = readonly [header: string, cell: (result: ContestantResult) => string];

function resultTable({ case: name, contestants }: CaseResult): string {
  const reference = (["empty", ...REFERENCES] as const).find((one) => contestants.some((other) => other.name === one));
  const first = contestants.find((one) => one.name === reference);
  const columns: Column[] = name === "cold" ? coldColumns(first) : loadColumns(contestants, first);
  const rows = contestants.map((result) => [
    `\`${result.name}\`${isLimited(result) ? " (!)" : ""}`,
    ...columns.map(([, cell]) => (result.requestsPerSecond ? cell(result) : "failed")),
  ]);
  // Columns that say nothing about this case are left out.
  const kept = columns.map((_, i) => i + 1).filter((i) => rows.some((row) => row[i] !== "-"));
  const header = ["", ...columns.map(([text]) => text)];
  return tableOf([header, ...rows].map((row) => [row[0] ?? "", ...kept.map((i) => row[i] ?? "")]));
}

function loadColumns(contestants: readonly ContestantResult[], first: ContestantResult | undefined): Column[] {
  const there = REFERENCES.filter((name) => contestants.some((one) => one.name === name));
  const label = first?.name ?? "";
  return [
    ...there.map((name): Column => [`x \`${name}\``, ({ ratios }) => showRatio(ratios[name])]),
    ...there.slice(0, 1).map((name): Column => ["CPU, min-max", ({ ratios }) => range(ratios[name]?.cpu)]),
    [`p50, of \`${label}\`'s`, (one) => quotient(one.p50Milliseconds, first?.p50Milliseconds)],
    [`p99, of \`${label}\`'s`, (one) => quotient(one.p99Milliseconds, first?.p99Milliseconds)],
    ["peak RSS, MB", ({ peakMegabytes }) => peakMegabytes?.toFixed(0) ?? "-"],
    ["above the baseline, MB", (one) => one.aboveBaselineMegabytes?.toFixed(1) ?? "-"],
  ];
}

function coldColumns(first: ContestantResult | undefined): Column[] {
  return [
    ["time, of an empty program's", (one) => quotient(one.p50Milliseconds, first?.p50Milliseconds)],
    ["CPU time, of an empty program's", (one) => quotient(one.cpuMicroseconds, first?.cpuMicroseconds)],
    ["peak RSS, MB", ({ peakMegabytes }) => peakMegabytes?.toFixed(0) ?? "-"],
  ];
}

function isLimited({ serverBusy }: ContestantResult): boolean {
  return serverBusy !== null && serverBusy >= SERVER_LIMIT;
}

function quotient(a: Spread | null, b: Spread | null | undefined): string {
  return a && b ? (a.median / b.median).toFixed(2) : "-";
}

function range(values: Spread | null | undefined): string {
  return values ? `${values.min.toFixed(2)}-${values.max.toFixed(2)}` : "-";
}

/** A table for each kind of task, with a row for each contender and a column for each task. */
export function parserTables({ results }: ParserRecord): string {
  const kinds = [
    ["all", "all names and values as strings", "ratio"],
    ["lookups", "two values looked up; beside the same of `llhttp`", "ratio"],
    ["lookups", "the same; beside `llhttp` when it delivers all strings", "ratioToAll"],
    ["chunks", "chunked content", "ratio"],
    ["alone", "the heads in memory already, no strings; beside `native`", "ratio"],
  ] as const;
  const tables = kinds.map(([kind, title, figure]) => {
    const tasks = TASKS.filter((task) => task.kind === kind);
    const names = [...new Set(results.filter((one) => tasks.some(({ name }) => name === one.task)).map(contenderOf))];
    const rows = names.map((contender) => [
      `\`${contender}\`: ${titleOfContender(contender)}`,
      ...tasks.map(({ name }) => {
        const ratio = results.find((one) => one.task === name && one.contender === contender)?.[figure];
        return ratio ? `${ratio.median.toFixed(2)} (${range(ratio)})` : "-";
      }),
    ]);
    const header = [title, ...tasks.map(({ title: task }) => task.split(", ")[0] ?? "")];
    return tableOf([header, ...rows]);
  });
  return tables.join("\n\n");
}

function contenderOf({ contender }: { contender: string }): string {
  return contender;
}

/** When, and with which versions. */
export function runFacts({ cases, versions, machine }: Record): string {
  const dates = [...new Set(cases.map(({ date }) => date.slice(0, 10)))].sort();
  const days = dates.length > 1 ? `${dates[0]} to ${dates.at(-1)}` : (dates[0] ?? "-");
  const names = ["node", "undici", "got", "axios", "ky", "node-fetch", "http-parser-js", "deno", "bun", "workerd"];
  const { cores, platform } = machine as { cores: number; platform: string };
  return `${days}, ${platform}, ${cores} cores; ${names.map((name) => `${name} ${versions[name]}`).join(", ")}.`;
}

function nameOfRuntime(runtime: (typeof RUNTIMES)[number]): string {
  return { node: "Node", deno: "Deno", bun: "Bun", workerd: "workerd" }[runtime];
}

/** Ours and theirs, where ours is not the faster. */
export function losses({ cases }: Record): string {
  const ours: readonly ContestantName[] = ["httpcore", "httpcore-stream", "httpcore-reader", "encoder"];
  const lines = cases.flatMap(({ case: name, runtime, contestants }) => {
    const own = contestants.filter((one) => ours.includes(one.name));
    const lost = own.flatMap(({ name: who, ratios }) =>
      (["undici", "fetch"] as const)
        .filter((other) => Math.min(ratios[other]?.rate.median ?? 1, ratios[other]?.cpu?.median ?? 1) < 1)
        .map(
          (other) =>
            `- \`${name}\` on ${nameOfRuntime(runtime)}: \`${who}\` ${showRatio(ratios[other])} x \`${other}\``,
        ),
    );
    return name === "cold" ? [] : lost;
  });
  return lines.length > 0 ? lines.join("\n") : "None in this run.";
}
