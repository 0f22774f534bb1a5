// undici's `dispatch`: the lowest interface, callbacks for a raw head and each piece of content. Nobody gathers them; the
// pieces are views that the caller would have to copy to keep. No promise either: the next request is sent from onComplete.

import { optionsFor, poolFor, withContent } from "./undici.mjs";

/** @param {import("./run.mjs").Run} run */
export async function dispatch(run) {
  const pool = poolFor(run);
  const options = optionsFor(run);
  await Promise.all(Array.from({ length: run.connections }, (_, index) => loop(run, pool, options, index)));
  await pool.destroy();
}

/**
 * @type {(run: import("./run.mjs").Run, pool: import("undici").Pool,
 *   options: import("undici").Dispatcher.RequestOptions, index: number) => Promise<void>}
 */
function loop(run, pool, options, index) {
  return new Promise((resolve, reject) => {
    let size = 0;
    const handler = {
      onConnect() {},
      onError: reject,
      /** @param {number} _status @param {Buffer[]} lines */
      onHeaders(_status, lines) {
        if (run.readsHeaders) run.checkHeaders(lines.reduce((sum, part) => sum + part.toString("latin1").length, 0));
        return true;
      },
      /** @param {Buffer} piece */
      onData(piece) {
        size += piece.length;
        return true;
      },
      onComplete() {
        try {
          run.done(index, size);
        } catch (error) {
          return reject(error);
        }
        if (run.isStopping) resolve();
        else ask();
      },
    };
    const ask = () => {
      size = 0;
      run.begin(index);
      pool.dispatch(withContent(run, options), handler);
    };
    ask();
  });
}
