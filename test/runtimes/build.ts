// The suite made ready to run: the package as it is published in node_modules, so that each runtime chooses its entry by
// the conditions of package.json, and the programs bundled around it. All in test/runtimes/.build.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const BUILD = join(ROOT, "test/runtimes/.build");

const newestIn = (folder: string): number =>
  Math.max(
    ...readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map(
      (name) => statSync(join(ROOT, folder, name)).mtimeMs,
    ),
  );

/** Builds dist/ anew when sources are newer than it, and the programs always. */
export async function buildSuite(): Promise<void> {
  const sources = Math.max(newestIn("src"), newestIn("assembly"), newestIn("scripts"));
  const built = statSync(join(ROOT, "dist/index.js"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built < sources) {
    execFileSync("npm", ["run", "build"], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  }
  rmSync(BUILD, { recursive: true, force: true });
  const installed = join(BUILD, "node_modules/httpcore");
  mkdirSync(installed, { recursive: true });
  cpSync(join(ROOT, "dist"), join(installed, "dist"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(installed, "package.json"));
  const manifest = { type: "module", private: true, dependencies: { httpcore: "*" } };
  writeFileSync(join(BUILD, "package.json"), JSON.stringify(manifest));
  // Bun follows the paths of the nearest tsconfig.json, and those of the project lead to its sources.
  writeFileSync(join(BUILD, "tsconfig.json"), "{}");
  const shared = { bundle: true, format: "esm", absWorkingDir: BUILD, tsconfigRaw: "{}", logLevel: "error" } as const;
  await build({
    ...shared,
    entryPoints: [join(ROOT, "test/runtimes/main-process.ts")],
    outfile: join(BUILD, "process.mjs"),
    external: ["httpcore", "httpcore/*", "node:*"],
  });
  // As wrangler bundles: its conditions, and a .wasm file stays a module of its own.
  await build({
    ...shared,
    entryPoints: [join(ROOT, "test/runtimes/main-worker.ts")],
    outfile: join(BUILD, "worker.mjs"),
    conditions: ["workerd", "worker", "browser"],
    nodePaths: [join(BUILD, "node_modules")],
    external: ["cloudflare:*", "node:*"],
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
  });
}
