// Time limits: those given take the place of those below, key by key, and what is no number of milliseconds is refused.

import { expect, test } from "vitest";
import { DEFAULT_TIMEOUTS, resolveTimeouts } from "../../src/pool/timeouts.ts";

test("only connecting, and waiting for 100 (Continue), have a limit unless one is given", () => {
  const none = Infinity;
  expect(DEFAULT_TIMEOUTS).toEqual({
    connect: 10_000,
    continue: 1000,
    read: none,
    write: none,
    pool: none,
    total: none,
  });
});

test.each([undefined, null])("%s changes nothing", (changes) => {
  expect(resolveTimeouts(changes, DEFAULT_TIMEOUTS)).toBe(DEFAULT_TIMEOUTS);
});

test("limits are replaced key by key, by 0 and Infinity too", () => {
  const changes = { read: 0, connect: Infinity, total: 0.5, write: undefined, pool: null as unknown as undefined };
  const base = { ...DEFAULT_TIMEOUTS, write: 7 };
  expect(resolveTimeouts(changes, base)).toEqual({ ...base, read: 0, connect: Infinity, total: 0.5 });
});

test.each([-1, Number.NaN, "5", true, {}])("a limit of %s is refused, by name", (value) => {
  const changes = { read: value } as unknown as { read: number };
  expect(() => resolveTimeouts(changes, DEFAULT_TIMEOUTS)).toThrow(TypeError);
  expect(() => resolveTimeouts(changes, DEFAULT_TIMEOUTS)).toThrow(/timeout\.read .*milliseconds/);
});

test("an unknown name is refused, and so is what is no object", () => {
  expect(() => resolveTimeouts({ reading: 1 } as object, DEFAULT_TIMEOUTS)).toThrow(/timeout .*'reading'/);
  expect(() => resolveTimeouts(5 as unknown as object, DEFAULT_TIMEOUTS)).toThrow(/timeout must be/);
});
