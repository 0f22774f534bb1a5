/** The WebAssembly module in hexadecimal digits, compiled from assembly/ by scripts/codec-plugin.mjs. */
declare module "virtual:codec" {
  const digits: string;
  export default digits;
}
