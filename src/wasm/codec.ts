// The one door to the WebAssembly module: its functions, and views on its memory.
//
// In: the module in hexadecimal digits, which gzip packs better than base64, as it sees whole octets. Out: `codec`,
// compiled and instantiated when this file is first imported. The memory never grows, so the views made here hold for
// ever. Where WebAssembly cannot be had the import still succeeds, and the first use of the codec throws
// UnsupportedByRuntime.

import digits from "virtual:codec";
import { FIELD_CAPACITY, FIELD_STRIDE, RESULT_COUNT, STATE_COUNT, TEXT_SIZE, WINDOW_SIZE } from "../../assembly/abi.ts";
import { UnsupportedByRuntime } from "../errors.ts";

/** The exports of assembly/index.ts; addresses are numbers of octets into `memory`. */
interface CodecExports {
  memory: WebAssembly.Memory;
  RESULT: WebAssembly.Global;
  LENGTH: WebAssembly.Global;
  STATE: WebAssembly.Global;
  FIELDS: WebAssembly.Global;
  WINDOW: WebAssembly.Global;
  TEXT: WebAssembly.Global;
  HEAD: WebAssembly.Global;
  parseResponseHead(start: number, size: number, context: number, maxLines: number): number;
  parseTrailerSection(start: number, size: number, maxLines: number): number;
  decodeChunks(start: number, size: number, maxExtensionSize: number): number;
  encodeRequestHead(size: number, fieldCount: number): number;
  encodeTrailerSection(size: number, fieldCount: number): number;
  encodeChunkSize(size: number): number;
}

/** The functions of the module and the regions of its memory (drawn in assembly/memory.ts). */
export interface Codec
  extends Pick<
    CodecExports,
    | "parseResponseHead"
    | "parseTrailerSection"
    | "decodeChunks"
    | "encodeRequestHead"
    | "encodeTrailerSection"
    | "encodeChunkSize"
  > {
  /** The whole memory; addresses are indexes into it. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** RESULT_ slots of the call before. */
  readonly result: Int32Array;
  /** One number: the content length that the call before found. */
  readonly length: Float64Array;
  /** STATE_ slots of the chunk decoder. */
  readonly state: Int32Array;
  /** The field table: FIELD_STRIDE numbers a line. */
  readonly fields: Int32Array;
  /** Where a socket may read into. */
  readonly window: Uint8Array<ArrayBuffer>;
  /** Where text goes that is to be parsed or encoded. */
  readonly text: Uint8Array<ArrayBuffer>;
  readonly windowAddress: number;
  readonly textAddress: number;
  readonly headAddress: number;
}

export const codec: Codec = load();

/**
 * The address of the octets from `start` to `end`: where they lie, when that is the codec's memory already, or in the
 * text region, where they are copied to.
 */
export function place(octets: Uint8Array, start: number, end: number): number {
  // Mostly it is the window that a socket has just read into, and asking for a buffer is a call into the engine.
  if (octets === codec.window) return codec.windowAddress + start;
  if (octets.buffer === codec.octets.buffer) return octets.byteOffset + start;
  codec.text.set(octets.subarray(start, end));
  return codec.textAddress;
}

function load(): Codec {
  try {
    const module = new WebAssembly.Module(octetsOf(digits));
    return bind(new WebAssembly.Instance(module).exports as unknown as CodecExports);
  } catch (cause) {
    return unavailable(cause);
  }
}

function bind(exports: CodecExports): Codec {
  const buffer = exports.memory.buffer as ArrayBuffer;
  const address = (global: WebAssembly.Global): number => global.value as number;
  const { parseResponseHead, parseTrailerSection, decodeChunks } = exports;
  const { encodeRequestHead, encodeTrailerSection, encodeChunkSize } = exports;
  return {
    parseResponseHead,
    parseTrailerSection,
    decodeChunks,
    encodeRequestHead,
    encodeTrailerSection,
    encodeChunkSize,
    octets: new Uint8Array(buffer),
    result: new Int32Array(buffer, address(exports.RESULT), RESULT_COUNT),
    length: new Float64Array(buffer, address(exports.LENGTH), 1),
    state: new Int32Array(buffer, address(exports.STATE), STATE_COUNT),
    fields: new Int32Array(buffer, address(exports.FIELDS), FIELD_CAPACITY * FIELD_STRIDE),
    window: new Uint8Array(buffer, address(exports.WINDOW), WINDOW_SIZE),
    // One octet more than any limit, to see that a limit is passed; the slack behind the region has room for it.
    text: new Uint8Array(buffer, address(exports.TEXT), TEXT_SIZE + 1),
    windowAddress: address(exports.WINDOW),
    textAddress: address(exports.TEXT),
    headAddress: address(exports.HEAD),
  };
}

function unavailable(cause: unknown): Codec {
  return new Proxy({} as Codec, {
    get() {
      throw new UnsupportedByRuntime(
        `httpcore needs WebAssembly, which is not there: ${cause instanceof Error ? cause.message : cause}`,
        { option: "WebAssembly", runtime: "this runtime", cause },
      );
    },
  });
}

function octetsOf(digits: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(digits.length / 2);
  for (let i = 0; i < octets.length; i++) octets[i] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16);
  return octets;
}
