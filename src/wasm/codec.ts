// The one door to the codec: its functions, and views on its memory.
//
// In: `instantiate` of one of the from- files, as the build decides (`#codec`). Out: `codec`, made when this file is first
// imported. The memory never grows, so the views made here hold for ever. Where WebAssembly cannot be had the import
// still succeeds, and the first use of the codec throws UnsupportedByRuntime.

import { instantiate } from "#codec";
import {
  FIELD_CAPACITY,
  FIELD_STRIDE,
  FIELDS,
  LENGTH,
  RESULT,
  RESULT_COUNT,
  STATE,
  STATE_COUNT,
  TEXT,
  TEXT_SIZE,
  WINDOW,
  WINDOW_SIZE,
} from "../../assembly/abi.ts";
import { UnsupportedByRuntime } from "../errors.ts";
import type { CodecExports, CodecFunctions } from "./codec-exports.ts";

/** The functions of the module and the regions of its memory (laid out in assembly/abi.ts). */
export interface Codec extends CodecFunctions {
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
}

export const codec: Codec = load();

/** Up to here a loop is cheaper than a view and a call into the engine. */
const SHORT = 32;

/**
 * The address of the octets from `start` to `end`: where they lie, when that is the window that sockets read into, or in
 * the text region, where they are copied to.
 */
export function place(octets: Uint8Array, start: number, end: number): number {
  if (octets === codec.window) return WINDOW + start;
  const { text } = codec;
  if (end - start <= SHORT) for (let i = start; i < end; i++) text[i - start] = octets[i] as number;
  else text.set(start === 0 && end === octets.length ? octets : octets.subarray(start, end));
  return TEXT;
}

function load(): Codec {
  try {
    return bind(instantiate());
  } catch (cause) {
    return unavailable(cause);
  }
}

function bind({ memory, ...functions }: CodecExports): Codec {
  const { buffer } = memory;
  return {
    ...functions,
    octets: new Uint8Array(buffer),
    result: new Int32Array(buffer, RESULT, RESULT_COUNT),
    length: new Float64Array(buffer, LENGTH, 1),
    state: new Int32Array(buffer, STATE, STATE_COUNT),
    fields: new Int32Array(buffer, FIELDS, FIELD_CAPACITY * FIELD_STRIDE),
    window: new Uint8Array(buffer, WINDOW, WINDOW_SIZE),
    // One octet more than any limit, to see that a limit is passed; the slack behind the region has room for it.
    text: new Uint8Array(buffer, TEXT, TEXT_SIZE + 1),
  };
}

function unavailable(cause: unknown): Codec {
  return new Proxy({} as Codec, {
    get() {
      const message = `httpcore needs WebAssembly (or import "httpcore/no-wasm"): ${cause}`;
      throw new UnsupportedByRuntime(message, { option: "WebAssembly", runtime: "this runtime", cause });
    },
  });
}
