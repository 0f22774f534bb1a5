// The codec as JavaScript, generated from the same sources: for where WebAssembly cannot be had, be it that a content
// security policy forbids it or that a process may not reserve the address space. It is the slowest way to the codec.

export { instantiate } from "virtual:codec-script";
