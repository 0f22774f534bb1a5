// Mutation testing (npm run mutation): what the tests notice when the source is changed. docs/mutation.md has the figures.

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: [
    "src/protocol/**/*.ts",
    // What of the pool decides and does nothing: pure functions, tables of values, and the orders that are kept.
    "src/pool/{assignment,waiting-room,linked-list,exchange-states,timeouts,failures,route}.ts",
  ],
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "vitest.mutation.config.ts" },
  coverageAnalysis: "perTest",
  concurrency: 1,
  timeoutMS: 6000,
  timeoutFactor: 4,
  reporters: ["clear-text", "json", "progress"],
  clearTextReporter: { logTests: false, allowColor: false, reportTests: false },
  jsonReporter: { fileName: "coverage/mutation.json" },
  incremental: true,
  incrementalFile: "coverage/mutation-incremental.json",
  ignorePatterns: [
    "dist",
    "coverage",
    "bench",
    "docs",
    "examples",
    "test/**",
    "!test/rfc9112/**",
    "!test/rfc9110/**",
    "!test/unit/**",
    "!test/support/**",
    "!test/pool/**",
    "!test/*.ts",
  ],
  tempDirName: ".build-mutation",
};
