// How long a step takes: CPU time of the process, all its threads, as other processes want the same cores.

import process from "node:process";

/**
 * Prints, as a line of JSON, the nanoseconds of a step divided by what it does `unit` times.
 * @param {() => void} step
 * @param {number} unit
 * @param {{ warmUp: number, duration: number }} times milliseconds of CPU time
 */
export function reportTimeOf(step, unit, { warmUp, duration }) {
  repeat(step, warmUp);
  const { count, nanoseconds } = repeat(step, duration);
  process.stdout.write(`${JSON.stringify({ type: "result", nanoseconds: nanoseconds / (count * unit) })}\n`);
}

/** @param {() => void} step @param {number} milliseconds */
function repeat(step, milliseconds) {
  const before = process.cpuUsage();
  let count = 0;
  let microseconds = 0;
  while (microseconds < milliseconds * 1000) {
    step();
    count++;
    const { user, system } = process.cpuUsage(before);
    microseconds = user + system;
  }
  return { count, nanoseconds: microseconds * 1000 };
}
