// The parser in WebAssembly alone, bundled with the codec from src/wasm/: the heads lie in its memory already, and what it
// finds stays there. Its last argument is as that of client.mjs; `set` says which heads.

import process from "node:process";
import { REGIONS_END, WINDOW } from "../../assembly/abi.ts";
import { codec } from "../../src/wasm/codec.ts";
import { messagesNamed } from "./heads.mjs";
import { reportTimeOf } from "./time.mjs";

const MAX_LINES = 256;

const settings = JSON.parse(process.argv.at(-1) ?? "") as { set: string; warmUp: number; duration: number };
const places: [address: number, size: number][] = [];
let free = WINDOW;
for (const { octets, contentSize } of messagesNamed(settings.set)) {
  const size = octets.length - contentSize;
  if (free + size > REGIONS_END) throw new RangeError("the heads do not fit into the memory");
  codec.octets.set(octets.subarray(0, size), free);
  places.push([free, size]);
  free += size;
}
for (const [address, size] of places) {
  if (codec.parseResponseHead(address, size, 0, MAX_LINES) !== size) throw new Error("a head is not parsed");
}
const times = Math.ceil(512 / places.length);
const all = Array.from({ length: times }, () => places).flat();
const parseAll = (): void => {
  for (const [address, size] of all) codec.parseResponseHead(address, size, 0, MAX_LINES);
};
reportTimeOf(parseAll, all.length, settings);
