// picohttpparser, compiled for this machine with SSE4.2. It is not part of this repository: its source is taken from the
// folder in PICOHTTPPARSER, or from its own repository. Without either, or a C compiler, there is nothing to compare with.

import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { messagesNamed } from "./heads.mjs";

const SOURCE = "https://github.com/h2o/picohttpparser.git";
/** Milliseconds; a network that is not there may keep one waiting. */
const PATIENCE = 30_000;
const PROGRAM = fileURLToPath(new URL("native.c", import.meta.url));

/** Why there is none, or the command for each set of heads. */
export type Native = { readonly missing: string } | { readonly command: (set: string) => readonly string[] };

/** Makes the program in `folder`. */
export function makeNative(folder: string): Native {
  if (process.arch !== "x64") return { missing: "SSE4.2 is of x64 processors" };
  if (!succeeds("cc", ["--version"])) return { missing: "there is no C compiler (cc)" };
  const source = findSource(folder);
  if (!source) {
    return { missing: `its source cannot be had from ${SOURCE}; PICOHTTPPARSER may name a folder with it` };
  }
  const program = join(folder, "native");
  const files = [PROGRAM, join(source, "picohttpparser.c")];
  if (!succeeds("cc", ["-O3", "-msse4.2", "-I", source, "-o", program, ...files]))
    return { missing: "it does not compile" };
  return {
    command(set) {
      const file = join(folder, `${set}.heads`);
      writeFileSync(file, headsFile(set));
      return [program, file];
    },
  };
}

function findSource(folder: string): string | null {
  const given = process.env.PICOHTTPPARSER;
  if (given) return existsSync(join(given, "picohttpparser.c")) ? given : null;
  const cloned = join(folder, "picohttpparser");
  return succeeds("git", ["clone", "--quiet", "--depth", "1", SOURCE, cloned]) ? cloned : null;
}

function succeeds(program: string, args: readonly string[]): boolean {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: "0" };
  return spawnSync(program, args, { stdio: "ignore", timeout: PATIENCE, env }).status === 0;
}

function headsFile(set: string): Buffer {
  const parts = messagesNamed(set).flatMap(({ octets, contentSize }) => {
    const head = octets.subarray(0, octets.length - contentSize);
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32LE(head.length);
    return [prefix, head];
  });
  return Buffer.concat(parts);
}
