// npm run sbom: prints a bill of materials (CycloneDX) of the package as it is shipped, made by npm. The package has no
// dependencies; the libraries that dist/cli.js contains are put in as if they were some, as they are shipped all the same.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CLI_LIBRARIES } from "./cli-plugin.mjs";

const read = (name) => JSON.parse(readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), "utf8"));
const { name, version, license, description } = read("package.json");
const { packages } = read("package-lock.json");

const dependencies = Object.fromEntries(
  CLI_LIBRARIES.map((library) => [library, packages[`node_modules/${library}`].version]),
);
const locked = CLI_LIBRARIES.map((library) => {
  const { dev: _, ...entry } = packages[`node_modules/${library}`];
  return [`node_modules/${library}`, entry];
});
const manifest = { name, version, license, description, dependencies };
const lock = { name, version, lockfileVersion: 3, packages: { "": manifest, ...Object.fromEntries(locked) } };

// npm names the package by its folder.
const parent = mkdtempSync(join(tmpdir(), "httpcore-sbom-"));
const folder = join(parent, name);
try {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
  const command = ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx", "--sbom-type", "library"];
  process.stdout.write(execFileSync("npm", command, { cwd: folder }));
} finally {
  rmSync(parent, { recursive: true, force: true });
}
