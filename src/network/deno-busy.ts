// What keeps a Deno process alive: one timer, as long as any connection is busy. Sockets never do, as in node.ts; each
// adapter counts for itself, and either count is enough.

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
