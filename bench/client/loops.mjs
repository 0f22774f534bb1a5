// The loop of every contestant that has promises: ask, wait for the content, check it, count, ask again.

/** Header fields that all contestants send, besides what they add by themselves. */
export const HEADERS = { accept: "*/*", "user-agent": "bench" };

/**
 * @param {import("./main.mjs").Run} run
 * @param {(index: number) => Promise<number>} perform one request on behalf of loop `index`; gives the content's size
 */
export async function keepAsking(run, perform) {
  await Promise.all(Array.from({ length: run.connections }, (_, index) => loop(run, perform, index)));
}

/** @type {(run: import("./main.mjs").Run, perform: (index: number) => Promise<number>, index: number) => Promise<void>} */
async function loop(run, perform, index) {
  while (!run.isStopping) {
    const size = await perform(index);
    if (size !== run.contentSize) throw new Error(`${size} octets of content came instead of ${run.contentSize}`);
    run.responses++;
  }
}
