// A plugin for Rollup and for Vite: `import base64 from "virtual:codec"` compiles assembly/ and gives the WebAssembly
// module as a base64 string. The module is built the same way everywhere, so tests run what is shipped.

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const VIRTUAL_ID = "virtual:codec";
const RESOLVED_ID = `\0${VIRTUAL_ID}`;

/** 64 KiB pages: all regions of assembly/memory.ts. Initial and maximum are one number: the memory never grows. */
const MEMORY_PAGES = 12;

/** Compiles assembly/index.ts. @returns {Promise<Uint8Array>} the module */
export async function compileCodec() {
  let binary;
  const { error, stderr } = await asc.main(
    [
      "assembly/index.ts",
      "--baseDir",
      ROOT,
      "--outFile",
      "codec.wasm",
      // -O3 is a quarter faster on a head, but a tenth of the whole client larger; without inlining it takes twice the time.
      "-O3",
      "--noAssert",
      "--enable",
      "simd",
      "--runtime",
      "stub",
      "--use",
      "abort=",
      "--initialMemory",
      String(MEMORY_PAGES),
      "--maximumMemory",
      String(MEMORY_PAGES),
    ],
    {
      writeFile(_name, contents) {
        binary = contents;
      },
    },
  );
  if (error) throw new Error(`assembly/ does not compile: ${error.message}\n${stderr.toString()}`);
  return binary;
}

/** The plugin. @returns {import("rollup").Plugin} */
export function codecPlugin() {
  return {
    name: "codec",
    buildStart() {
      for (const file of readdirSync(`${ROOT}assembly`)) this.addWatchFile(`${ROOT}assembly/${file}`);
    },
    resolveId(id) {
      return id === VIRTUAL_ID ? RESOLVED_ID : null;
    },
    async load(id) {
      if (id !== RESOLVED_ID) return null;
      return `export default "${Buffer.from(await compileCodec()).toString("base64")}";`;
    },
  };
}
