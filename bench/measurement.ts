// What one client process has found, and the medians over several.

export interface Measurement {
  readonly requestsPerSecond: number;
  /** User and system time of the client process for each request; null where it cannot be had. */
  readonly cpuMicroseconds: number | null;
  readonly p50Milliseconds: number | null;
  readonly p99Milliseconds: number | null;
  readonly peakMegabytes: number | null;
  /** Downloads: the peak above what was resident before. */
  readonly aboveBaselineMegabytes?: number | null;
  /** CPU time over time, 1 for one core; null where it was not watched. */
  readonly serverBusy: number | null;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** The median of those that are there; null when none is. */
export function medianOf(values: readonly (number | null | undefined)[]): number | null {
  const there = values.filter((value) => value !== null && value !== undefined);
  return there.length === 0 ? null : median(there);
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly (number | null | undefined)[]): Spread | null {
  const there = values.filter((value) => value !== null && value !== undefined);
  return there.length === 0 ? null : { median: median(there), min: Math.min(...there), max: Math.max(...there) };
}
