// Parsers with the interface of Node's own: strings in a flat list, given to a callback when the head is complete.

/**
 * @typedef {object} NodeParser
 * @property {(type: number | string, resource: object) => void} initialize
 * @property {(octets: Buffer) => number | Error} execute
 */
/**
 * @typedef {(new (type?: number | string) => NodeParser & Record<number, unknown>) & { RESPONSE: number,
 *   kOnHeadersComplete: number, kOnHeaders: number, kOnBody: number, kOnExecute: number, kOnMessageComplete: number }} ParserClass
 */

/** @param {ParserClass} Parser @returns {import("../contender.mjs").Contender} */
export function nodeLike(Parser) {
  /** @type {string[]} */
  let strings = [];
  let contentSize = 0;
  let isDone = false;

  // Asked for as Node does, which tells http-parser-js what its callbacks are to be given.
  void Parser.kOnExecute;

  const make = () => {
    const parser = new Parser(Parser.RESPONSE);
    parser.initialize(Parser.RESPONSE, {});
    // More lines than one call takes come in portions.
    parser[Parser.kOnHeaders] = (/** @type {string[]} */ lines) => strings.push(...lines);
    parser[Parser.kOnHeadersComplete] = (
      /** @type {number} */ _major,
      /** @type {number} */ _minor,
      /** @type {string[] | undefined} */ lines,
    ) => {
      if (lines) strings = strings.length > 0 ? [...strings, ...lines] : lines;
      return 0;
    };
    parser[Parser.kOnBody] = (
      /** @type {Buffer} */ octets,
      /** @type {number} */ start,
      /** @type {number} */ size,
    ) => {
      contentSize += size ?? octets.length - (start ?? 0);
    };
    parser[Parser.kOnMessageComplete] = () => {
      isDone = true;
    };
    return parser;
  };

  /** @param {NodeParser} parser @param {Buffer} octets */
  const execute = (parser, octets) => {
    const answer = parser.execute(octets);
    if (answer instanceof Error) throw answer;
  };

  return {
    heads(mode) {
      const parser = make();
      return (octets) => {
        isDone = false;
        strings = [];
        execute(parser, octets);
        if (!isDone) throw new Error("a message is incomplete");
        return mode === "all" ? strings : [lookUp(strings, "content-type"), lookUp(strings, "date")];
      };
    },

    chunks() {
      const parser = make();
      return (message) => {
        contentSize = 0;
        isDone = false;
        execute(parser, message.head);
        for (const read of message.reads) execute(parser, read);
        if (!isDone) throw new Error("a message is incomplete");
        return contentSize;
      };
    },
  };
}

/** @param {string[]} strings @param {string} wanted */
function lookUp(strings, wanted) {
  for (let i = 0; i < strings.length; i += 2) {
    const name = /** @type {string} */ (strings[i]);
    if (name.length === wanted.length && name.toLowerCase() === wanted) return /** @type {string} */ (strings[i + 1]);
  }
  return "";
}
