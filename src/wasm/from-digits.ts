// The codec from hexadecimal digits inside the built file, compiled where it is imported: no file to read, nothing to
// await. Digits and not base64, as gzip packs them better: it sees whole octets.

import digits from "virtual:codec";
import type { CodecExports } from "./codec-exports.ts";

/** @throws whatever the engine throws where WebAssembly cannot be had */
export function instantiate(): CodecExports {
  const module = new WebAssembly.Module(octetsOf(digits));
  return new WebAssembly.Instance(module).exports as unknown as CodecExports;
}

function octetsOf(digits: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(digits.length / 2);
  for (let i = 0; i < octets.length; i++) octets[i] = valueOf(digits, i * 2) * 16 + valueOf(digits, i * 2 + 1);
  return octets;
}

// By character codes: strings and parseInt took two thirds of the time of importing all of this.
function valueOf(digits: string, at: number): number {
  const code = digits.charCodeAt(at);
  return code > 0x39 ? code - 0x57 : code - 0x30;
}
