// The codec as JavaScript: what it is made of, and that the client works with it where WebAssembly cannot be had.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REGIONS_END } from "../../assembly/abi.ts";
import { codecForEsbuild, compileCodec } from "../../scripts/codec-plugin.mjs";
import { scriptOf } from "../../scripts/codec-script.mjs";
import { codec } from "../../src/wasm/codec.ts";
import { instantiate } from "../../src/wasm/from-script.ts";
import { serve } from "../support/scripted-server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Gzipped and minified; the WebAssembly module is 5.3 KB before it is packed. */
const MAX_SCRIPT_SIZE = 5 * 1024;
/** KiB of address space: enough for Node, and less than an engine reserves for one memory of WebAssembly. */
const ADDRESS_SPACE = 4_000_000;
const TIMEOUT = 60_000;

describe("the script", () => {
  let script: string;
  beforeAll(async () => {
    script = scriptOf(await compileCodec({ instructions: "scalar" }));
  });

  test("imports nothing and needs nothing but the language", () => {
    expect(script).not.toMatch(/\bimport\b|\brequire\b|\beval\b|\bFunction\b|\bBuffer\b|\batob\b|\bWebAssembly\b/);
    expect(script.match(/^export .*/gm)).toEqual(["export function instantiate() {"]);
  });

  test("is small", async () => {
    const { code } = await transform(script, { minify: true });
    const size = gzipSync(code, { level: 9 }).length;
    expect(size).toBeGreaterThan(1000);
    expect(size).toBeLessThanOrEqual(MAX_SCRIPT_SIZE);
  });

  test("has the memory of the WebAssembly module, a new one for each instance", async () => {
    const { memory } = instantiate();
    const module = new WebAssembly.Module(new Uint8Array(await compileCodec()));
    const compiled = new WebAssembly.Instance(module).exports as { memory: WebAssembly.Memory };
    expect(memory.buffer).toBeInstanceOf(ArrayBuffer);
    expect(memory.buffer.byteLength).toBe(compiled.memory.buffer.byteLength);
    expect(new Uint8Array(memory.buffer, 0, REGIONS_END).every((octet) => octet === 0)).toBe(true);
    expect(instantiate().memory.buffer).not.toBe(memory.buffer);
  });

  test("has the functions of the WebAssembly module", async () => {
    const module = new WebAssembly.Module(new Uint8Array(await compileCodec()));
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    expect(Object.keys(instantiate()).sort()).toEqual(names.sort());
  });

  test("is what the tests run, if HTTPCORE_CODEC says so", () => {
    const isNative = String(codec.parseResponseHead).includes("[native code]");
    expect(isNative).toBe(process.env.HTTPCORE_CODEC !== "script");
  });

  test("is not made of a module that is no codec", () => {
    const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    expect(() => scriptOf(empty)).toThrow("no memory");
  });
});

// A program that sends a request and prints what came, or the name of the error.
const PROGRAM = `
import { request } from "httpcore";
try {
  const response = await request("POST", process.argv[2], { content: "ping", headers: { "X-Sent": "1" } });
  console.log(response.status, response.headers.get("X-Answer"), await response.text());
} catch (error) {
  console.log(error.name);
}
`;
const ANSWERED = "200 folded value hello, world";
const RESPONSE =
  "HTTP/1.1 200 OK\r\nX-Answer: folded\r\n value\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" +
  "7;a=b\r\nhello, \r\n5\r\nworld\r\n0\r\nX-Trailer: 1\r\n\r\n";

describe("where WebAssembly cannot be had", { timeout: TIMEOUT }, () => {
  let folder: string;
  const program = (variant: "digits" | "script"): string => join(folder, `${variant}.mjs`);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "httpcore-test-"));
    for (const variant of ["digits", "script"] as const) await bundle(variant, program(variant));
  }, TIMEOUT);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What the program prints that is bundled with `variant`, started by `command`. */
  async function printed(command: readonly string[], variant: "digits" | "script"): Promise<string> {
    const server = await serve(async (peer) => {
      const received = await peer.request();
      peer.end(received.endsWith("\r\n\r\nping") ? RESPONSE : "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    return run([...command, program(variant), `${server.origin}/`]);
  }

  test("the script needs no WebAssembly and evaluates nothing", async () => {
    // Without a just-in-time compiler V8 has no WebAssembly.
    const command = [process.execPath, "--jitless", "--disallow-code-generation-from-strings"];
    expect(await printed(command, "digits")).toBe("UnsupportedByRuntime");
    expect(await printed(command, "script")).toBe(ANSWERED);
  });

  test("the script works in a process whose address space is limited", async (context) => {
    const limited = ["/bin/sh", "-c", `ulimit -v ${ADDRESS_SPACE} && exec "$0" "$@"`, process.execPath];
    const bare = await run([...limited, "-p", "1"]).catch(String);
    if (bare !== "1") context.skip(`Node does not start under ulimit -v ${ADDRESS_SPACE}: ${bare}`);
    const compiled = await printed(limited, "digits");
    if (compiled === ANSWERED) context.skip(`WebAssembly can be had under ulimit -v ${ADDRESS_SPACE}`);
    expect(compiled).toBe("UnsupportedByRuntime");
    expect(await printed(limited, "script")).toBe(ANSWERED);
  });
});

async function bundle(variant: "digits" | "script", outfile: string): Promise<void> {
  await build({
    stdin: { contents: PROGRAM, resolveDir: ROOT },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    minify: true,
    alias: { httpcore: join(ROOT, "src/entry/node.ts") },
    plugins: [codecForEsbuild(variant)],
  });
}

/** What `command` prints; an error when it does not end well. */
function run([file = "", ...args]: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], timeout: TIMEOUT / 3 });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output.stdout.trim());
      else reject(new Error(`ended with ${code ?? signal}: ${output.stderr.slice(0, 500)}`));
    });
  });
}
