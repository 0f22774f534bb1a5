// Runs in front of every test file when coverage of assembly/ is measured (npm run coverage): keeps what the codec of
// this file's module graph has counted.

import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import { codec } from "../../src/wasm/codec.ts";

const folder = process.env.CODEC_COVERAGE;

afterAll(() => {
  if (folder === undefined) throw new Error("CODEC_COVERAGE must name a folder");
  const { address, points } = JSON.parse(readFileSync(join(folder, "points.json"), "utf8"));
  const counts = [...codec.octets.subarray(address, address + points.length)];
  writeFileSync(join(folder, `${randomUUID()}.counts.json`), JSON.stringify(counts));
});
