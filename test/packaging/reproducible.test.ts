// That what is built can be built again: the codec here, as its octets are what nobody can read; all of dist/ by
// `npm run reproduce`, which takes a minute. And that the licences of what builds it are known.

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { installPackage } from "../../scripts/runtimes/programs.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = `import { createHash } from "node:crypto";
import { compileCodec } from "./scripts/codec-plugin.mjs";
console.log(createHash("sha256").update(await compileCodec()).digest("hex"));`;

/** The SHA-256 of the module, compiled in a folder of its own. */
function compiledIn(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  try {
    const names = ["assembly", "scripts/codec-plugin.mjs", "scripts/codec-script.mjs", "package.json"];
    for (const name of names) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
    const command = ["--input-type=module", "--eval", PROGRAM];
    return execFileSync(process.execPath, command, { cwd: folder, encoding: "utf8" }).trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("two builds of the codec in different folders are one, and it is the one in dist/", async () => {
  const folder = fileURLToPath(new URL(".build-reproducible", import.meta.url));
  await installPackage(folder);
  const shipped = readFileSync(join(folder, "node_modules/httpcore/dist/workerd/codec.wasm"));
  const [first, second] = [compiledIn("httpcore-"), compiledIn("a longer name, with spaces-")];
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(second).toBe(first);
  expect(createHash("sha256").update(shipped).digest("hex")).toBe(first);
}, 120_000);

test("docs/licences.md is up to date, and all licences are permissive or have a reason", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/licences.mjs", "--check"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});

test("the bill of materials names what the package contains, and nothing else", () => {
  const bill = JSON.parse(execFileSync(process.execPath, ["scripts/sbom.mjs"], { cwd: ROOT, encoding: "utf8" }));
  expect(bill.bomFormat).toBe("CycloneDX");
  expect(bill.metadata.component.name).toBe("httpcore");
  expect(bill.components.map(({ name }: { name: string }) => name).sort()).toEqual(["commander", "picocolors"]);
}, 120_000);
