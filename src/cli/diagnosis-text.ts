// A diagnosis for people: a line for each thing that was looked at, with a mark in front, and a table of limits.

import { colours } from "./colours.ts";
import type { Diagnosis } from "./diagnose.ts";

const MARKS = {
  good: colours.green("ok  "),
  bad: colours.red("BAD "),
  neutral: colours.yellow("--  "),
} as const;
const EXCHANGE_MARKS = { passed: MARKS.good, failed: MARKS.bad, skipped: MARKS.neutral } as const;
const NAME_WIDTH = 12;

/** Lines of text, each with its end. */
export function diagnosisText(diagnosis: Diagnosis): string {
  const { version, runtime, adapter, codec, selfTest, proxies, unsupported, limits } = diagnosis;
  const named = (name: string, value: string): string => `${name.padEnd(NAME_WIDTH)} ${value}`;
  const marked = (problem: string | null): string => (problem === null ? MARKS.good : MARKS.bad);
  const lines = [
    colours.bold(`httpcore ${version} on ${runtime.name} ${runtime.version} (${runtime.platform})`),
    "",
    MARKS.good + named("adapter", adapter),
    marked(codec.problem) + named("codec", codec.problem ?? "works"),
    (codec.webAssembly ? MARKS.good : MARKS.bad) + named("WebAssembly", codec.webAssembly ? "yes" : "no"),
    (codec.simd ? MARKS.good : MARKS.bad) + named("SIMD", codec.simd ? "yes" : "no"),
    EXCHANGE_MARKS[selfTest.outcome] + named("self-test", `${selfTest.outcome}: ${selfTest.detail}`),
    marked(proxies.problem) + named("proxies", proxies.problem ?? proxiesText(proxies)),
    (unsupported.length > 0 ? MARKS.neutral : MARKS.good) + named("unsupported", unsupported.join(", ") || "nothing"),
    "",
    "Limits of a response, unless others are given:",
    ...Object.entries(limits).map(([name, limit]) => `    ${name.padEnd(21)} ${limit?.toLocaleString("en") ?? "none"}`),
    "",
    conclusion(diagnosis),
  ];
  return `${lines.join("\n")}\n`;
}

function conclusion({ works, selfTest }: Diagnosis): string {
  if (!works) return colours.red("Not all works: see the lines marked BAD.");
  return selfTest.outcome === "skipped" ? "What could be tried works." : colours.green("All works.");
}

function proxiesText({ readable, http, https, noProxy }: Diagnosis["proxies"]): string {
  const none = "none";
  if (!readable) return "unknown: the environment may not be read";
  if (http === null && https === null) return "none in the environment";
  return `http: ${http ?? none}, https: ${https ?? none}, NO_PROXY: ${noProxy ?? none}`;
}
