// bench/results.json: what was measured last of each case on each runtime, and of the parsers, with the machine's facts.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import type { ParserRecord } from "./parser/results.ts";
import type { CaseResult } from "./results.ts";

const RESULTS = new URL("results.json", import.meta.url);
const PARTIAL = new URL("partial.json", import.meta.url);
const COMPARED = ["undici", "got", "axios", "ky", "node-fetch", "http-parser-js", "deno", "bun", "workerd"];

export interface Record {
  readonly machine: object;
  readonly versions: Readonly<{ [name: string]: string }>;
  readonly cases: readonly CaseResult[];
  readonly parsers?: ParserRecord;
}

export function readRecord(): Record | null {
  return existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, "utf8")) as Record) : null;
}

/** Puts new results in the place of older ones of the same case on the same runtime. */
export function keepResults(results: readonly CaseResult[]): void {
  const isNew = (one: CaseResult) => results.some((other) => other.case === one.case && other.runtime === one.runtime);
  const before = readRecord();
  const older = before?.cases.filter((one) => !isNew(one)) ?? [];
  write({ ...before, ...facts(), cases: [...older, ...results] });
}

export function keepParsers(parsers: ParserRecord): void {
  write({ cases: [], ...readRecord(), ...facts(), parsers });
}

/** What is not worth keeping, for whoever looks for the figures of a short run. */
export function writePartial(results: readonly CaseResult[]): void {
  writeFileSync(PARTIAL, `${JSON.stringify({ ...facts(), cases: results }, null, 1)}\n`);
}

function write(record: Record): void {
  writeFileSync(RESULTS, `${JSON.stringify(record, rounded, 1)}\n`);
}

/** Four digits are more than any of these figures is good for. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}

function facts(): Pick<Record, "machine" | "versions"> {
  const require = createRequire(import.meta.url);
  const manifest = require("../package.json") as { devDependencies: { [name: string]: string } };
  const compared = COMPARED.map((name) => [name, manifest.devDependencies[name] ?? "unknown"]);
  return {
    machine: {
      processor: os.cpus()[0]?.model ?? "unknown",
      cores: os.availableParallelism(),
      memoryMegabytes: Math.round(os.totalmem() / 2 ** 20),
      platform: `${os.platform()} ${os.arch()}`,
    },
    versions: { node: process.versions.node, v8: process.versions.v8, ...Object.fromEntries(compared) },
  };
}
