// The codec in its three builds, and one call made of all of them: WebAssembly with SIMD, which is what is shipped, the
// scalar WebAssembly, and the JavaScript that is made of that.
//
// In: what a caller would put into memory, and the call. Out: all that the call left behind, or an error when one build
// left something else than the others. What a call finds in memory is put there first, so that a call says the same
// again however many came before.

import { instantiate } from "virtual:codec-script";
import { expect } from "vitest";
import { FIELD_STRIDE, FIELDS, HEAD, RESULT, RESULT_COUNT, STATE, STATE_COUNT } from "../../assembly/abi.ts";
import { compileCodec } from "../../scripts/codec-plugin.mjs";
import type { CodecExports, CodecFunctions } from "../../src/wasm/codec-exports.ts";
import { octets } from "../octets.ts";

/** Lines of the field table that are compared; no call here allows more. */
export const MAX_LINES = 24;
/** Octets behind those of the message that are put down too: scans run into them. */
const BEHIND = 64;
const TABLE_END = FIELDS + MAX_LINES * FIELD_STRIDE * 4;

export interface Core extends CodecFunctions {
  readonly name: string;
  readonly octets: Uint8Array<ArrayBuffer>;
}

export interface Left {
  readonly answer: number;
  readonly result: Int32Array;
  readonly state: Int32Array;
  /** What was encoded. */
  readonly head: Uint8Array;
  /** All that is compared: results, length, state and field table, where the message lay, and what was encoded. */
  readonly octets: Uint8Array;
}

/** One call: `text` goes to `address`, with `behind` behind it; `state` is the chunk decoder's. */
export interface Call {
  readonly address: number;
  readonly text: string;
  readonly behind: string;
  readonly state?: ArrayLike<number>;
  make(core: Core): number;
}

function core(name: string, { memory, ...functions }: CodecExports): Core {
  return { name, ...functions, octets: new Uint8Array(memory.buffer) };
}

async function compiled(instructions: "simd" | "scalar"): Promise<Core> {
  const module = new WebAssembly.Module(new Uint8Array(await compileCodec({ instructions })));
  return core(instructions, new WebAssembly.Instance(module).exports as unknown as CodecExports);
}

/** All builds, each with a memory of its own. */
export async function allCores(): Promise<readonly Core[]> {
  return [await compiled("simd"), await compiled("scalar"), core("script", instantiate())];
}

/** Makes `call` of each of `cores`, and answers what the first left behind: the others must have left the same. */
export function onAll(cores: readonly Core[], call: Call): Left {
  const [first, ...others] = cores.map((core) => ({ name: core.name, left: on(core, call) }));
  if (first === undefined || others.length === 0) throw new Error("nothing to compare");
  for (const { name, left } of others) {
    if (left.answer === first.left.answer && Buffer.compare(left.octets, first.left.octets) === 0) continue;
    // They differ: this says where. It takes too long to be asked each time.
    expect(left, `${name} differs from ${first.name}`).toEqual(first.left);
    expect.unreachable();
  }
  return first.left;
}

function on(core: Core, { address, text, behind, state = [], make }: Call): Left {
  const { octets: memory } = core;
  const result = new Int32Array(memory.buffer, RESULT, RESULT_COUNT);
  const decoder = new Int32Array(memory.buffer, STATE, STATE_COUNT);
  memory.fill(0, 0, TABLE_END);
  decoder.set(state);
  memory.fill(0, address + text.length, address + text.length + BEHIND);
  memory.set(octets(text + behind.slice(0, BEHIND)), address);
  const answer = make(core);
  // More than the answer may be written, and is written over by what follows: SIMD stores are sixteen octets wide.
  const head = memory.slice(HEAD, HEAD + Math.max(answer, 0));
  const message = memory.subarray(address, address + text.length + BEHIND);
  return {
    answer,
    result: result.slice(),
    state: decoder.slice(),
    head,
    octets: Buffer.concat([memory.subarray(0, TABLE_END), message, head]),
  };
}
