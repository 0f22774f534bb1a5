// The command line of `npm run matrix`: what it understands, and how it refuses what it does not.

import { expect, test } from "vitest";
import { type Options, readOptions } from "./options.ts";
import { ANOMALIES } from "./table.ts";
import { UsageError } from "./usage-error.ts";

function options(...args: string[]): Options {
  const read = readOptions(args);
  if (read === "help") throw new Error("help");
  return read;
}

test("everything goes to the page, a part of it to the standard output", () => {
  expect(options().out).toBe("docs/matrix.md");
  expect(options().anomalies).toEqual(ANOMALIES);
  expect(options("--only", "undici").out).toBeNull();
  expect(options("--case", "lf-all").out).toBeNull();
  expect(options("--case", "lf-all", "--out", "docs/part.md").out).toBe("docs/part.md");
});

test("clients and anomalies are chosen by name", () => {
  const { contestants, anomalies } = options("--only", "undici, httpcore", "--case=lf-all");
  expect(contestants.map(({ name }) => name)).toEqual(["httpcore", "undici"]);
  expect(anomalies.map(({ id }) => id)).toEqual(["lf-all"]);
  expect(readOptions(["--help"])).toBe("help");
});

test.each([
  [["--only", "curl"], /--only cannot be 'curl'; known are httpcore, undici/],
  [["--case", "nothing"], /--case cannot be 'nothing'/],
  [["--out", ""], /--out takes the name of a file/],
  [["--out", "no/such/folder/matrix.md"], /there is no folder 'no\/such\/folder'/],
  [["--fast"], /--fast/],
  [["lf-all"], /lf-all/],
])("%j is refused", (args, message) => {
  expect(() => readOptions(args)).toThrow(UsageError);
  expect(() => readOptions(args)).toThrow(message);
});
