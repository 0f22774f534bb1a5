// What a new user does: packs the project, installs the tarball into an empty folder, and runs the quickstart from
// there against a server of its own, and the doctor. Nothing of the checkout can be reached from that folder.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "httpcore-newcomer-"));
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

try {
  const [{ filename }] = JSON.parse(
    run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], root),
  );
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "newcomer", private: true, type: "module" }));
  run("npm", ["install", "--no-save", `./${filename}`], folder);
  const installed = JSON.parse(run("npm", ["ls", "--all", "--json"], folder));
  const extra = Object.keys(installed.dependencies ?? {}).filter((name) => name !== "httpcore");
  if (extra.length > 0) throw new Error(`the package brings dependencies: ${extra.join(", ")}`);
  copyFileSync(join(root, ".ci/quickstart.mjs"), join(folder, "quickstart.mjs"));
  process.stdout.write(run(process.execPath, ["quickstart.mjs"], folder));
  process.stdout.write(run("npx", ["--no-install", "httpcore", "doctor"], folder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
