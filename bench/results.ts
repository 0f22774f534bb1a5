// From single measurements to what is reported and kept: medians with their spread, and ratios.
//
// A ratio is taken within each round, where both contestants ran at nearly the same time on a machine in nearly the
// same state, and the median of these is shown; the ratio of two medians would compare different moments.

import { type ContestantName, REFERENCES, type Runtime } from "./contestants.ts";
import { type Measurement, medianOf, type Spread, spread } from "./measurement.ts";
import type { Comparison } from "./options.ts";

/** All rounds of one contestant in one case. */
export interface Series {
  readonly contestant: ContestantName;
  /** By round; null where it failed. */
  readonly samples: (Measurement | null)[];
  readonly failures: string[];
}

/** How many times faster than another: above 1 is faster. */
export interface Ratio {
  /** By requests per second. */
  readonly rate: Spread;
  /** By CPU time per request. */
  readonly cpu: Spread | null;
}

export interface ContestantResult {
  readonly name: ContestantName;
  readonly ratios: Readonly<Partial<Record<(typeof REFERENCES)[number], Ratio>>>;
  readonly requestsPerSecond: Spread | null;
  readonly cpuMicroseconds: Spread | null;
  readonly p50Milliseconds: Spread | null;
  readonly p99Milliseconds: Spread | null;
  readonly peakMegabytes: number | null;
  readonly aboveBaselineMegabytes: number | null;
  readonly serverBusy: number | null;
  readonly failures: readonly string[];
}

export interface CaseResult {
  readonly case: string;
  readonly runtime: Runtime;
  /** ISO 8601. */
  readonly date: string;
  readonly rounds: number;
  readonly contestants: readonly ContestantResult[];
}

export function summarize({ case: { name }, runtime }: Comparison, series: readonly Series[]): CaseResult {
  return {
    case: name,
    runtime,
    date: new Date().toISOString(),
    rounds: series[0]?.samples.length ?? 0,
    contestants: series.map((one) => ({
      name: one.contestant,
      ratios: ratiosOf(one, series),
      requestsPerSecond: spreadOf(one, rate),
      cpuMicroseconds: spreadOf(one, cpu),
      p50Milliseconds: spreadOf(one, (sample) => sample.p50Milliseconds),
      p99Milliseconds: spreadOf(one, (sample) => sample.p99Milliseconds),
      peakMegabytes: medianOf(one.samples.map((sample) => sample?.peakMegabytes)),
      aboveBaselineMegabytes: medianOf(one.samples.map((sample) => sample?.aboveBaselineMegabytes)),
      serverBusy: medianOf(one.samples.map((sample) => sample?.serverBusy)),
      failures: one.failures,
    })),
  };
}

type Figure = (sample: Measurement) => number | null;
const rate: Figure = (sample) => sample.requestsPerSecond;
const cpu: Figure = (sample) => sample.cpuMicroseconds;

function spreadOf({ samples }: Series, figure: Figure): Spread | null {
  return spread(samples.map((sample) => sample && figure(sample)));
}

function ratiosOf(one: Series, series: readonly Series[]): ContestantResult["ratios"] {
  const found = REFERENCES.flatMap((name) => {
    const other = series.find(({ contestant }) => contestant === name);
    const byRate = other && spread(quotients(one, other, rate));
    return byRate ? [[name, { rate: byRate, cpu: spread(quotients(other, one, cpu)) }] as const] : [];
  });
  return Object.fromEntries(found);
}

/** `a` over `b` for each round that has both. */
function quotients(a: Series, b: Series, figure: Figure): (number | null)[] {
  return a.samples.map((one, round) => {
    const other = b.samples[round];
    const [above, below] = [one && figure(one), other && figure(other)];
    return above && below ? above / below : null;
  });
}
