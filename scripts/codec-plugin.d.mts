import type { Plugin } from "rollup";

/** Compiles assembly/index.ts to a WebAssembly module. */
export function compileCodec(): Promise<Uint8Array>;
/** `virtual:codec` for Rollup and Vite. */
export function codecPlugin(): Plugin;
