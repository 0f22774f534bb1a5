// A plugin for Rollup and for Vite that compiles assembly/. `import digits from "virtual:codec"` gives the WebAssembly
// module as a string of hexadecimal digits; "virtual:codec.wasm" is the module as a file beside what is built, and
// "virtual:codec-script" the codec as JavaScript, see codec-script.mjs.
// The module is built the same way everywhere, so tests run what is shipped; only to measure coverage (CODEC_COVERAGE
// names a folder) it counts what runs, see instrument.mjs.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { scriptOf } from "./codec-script.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const VIRTUAL_ID = "virtual:codec";
const RESOLVED_ID = `\0${VIRTUAL_ID}`;
const SCRIPT_ID = "virtual:codec-script";
const RESOLVED_SCRIPT_ID = `\0${SCRIPT_ID}`;

/** 64 KiB pages. Initial and maximum are one number: the memory never grows. */
const MEMORY_PAGES = 13;
/** Where static data begins: behind the regions of assembly/abi.ts. */
const MEMORY_BASE = 12 * 65_536;

/** What the compiler may use. `scalar` does without what JavaScript has no counterpart of. */
const FEATURES = {
  simd: ["--enable", "simd"],
  scalar: ["--disable", "sign-extension", "--disable", "nontrapping-f2i"],
};

/**
 * Compiles assembly/index.ts.
 * @param {import("./codec-plugin.mjs").CodecBuild} build
 * @returns {Promise<Uint8Array>} the module
 */
export async function compileCodec({ instructions = "simd", sources = readSources() } = {}) {
  let binary;
  const pages = String(MEMORY_PAGES);
  const { error, stderr } = await asc.main(
    [
      "assembly/index.ts",
      "--outFile",
      "codec.wasm",
      // -O3 is a quarter faster on a head, but a tenth of the whole client larger; without inlining it takes twice the time.
      "-O2",
      "--converge",
      // Once more at the end: fewer locals, and one less octet for each use of many.
      "--runPasses",
      "coalesce-locals,reorder-locals",
      "--noAssert",
      ...FEATURES[instructions],
      "--runtime",
      "stub",
      "--use",
      "abort=",
      "--memoryBase",
      String(MEMORY_BASE),
      "--initialMemory",
      pages,
      "--maximumMemory",
      pages,
    ],
    {
      readFile: (name) => decorated(sources.get(name.replace(/^assembly\//, ""))),
      writeFile(_name, contents) {
        binary = contents;
      },
    },
  );
  if (error) throw new Error(`assembly/ does not compile: ${error.message}\n${stderr.toString()}`);
  return binary;
}

// The compiler's decorators stand in comments, as TypeScript and its tools know none of functions.
/** @param {string | undefined} source */
function decorated(source) {
  return source?.replaceAll(/^\/\/ (?=@inline$)/gm, "") ?? null;
}

/** @returns {Map<string, string>} */
function readSources() {
  const names = readdirSync(`${ROOT}assembly`).filter((name) => name.endsWith(".ts"));
  return new Map(names.map((name) => [name, readFileSync(`${ROOT}assembly/${name}`, "utf8")]));
}

// The module that counts, and beside the counts to come a list of what is counted and where in memory.
/** @param {string} folder */
async function compileForCoverage(folder) {
  const { instrument } = await import("./instrument.mjs");
  const { sources, points } = instrument(readSources());
  const binary = await compileCodec({ sources });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "points.json"), JSON.stringify({ address: exports.COUNTERS.value, points }));
  return binary;
}

/**
 * The plugin. `variant` says what `#codec` is: one of the from- files of src/wasm/.
 * @param {"digits" | "module" | "script"} [variant]
 * @returns {import("rollup").Plugin}
 */
export function codecPlugin(variant = "digits") {
  return {
    name: "codec",
    buildStart() {
      for (const file of readdirSync(`${ROOT}assembly`)) this.addWatchFile(`${ROOT}assembly/${file}`);
    },
    resolveId(id) {
      if (id === "#codec") return `${ROOT}src/wasm/from-${variant}.ts`;
      if (id === "virtual:codec.wasm") return { id: "./codec.wasm", external: true };
      if (id === SCRIPT_ID) return RESOLVED_SCRIPT_ID;
      return id === VIRTUAL_ID ? RESOLVED_ID : null;
    },
    async load(id) {
      if (id !== RESOLVED_ID && id !== RESOLVED_SCRIPT_ID) return null;
      const folder = process.env.CODEC_COVERAGE;
      return contentsOf(id.slice(1), () => (folder ? compileForCoverage(folder) : compileCodec()));
    },
    async generateBundle() {
      if (variant === "module") this.emitFile({ type: "asset", fileName: "codec.wasm", source: await compileCodec() });
    },
  };
}

/**
 * The same for esbuild, whose plugins are its own; it never counts. With "module" the module stays outside, as
 * "./codec.wasm": put it beside what is built.
 * @param {"digits" | "module" | "script"} [variant]
 * @returns {import("esbuild").Plugin}
 */
export function codecForEsbuild(variant = "digits") {
  /** @type {Promise<string> | null} */
  let contents = null;
  return {
    name: "codec",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^#codec$/ }, () => ({ path: `${ROOT}src/wasm/from-${variant}.ts` }));
      onResolve({ filter: /^virtual:codec\.wasm$/ }, () => ({ path: "./codec.wasm", external: true }));
      onResolve({ filter: /^virtual:codec/ }, ({ path }) => ({ path, namespace: "codec" }));
      onLoad({ filter: /.*/, namespace: "codec" }, async ({ path }) => {
        contents ??= contentsOf(path, compileCodec);
        return { contents: await contents };
      });
    },
  };
}

// What a virtual module exports; `compile` makes the one with SIMD.
/** @type {(id: string, compile: () => Promise<Uint8Array>) => Promise<string>} */
async function contentsOf(id, compile) {
  if (id === SCRIPT_ID) return scriptOf(await compileCodec({ instructions: "scalar" }));
  return `export default "${Buffer.from(await compile()).toString("hex")}";`;
}
