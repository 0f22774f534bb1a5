// The house rules that a machine can check: layers, cycles, file sizes, purity, and the size of what is shipped.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { REGIONS_END } from "../assembly/abi.ts";
import { CLI_LIBRARIES } from "../scripts/cli-plugin.mjs";
import { compileCodec } from "../scripts/codec-plugin.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MAX_LINES = 300;
const MAX_WASM_SIZE = 10 * 1024;
/**
 * Gzip octets. 25 KiB without proxies, options of TLS and tracing, which took 9; a parser of twice the speed took one. Each
 * more has to be worth it.
 */
const MAX_BUNDLE_SIZE = 37 * 1024;

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => join(folder, name));
}

const source = filesBelow("src");
const assembly = filesBelow("assembly");
const text = (file: string) => readFileSync(join(ROOT, file), "utf8");

/** Files of the project that `file` imports, types included. */
function importsOf(file: string): string[] {
  const specifiers = [...text(file).matchAll(/\bfrom "(\.[^"]+)"/g)].map((match) => String(match[1]));
  return specifiers.map((path) => {
    const target = relative(ROOT, join(ROOT, dirname(file), path));
    return target.endsWith(".ts") ? target : `${target}.ts`;
  });
}

/** What `file` imports that is neither the project's nor Node's. */
function packagesOf(file: string): string[] {
  const specifiers = [...text(file).matchAll(/(?:\bfrom|^import) "([^".][^"]*)"/gm)].map(([, name]) => String(name));
  return specifiers.filter((name) => !name.startsWith("node:"));
}

const withoutComments = (code: string) => code.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");

/** Which folder's files may import from where, besides their own folder. A leaf is a file directly under src/. */
const LEAVES = [
  "src/errors.ts",
  "src/octets.ts",
  "src/printing.ts",
  "src/own-properties.ts",
  "src/content.ts",
  "src/url.ts",
  "src/growing-octets.ts",
  "src/ip-address.ts",
  "src/piece-queue.ts",
  "src/tls-options.ts",
  "src/ip-address.ts",
  "assembly/abi.ts",
];
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "src/wasm": LEAVES,
  "src/protocol": [...LEAVES, "src/wasm/"],
  "src/network": LEAVES,
  "src/pool": [...LEAVES, "src/wasm/", "src/protocol/", "src/network/network.ts"],
  src: ["assembly/abi.ts", "src/"],
  "src/entry": ["src/"],
  "src/cli": [],
  assembly: [],
};

