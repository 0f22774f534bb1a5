// One timer for all time limits of the process.
//
// What is watched has a field `dueAt` that its owner may put off at any time by an assignment: that costs nothing, and
// the timer finds out when it fires. So a limit on every read of every connection is cheap. The timer is scheduled for
// the earliest limit known, and keeps the process alive as long as somebody waits for what is limited.

/** Something with a time limit. */
export interface Watched {
  /** Place among all that is watched; -1 while it is not. Kept here, so that nothing has to be looked up. */
  watchIndex: number;
  /** The moment, on the clock of `now`, from which on `expire` is due. Infinity: not at present. */
  dueAt: number;
  /** Does somebody wait for it, so that the process must not end before? */
  readonly holdsProcess: boolean;
  /** Called once the moment has passed; must stop being watched or put `dueAt` off. */
  expire(): void;
}

/** The longest delay that timers take (2^31-1 ms); longer limits are looked at again then. */
const MAX_DELAY = 2_147_483_647;

// An array and no Set: see linked-list.ts.
const watched: Watched[] = [];
/** How many of them hold the process. */
let holding = 0;
let timer: unknown = null;
let timerDueAt = Infinity;

/** Milliseconds on a clock that never goes back. */
export function now(): number {
  return performance.now();
}

/** Watches `item` until `unwatch`. Also to be called when `dueAt` has been moved forward in time. */
export let watch = (item: Watched): void => {
  if (item.watchIndex < 0) {
    item.watchIndex = watched.push(item) - 1;
    if (item.holdsProcess && ++holding === 1) holdProcess();
  }
  if (item.dueAt < timerDueAt) schedule(item.dueAt);
};

export let unwatch = (item: Watched): void => {
  const index = item.watchIndex;
  if (index < 0) return;
  item.watchIndex = -1;
  if (item.holdsProcess && --holding === 0) holdProcess();
  const last = watched.pop() as Watched;
  if (last === item) return;
  watched[index] = last;
  last.watchIndex = index;
};

/** For runtimes where a timer cannot be shared: others in place of `watch` and `unwatch`, before any is called. */
export function replaceDeadlines(watchOther: typeof watch, unwatchOther: typeof unwatch): void {
  watch = watchOther;
  unwatch = unwatchOther;
}

/** Calls `passed` after `milliseconds`, once, unless `lift` is called before. */
export class TimeLimit implements Watched {
  watchIndex = -1;
  readonly dueAt: number;
  readonly holdsProcess = true;
  readonly #passed: () => void;

  constructor(milliseconds: number, passed: () => void) {
    this.dueAt = now() + milliseconds;
    this.#passed = passed;
    if (milliseconds < Infinity) watch(this);
  }

  lift(): void {
    unwatch(this);
  }

  expire(): void {
    unwatch(this);
    this.#passed();
  }
}

function schedule(dueAt: number): void {
  if (timer !== null) clearTimeout(timer as number);
  timerDueAt = dueAt;
  timer = setTimeout(tick, Math.min(Math.max(Math.ceil(dueAt - now()), 0), MAX_DELAY));
  holdProcess();
}

// Timers are objects where they can be told to hold the process or not, and numbers where they cannot.
function holdProcess(): void {
  const handle = timer as { ref?(): void; unref?(): void } | null;
  if (holding > 0) handle?.ref?.();
  else handle?.unref?.();
}

function tick(): void {
  timer = null;
  timerDueAt = Infinity;
  const moment = now();
  try {
    for (const item of [...watched]) if (item.dueAt <= moment && item.watchIndex >= 0) item.expire();
  } finally {
    let earliest = Infinity;
    for (const item of watched) if (item.dueAt < earliest) earliest = item.dueAt;
    if (earliest < timerDueAt) schedule(earliest);
  }
}
