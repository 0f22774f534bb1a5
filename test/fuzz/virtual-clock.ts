// A clock that stands still until it is told to go on: in place of setTimeout, clearTimeout and performance.now while
// it is installed. A script with a second of waiting takes no time, and plays the same way each time.

const { setImmediate } = globalThis;

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
  ref(): Timer;
  unref(): Timer;
}

/** More turns than any script takes: a timer sets itself again for ever. */
const MAX_TURNS = 20_000;

/** Time goes on from run to run, as what is fuzzed may remember moments. */
let moment = 1000;

export class VirtualClock {
  readonly #timers = new Set<Timer>();

  /** Takes the place of the real clock; the answer gives it back. */
  install(): () => void {
    const { setTimeout, clearTimeout } = globalThis;
    const fake = (callback: () => void, delay = 0): Timer => this.#add(callback, delay);
    globalThis.setTimeout = fake as unknown as typeof setTimeout;
    globalThis.clearTimeout = ((timer: Timer) => this.#timers.delete(timer)) as unknown as typeof clearTimeout;
    Object.defineProperty(performance, "now", { value: () => moment, configurable: true });
    return () => {
      globalThis.setTimeout = setTimeout;
      globalThis.clearTimeout = clearTimeout;
      Reflect.deleteProperty(performance, "now");
    };
  }

  after(delay: number, callback: () => void): void {
    this.#add(callback, delay);
  }

  readonly sleep = (delay: number): Promise<void> => new Promise((resolve) => this.after(delay, resolve));

  /** Lets all happen that waits for time, and all that follows from it. */
  async rest(): Promise<void> {
    for (let turns = 0; turns < MAX_TURNS; turns++) {
      // By then all promises have come as far as they come.
      await new Promise((resolve) => setImmediate(resolve));
      if (!this.goOn()) return;
    }
    this.#timers.clear();
    throw new Error(`the clock does not come to rest within ${MAX_TURNS} turns`);
  }

  /** Goes on to the next moment that something waits for, and lets it happen; false when nothing does. */
  goOn(): boolean {
    let next: Timer | null = null;
    for (const timer of this.#timers) if (next === null || timer.dueAt < next.dueAt) next = timer;
    if (next === null) return false;
    moment = Math.max(moment, next.dueAt);
    this.#timers.delete(next);
    next.callback();
    return true;
  }

  #add(callback: () => void, delay: number): Timer {
    const timer: Timer = { dueAt: moment + Math.max(delay, 0), callback, ref: () => timer, unref: () => timer };
    this.#timers.add(timer);
    return timer;
  }
}
