// A page whose content security policy forbids WebAssembly: the main entry says what to import instead, and that works.

import { existsSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { installPackage } from "../../scripts/runtimes/programs.ts";
import { CHROMIUM, launch } from "./browser-page.ts";

const FOLDER = fileURLToPath(new URL(".build-csp", import.meta.url));

/** What a page makes of a request through a MockBackend: the content, or the error. */
async function outcomeOf(entry: string, policy: string): Promise<string> {
  const program = `
    import { ConnectionPool } from "${entry}";
    import { MockBackend } from "httpcore/mock";
    const networkBackend = new MockBackend(["HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n4\\r\\nhere\\r\\n0\\r\\n\\r\\n"]);
    const call = new ConnectionPool({ networkBackend }).request("GET", "http://a/");
    globalThis.outcome = call.then((response) => response.text(), (error) => error.name + " " + error.message);`;
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: FOLDER },
    bundle: true,
    platform: "browser",
    format: "esm",
    tsconfigRaw: "{}",
    write: false,
  });
  const server = http.createServer(({ url }, response) => {
    const isScript = url === "/program.js";
    response.setHeader("Content-Security-Policy", policy);
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? outputFiles[0]?.text : '<script type="module" src="/program.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const browser = await launch();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction(() => "outcome" in globalThis, null, { timeout: 5000 });
  return page.evaluate(() => (globalThis as unknown as { outcome: Promise<string> }).outcome);
}

const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.warn(`tests of content security policies are skipped: there is no ${CHROMIUM}`);

describe.skipIf(!hasChromium)("in headless Chromium", () => {
  beforeAll(async () => {
    rmSync(FOLDER, { recursive: true, force: true });
    await installPackage(FOLDER);
  }, 60_000);

  test("where WebAssembly is allowed the main entry works", async () => {
    expect(await outcomeOf("httpcore", "script-src 'self' 'wasm-unsafe-eval'")).toBe("here");
  });

  test("where it is not, the main entry names httpcore/no-wasm", async () => {
    const outcome = await outcomeOf("httpcore", "script-src 'self'");
    expect(outcome).toMatch(/^UnsupportedByRuntime .*httpcore\/no-wasm/);
  });

  test("httpcore/no-wasm works there", async () => {
    expect(await outcomeOf("httpcore/no-wasm", "script-src 'self'")).toBe("here");
  });
});
