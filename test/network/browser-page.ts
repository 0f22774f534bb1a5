// A page in headless Chromium that has the package and the program of docs/streams-backend.md, and the tunnel's server.
//
// In: the address that "www.example.com" stands for. Out: the page, after its program has run; what it printed, and what
// nobody caught. The package is bundled from its sources, as a bundler for browsers would do it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { codecForEsbuild } from "../../scripts/codec-plugin.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Where Debian's package `chromium` puts it. */
export const CHROMIUM: string = process.env.CHROMIUM ?? "/usr/bin/chromium";

export interface OpenPage {
  readonly page: Page;
  /** Lines of the console. */
  readonly printed: string[];
  /** Errors and rejections that nobody caught. */
  readonly uncaught: Error[];
}

export function launch(): Promise<Browser> {
  // Its sandbox does not work for root, and the pages are ours.
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}

/** The block of docs/streams-backend.md whose fence says `info`. */
export function blockOf(info: string): string {
  const markdown = readFileSync(`${ROOT}docs/streams-backend.md`, "utf8");
  const [, code, second] = markdown.split(new RegExp(`^\`\`\`${info}\n([^]*?)^\`\`\`$`, "m"));
  if (code === undefined || second === undefined) throw new Error(`docs/streams-backend.md has no block '${info}'`);
  return code;
}

const codec = codecForEsbuild();

/** Everything that the page loads, and the files that it is made of. */
export async function bundle(program: string): Promise<{ code: string; inputs: string[] }> {
  const entries: Record<string, string> = { "": "browser", "/protocol": "protocol", "/mock": "mock" };
  const entry: Plugin = {
    name: "package",
    setup(builder) {
      builder.onResolve({ filter: /^httpcore/ }, ({ path }) => ({
        path: `${ROOT}src/entry/${entries[path.slice("httpcore".length)]}.ts`,
      }));
    },
  };
  const contents = `
    import * as httpcore from "httpcore";
    import * as protocol from "httpcore/protocol";
    import * as mock from "httpcore/mock";
    ${program}
    Object.assign(globalThis, { loaded: { httpcore, protocol, mock, pool } });`;
  const { outputFiles, metafile } = await build({
    stdin: { contents, loader: "ts", resolveDir: ROOT },
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    plugins: [entry, codec],
    metafile: true,
    write: false,
  });
  return { code: String(outputFiles[0]?.text), inputs: Object.keys(metafile.inputs) };
}

/** The tunnel's server of the docs, which leads to `place` only; gives its port. */
export async function startTunnel(place: string): Promise<number> {
  const code = blockOf("js server").replace("www.example.com:80", place);
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill());
  const [line] = await once(child.stdout, "data");
  return Number(String(line));
}

/** A page of `browser` that has run the program of the docs. */
export async function openPage(browser: Browser, origin: string, tunnelPort: number): Promise<OpenPage> {
  const program = blockOf("ts browser")
    .replace("http://www.example.com/", `${origin}/docs`)
    .replace("wss://tunnel.example.com/", `ws://127.0.0.1:${tunnelPort}/`);
  const { code } = await bundle(program);
  const server = http.createServer(({ url }, response) => {
    const isScript = url === "/program.js";
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? code : '<!doctype html><script type="module" src="/program.js"></script>');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  const printed: string[] = [];
  const uncaught: Error[] = [];
  page.on("console", (message) => printed.push(message.text()));
  page.on("pageerror", (error) => uncaught.push(error));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction(() => "loaded" in globalThis, null, { timeout: 10_000 });
  return { page, printed, uncaught };
}
