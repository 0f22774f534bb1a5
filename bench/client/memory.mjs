// The memory that this process has in use: from /proc where there is one, as every runtime can read that.

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";

/** Megabytes resident now. */
export function residentMegabytes() {
  return statusLine("VmRSS") ?? process.memoryUsage().rss / 2 ** 20;
}

/** Megabytes that were resident at most, since the start or since `forgetPeak`. */
export function peakMegabytes() {
  return statusLine("VmHWM") ?? process.resourceUsage().maxRSS / 1024;
}

/** Where the system cannot forget it, the peak stays that of the whole process: too much rather than too little. */
export function forgetPeak() {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {}
}

/** @param {string} name */
function statusLine(name) {
  try {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}
