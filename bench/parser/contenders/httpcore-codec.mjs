// The single pieces of httpcore/protocol: one function for a head, one decoder for chunked content. No state machine.

import { ChunkDecoder, parseResponseHead } from "httpcore/protocol";

/** @type {import("../contender.mjs").Contender} */
export const contender = {
  heads: (mode) => (octets) => {
    const head = parseResponseHead(octets);
    if (head === "incomplete") throw new Error("a head is incomplete");
    const { headers } = head;
    if (mode === "lookups") return [headers.get("content-type") ?? "", headers.get("date") ?? ""];
    /** @type {string[]} */
    const found = [];
    for (const [name, value] of headers) found.push(name, value);
    return found;
  },

  chunks: () => (message) => {
    const decoder = new ChunkDecoder();
    let size = 0;
    for (const read of message.reads) for (const piece of decoder.decode(read)) size += piece.length;
    return size;
  },
};
