// The codec as JavaScript: binaryen's wasm2js, and a frame of our own around what it makes.
//
// In: a scalar build of assembly/ (compileCodec). Out: the text of an ES module that imports nothing, evaluates nothing
// and exports `instantiate`, whose memory is a new one with each call. 64-bit numbers become pairs of 32 bits there.
//
// wasm2js makes a module that is instantiated when it is imported, with a decoder for its static data in front. Here only
// its function `asmFunc` is kept: all of the rest is written anew, and anything unexpected in it is an error.

import binaryen from "binaryen";

const { Features } = binaryen;
const CORE = "function asmFunc(imports) {";
const CORE_END = "\nvar retasmFunc = asmFunc(";
/** The helpers that the frame has, by the names that wasm2js gives them. */
const DECODER = "base64DecodeToExistingUint8Array";
const HELPERS = new Set([DECODER, "initActiveSegments", "wasm2js_memory_copy"]);
const SEGMENT = new RegExp(`${DECODER}\\(bufferView, (\\d+), "([^"]*)"\\);`, "g");
const MEMORY = /"memory": Object\.create\(Object\.prototype, \{.*?\n {2}\}\)/s;
/** Views on the memory and functions of Math that the core may use, one in a line. */
const SHORTHAND = /^ var ((?:HEAP|Math_)\w+) = .*;\n/gm;

/**
 * @param {Uint8Array} binary
 * @returns {string}
 */
export function scriptOf(binary) {
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  const module = binaryen.readBinaryWithFeatures(
    binary,
    Features.MutableGlobals | Features.BulkMemory | Features.BulkMemoryOpt,
  );
  try {
    if (!module.validate()) throw new Error("wasm2js takes a scalar build only");
    const text = module.emitAsmjs();
    return frame(coreOf(text), segmentsOf(text));
  } finally {
    module.dispose();
  }
}

/**
 * @param {string} text what wasm2js made
 * @returns {string[]} statements that put the static data in place
 */
function segmentsOf(text) {
  const segments = [...text.matchAll(SEGMENT)].map(
    ([, address, data]) => `bufferView.set([${[...Buffer.from(data, "base64")]}], ${address});`,
  );
  if (segments.length === 0 || segments.length !== text.split(`${DECODER}(bufferView`).length - 1) {
    throw new Error("wasm2js made static data that is not expected");
  }
  return segments;
}

/** @param {string} text what wasm2js made @returns {string} the function `asmFunc` */
function coreOf(text) {
  const start = text.indexOf(CORE);
  const end = text.indexOf(CORE_END);
  const helpers = [...text.slice(0, start).matchAll(/function (\w+)\(/g)].map((match) => match[1]);
  const strangers = helpers.filter((name) => !HELPERS.has(name));
  if (start < 0 || end < 0 || /\bimports[.[]/.test(text) || strangers.length > 0) {
    throw new Error(`wasm2js made what is not expected: ${strangers}`);
  }
  const core = text.slice(start, end);
  if (!MEMORY.test(core)) throw new Error("wasm2js made no memory");
  return core
    .replace(MEMORY, '"memory": { "buffer": buffer }')
    .replace(SHORTHAND, (line, name) => (core.split(name).length > 2 ? line : ""));
}

/** @param {string} core @param {readonly string[]} segments */
function frame(core, segments) {
  return `export function instantiate() {
var bufferView;
function initActiveSegments() {
${segments.join("\n")}
}
function wasm2js_memory_copy(to, from, size) {
  bufferView.copyWithin(to, from, from + size);
}
${core}
return asmFunc();
}
`;
}
