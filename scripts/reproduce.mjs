// npm run reproduce: builds dist/ twice, from nothing and in folders, time zones and languages that differ, and prints the
// SHA-256 of each file, in the form that `sha256sum --check` reads. The exit code is 1 when the two builds differ.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** All that a build is made of, beside what npm installs. */
const INPUTS = [
  ...["assembly", "src", "scripts", "package.json", "rollup.config.mjs", "tsconfig.json", "tsconfig.build.json"],
];

const first = build("httpcore-", { TZ: "UTC", LANG: "C" });
const second = build("a longer name, with spaces-", { TZ: "Asia/Kathmandu", LANG: "tr_TR.UTF-8" });
for (const [name, hash] of first) console.log(`${hash}  ${name}`);
const differing = [...new Set([...first.keys(), ...second.keys()])].filter(
  (name) => first.get(name) !== second.get(name),
);
for (const name of differing)
  console.error(`${name}: ${first.get(name)} in one build, ${second.get(name)} in the other`);
process.exitCode = differing.length === 0 ? 0 : 1;

/**
 * @param {string} prefix of the folder's name
 * @param {Record<string, string>} environment what differs
 * @returns {Map<string, string>} the SHA-256 of each file, by its path
 */
function build(prefix, environment) {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  try {
    const filter = (name) => !name.includes("node_modules", ROOT.length);
    for (const name of INPUTS) cpSync(join(ROOT, name), join(folder, name), { recursive: true, filter });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
    const { status, stderr } = spawnSync(process.execPath, ["node_modules/rollup/dist/bin/rollup", "--config"], {
      cwd: folder,
      env: { ...process.env, ...environment },
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`the build failed: ${stderr}`);
    const files = readdirSync(join(folder, "dist"), { recursive: true, withFileTypes: true, encoding: "utf8" });
    const names = files.filter((file) => file.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    return new Map(names.sort().map((name) => [name.slice(folder.length + 1), sha256(name)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} name */
function sha256(name) {
  return createHash("sha256").update(readFileSync(name)).digest("hex");
}
