// Each state of an exchange has a time limit of its own, and an error that names it.

import { ConnectTimeout, PoolTimeout, ReadTimeout, WriteTimeout } from "httpcore";
import { expect, test } from "vitest";
import { EXPIRY, limitOf } from "../../src/pool/exchange-states.ts";
import { DEFAULT_TIMEOUTS } from "../../src/pool/timeouts.ts";

const LIMITS = { ...DEFAULT_TIMEOUTS, pool: 1, connect: 2, write: 3, read: 4 };

test.each([
  ["queued", "pool", PoolTimeout, "pool", /connection.* free/],
  ["connecting", "connect", ConnectTimeout, "connect", /connection.* set up/],
  ["sending", "write", WriteTimeout, "send", /request/],
  ["receiving", "read", ReadTimeout, "receive", /response/],
] as const)("%s: timeout.%s", (state, name, ErrorClass, phase, sentence) => {
  expect(limitOf(LIMITS, state)).toBe(LIMITS[name]);
  expect(EXPIRY[state]).toEqual([name, ErrorClass, expect.stringMatching(sentence), phase]);
});
