import type { Plugin } from "rollup";

/** The libraries that dist/cli.js contains, by the names of their packages. */
export const CLI_LIBRARIES: readonly string[];
export function cliPlugin(): Plugin;
