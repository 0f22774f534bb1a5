// The corpora: cases that were taken from other people's test suites, read where they lie and never copied here.
//
// They are looked for in the folder that HTTPCORE_CORPORA names, and else beside the repository, in ../shared/corpora.
// Where they are missing, the tests that run them are skipped and say so.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BESIDE = fileURLToPath(new URL("../../../shared/corpora", import.meta.url));
const folder = process.env.HTTPCORE_CORPORA ?? BESIDE;

/** The cases of one file; null, and a message, where it is missing. */
export function readCorpus<Case>(name: string): readonly Case[] | null {
  const path = join(folder, name);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as Case[];
  const place = process.env.HTTPCORE_CORPORA === undefined ? "../shared/corpora" : "the folder of HTTPCORE_CORPORA";
  console.warn(`the cases of ${name} are skipped: there is no such file in ${place}`);
  return null;
}

/** The octets of `base64`. */
export function fromBase64(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

/** The octets of `base64` as text, one character for each. */
export function textOfBase64(base64: string): string {
  return Buffer.from(base64, "base64").toString("latin1");
}

/** `cases` by the suite that they come from, which stands in front of the number in their ids. */
export function bySuite<Case extends { readonly id: string }>(cases: readonly Case[]): [string, Case[]][] {
  const suites = new Map<string, Case[]>();
  for (const one of cases) {
    const suite = one.id.slice(0, one.id.lastIndexOf("-"));
    suites.set(suite, [...(suites.get(suite) ?? []), one]);
  }
  return [...suites];
}

/** Runs `work` for all `items`, so many at a time. */
export async function inParallel<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
