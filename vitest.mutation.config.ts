// The tests that mutants meet (npm run mutation): those of the protocol and of the pool's pure parts that take no time, in
// memory or against one server.

import { mergeConfig } from "vitest/config";
import config from "./vitest.config.ts";

const merged = mergeConfig(config, {});

export default {
  ...merged,
  test: {
    ...merged.test,
    include: ["test/rfc9112/**/*.test.ts", "test/rfc9110/**/*.test.ts", "test/unit/**/*.test.ts"],
    // One import of the sources for all files: most of the time went into that.
    isolate: false,
  },
};
