// Builds dist/: one JavaScript file and one declaration file for each entry of package.json, and what they share.

import typescript from "@rollup/plugin-typescript";
import { dts } from "rollup-plugin-dts";
import { codecPlugin } from "./scripts/codec-plugin.mjs";

const input = { index: "src/entry/node.ts", protocol: "src/entry/protocol.ts", mock: "src/entry/mock.ts" };

/** @type {import("rollup").RollupOptions[]} */
export default [
  {
    input,
    output: { dir: "dist", format: "es", chunkFileNames: "shared-[name].js", sourcemap: false },
    external: /^node:/,
    plugins: [codecPlugin(), typescript({ tsconfig: "tsconfig.build.json" })],
  },
  {
    input,
    output: { dir: "dist", format: "es", chunkFileNames: "shared-[name].d.ts" },
    external: /^node:/,
    plugins: [dts({ tsconfig: "tsconfig.build.json" })],
  },
];
