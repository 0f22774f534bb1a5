// `npm run fuzz`: bundles the command with the sources of this directory, the codec compiled afresh, and runs it.
//
// A bundle, because the sources import "virtual:codec" and one another by the package's name, as they do under Vite; and
// because bundled they run as fast as they do for a user.

import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { codecForEsbuild } from "../../scripts/codec-plugin.mjs";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const outfile = path("../../node_modules/.cache/httpcore-fuzz/command.mjs");

await build({
  entryPoints: [path("command.ts")],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: "inline",
  external: ["fast-check", "cli-progress", "vitest", "selfsigned"],
  alias: { "httpcore/protocol": path("../../src/entry/protocol.ts"), httpcore: path("../../src/entry/node.ts") },
  plugins: [codecForEsbuild()],
});
const { fuzz } = (await import(pathToFileURL(outfile).href)) as typeof import("./command.ts");
process.exitCode = await fuzz(process.argv.slice(2), new URL("failures/", import.meta.url));
