// What a parser has to do here. Types only.

/**
 * `all`: every name and value as strings, names in the wire's case. `lookups`: the values of two names and no more.
 * @typedef {"all" | "lookups"} Mode
 */

/**
 * @typedef {object} Contender
 * @property {(mode: Mode) => (message: Buffer) => string[]} heads parses a response with its content, and gives its
 *   strings: names and values in turn, or the values of Content-Type and Date
 * @property {() => (message: ReturnType<typeof import("./chunks.mjs").chunkedMessage>) => number} chunks decodes a
 *   message read by read, and gives the size of its content
 */

export {};
