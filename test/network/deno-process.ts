// Scripts in a real Deno, which has the package as a bundle of its own entry and no permission but the network's.
//
// The binary: HTTPCORE_DENO, or the one that the npm package `deno` has brought. Out: what a script printed, as JSON.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import { codecForEsbuild } from "../../scripts/codec-plugin.mjs";
import { denoBinary } from "../../scripts/runtimes/binaries.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Far more than a script needs. */
const PATIENCE = 15_000;

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export interface RunOptions {
  /** Certificates that Deno trusts besides its own: PEM. */
  readonly trusted?: string | undefined;
  /** `--allow-net` unless given. */
  readonly permissions?: readonly string[];
}

/** A folder with the bundle; scripts are written beside it. */
export class DenoHome {
  readonly #folder = mkdtempSync(join(tmpdir(), "httpcore-deno-"));
  readonly #binary = process.env.HTTPCORE_DENO ?? denoBinary();
  #count = 0;

  async prepare(): Promise<void> {
    if (!existsSync(this.#binary)) throw new Error(`${this.#binary} is missing: npm ci, or HTTPCORE_DENO`);
    await build({
      entryPoints: [join(ROOT, "src/entry/deno.ts")],
      outfile: join(this.#folder, "httpcore.mjs"),
      bundle: true,
      platform: "neutral",
      format: "esm",
      external: ["node:*"],
      plugins: [codecForEsbuild()],
    });
  }

  /** Starts `script`, which finds the package in `httpcore` and `values` by their names. */
  start(script: string, values: Record<string, unknown>, options: RunOptions = {}): Promise<Ended> {
    const file = join(this.#folder, `script-${++this.#count}.mjs`);
    const certificates = join(this.#folder, `trusted-${this.#count}.pem`);
    writeFileSync(
      file,
      `import * as httpcore from "./httpcore.mjs";
       const { ${Object.keys(values).join(", ")} } = ${JSON.stringify(values)};
       const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
       const print = (value) => console.log(JSON.stringify(value));
       const factsOf = (error) => ({
         name: error?.name, code: error?.code, message: String(error?.message),
         cause: error?.cause && (error.cause.code ?? error.cause.name), hasCause: error?.cause instanceof Error,
       });
       const failure = (promise) => promise.then(() => ({ name: "none" }), factsOf);
       ${script}`,
    );
    if (options.trusted) writeFileSync(certificates, options.trusted);
    const flags = ["--quiet", "--no-prompt", "--no-lock", "--no-config", "--node-modules-dir=none"];
    const child = spawn(this.#binary, ["run", ...flags, ...(options.permissions ?? ["--allow-net"]), file], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        NO_COLOR: "1",
        // Nothing of it is for the internet, and nothing of it is left behind.
        DENO_NO_UPDATE_CHECK: "1",
        DENO_DIR: join(this.#folder, "cache"),
        ...(options.trusted && { DENO_CERT: certificates }),
      },
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    onTestFinished(() => void child.kill("SIGKILL"));
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    return once(child, "close").then(([code]) => {
      clearTimeout(timer);
      return { code, output, errors };
    });
  }

  /** What `script` printed; fails unless it ended by itself, and well. */
  async run(script: string, values: Record<string, unknown>, options: RunOptions = {}): Promise<unknown> {
    const { code, output, errors } = await this.start(script, values, options);
    if (code !== 0 || errors !== "") throw new Error(`Deno ended with ${code}\n${errors}\n${output}`);
    return JSON.parse(output);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
