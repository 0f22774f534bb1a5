// Builds dist/: one JavaScript file and one declaration file for each entry of package.json, and what they share.
//
//   dist/          Node, with the codec's digits inside: also what Deno, Bun and browsers take `protocol` and `mock` from
//   dist/workerd/  the same entries for workerd, with the codec as a module beside them

import typescript from "@rollup/plugin-typescript";
import { dts } from "rollup-plugin-dts";
import { codecPlugin } from "./scripts/codec-plugin.mjs";

const everywhere = { protocol: "src/entry/protocol.ts", mock: "src/entry/mock.ts" };
const input = { index: "src/entry/node.ts", ...everywhere };

/** @returns {import("rollup").RollupOptions} */
const build = (variant, folder, input) => ({
  input,
  output: { dir: folder, format: "es", chunkFileNames: "shared-[name].js", sourcemap: false },
  external: /^(?:node|cloudflare):/,
  plugins: [codecPlugin(variant), typescript({ tsconfig: "tsconfig.build.json", outDir: folder })],
});

/** @type {import("rollup").RollupOptions[]} */
export default [
  build("digits", "dist", input),
  build("module", "dist/workerd", everywhere),
  {
    input,
    output: { dir: "dist", format: "es", chunkFileNames: "shared-[name].d.ts" },
    external: /^node:/,
    plugins: [dts({ tsconfig: "tsconfig.build.json" })],
  },
];
