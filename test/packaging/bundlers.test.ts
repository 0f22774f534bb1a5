// `import "httpcore"` with no configuration: every bundler finds the entry for what it builds, and what it builds works.

import { execFile, execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build as esbuild } from "esbuild";
import { rollup } from "rollup";
import { build as vite } from "vite";
import { beforeAll, describe, expect, test } from "vitest";
import webpack from "webpack";
import { installPackage } from "../../scripts/runtimes/programs.ts";
import { answering, serve } from "../support/scripted-server.ts";

const FOLDER = fileURLToPath(new URL(".build", import.meta.url));
const PROGRAM = join(FOLDER, "program.mjs");
/** Sends a request over TCP when it gets a URL, and always one through a MockBackend. */
const SOURCE = `
import { ConnectionPool, HTTPCoreError, request, streamsBackend } from "httpcore";
import { MockBackend } from "httpcore/mock";
import { ClientConnection, HTTPCoreError as SameError } from "httpcore/protocol";
const backend = new MockBackend(["HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nmock"]);
const pool = new ConnectionPool({ networkBackend: backend });
const said = [await (await pool.request("GET", "http://a/")).text()];
said.push(new ClientConnection().requestState, String(SameError === HTTPCoreError), typeof streamsBackend);
const url = globalThis.process?.argv[2];
said.push(await request("GET", url).then((response) => response.status, (error) => error.code));
console.log(said.join(" "));
`;

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  await installPackage(FOLDER);
  writeFileSync(PROGRAM, SOURCE);
}, 60_000);

/** Each builds the program to a file of one's own and answers its path. */
const BUNDLERS: Readonly<Record<string, { for: "node" | "browser"; build: (file: string) => Promise<unknown> }>> = {
  "esbuild for node": {
    for: "node",
    build: (outfile) =>
      esbuild({ entryPoints: [PROGRAM], bundle: true, format: "esm", platform: "node", outfile, tsconfigRaw: "{}" }),
  },
  "esbuild for browsers": {
    for: "browser",
    build: (outfile) =>
      esbuild({ entryPoints: [PROGRAM], bundle: true, format: "esm", platform: "browser", outfile, tsconfigRaw: "{}" }),
  },
  "rollup for node": {
    for: "node",
    build: (file) => withRollup(file, nodeResolve()),
  },
  "rollup for browsers": {
    for: "browser",
    build: (file) => withRollup(file, nodeResolve({ browser: true })),
  },
  "vite for browsers": {
    for: "browser",
    build: (file) => withVite(file, {}),
  },
  "vite for node": {
    for: "node",
    build: (file) => withVite(file, { ssr: { noExternal: true, target: "node" } }),
  },
  "webpack for node": {
    for: "node",
    build: (file) => withWebpack(file, "node20"),
  },
  "webpack for browsers": {
    for: "browser",
    build: (file) => withWebpack(file, "web"),
  },
};

describe.each(Object.entries(BUNDLERS))("%s", (name, { for: platform, build }) => {
  test("builds a program that works", async () => {
    const file = join(FOLDER, `${name.replaceAll(" ", "-")}.mjs`);
    await build(file);
    const imports = readFileSync(file, "utf8").match(/from ?["'](?:node:|cloudflare:)[^"']+["']/g) ?? [];
    if (platform === "browser") expect(imports).toEqual([]);
    const server = await serve(answering());
    const said = await outputOf(file, server.url());
    const last = platform === "node" ? "200" : "ERR_UNSUPPORTED_BY_RUNTIME";
    expect(said.trim()).toBe(`mock idle true function ${last}`);
  }, 60_000);
});

// Not in this process's time: the server answers from it.
async function outputOf(file: string, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [file, url], { timeout: 20_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(stdout);
    });
  });
}

async function withRollup(file: string, plugin: ReturnType<typeof nodeResolve>): Promise<void> {
  const bundle = await rollup({ input: PROGRAM, plugins: [plugin], external: /^node:/ });
  await bundle.write({ file, format: "es", inlineDynamicImports: true });
  await bundle.close();
}

async function withVite(file: string, more: object): Promise<void> {
  const isForNode = "ssr" in more;
  await vite({
    configFile: false,
    root: FOLDER,
    logLevel: "error",
    ...more,
    build: {
      outDir: join(FOLDER, "vite"),
      emptyOutDir: false,
      target: "es2022",
      ...(isForNode ? { ssr: PROGRAM } : { lib: { entry: PROGRAM, formats: ["es"] } }),
      rolldownOptions: { output: { entryFileNames: "built.mjs" } },
    },
  });
  writeFileSync(file, readFileSync(join(FOLDER, "vite/built.mjs")));
}

function withWebpack(file: string, target: string): Promise<void> {
  const compiler = webpack({
    mode: "production",
    target: [target, "es2022"],
    context: FOLDER,
    entry: PROGRAM,
    experiments: { outputModule: true },
    output: { path: FOLDER, filename: file.slice(FOLDER.length + 1), module: true, chunkFormat: "module" },
    optimization: { splitChunks: false },
  });
  return new Promise((resolve, reject) => {
    compiler?.run((error, stats) => {
      if (error) reject(error);
      else if (stats?.hasErrors()) reject(new Error(stats.toString("errors-only")));
      else resolve();
    });
  });
}

describe("where there is no bundler", () => {
  test("require gives the same as import", () => {
    const program = `
      const required = require("httpcore");
      import("httpcore").then((imported) => console.log(required.request === imported.request));
    `;
    const said = execFileSync(process.execPath, ["-e", program], { cwd: FOLDER, encoding: "utf8" });
    expect(said.trim()).toBe("true");
  });
});
