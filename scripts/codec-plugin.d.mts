import type { Plugin } from "rollup";

/** Compiles assembly/index.ts, or the same file of `sources`, to a WebAssembly module. */
export function compileCodec(sources?: ReadonlyMap<string, string>): Promise<Uint8Array>;
/** `#codec` and `virtual:codec` for Rollup and Vite. */
export function codecPlugin(variant?: "digits" | "module"): Plugin;
