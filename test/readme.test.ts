// README.md and the pages in docs/ are programs: each of their TypeScript blocks type-checks, runs, and prints what its
// comments say.
//
// The blocks are put into a project of their own, where "httpcore" is this package as it is installed (dist/), are
// compiled there, and are run in a process each. Their hosts are two local servers. A comment below a console.log is
// what that call prints; white space in it counts as one space, and "..." stands for anything.

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DemoServer, startDemoServer } from "../examples/demo-server.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const COMPILER = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const HOSTS = ["httpbin.org", "www.example.com"];

const PAGES = [
  "README.md",
  "docs/protocol.md",
  "docs/network-backend.md",
  "docs/network-stream.md",
  "docs/streams-backend.md",
  "docs/proxies.md",
];
const page = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const blocks = PAGES.flatMap((path) => findBlocks(path, page(path)));

/** Milliseconds for the compiler, on a machine that is busy. */
const COMPILER_TIMEOUT = 60_000;

let folder: string;
let compiled: Outcome;
const servers: DemoServer[] = [];

beforeAll(async () => {
  if (!existsSync(join(ROOT, "dist/index.js"))) throw new Error("dist/ is missing: run 'npm run build' first");
  for (const _ of HOSTS) servers.push(await startDemoServer());
  folder = await mkdtemp(join(tmpdir(), "httpcore-readme-"));
  await makeProject();
  compiled = await run([COMPILER, "--project", folder]);
}, COMPILER_TIMEOUT);

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await rm(folder, { recursive: true, force: true });
});

test("the README has at most 200 lines", () => {
  expect(page("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(200);
});

test("every host in a block is one that the test stands in for", () => {
  const found = blocks.flatMap(({ code }) =>
    [...code.matchAll(/https?:\/\/([^/"`']+)/g)].map(([, host]) => String(host)),
  );
  // Nobody has a name that ends in ".example" (RFC 2606), and to this machine's own proxy a mock leads.
  const hosts = found.filter((host) => !/(?:\.example|127\.0\.0\.1):\d+$/.test(host));
  expect(HOSTS).toEqual(expect.arrayContaining([...new Set(hosts)]));
});

test("all blocks type-check", () => {
  expect(compiled).toEqual({ code: 0, stdout: "", stderr: "" });
});

for (const { name, title, code } of blocks) {
  test(`${name}: ${title}`, async () => {
    const { code: exitCode, stdout, stderr } = await run([join(folder, "out", `${name}.js`)]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(oneSpace(withHosts(stdout))).toMatch(patternOf(expectedOutput(code)));
  });
}

/** How a process ended. */
interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Block {
  readonly name: string;
  /** The heading above. */
  readonly title: string;
  readonly code: string;
}

function findBlocks(path: string, markdown: string): Block[] {
  const found: Block[] = [];
  let title = "";
  for (const [, heading, code] of markdown.matchAll(/^#+ (.+)$|^```ts\n([\s\S]*?)^```$/gm)) {
    if (heading !== undefined) title = heading;
    if (code !== undefined) found.push({ name: `${nameOf(path)}-${found.length + 1}`, title, code });
  }
  return found;
}

// docs/network-backend.md: network-backend
function nameOf(path: string): string {
  return basename(path, ".md").toLowerCase();
}

// What stands in the comments below each console.log, in their order.
function expectedOutput(code: string): string {
  let isOutput = false;
  const expected: string[] = [];
  for (const line of code.split("\n")) {
    const [, comment] = /^ *\/\/ (.*)$/.exec(line) ?? [];
    if (comment === undefined) isOutput = line.includes("console.log(");
    else if (isOutput) expected.push(comment);
  }
  return oneSpace(expected.join("\n"));
}

function patternOf(expected: string): RegExp {
  const parts = expected.split(/ ?\.\.\. ?/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*?")}$`);
}

function oneSpace(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

// The servers' addresses go where the README has hosts, and back.
function withServers(code: string): string {
  return HOSTS.reduce((changed, host, i) => changed.replaceAll(`https://${host}/`, String(servers[i]?.url)), code);
}

function withHosts(output: string): string {
  return HOSTS.reduce((changed, host, i) => {
    const url = String(servers[i]?.url);
    return changed.replaceAll(url, `https://${host}/`).replaceAll(new URL(url).host, host);
  }, output);
}

async function makeProject(): Promise<void> {
  await mkdir(join(folder, "node_modules/@types"), { recursive: true });
  await symlink(ROOT, join(folder, "node_modules/httpcore"), "junction");
  await symlink(join(ROOT, "node_modules/@types/node"), join(folder, "node_modules/@types/node"), "junction");
  const compilerOptions = {
    ...{ target: "ES2022", lib: ["ES2024", "DOM", "DOM.Iterable", "DOM.AsyncIterable", "ESNext.Disposable"] },
    ...{ module: "NodeNext", types: ["node"], strict: true, noEmitOnError: false, rootDir: ".", outDir: "out" },
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  await writeFile(join(folder, "hello-world.txt"), "Hello, world");
  for (const { name, code } of blocks) await writeFile(join(folder, `${name}.ts`), withServers(code));
}

function run(args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, NO_COLOR: "1" };
    const child = execFile(
      process.execPath,
      args,
      { cwd: folder, env, timeout: COMPILER_TIMEOUT },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
  });
}
