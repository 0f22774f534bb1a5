// Runs bun-client.ts in Bun, for bun.test.ts.
//
// In: the name of a case and its values. Out: the lines it says, and its result. The bundle is made once and deleted at the
// end. HTTPCORE_BUN names another binary than the one in node_modules.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, onTestFinished } from "vitest";
import { codecForEsbuild } from "../../scripts/codec-plugin.mjs";
import { bunBinary } from "../../scripts/runtimes/binaries.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUN = process.env.HTTPCORE_BUN ?? bunBinary();
/** A process that has not ended by then is killed, and its test fails. */
const PATIENCE = 15_000;

let folder = "";

/** Makes the bundle, with src/entry/bun.ts for the package. */
export async function bundleClient(): Promise<void> {
  if (!existsSync(BUN)) throw new Error(`${BUN} is missing: npm ci, or HTTPCORE_BUN`);
  folder = await mkdtemp(join(tmpdir(), "httpcore-bun-"));
  await build({
    entryPoints: [join(ROOT, "test/network/bun-client.ts")],
    outfile: join(folder, "client.mjs"),
    bundle: true,
    format: "esm",
    platform: "neutral",
    external: ["node:*"],
    logLevel: "error",
    alias: { httpcore: join(ROOT, "src/entry/bun.ts") },
    plugins: [codecForEsbuild()],
  });
}

/** Deletes it. */
export async function deleteClient(): Promise<void> {
  if (folder) await rm(folder, { recursive: true });
}

/** Runs a case in Bun: `said` waits for a line of its output, `result` for its end, which must be its own. */
export function inBun(name: string, values: object) {
  const child = spawn(BUN, [join(folder, "client.mjs"), name, JSON.stringify(values)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const impatience = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const ended = once(child, "close").then(([code, signal]) => {
    clearTimeout(impatience);
    return { code, signal, errors };
  });
  return {
    child,
    async said(line: string): Promise<void> {
      while (!output.split("\n").includes(line)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`it ended without '${line}': ${errors}`);
        await Promise.race([once(child.stdout, "data"), ended]);
      }
    },
    async result(): Promise<unknown> {
      expect(await ended).toEqual({ code: 0, signal: null, errors: "" });
      return JSON.parse(output.trimEnd().split("\n").at(-1) ?? "").result;
    },
  };
}
