// Builds dist/: one JavaScript file and one declaration file for each entry of package.json, and what they share.
//
//   dist/          the codec's digits inside: Node, Deno, Bun, browsers
//   dist/workerd/  the codec as a module beside the files, as workerd compiles nothing from octets
//   dist/no-wasm/  the codec as JavaScript, for where WebAssembly cannot be had
//   dist/cli.js    the command line with its libraries, and without this one, which it imports as any program does

import typescript from "@rollup/plugin-typescript";
import { dts } from "rollup-plugin-dts";
import { cliPlugin } from "./scripts/cli-plugin.mjs";
import { codecPlugin } from "./scripts/codec-plugin.mjs";

const entries = (...names) => Object.fromEntries(names.map((name) => [name, `src/entry/${name}.ts`]));
const node = { index: "src/entry/node.ts" };
const everywhere = entries("protocol", "mock");
const main = { ...node, ...entries("deno", "bun", "browser") };

/** Entries with declarations of their own. */
const DECLARED = ["index", "protocol", "mock"];
// Where Deno and JSR find the types of a JavaScript file.
const banner = ({ name }) => (DECLARED.includes(name) ? `/* @ts-self-types="./${name}.d.ts" */` : "");

// What would stand alone otherwise: to load a file takes as long as to run a hundred kilobytes of it.
const manualChunks = (id) => {
  if (/\/src\/(protocol|wasm)\/|\/src\/(octets|own-properties|errors|printing|ip-address)\.ts$/.test(id))
    return "protocol";
  return /\/src\/network\/(node|relay)/.test(id) ? "node" : undefined;
};

/** @returns {import("rollup").RollupOptions} */
const build = (variant, folder, input, more = {}) => ({
  input,
  output: {
    dir: folder,
    format: "es",
    chunkFileNames: "shared-[name].js",
    sourcemap: false,
    hoistTransitiveImports: false,
    ...more,
  },
  external: /^(?:node|cloudflare):/,
  plugins: [codecPlugin(variant), typescript({ tsconfig: "tsconfig.build.json", outDir: folder })],
});

/** What Deno needs to find declarations that are shared: a JavaScript file of that name, without anything in it. */
const declarationsForDeno = () => ({
  name: "declarations-for-deno",
  generateBundle(_options, bundle) {
    for (const { fileName, isEntry } of Object.values(bundle)) {
      if (isEntry) continue;
      const source = `/* @ts-self-types="./${fileName}" */\nexport {};\n`;
      this.emitFile({ type: "asset", fileName: fileName.replace(/\.d\.ts$/, ".js"), source });
    }
  },
});

/** @type {import("rollup").RollupOptions[]} */
export default [
  build("digits", "dist", { ...main, ...everywhere }, { banner, manualChunks }),
  build("module", "dist/workerd", { index: "src/entry/workerd.ts", ...everywhere }),
  build("script", "dist/no-wasm", { ...main, ...entries("workerd", "protocol") }),
  {
    input: { cli: "src/cli/main.ts" },
    output: { dir: "dist", format: "es", banner: "#!/usr/bin/env node" },
    external: /^(?:node:|httpcore(?:\/|$))/,
    plugins: [cliPlugin(), typescript({ tsconfig: "tsconfig.build.json", outDir: "dist" })],
  },
  {
    input: { ...node, ...everywhere },
    output: { dir: "dist", format: "es", chunkFileNames: "shared-[name].d.ts" },
    external: /^node:/,
    plugins: [dts({ tsconfig: "tsconfig.build.json" }), declarationsForDeno()],
  },
];
