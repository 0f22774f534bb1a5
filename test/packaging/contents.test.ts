// What `npm pack` puts into the package: these files, and no others. A new one fails here until it is in the list, so that
// nothing is shipped that nobody has looked at.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { installPackage } from "../../scripts/runtimes/programs.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const CONTENTS = [
  ...["CHANGELOG.md", "LICENSE", "README.md", "package.json"],
  ...below("dist", ["LICENSES.txt", "browser.js", "bun.js", "cli.js", "deno.js", "index.d.ts", "index.js"]),
  ...below("dist", ["mock.d.ts", "mock.js", "protocol.d.ts", "protocol.js"]),
  // Declarations that several entries have; beside each a file that Deno looks for.
  ...below("dist", ["shared-limits.d.ts", "shared-limits.js", "shared-network.d.ts", "shared-network.js"]),
  ...below("dist", ["shared-node.js", "shared-protocol.js", "shared-streams.js"]),
  ...below("dist/no-wasm", ["browser.js", "bun.js", "deno.js", "index.js", "protocol.js", "workerd.js"]),
  ...below("dist/no-wasm", ["shared-api.js", "shared-node.js", "shared-protocol.js", "shared-relay.js"]),
  ...below("dist/no-wasm", ["shared-streams.js"]),
  ...below("dist/workerd", ["codec.wasm", "index.js", "mock.js", "protocol.js"]),
  ...below("dist/workerd", ["shared-client-connection.js", "shared-octets.js"]),
];

function below(folder: string, names: readonly string[]): readonly string[] {
  return names.map((name) => `${folder}/${name}`);
}

interface Packed {
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

test("npm pack has the files of the list, and dist/ none of an earlier build", async () => {
  // For a dist/ that is not older than the sources.
  await installPackage(fileURLToPath(new URL(".build-contents", import.meta.url)));
  const command = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const [packed] = JSON.parse(execFileSync("npm", command, { cwd: ROOT, encoding: "utf8" })) as Packed[];
  const files = packed?.files ?? [];
  expect(files.map(({ path }) => path).sort()).toEqual([...CONTENTS].sort());
}, 120_000);
