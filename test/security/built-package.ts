// Runs a script in a process of its own, with the package as it is built: for what must not touch the test runner, and
// for what is measured of a whole process.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const BUILT = new URL("../../dist/index.js", import.meta.url);
/** Stands in front of what a script reports, so that anything else it prints does no harm. */
const MARK = "reported: ";
/** A script that has not ended by then has hung. */
const PATIENCE = 30_000;

/**
 * Runs `script`, which finds the package in `httpcore` and `values` as given, can collect garbage with `gc()`, and calls
 * `report` once. Answers what it reported.
 */
export async function runBuilt(script: string, values: object = {}): Promise<unknown> {
  if (!existsSync(fileURLToPath(BUILT))) throw new Error("dist/index.js is missing: run `npm run build` first");
  // Written without a stream, which the pollution of a prototype could break.
  const source = `
    import { writeSync } from "node:fs";
    import * as httpcore from ${JSON.stringify(BUILT.href)};
    const values = ${JSON.stringify(values)};
    const report = (value) => writeSync(1, ${JSON.stringify(MARK)} + JSON.stringify(value) + "\\n");
    ${script}
  `;
  const child = spawn(process.execPath, ["--expose-gc", "--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE,
  });
  onTestFinished(() => void child.kill());
  let output = "";
  let complaints = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const [code] = await once(child, "close");
  const line = output.split("\n").find((text) => text.startsWith(MARK));
  if (code !== 0 || line === undefined) throw new Error(`the script ended with ${code}: ${output}${complaints}`);
  return JSON.parse(line.slice(MARK.length));
}
