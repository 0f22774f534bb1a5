// `httpcore doctor` in the real runtimes, from the package as it is installed: what it tells, what it tells of faults, and
// what it keeps to itself.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_LIMITS } from "httpcore/protocol";
import { beforeAll, describe, expect, test } from "vitest";
import { denoBinary } from "../../scripts/runtimes/binaries.ts";
import { FOLDER, installCLI, RUNTIMES, runCLI } from "./installed-cli.ts";

const NODE = [process.execPath];
const SECRET = "pa55word";

beforeAll(installCLI, 120_000);

async function diagnosisBy(command: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await runCLI(command, ["doctor", "--json"], environment);
  return { code, stdout, stderr, diagnosis: JSON.parse(stdout) };
}

describe.each(Object.entries(RUNTIMES))("%s", (name, command) => {
  const runtime = String(name.split(" ")[0]);

  test("finds that all works, and says so in JSON", async () => {
    const { code, stderr, diagnosis } = await diagnosisBy(command());
    expect(stderr).toBe("");
    expect(diagnosis).toEqual({
      works: true,
      version: JSON.parse(readFileSync(join(FOLDER, "node_modules/httpcore/package.json"), "utf8")).version,
      runtime: {
        name: runtime,
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        platform: `${process.platform} ${process.arch}`,
      },
      adapter: runtime,
      codec: { webAssembly: true, simd: true, problem: null },
      selfTest: { outcome: "passed", detail: "POST to 127.0.0.1: 200, 25 octets there and back" },
      proxies: { readable: true, http: null, https: null, noProxy: null, problem: null },
      // As the table in docs/runtimes.md says.
      unsupported: runtime === "deno" ? ["tls.maxVersion below TLSv1.2"] : [],
      limits: { ...DEFAULT_LIMITS, maxContentSize: null },
    });
    expect(code).toBe(0);
  });

  test("prints a page of text, without colours where there is no terminal", async () => {
    const { code, stdout, stderr } = await runCLI(command(), ["doctor"], { CI: "true", FORCE_COLOR: "1" });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(new RegExp(`^httpcore \\d\\S* on ${runtime} \\d\\S* \\(\\w+ \\w+\\)$`));
    expect(lines).toContain("ok  SIMD         yes");
    expect(lines).toContain("    maxHeaderSize         65,536");
    expect(lines.at(-2)).toBe("All works.");
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(stdout).not.toContain("\x1b");
  });

  test("shows the proxies of the environment without user and password", async () => {
    const { code, stdout, diagnosis } = await diagnosisBy(command(), {
      HTTP_PROXY: `http://user:${SECRET}@plain.example:3128`,
      https_proxy: `socks5://user:${SECRET}@secure.example`,
      NO_PROXY: "localhost, .internal.example",
    });
    expect(diagnosis.proxies).toEqual({
      readable: true,
      http: "http://plain.example:3128",
      https: "socks5://secure.example:1080",
      noProxy: "localhost, .internal.example",
      problem: null,
    });
    expect(stdout).not.toContain(SECRET);
    expect(code).toBe(0);
  });

  test.each([
    { HTTPS_PROXY: `http://user:${SECRET}@proxy.example:70000` },
    { NO_PROXY: `http://user:${SECRET}@proxy.example` },
  ])("ends with 1 for what is none, and names the variable: %o", async (environment) => {
    const { code, stdout, stderr } = await runCLI(command(), ["doctor"], environment);
    expect(stdout).toMatch(new RegExp(`^BAD proxies .*${Object.keys(environment)[0]}`, "m"));
    expect(stdout).toContain("Not all works");
    expect(stdout + stderr).not.toContain(SECRET);
    expect(code).toBe(1);
  });

  test("an option that there is not is an error that says so", async () => {
    const { code, stdout, stderr } = await runCLI(command(), ["doctor", "--jso"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/unknown option '--jso'/);
    expect(stderr).toMatch(/httpcore --help/);
  });
});

test("without WebAssembly it ends with 1, says what is missing, and goes on to the end", async () => {
  const { code, diagnosis } = await diagnosisBy([...NODE, "--jitless"]);
  expect(diagnosis.codec).toEqual({ webAssembly: false, simd: false, problem: expect.stringContaining("no-wasm") });
  expect(diagnosis.selfTest.outcome).toBe("failed");
  expect(diagnosis.unsupported).toEqual([]);
  expect(code).toBe(1);
});

describe("Deno without permissions", () => {
  const DENO = [denoBinary(), "run", "--no-lock", "--no-prompt"];

  test("what may not be looked at is named, and is no fault", async () => {
    const { code, stdout, stderr } = await runCLI(DENO, ["doctor"], { HTTP_PROXY: "http://proxy.example" });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^-- {2}self-test .*--allow-net=127\.0\.0\.1$/m);
    expect(stdout).toMatch(/proxies +unknown: the environment may not be read$/m);
    expect(stdout).toContain("What could be tried works.");
    expect(code).toBe(0);
  });

  test("help needs none", async () => {
    expect(await runCLI(DENO, ["--help"])).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("the program", () => {
  test("--help fits a screen and has each subcommand", async () => {
    const { code, stdout } = await runCLI(NODE, ["--help"]);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(stdout).toContain("doctor");
  });

  test.each([[["doctr"]], [["doctor", "now"]], [[]]])("%j ends with 1 and a hint", async (parameters) => {
    const { code, stdout, stderr } = await runCLI(NODE, parameters);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/doctor|too many arguments/);
  });
});
