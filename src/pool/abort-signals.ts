// Who is to be told of the abort of which signal: one listener on each signal, however many exchanges share it, and none
// once the last of them is over. (Node warns of a leak from the eleventh listener on.)

/** What an abort ends. */
export interface Abortable {
  /** Place among those that share the signal. Kept here, so that nothing has to be looked up. */
  abortIndex: number;
  /** Called once, when the signal aborts. */
  aborted(): void;
}

class SignalWatch {
  readonly waiting: Abortable[] = [];

  handleEvent(): void {
    for (const item of [...this.waiting]) item.aborted();
  }
}

const watches = new WeakMap<AbortSignal, SignalWatch>();

/** Tells `item` when `signal`, which has not aborted yet, does. */
export function watchSignal(signal: AbortSignal, item: Abortable): void {
  let watch = watches.get(signal);
  if (!watch) {
    watch = new SignalWatch();
    watches.set(signal, watch);
  }
  if (watch.waiting.length === 0) signal.addEventListener("abort", watch);
  item.abortIndex = watch.waiting.push(item) - 1;
}

/** `item`, which has been watching `signal`, does so no more. */
export function unwatchSignal(signal: AbortSignal, item: Abortable): void {
  const watch = watches.get(signal) as SignalWatch;
  const { waiting } = watch;
  const last = waiting.pop() as Abortable;
  if (last !== item) {
    waiting[item.abortIndex] = last;
    last.abortIndex = item.abortIndex;
  }
  if (waiting.length === 0) signal.removeEventListener("abort", watch);
}