describe("layers", () => {
  test.each([...source, ...assembly])("%s imports only from below", (file) => {
    const folder = dirname(file);
    const allowed = ALLOWED[folder];
    expect(allowed, `no rule for ${folder}`).toBeDefined();
    const wrong = importsOf(file).filter(
      (target) => dirname(target) !== folder && !allowed?.some((prefix) => target.startsWith(prefix)),
    );
    expect(wrong).toEqual([]);
  });

  test("only entries name a concrete network or an entry", () => {
    const concrete = /src\/network\/(?!network\.ts|mock\.ts|streams\.ts)|src\/entry\//;
    const others = source.filter((file) => !file.startsWith("src/entry/") && !file.startsWith("src/network/"));
    expect(others.filter((file) => importsOf(file).some((target) => concrete.test(target)))).toEqual([]);
  });

  test("nothing imports the command line, which knows the package by its public entries", () => {
    const below = source.filter((file) => !file.startsWith("src/cli/"));
    expect(below.filter((file) => importsOf(file).some((target) => target.startsWith("src/cli/")))).toEqual([]);
    const packages = new Set(source.filter((file) => !below.includes(file)).flatMap(packagesOf));
    const entries = ["httpcore", "httpcore/protocol", "virtual:version"];
    expect([...packages].sort()).toEqual([...entries, ...CLI_LIBRARIES].sort());
  });

  test("only the command line has libraries", () => {
    const library = source.filter((file) => !file.startsWith("src/cli/"));
    const packages = new Set(library.flatMap(packagesOf));
    expect([...packages].filter((name) => !/^cloudflare:|^virtual:codec|^#codec$/.test(name))).toEqual([]);
  });

  test("no import cycles", () => {
    const done = new Set<string>();
    const visit = (file: string, path: string[]): void => {
      expect(path, "cycle").not.toContain(file);
      if (done.has(file)) return;
      for (const target of importsOf(file)) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of [...source, ...assembly]) visit(file, []);
    expect(done.size).toBeGreaterThan(40);
  });
});

describe("files", () => {
  test.each([...source, ...assembly])("%s is short and opens with its strategy", (file) => {
    const lines = text(file).split("\n");
    expect(lines.length - 1).toBeLessThanOrEqual(MAX_LINES);
    expect(lines[0]).toMatch(/^\/\/ /);
  });

  test("no file is a barrel or a heap", () => {
    const names = source.filter((file) => /(^|\/)(index|utils?|helpers?|common)\.ts$/.test(file));
    expect(names).toEqual([]);
  });

  test.each(filesBelow("src/protocol"))("%s knows no time, no I/O and no global state", (file) => {
    const code = withoutComments(text(file));
    expect(code).not.toMatch(
      /\basync\b|\bawait\b|\bPromise\b|setTimeout|setInterval|\bDate\b|performance|globalThis|\bprocess\b|\bBuffer\b/,
    );
  });

  const onNode = ["src/cli/", "src/network/node", "src/network/deno-tunnel.ts", "src/octets.ts"];
  test.each(source.filter((file) => !onNode.some((prefix) => file.startsWith(prefix))))(
    "%s names nothing of Node",
    (file) => {
      expect(withoutComments(text(file))).not.toMatch(/"node:|\bBuffer\b|\bprocess\b\.|\brequire\(/);
    },
  );
});

/** Octets of a program that esbuild has bundled and minified and gzip packed; dist/ must be there. */
async function bundleSize(program: string, platform: "node" | "neutral"): Promise<number> {
  expect(existsSync(join(ROOT, "dist/index.js")), "dist/ is missing: npm run build").toBe(true);
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: ROOT },
    bundle: true,
    minify: true,
    platform,
    format: "esm",
    external: ["cloudflare:*", "*.wasm"],
    write: false,
  });
  const size = gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
  expect(size).toBeGreaterThan(10_000);
  return size;
}

describe("what is shipped", () => {
  test("the WebAssembly module has no imports, a fixed memory, and is small", async () => {
    const binary = new Uint8Array(await compileCodec());
    const module = new WebAssembly.Module(binary);
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    const { memory } = new WebAssembly.Instance(module).exports as { memory: WebAssembly.Memory };
    const regions = new Uint8Array(memory.buffer, 0, REGIONS_END);
    expect(
      regions.every((octet) => octet === 0),
      "static data must lie behind the regions",
    ).toBe(true);
    expect(() => memory.grow(1)).toThrow(RangeError);
    expect(binary.length).toBeLessThanOrEqual(MAX_WASM_SIZE);
  });

  test("no dependencies", () => {
    const manifest = JSON.parse(text("package.json"));
    expect(manifest.dependencies ?? {}).toEqual({});
    expect(manifest.peerDependencies ?? {}).toEqual({});
    expect(manifest.optionalDependencies ?? {}).toEqual({});
  });

  test("the whole client, bundled and minified for Node, is small", async () => {
    // All but another network, which no program on Node needs to have bundled.
    const names = Object.keys(await import("httpcore")).filter((name) => name !== "streamsBackend");
    expect(names.length).toBeGreaterThan(20);
    const program = `export { ${names.join()} } from "./dist/index.js";`;
    expect(await bundleSize(program, "node")).toBeLessThanOrEqual(MAX_BUNDLE_SIZE);
  });

  test("the whole client for workerd, its module included, is small", async () => {
    const module = gzipSync(readFileSync(join(ROOT, "dist/workerd/codec.wasm")), { level: 9 }).length;
    const size = await bundleSize('export * from "./dist/workerd/index.js";', "neutral");
    expect(size + module).toBeLessThanOrEqual(MAX_BUNDLE_SIZE);
  });

  test("no registry hosts and no paths of one machine in tracked texts", () => {
    const names = ["package.json", "package-lock.json", "README.md", "SECURITY.md", "docs/licences.md", ".npmrc"];
    const files = [...names, ".github/workflows/release.yml"].filter((file) => existsSync(join(ROOT, file)));
    for (const file of files) expect(text(file)).not.toMatch(/registry\.[a-z]+\.|"resolved"|\/work\/|\/root\//);
  });
});
