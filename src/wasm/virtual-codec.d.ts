/** The WebAssembly module in base64, compiled from assembly/ by scripts/codec-plugin.mjs. */
declare module "virtual:codec" {
  const base64: string;
  export default base64;
}
