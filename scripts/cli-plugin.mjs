// A plugin for Rollup that makes dist/cli.js stand alone: the libraries of the command line, which are CommonJS, become ES
// modules within it, `import version from "virtual:version"` gives the version of package.json, and dist/LICENSES.txt has
// the licence of each library, as each asks for.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const VERSION_ID = "virtual:version";

/** The libraries, by the names of their packages. */
export const CLI_LIBRARIES = ["commander", "picocolors"];

/** What they require of Node stays a call of `require`, which an ES module has to make for itself. */
const REQUIRE = 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);';

/** @returns {import("rollup").Plugin} */
export function cliPlugin() {
  const manifestOf = (folder) => JSON.parse(readFileSync(`${ROOT}${folder}package.json`, "utf8"));
  return {
    name: "cli",
    resolveId(id) {
      return id === VERSION_ID || CLI_LIBRARIES.includes(id) ? `\0${id}` : null;
    },
    load(id) {
      const name = id.slice(1);
      if (name === VERSION_ID) return `export default "${manifestOf("").version}";`;
      return id.startsWith("\0") && CLI_LIBRARIES.includes(name) ? asModule(name) : null;
    },
    generateBundle() {
      const licences = CLI_LIBRARIES.map((name) => {
        const { version, license } = manifestOf(`node_modules/${name}/`);
        const text = readFileSync(`${ROOT}node_modules/${name}/LICENSE`, "utf8");
        return `${name} ${version} (${license})\n\n${text.trim()}\n`;
      });
      const source = `cli.js contains the following libraries.\n\n${licences.join("\n---\n\n")}`;
      this.emitFile({ type: "asset", fileName: "LICENSES.txt", source });
    },
  };
}

/** @param {string} name */
async function asModule(name) {
  const { outputFiles } = await build({
    entryPoints: [name],
    absWorkingDir: ROOT,
    bundle: true,
    format: "esm",
    platform: "node",
    banner: { js: REQUIRE },
    // picocolors asks the environment when it is imported, which Deno may refuse: the program asks by itself.
    define: { process: "undefined" },
    // The names of files stand in comments, and are to be those of this folder.
    preserveSymlinks: true,
    tsconfigRaw: "{}",
    write: false,
  });
  return outputFiles[0].text;
}
