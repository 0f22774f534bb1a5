// npm run coverage: how much of src/protocol and of assembly/ the tests run, by statement and by branch; less than
// 98 % of either fails. TypeScript is measured by V8, AssemblyScript by a build that counts (instrument.mjs).

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = join(ROOT, "coverage", "assembly");
const LEAST = 98;

rmSync(FOLDER, { recursive: true, force: true });
const vitest = spawnSync(
  process.execPath,
  [
    join(ROOT, "node_modules/vitest/vitest.mjs"),
    "run",
    "--coverage.enabled",
    "--coverage.include=src/protocol/**",
    "--coverage.reporter=text",
    `--coverage.thresholds.statements=${LEAST}`,
    `--coverage.thresholds.branches=${LEAST}`,
    "--reporter=dot",
    ...process.argv.slice(2),
  ],
  { cwd: ROOT, stdio: "inherit", env: { ...process.env, CODEC_COVERAGE: FOLDER } },
);
if (!existsSync(join(FOLDER, "points.json"))) throw new Error("nothing was counted: did the tests run?");

/** @type {{ points: import("./instrument.mjs").Point[] }} */
const { points } = JSON.parse(readFileSync(join(FOLDER, "points.json"), "utf8"));
const runs = new Array(points.length).fill(0);
for (const name of readdirSync(FOLDER).filter((file) => file.endsWith(".counts.json"))) {
  /** @type {number[]} */
  const counts = JSON.parse(readFileSync(join(FOLDER, name), "utf8"));
  counts.forEach((count, point) => {
    runs[point] += count;
  });
}

/** @param {(point: import("./instrument.mjs").Point) => boolean} isMeant */
function percentage(isMeant) {
  const meant = points.map((point, index) => ({ point, run: runs[index] })).filter(({ point }) => isMeant(point));
  return meant.length === 0 ? 100 : (meant.filter(({ run }) => run > 0).length / meant.length) * 100;
}

console.log(`\n${"assembly/".padEnd(24)} statements  branches  not run (lines)`);
for (const file of new Set(points.map((point) => point.file))) {
  const missed = points.filter((point, index) => point.file === file && runs[index] === 0).map(({ line }) => line);
  const shown = ["statement", "branch"].map((kind) =>
    percentage((point) => point.file === file && point.kind === kind).toFixed(1),
  );
  console.log(
    `${file.padEnd(24)} ${shown[0]?.padStart(9)}%  ${shown[1]?.padStart(7)}%  ${[...new Set(missed)].join(" ")}`,
  );
}
const statements = percentage(({ kind }) => kind === "statement");
const branches = percentage(({ kind }) => kind === "branch");
console.log(`${"all".padEnd(24)} ${statements.toFixed(1).padStart(9)}%  ${branches.toFixed(1).padStart(7)}%`);
const isEnough = statements >= LEAST && branches >= LEAST;
if (!isEnough) console.error(`assembly/ is covered by less than ${LEAST} %`);
process.exitCode = vitest.status === 0 && isEnough ? 0 : 1;
