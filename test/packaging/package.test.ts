// The package as it is published: what its entries export, on JSR, and where WebAssembly cannot be had.

import { execFile, spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { bunBinary, denoBinary } from "../../scripts/runtimes/binaries.ts";
import { installPackage } from "../../scripts/runtimes/programs.ts";
import { answering, serve } from "../support/scripted-server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = fileURLToPath(new URL(".build-package", import.meta.url));
let programs = 0;

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  await installPackage(FOLDER);
}, 60_000);

const built = (name: string): string => pathToFileURL(`${FOLDER}/node_modules/httpcore/dist/${name}.js`).href;

describe("entries", () => {
  test.each(["bun", "deno", "browser", "no-wasm/index", "no-wasm/bun", "no-wasm/browser"])(
    "%s exports what the one for Node does",
    async (name) => {
      const names = Object.keys(await import(built("index"))).sort();
      expect(names).toContain("streamsBackend");
      expect(Object.keys(await import(built(name))).sort()).toEqual(names);
    },
  );

  test("no-wasm/protocol exports what protocol does", async () => {
    const names = Object.keys(await import(built("protocol"))).sort();
    expect(names).toContain("ClientConnection");
    expect(Object.keys(await import(built("no-wasm/protocol"))).sort()).toEqual(names);
  });
});

describe("httpcore/no-wasm", () => {
  const RUNTIMES: Readonly<Record<string, () => readonly string[]>> = {
    // Without code that is made at run time there is no WebAssembly either.
    "node --jitless": () => [process.execPath, "--jitless"],
    deno: () => [denoBinary(), "run", "--allow-net", "--no-lock", "--quiet"],
    bun: () => [bunBinary(), "run"],
  };

  test.each(Object.entries(RUNTIMES))("serves a request on %s", async (_name, command) => {
    const server = await serve(answering());
    const program = `import { request } from "httpcore/no-wasm";
const response = await request("GET", ${JSON.stringify(server.url())});
console.log(response.status, await response.text());`;
    expect(await run(command(), program)).toBe("200 ok");
  });

  test("is named by the error of the main entry", async () => {
    const program = `import { request } from "httpcore";
await request("GET", "http://127.0.0.1:1/").catch((error) => console.log(error.name, error.message));`;
    const said = await run([process.execPath, "--jitless"], program);
    expect(said).toMatch(/^UnsupportedByRuntime .*httpcore\/no-wasm/);
  });
});

test("JSR would take it", () => {
  const { status, stderr } = spawnSync(denoBinary(), ["publish", "--dry-run", "--allow-dirty", "--no-lock"], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  expect(stderr).toContain("Dry run complete");
  expect(stderr).toContain("dist/index.js");
  // There are no programs on JSR.
  expect(stderr).not.toContain("dist/cli.js");
  expect(status).toBe(0);
}, 60_000);

// The program stands in a file of its own: Bun and Deno look for packages from there.
async function run(command: readonly string[], program: string): Promise<string> {
  const file = `${FOLDER}/${process.pid}-${programs++}.mjs`;
  writeFileSync(file, program);
  const [binary = "", ...options] = command;
  return new Promise((resolve, reject) => {
    execFile(binary, [...options, file], { cwd: FOLDER, timeout: 20_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(stdout.trim());
    });
  });
}
