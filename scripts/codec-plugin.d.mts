import type { Plugin } from "rollup";

export interface CodecBuild {
  /** `simd` is what is shipped as WebAssembly, `scalar` what becomes JavaScript. */
  readonly instructions?: "simd" | "scalar";
  /** By file name; those of assembly/ unless given. */
  readonly sources?: ReadonlyMap<string, string>;
}

/** Compiles assembly/index.ts to a WebAssembly module. */
export function compileCodec(build?: CodecBuild): Promise<Uint8Array>;
/** `#codec` and the `virtual:codec` modules for Rollup and Vite. */
export function codecPlugin(variant?: "digits" | "module" | "script"): Plugin;
/** The same for esbuild. With "module", put codec.wasm beside what is built. */
export function codecForEsbuild(variant?: "digits" | "module" | "script"): import("esbuild").Plugin;
