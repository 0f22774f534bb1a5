// One measurement in workerd: all requests in one event, one after the other, timed from outside, as a worker's own clock
// stands still while it works. CPU time and memory are those of the process, from /proc where there is one.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { startWorker } from "../scripts/runtimes/workerd.ts";
import type { Settings } from "./client/run.mjs";
import type { Setting } from "./measure.ts";
import type { Measurement } from "./measurement.ts";

/** Of the requests that count, the part that warms up. */
const WARM_UP = 0.1;
/** Of `workerCount`, in milliseconds: what it is meant for. */
const FULL_DURATION = 1500;

export async function measureWorker(
  folder: string,
  settings: Settings,
  { case: one, server, times }: Setting,
): Promise<Measurement> {
  const isWhole = one.kind === "whole";
  const count = Math.ceil(one.requests ?? ((one.workerCount ?? 1) * times.duration) / FULL_DURATION);
  const worker = await startWorker(folder);
  try {
    const ask = async (requests: number): Promise<void> => {
      const body = JSON.stringify({ ...settings, connections: 1, requests });
      const response = await fetch(worker.origin, { method: "POST", body });
      const text = await response.text();
      if (!response.ok) throw new Error(`${settings.contestant} in workerd: ${text}\n${worker.output()}`);
    };
    if (!isWhole) await ask(Math.ceil(count * WARM_UP));
    const memory = memoryOf(worker.pid);
    const cpu = cpuMicroseconds(worker.pid);
    const busy = await server.watch();
    const startedAt = performance.now();
    await ask(count);
    const milliseconds = performance.now() - startedAt;
    const serverBusy = await busy();
    const cpuAfter = cpuMicroseconds(worker.pid);
    const peakMegabytes = memoryOf(worker.pid)?.peakMegabytes ?? null;
    return {
      requestsPerSecond: (count / milliseconds) * 1000,
      cpuMicroseconds: cpu === null || cpuAfter === null ? null : (cpuAfter - cpu) / count,
      p50Milliseconds: null,
      p99Milliseconds: null,
      peakMegabytes,
      aboveBaselineMegabytes:
        isWhole && memory && peakMegabytes !== null ? peakMegabytes - memory.residentMegabytes : null,
      serverBusy,
    };
  } finally {
    worker.stop();
  }
}

/** User and system time of a process so far; null where the system does not tell. */
function cpuMicroseconds(pid: number): number | null {
  try {
    // Behind the name, which may hold anything: state is the first field then, utime the 12th, stime the 13th.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond()) * 1e6;
  } catch {
    return null;
  }
}

let ticks = 0;
function ticksPerSecond(): number {
  ticks ||= Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  return ticks;
}

/** Also forgets the peak so far, so that the next one is that of what follows. */
function memoryOf(pid: number): { residentMegabytes: number; peakMegabytes: number } | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
    const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]) / 1024;
    return { residentMegabytes: megabytes("VmRSS"), peakMegabytes: megabytes("VmHWM") };
  } catch {
    return null;
  }
}
