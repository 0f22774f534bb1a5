// llhttp in WebAssembly with SIMD, as undici brings it and drives it: a view for each field from a callback of its own, the
// fields that matter to a client looked at as they come, and strings made by undici's own functions.
//
// Left out is what undici does beyond parsing: timers, the queue of requests, limits.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
/** @type {Buffer<ArrayBuffer>} */
const binary = require("undici/lib/llhttp/llhttp_simd-wasm.js");
const constants = require("undici/lib/llhttp/constants.js");
const [RESPONSE, OK] = [Number(constants.TYPE.RESPONSE), Number(constants.ERROR.OK)];
// @ts-expect-error it has no types
const { parseRawHeaders, bufferToLowerCasedHeaderName } = require("undici/lib/core/util.js");
/** undici makes its views with this: a Buffer without the checks of Buffer.from. */
const FastBuffer = /** @type {new (buffer: ArrayBufferLike, offset: number, size: number) => Buffer} */ (
  /** @type {unknown} */ (Reflect.get(Buffer, Symbol.species))
);

/** @type {Parser} */
let current;
/** @type {Buffer} */
let input;
let inputAddress = 0;
let inputCapacity = 0;

/** @param {number} address @param {number} size */
function view(address, size) {
  return new FastBuffer(input.buffer, address - inputAddress + input.byteOffset, size);
}

/** @typedef {(parser: number, address: number, size: number) => number} FieldCallback */

const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), {
  env: {
    wasm_on_url: () => 0,
    wasm_on_status: /** @type {FieldCallback} */ ((_parser, address, size) => current.onStatus(view(address, size))),
    wasm_on_message_begin: () => 0,
    wasm_on_header_field: /** @type {FieldCallback} */ ((_, address, size) => current.onName(view(address, size))),
    wasm_on_header_value: /** @type {FieldCallback} */ ((_, address, size) => current.onValue(view(address, size))),
    /** @param {number} _parser @param {number} status @param {number} upgrade @param {number} keepAlive */
    wasm_on_headers_complete: (_parser, status, upgrade, keepAlive) =>
      current.onHead(status, upgrade === 1, keepAlive === 1),
    wasm_on_body: /** @type {FieldCallback} */ ((_, address, size) => current.onContent(view(address, size))),
    wasm_on_message_complete: () => current.onEnd(),
  },
});

/**
 * @typedef {object} Llhttp
 * @property {WebAssembly.Memory} memory
 * @property {(type: number) => number} llhttp_alloc
 * @property {(parser: number, address: number, size: number) => number} llhttp_execute
 * @property {(size: number) => number} malloc
 * @property {(address: number) => void} free
 */
const llhttp = /** @type {Llhttp} */ (/** @type {unknown} */ (instance.exports));

class Parser {
  #parser = llhttp.llhttp_alloc(RESPONSE);
  /** @type {Buffer[]} */
  #fields = [];
  /** @type {Buffer[]} */
  head = [];
  statusCode = 0;
  statusText = "";
  shouldKeepAlive = false;
  keepAlive = "";
  connection = "";
  contentLength = "";
  contentSize = 0;
  isDone = false;

  /** @param {Buffer} octets */
  execute(octets) {
    if (octets.length > inputCapacity) {
      if (inputAddress > 0) llhttp.free(inputAddress);
      inputCapacity = Math.ceil(octets.length / 4096) * 4096;
      inputAddress = llhttp.malloc(inputCapacity);
    }
    new Uint8Array(llhttp.memory.buffer, inputAddress, inputCapacity).set(octets);
    input = octets;
    current = this;
    const answer = llhttp.llhttp_execute(this.#parser, inputAddress, octets.length);
    if (answer !== OK) throw new Error(`llhttp answers ${answer}`);
  }

  /** @param {Buffer} text */
  onStatus(text) {
    this.statusText = text.toString();
    return 0;
  }

  /** @param {Buffer} name */
  onName(name) {
    this.#fields.push(name);
    return 0;
  }

  /** @param {Buffer} value */
  onValue(value) {
    const name = /** @type {Buffer} */ (this.#fields[this.#fields.length - 1]);
    this.#fields.push(value);
    if (name.length === 10) {
      const known = bufferToLowerCasedHeaderName(name);
      if (known === "keep-alive") this.keepAlive += value.toString();
      else if (known === "connection") this.connection += value.toString();
    } else if (name.length === 14 && bufferToLowerCasedHeaderName(name) === "content-length") {
      this.contentLength += value.toString();
    }
    return 0;
  }

  /** @param {number} status @param {boolean} _upgrade @param {boolean} shouldKeepAlive */
  onHead(status, _upgrade, shouldKeepAlive) {
    this.statusCode = status;
    this.shouldKeepAlive = shouldKeepAlive;
    this.head = this.#fields;
    this.#fields = [];
    return 0;
  }

  /** @param {Buffer} octets */
  onContent(octets) {
    this.contentSize += octets.length;
    return 0;
  }

  onEnd() {
    this.isDone = true;
    this.keepAlive = this.connection = this.contentLength = "";
    this.statusText = "";
    return 0;
  }
}

/** @param {Buffer[]} fields @param {string} wanted */
function lookUp(fields, wanted) {
  for (let i = 0; i < fields.length; i += 2) {
    const name = /** @type {Buffer} */ (fields[i]);
    if (name.length === wanted.length && bufferToLowerCasedHeaderName(name) === wanted) {
      return /** @type {Buffer} */ (fields[i + 1]).toString("latin1");
    }
  }
  return "";
}

/** @type {import("../contender.mjs").Contender} */
export const contender = {
  heads(mode) {
    const parser = new Parser();
    return (octets) => {
      parser.isDone = false;
      parser.execute(octets);
      if (!parser.isDone) throw new Error("a message is incomplete");
      const { head } = parser;
      return mode === "all" ? parseRawHeaders(head) : [lookUp(head, "content-type"), lookUp(head, "date")];
    };
  },

  chunks() {
    const parser = new Parser();
    return (message) => {
      parser.contentSize = 0;
      parser.isDone = false;
      parser.execute(message.head);
      for (const read of message.reads) parser.execute(read);
      if (!parser.isDone) throw new Error("a message is incomplete");
      return parser.contentSize;
    };
  },
};
