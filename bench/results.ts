// From the figures of single measurements to what is reported: medians with their spread, and ratios.
//
// A ratio is taken within each round, where both contestants ran at nearly the same time on a machine in nearly the
// same state, and the median of these is shown; the ratio of two medians would compare different moments.

import { type Case, type Contestant, REFERENCES } from "./options.ts";
import type { Measurement } from "./processes.ts";

export type Sample = Measurement & { readonly serverBusy: number; readonly round: number };

/** All rounds of one contestant in one case. */
export interface Series {
  readonly contestant: Contestant;
  readonly samples: Sample[];
  readonly failures: string[];
}

export interface CaseResult {
  readonly case: Case;
  readonly series: readonly Series[];
}

type Figure = (sample: Sample) => number;

/** Aligned columns under the title of the case. */
export function formatCase({ case: { title }, series }: CaseResult): string {
  const references = REFERENCES.map((name) => series.find(({ contestant }) => contestant.name === name));
  const header = ["", "req/s", "(min-max)", "CPU us/req", "RSS MB", "server busy"];
  const rows = series.map((one) => {
    const { contestant, samples, failures } = one;
    if (samples.length === 0) return [contestant.title, failures.length > 0 ? "failed" : "-"];
    return [
      contestant.title,
      thousands(median(samples.map(rate))),
      `(${thousands(Math.min(...samples.map(rate)))}-${thousands(Math.max(...samples.map(rate)))})`,
      median(samples.map(cpu)).toFixed(1),
      Math.max(...samples.map((sample) => sample.peakMegabytes)).toFixed(0),
      `${Math.round(median(samples.map((sample) => sample.serverBusy)) * 100)} %`,
      ...references.map((reference) => ratios(one, reference)),
    ];
  });
  const compared = REFERENCES.map((name) => `x ${name}`);
  return `${title}\n${align([[...header, ...compared], ...rows])}`;
}

/** Medians and ratios as data, for results.json. */
export function summarize({ case: { name }, series }: CaseResult): object {
  return {
    case: name,
    contestants: series.map(({ contestant, samples, failures }) => ({
      name: contestant.name,
      ratios: Object.fromEntries(
        REFERENCES.map((reference) => {
          const other = series.find((one) => one.contestant.name === reference)?.samples ?? [];
          return [
            reference,
            { rate: spread(quotients(samples, other, rate)), cpu: spread(quotients(other, samples, cpu)) },
          ];
        }),
      ),
      requestsPerSecond: spread(samples.map(rate)),
      cpuMicroseconds: spread(samples.map(cpu)),
      samples,
      failures,
    })),
  };
}

const rate: Figure = (sample) => sample.requestsPerSecond;
const cpu: Figure = (sample) => sample.cpuMicroseconds;

/** How many times faster: by requests per second / by CPU time per request. */
function ratios({ samples }: Series, reference: Series | undefined): string {
  const byRate = quotients(samples, reference?.samples ?? [], rate);
  const byCpu = quotients(reference?.samples ?? [], samples, cpu);
  return byRate.length === 0 ? "-" : `${median(byRate).toFixed(2)} / ${median(byCpu).toFixed(2)}`;
}

/** `a` over `b` for each round that has both. */
function quotients(a: readonly Sample[], b: readonly Sample[], figure: Figure): number[] {
  return a.flatMap((one) => {
    const other = b.find(({ round }) => round === one.round);
    return other ? [figure(one) / figure(other)] : [];
  });
}

function spread(values: readonly number[]): { median: number; min: number; max: number } | null {
  if (values.length === 0) return null;
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** The first column to the left, the others to the right. */
function align(rows: readonly (readonly string[])[]): string {
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
