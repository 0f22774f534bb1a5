// Whether the codec works: WebAssembly, its SIMD instructions, and the module itself, which is asked to parse a head.

import { parseResponseHead } from "httpcore/protocol";

/** What there is of WebAssembly, and whether the codec runs on it. */
export interface CodecState {
  readonly webAssembly: boolean;
  readonly simd: boolean;
  /** Why the codec does not work; null when it does. */
  readonly problem: string | null;
}

/** A module of one function, whose body is `i32.const 0`, `i8x16.splat`: valid where there is SIMD. */
const SIMD_MODULE = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // "\0asm", version 1
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // types: () to v128
  ...[0x03, 0x02, 0x01, 0x00], // functions: one of that type
  ...[0x0a, 0x08, 0x01, 0x06, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x0b], // its body
]);

export function codecState(): CodecState {
  const webAssembly = typeof WebAssembly === "object";
  return { webAssembly, simd: webAssembly && WebAssembly.validate(SIMD_MODULE), problem: problem() };
}

function problem(): string | null {
  try {
    const head = parseResponseHead(new TextEncoder().encode("HTTP/1.1 204 No Content\r\n\r\n"));
    return head !== "incomplete" && head.status === 204 ? null : "a response head was not understood";
  } catch (error) {
    return String(error);
  }
}
