// undici's `stream`: the content goes into a Writable of the caller, here one that gathers it, and for a download counts.

import { Writable } from "node:stream";
import { HEADERS, keepAsking, octetsOfObject } from "./run.mjs";
import { optionsFor, poolFor, withContent } from "./undici.mjs";

/** @param {import("./run.mjs").Run} run */
export async function stream(run) {
  const pool = poolFor(run);
  const options = { ...optionsFor(run), headers: HEADERS };
  const isKept = !run.settings.readsPieces;
  await keepAsking(run, async () => {
    let size = 0;
    /** @type {Buffer[]} */
    const pieces = [];
    await pool.stream(withContent(run, options), ({ headers }) => {
      if (run.readsHeaders) run.checkHeaders(octetsOfObject(headers));
      return new Writable({
        write(piece, _encoding, callback) {
          if (isKept) pieces.push(piece);
          else size += piece.length;
          callback();
        },
      });
    });
    return isKept ? Buffer.concat(pieces).length : size;
  });
  await pool.destroy();
}
