// What the pictures in docs/ show of the record.

import { CASES } from "./cases.ts";
import type { ContestantName, Runtime } from "./contestants.ts";
import { TASKS } from "./parser/tasks.ts";
import { drawBars, drawPoints, type Kind, type Point } from "./plot.ts";
import type { Record } from "./record.ts";
import type { CaseResult, ContestantResult } from "./results.ts";

const OURS = "#c2410c";
const COLOURS = ["#c2410c", "#1d4ed8", "#6b7280", "#15803d", "#111827"] as const;

type Shown = readonly [name: string, label: string, symbol: Kind["symbol"]];

const CLIENTS: readonly Shown[] = [
  ["httpcore", "httpcore", "circle"],
  ["undici", "undici request", "square"],
  ["fetch", "fetch", "triangle"],
  ["node-http", "node:http", "diamond"],
  ["bare", "bare socket", "star"],
];
const PARSERS: readonly Shown[] = [
  ["httpcore-connection", "httpcore, exchange", "circle"],
  ["httpcore-codec", "httpcore, pieces", "diamond"],
  ["llhttp", "llhttp (undici)", "square"],
  ["node-native", "llhttp (Node)", "triangle"],
  ["http-parser-js", "http-parser-js", "star"],
];

/** SVG by file name; what has not been measured is not drawn. */
export function drawAll(record: Record): { readonly [file: string]: string } {
  return {
    ...drawCases(record.cases),
    ...drawClients(record.cases),
    ...drawRuntimes(record.cases),
    ...drawParsers(record),
  };
}

/** The CPU time of a request in each case on Node, beside undici's. */
function drawCases(results: readonly CaseResult[]): { [file: string]: string } {
  const points = results.flatMap((result) => {
    const one = CASES.find(({ name, kind }) => name === result.case && kind === "load");
    if (!one || result.runtime !== "node") return [];
    return pointsOf(one.title, CLIENTS, (name) => costBeside(result, name as ContestantName));
  });
  const rows = rowsOf(
    points,
    CASES.map(({ title }) => title),
  );
  const label = "CPU time per request, beside undici's request (= 1; less is better)";
  return rows.length === 0
    ? {}
    : { "benchmarks-cases.svg": drawPoints({ label, rows, kinds: kindsOf(CLIENTS), points }) };
}

function costBeside({ contestants }: CaseResult, name: ContestantName): number | undefined {
  const faster = contestants.find((one) => one.name === name)?.ratios.undici?.cpu?.median;
  return faster === undefined ? undefined : 1 / faster;
}

/** Small responses by all clients of Node. */
function drawClients(results: readonly CaseResult[]): { [file: string]: string } {
  const small = resultOf(results, "small", "node");
  const bars = (small?.contestants ?? []).flatMap(({ name, ratios }) => {
    const value = ratios.undici?.rate.median;
    return value === undefined ? [] : [{ row: name, value, colour: name.startsWith("httpcore") ? OURS : "#6b7280" }];
  });
  if (bars.length === 0) return {};
  const sorted = bars.toSorted((a, b) => b.value - a.value);
  return { "benchmarks-clients.svg": drawBars("requests/s, beside undici's request (= 1; more is better)", sorted) };
}

/** httpcore beside the own fetch of each runtime. */
function drawRuntimes(results: readonly CaseResult[]): { [file: string]: string } {
  const shown = [
    ["rate", "requests/s", "circle"],
    ["cpu", "CPU time", "diamond"],
  ] as const;
  const points = results.flatMap((result) => {
    const own = result.contestants.find(isOurs)?.ratios.fetch;
    const title = CASES.find(({ name }) => name === result.case)?.title;
    if (!own || !title || result.runtime === "node" || result.case === "cold") return [];
    return pointsOf(`${result.runtime}: ${title}`, shown, (name) => own[name as "rate" | "cpu"]?.median);
  });
  const rows = [...new Set(points.map(({ row }) => row))].sort();
  const label = "times better than the runtime's own fetch (= 1)";
  return rows.length === 0
    ? {}
    : { "benchmarks-runtimes.svg": drawPoints({ label, rows, kinds: kindsOf(shown), points }) };
}

function isOurs({ name }: ContestantResult): boolean {
  return name === "httpcore" || name === "httpcore-stream";
}

function drawParsers({ parsers }: Record): { [file: string]: string } {
  const tasks = TASKS.filter(({ kind }) => kind !== "alone");
  const points = tasks.flatMap(({ name: task, title }) =>
    pointsOf(title, PARSERS, (name) => {
      return parsers?.results.find((one) => one.task === task && one.contender === name)?.ratio?.median;
    }),
  );
  const rows = rowsOf(
    points,
    tasks.map(({ title }) => title),
  );
  const label = "speed, beside undici's llhttp (= 1; more is better)";
  return rows.length === 0
    ? {}
    : { "benchmarks-parser.svg": drawPoints({ label, rows, kinds: kindsOf(PARSERS), points }) };
}

function resultOf(results: readonly CaseResult[], name: string, runtime: Runtime): CaseResult | undefined {
  return results.find((one) => one.case === name && one.runtime === runtime);
}

function pointsOf(row: string, shown: readonly Shown[], valueOf: (name: string) => number | undefined): Point[] {
  return shown.flatMap(([name, kind]) => {
    const value = valueOf(name);
    return value === undefined ? [] : [{ row, kind, value }];
  });
}

/** Those of `order` that have a point. */
function rowsOf(points: readonly Point[], order: readonly string[]): string[] {
  return order.filter((title) => points.some(({ row }) => row === title));
}

function kindsOf(shown: readonly Shown[]): Kind[] {
  return shown.map(([, name, symbol], i) => ({ name, symbol, colour: COLOURS[i] ?? "#000" }));
}
