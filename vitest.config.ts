import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { codecPlugin } from "./scripts/codec-plugin.mjs";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // HTTPCORE_CODEC=script runs the tests with the codec as JavaScript.
  plugins: [codecPlugin(process.env.HTTPCORE_CODEC === "script" ? "script" : "digits")],
  resolve: {
    alias: [
      { find: "httpcore/protocol", replacement: source("src/entry/protocol.ts") },
      { find: "httpcore/mock", replacement: source("src/entry/mock.ts") },
      { find: /^httpcore$/, replacement: source("src/entry/node.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    coverage: { provider: "v8", include: ["src/**"] },
    // Only to measure coverage (npm run coverage).
    setupFiles: process.env.CODEC_COVERAGE ? ["test/support/assembly-counters.ts"] : [],
  },
});
