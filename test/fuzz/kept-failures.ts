// Failures of the past, one JSON file each, under test/fuzz/failures/: every test run plays them again first.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Failure, Target } from "./target.ts";

export interface KeptFailure extends Failure {
  readonly file: string;
}

/** JSON in ASCII, so that octets can be read. */
export function escaped(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Keeps `failure` in `folder`; answers the file's name. */
export function keepFailure(folder: URL, failure: Failure): string {
  const digest = createHash("sha256").update(escaped(failure.case)).digest("hex").slice(0, 8);
  const file = `${failure.target}-${digest}.json`;
  writeFileSync(new URL(file, folder), `${escaped(failure)}\n`);
  return file;
}

export function keptFailures(folder: URL): KeptFailure[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => ({ ...(JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Failure), file }));
}

/** Plays `failure` again; throws when it still is one. */
export async function replay(failure: KeptFailure, targets: readonly Target[]): Promise<void> {
  const target = targets.find(({ name }) => name === failure.target);
  if (!target) throw new Error(`${failure.file} is for '${failure.target}', which is no target`);
  await target.check(failure.case);
}
