// The command line of the benchmark: what it chooses, and what it refuses.

import { expect, test } from "vitest";
import { estimate, HELP, type Options, readOptions, UsageError } from "../../bench/options.ts";

/** What is measured: `case on runtime: contestants`. */
function chosenBy(...args: string[]): string[] {
  const options = readOptions(args) as Options;
  return options.comparisons.map((one) => `${one.case.name} on ${one.runtime}: ${one.contestants.join(" ")}`);
}

test("cases, runtimes and contestants can be chosen", () => {
  expect(chosenBy("--case", "small,large", "--runtime", "deno,bun", "--only", "httpcore,fetch")).toEqual([
    "small on deno: httpcore fetch",
    "small on bun: httpcore fetch",
    "large on deno: httpcore fetch",
    "large on bun: httpcore fetch",
  ]);
});

test("only whole cases at full length are kept", () => {
  const isKept = (...args: string[]): boolean => (readOptions(args) as Options).isRecord;
  expect([isKept(), isKept("--case", "small"), isKept("--rounds", "1")]).toEqual([true, true, true]);
  expect([isKept("--quick"), isKept("--only", "undici")]).toEqual([false, false]);
});

test("the quick mode takes less than a minute, as far as is known before", () => {
  expect(estimate(readOptions(["--quick"]) as Options)).toBeLessThan(60);
});

test("help and docs measure nothing", () => {
  expect([readOptions(["--help"]), readOptions(["--docs"])]).toEqual(["help", "docs"]);
  expect(HELP).toMatch(/--runtime.*node, deno, bun, workerd/);
});

test.each([
  [["--case", "smal"], "--case cannot be 'smal'; known are tiny, small,"],
  [["--only", "small"], "--only cannot be 'small'; known are httpcore,"],
  [["--runtime", "chrome"], "--runtime cannot be 'chrome'; known are node, deno, bun, workerd"],
  [["--rounds", "0"], "--rounds takes a number from 1 to 1000, not '0'"],
  [["--rounds", "many"], "--rounds takes a number from 1 to 1000, not 'many'"],
  [["--fast"], "Unknown option '--fast'"],
  [["--case", "tls", "--runtime", "bun"], "none of these contestants is in any of these cases"],
])("%j is refused", (args, message) => {
  expect(() => readOptions(args)).toThrow(UsageError);
  expect(() => readOptions(args)).toThrow(message);
});
