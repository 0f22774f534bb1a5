// The codec from a module that the runtime has compiled: workerd, where nothing may be compiled from octets once a
// program runs (https://developers.cloudflare.com/workers/runtime-apis/webassembly/).

import module from "virtual:codec.wasm";
import type { CodecExports } from "./codec-exports.ts";

export function instantiate(): CodecExports {
  return new WebAssembly.Instance(module).exports as unknown as CodecExports;
}
