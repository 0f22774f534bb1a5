// Runs the demo as `npm run demo` does, and the other examples: the script of package.json, in a shell that finds what the
// package installed.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

export interface DemoOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demo with arguments that need no quoting, and its output in pipes: nothing is a terminal. */
export function runDemo(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<DemoOutcome> {
  return runScript("demo", args, environment);
}

/** The same for any script that runs what has been built. */
export function runScript(
  name: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<DemoOutcome> {
  if (!existsSync(join(ROOT, "dist/index.js"))) throw new Error("dist/ is missing: run 'npm run build' first");
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const path = [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter);
  return new Promise((resolve, reject) => {
    const child = spawn([scripts[name], ...args].join(" "), {
      cwd: ROOT,
      shell: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, FORCE_COLOR: undefined, PATH: path, ...environment },
    });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...output }));
  });
}

/** The part of the output below the heading with `title`. */
export function sectionOf(output: string, title: string): string {
  const section = output.split(/^── /m).find((part) => part.replace(/^\d+\. /, "").startsWith(title));
  if (section === undefined) throw new Error(`the demo has no section '${title}':\n${output}`);
  return section;
}
