// What a peer can make long takes time in proportion to its length.

import { expect, test } from "vitest";
import { measureNamed, SUBJECT_NAMES } from "./linear.ts";

test.each(SUBJECT_NAMES)("linear time: %s", { timeout: 120_000 }, (name) => {
  const { ratio, isLinear } = measureNamed(name);
  expect(isLinear, `double the size takes ${ratio.toFixed(2)} times as long`).toBe(true);
});
