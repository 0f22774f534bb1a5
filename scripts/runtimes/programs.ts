// Programs made ready for the real runtimes: the package as it is published in a node_modules, so that each runtime
// chooses its entry by the conditions of package.json, and the programs bundled around it.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Beside src/ and assembly/, what dist/ depends on. */
const BUILD_FILES = ["rollup.config.mjs", "scripts/codec-plugin.mjs", "scripts/cli-plugin.mjs", "tsconfig.build.json"];

/**
 * Makes `folder` anew, with process.mjs from the source `process` for node, deno and bun, and worker.mjs with codec.wasm
 * from the source `worker` for workerd.
 */
export async function makePrograms(folder: string, sources: { process: string; worker: string }): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  await installPackage(folder);
  const shared = { bundle: true, format: "esm", absWorkingDir: folder, tsconfigRaw: "{}", logLevel: "error" } as const;
  await build({
    ...shared,
    entryPoints: [sources.process],
    outfile: join(folder, "process.mjs"),
    external: ["httpcore", "httpcore/*", "node:*"],
  });
  // As wrangler bundles: its conditions, and a .wasm file stays a module of its own.
  await build({
    ...shared,
    entryPoints: [sources.worker],
    outfile: join(folder, "worker.mjs"),
    conditions: ["workerd", "worker", "browser"],
    nodePaths: [join(folder, "node_modules")],
    external: ["cloudflare:*"],
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
  });
}

/** Puts the package into the node_modules of `folder`, as it is published. dist/ is built when sources are newer than it. */
export async function installPackage(folder: string): Promise<void> {
  const built = statSync(join(ROOT, "dist/index.js"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built < Math.max(newestIn("src"), newestIn("assembly"), ...BUILD_FILES.map(modifiedAt))) {
    execFileSync("npm", ["run", "build"], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  }
  const installed = join(folder, "node_modules/httpcore");
  mkdirSync(installed, { recursive: true });
  cpSync(join(ROOT, "dist"), join(installed, "dist"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(installed, "package.json"));
  const manifest = { type: "module", private: true, dependencies: { httpcore: "*" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  // Bun follows the paths of the nearest tsconfig.json, and those of the project lead to its sources.
  writeFileSync(join(folder, "tsconfig.json"), "{}");
}

function newestIn(folder: string): number {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return Math.max(...names.map((name) => modifiedAt(join(folder, name))));
}

function modifiedAt(name: string): number {
  return statSync(join(ROOT, name)).mtimeMs;
}
