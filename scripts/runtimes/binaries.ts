// Where the binaries of the real runtimes are, as their npm packages bring them.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const NODE_VERSIONS = fileURLToPath(new URL("node-versions", import.meta.url));

/**
 * Another version of Node, by its name in node-versions/package.json; installed when it is first asked for. These stand
 * apart from the project's own packages, as their `node` would take the place of the machine's in every npm script.
 */
export function otherNode(name: string): string {
  const binary = join(NODE_VERSIONS, "node_modules", name, "bin/node");
  if (!existsSync(binary)) {
    const { status, stderr } = spawnSync("npm", ["ci"], { cwd: NODE_VERSIONS, encoding: "utf8" });
    if (status !== 0) throw new Error(`npm ci in ${NODE_VERSIONS} failed: ${stderr}`);
  }
  return binary;
}

export function denoBinary(): string {
  const platform = { darwin: "darwin", win32: "win32" }[process.platform as string] ?? "linux";
  const libc = platform === "linux" ? "-glibc" : "";
  const binary = platform === "win32" ? "deno.exe" : "deno";
  return join(dirname(require.resolve("deno/package.json")), `../@deno/${platform}-${process.arch}${libc}/${binary}`);
}

/** The name has this ending on every system. */
export function bunBinary(): string {
  return join(dirname(require.resolve("bun/package.json")), "bin/bun.exe");
}

export function workerdBinary(): string {
  return (require("workerd") as { default: string }).default;
}
