// The program `httpcore` as it is installed, run by the real binaries.

import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bunBinary, denoBinary, otherNode } from "../../scripts/runtimes/binaries.ts";
import { installPackage } from "../../scripts/runtimes/programs.ts";

/** The package is installed here; the folder is made anew by `installCLI`. */
export const FOLDER = fileURLToPath(new URL(".build", import.meta.url));
const PROGRAM = join("node_modules/httpcore/dist/cli.js");

/** By name, what runs a program there. */
export const RUNTIMES: Readonly<Record<string, () => readonly string[]>> = {
  "node 20": () => [process.execPath],
  "node 22": () => [otherNode("node-22")],
  "node 24": () => [otherNode("node-24")],
  deno: () => [denoBinary(), "run", "--no-lock", "--allow-net", "--allow-env"],
  bun: () => [bunBinary(), "run"],
};

/** What a run came to. */
export interface CLIRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function installCLI(): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  await installPackage(FOLDER);
}

/** Variables that the tests set themselves, in either case, and what makes colours or warnings. */
const LEFT_OUT = /^(?:(?:https?|all|no)_proxy|request_method|node_options|(?:no|force)_color|ci)$/i;

/** Runs the program by `command` with `parameters`; `environment` is added to this process's own. */
export function runCLI(
  command: readonly string[],
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CLIRun> {
  const [binary = "", ...options] = command;
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !LEFT_OUT.test(name)));
  return new Promise((resolve) => {
    execFile(
      binary,
      [...options, PROGRAM, ...parameters],
      { cwd: FOLDER, env: { ...inherited, ...environment } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
