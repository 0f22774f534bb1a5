/** The WebAssembly module in hexadecimal digits, compiled from assembly/ by scripts/codec-plugin.mjs. */
declare module "virtual:codec" {
  const digits: string;
  export default digits;
}

/** The WebAssembly module as a file beside the built ones; what importing it gives is the runtime's business. */
declare module "virtual:codec.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

/** The codec as JavaScript, for where WebAssembly cannot be had (scripts/codec-script.mjs). */
declare module "virtual:codec-script" {
  export function instantiate(): import("./codec-exports.ts").CodecExports;
}
