// What connections want of Deno's event loop: to tell when what has come has been heard of, and to keep the process alive.
//
// A timer does the latter, as long as any connection is busy; sockets never do, as in node.ts. Each adapter counts for
// itself, and either count is enough.

/** The longest delay that a timer takes (2^31-1 ms). */
const LONGEST_DELAY = 2_147_483_647;

let count = 0;
let holder: ReturnType<typeof setInterval> | null = null;

/** One connection that may be busy. */
export class BusyMark {
  #isSet = false;

  set(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    if (++count > 1) return;
    holder ??= setInterval(() => {}, LONGEST_DELAY);
    holder.ref();
  }

  clear(): void {
    if (!this.#isSet) return;
    this.#isSet = false;
    if (--count === 0) holder?.unref();
  }
}

/**
 * Calls back behind a whole poll for what has come. Immediates do not wait for one in Deno, however many follow each
 * other; a timer does, unless it is due already when the loop gets to it: the second cannot be due before a poll.
 */
export function afterPoll(callback: () => void): void {
  setTimeout(() => setTimeout(callback, 0), 0);
}
