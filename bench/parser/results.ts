// What the parsers' benchmark has found, and its tables for a terminal.

import type { Spread } from "../measurement.ts";
import { align } from "../table.ts";
import { ALONE, CONTENDERS, type Task } from "./tasks.ts";

export interface ParserResult {
  readonly task: string;
  readonly contender: string;
  /** Of CPU time, for each head or each octet of content. */
  readonly nanoseconds: Spread;
  /** How many times faster than the reference; null where that is missing. */
  readonly ratio: Spread | null;
  /** Look-ups: how many times faster than the reference when it delivers all strings. */
  readonly ratioToAll: Spread | null;
}

export interface ParserRecord {
  readonly date: string;
  readonly rounds: number;
  readonly results: readonly ParserResult[];
  /** Octets. */
  readonly wasmSize: number;
  readonly llhttpSize: number;
  readonly importMilliseconds: number;
  readonly firstUseMilliseconds: number;
}

const TITLES: Readonly<Record<string, string>> = { ...CONTENDERS, ...ALONE };

export function titleOfContender(name: string): string {
  return TITLES[name] ?? name;
}

export function formatTask({ name, title, kind }: Task, results: readonly ParserResult[]): string {
  const isChunks = kind === "chunks";
  const header = ["", isChunks ? "MB/s" : "heads/s", "ns", "x reference", "x all strings"];
  const rows = results
    .filter(({ task }) => task === name)
    .map(({ contender, nanoseconds: { median }, ratio, ratioToAll }) => [
      titleOfContender(contender),
      isChunks ? (1000 / median).toFixed(0) : Math.round(1e9 / median).toLocaleString("en"),
      isChunks ? median.toFixed(3) : median.toFixed(0),
      ratio?.median.toFixed(2) ?? "-",
      ratioToAll?.median.toFixed(2) ?? "-",
    ]);
  return `${title} (${name})\n${align([header, ...rows])}`;
}
