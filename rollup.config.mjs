// Builds dist/: one JavaScript file and one declaration file for each entry of package.json, and what they share.
//
//   dist/          Node, with the codec's digits inside: also what Deno, Bun and browsers take `protocol` and `mock` from
//   dist/workerd/  the same entries for workerd, with the codec as a module beside them

import typescript from "@rollup/plugin-typescript";
import { dts } from "rollup-plugin-dts";
import { codecPlugin } from "./scripts/codec-plugin.mjs";

const everywhere = { protocol: "src/entry/protocol.ts", mock: "src/entry/mock.ts" };
const input = { index: "src/entry/node.ts", ...everywhere };

// Where Deno and JSR find the types of a JavaScript file.
const banner = ({ isEntry, name }) => (isEntry && TYPES[name] ? `/* @ts-self-types="./${TYPES[name]}.d.ts" */` : "");
const TYPES = { index: "index", protocol: "protocol", mock: "mock" };

/** @returns {import("rollup").RollupOptions} */
const build = (variant, folder, input) => ({
  input,
  output: { dir: folder, format: "es", chunkFileNames: "shared-[name].js", sourcemap: false, banner },
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
  build("digits", "dist", input),
  build("module", "dist/workerd", everywhere),
  {
    input,
    output: { dir: "dist", format: "es", chunkFileNames: "shared-[name].d.ts" },
    external: /^node:/,
    plugins: [dts({ tsconfig: "tsconfig.build.json" }), declarationsForDeno()],
  },
];
