// That nothing comes along with the package: what its files import, as they are built. Only the command line has
// libraries, which are within its one file; their licences stand beside it.

import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { CLI_LIBRARIES } from "../../scripts/cli-plugin.mjs";
import { installPackage } from "../../scripts/runtimes/programs.ts";

const FOLDER = fileURLToPath(new URL(".build-dependencies", import.meta.url));
const DIST = join(FOLDER, "node_modules/httpcore/dist");
const CLI = "cli.js";
/** How a text begins that only the library has. */
const LIBRARY_CODE = "class HTTPCoreError";

let files: readonly string[];
let inputs: Metafile["inputs"];

beforeAll(async () => {
  await installPackage(FOLDER);
  files = readdirSync(DIST, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  const { metafile } = await build({
    absWorkingDir: DIST,
    entryPoints: [...files],
    bundle: true,
    format: "esm",
    packages: "external",
    external: ["*.wasm"],
    outdir: "unused",
    write: false,
    metafile: true,
    tsconfigRaw: "{}",
  });
  inputs = metafile.inputs;
}, 120_000);

const text = (name: string): string => readFileSync(join(DIST, name), "utf8");

/** What `file` imports that lies outside of the package, by import statements, import() and require(). */
const strangersOf = (file: string): string[] =>
  (inputs[file]?.imports ?? []).filter(({ external }) => external).map(({ path }) => path);

describe("dependencies", () => {
  test("the built files of the library import modules of Node and workerd, and nothing else", () => {
    const own = files.filter((file) => file !== CLI);
    expect(own.length).toBeGreaterThan(20);
    const found = own.flatMap((file) => strangersOf(file).map((path) => ({ file, path })));
    const isOfRuntime = (path: string): boolean =>
      (path.startsWith("node:") && isBuiltin(path)) || /^cloudflare:/.test(path);
    expect(found.filter(({ path }) => isOfRuntime(path)).length).toBeGreaterThan(3);
    expect(found.filter(({ path }) => !isOfRuntime(path) && path !== "./codec.wasm")).toEqual([]);
    for (const file of own) {
      for (const [, name = ""] of text(file).matchAll(/getBuiltinModule\("([^"]*)"\)/g))
        expect(isBuiltin(name)).toBe(true);
    }
  });

  test("no file of the library imports the command line", () => {
    const importers = files.filter((file) => inputs[file]?.imports.some(({ path }) => path === CLI));
    expect(importers).toEqual([]);
  });
});

describe("the command line", () => {
  test("imports the library as any program does, and contains no second one", () => {
    const strangers = strangersOf(CLI).filter((path) => !isBuiltin(path));
    expect([...new Set(strangers)].sort()).toEqual(["httpcore", "httpcore/protocol"]);
    expect(files.filter((file) => text(file).includes(LIBRARY_CODE)).length).toBeGreaterThan(0);
    expect(text(CLI)).not.toContain(LIBRARY_CODE);
  });

  test("its libraries require modules of Node only", () => {
    const required = [...text(CLI).matchAll(/require[\w$]*\("([^"]+)"\)/g)].map(([, name]) => String(name));
    expect(required.length).toBeGreaterThan(0);
    expect(required.filter((name) => !isBuiltin(name))).toEqual([]);
  });

  test.each(CLI_LIBRARIES)("the licence of %s is shipped", (name) => {
    const licence = readFileSync(fileURLToPath(new URL(`../../node_modules/${name}/LICENSE`, import.meta.url)), "utf8");
    expect(text("LICENSES.txt")).toContain(licence.trim());
  });

  test("can be started by the shell", () => {
    expect(text(CLI).split("\n")[0]).toBe("#!/usr/bin/env node");
  });
});

test("every package that the tools of development need is pinned by its hash", () => {
  const lock = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8")) as {
    packages: Record<string, { integrity?: string; inBundle?: boolean }>;
  };
  const own = Object.entries(lock.packages).filter(([path]) => path !== "");
  expect(own.length).toBeGreaterThan(100);
  expect(own.filter(([, { integrity, inBundle }]) => !integrity && !inBundle)).toEqual([]);
});
