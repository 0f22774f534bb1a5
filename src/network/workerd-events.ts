// What belongs to one event of workerd (a request to a worker, or the life of a Durable Object), found again in it.
//
// Sockets, reads and timers live and die with the event that made them, and no other may touch them. The runtime names
// no event, but objects of another event refuse to be used: so one is kept for each event, and asked.

/**
 * Events that are remembered: of one that is forgotten only the reuse is lost. Asking an object of another event costs
 * some 15 us, so where many events run at once it is cheaper to begin anew than to look for long.
 */
const MAX_EVENTS = 16;

interface Entry<T> {
  readonly value: T;
  /** An object of the event: the cheapest that can be had without I/O, and that tells. */
  readonly probe: WebSocket;
  /** Ends `value`, in its event. */
  readonly end: () => void;
}

/** One `T` for each event. */
export class PerEvent<T> {
  readonly #make: () => T;
  readonly #end: (value: T) => void;
  /** The one used last in front. */
  #entries: Entry<T>[] = [];

  /** `make` makes the `T` of an event, `end` ends it. Both are called in the event. */
  constructor(make: () => T, end: (value: T) => void) {
    this.#make = make;
    this.#end = end;
  }

  /** The present event's; undefined when it has none. */
  find(): T | undefined {
    const entries = this.#entries;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i] as Entry<T>;
      if (!isOfThisEvent(entry.probe)) continue;
      if (i > 0) {
        entries.splice(i, 1);
        entries.unshift(entry);
      }
      return entry.value;
    }
    return undefined;
  }

  /** The present event's; made when it has none. @throws Error outside of all events */
  get(): T {
    return this.find() ?? this.#add();
  }

  /** Ends those of all events, each in its own. */
  end(): void {
    const entries = this.#entries;
    this.#entries = [];
    for (const { probe, value, end } of entries) {
      if (isOfThisEvent(probe)) this.#end(value);
      else end();
    }
  }

  #add(): T {
    const value = this.#make();
    let end = (): void => {};
    // What follows a promise runs in the event that made it, whoever resolves it.
    new Promise<void>((resolve) => {
      end = resolve;
    }).then(() => this.#end(value));
    this.#entries.unshift({ value, probe: newProbe(), end });
    this.#entries.length = Math.min(this.#entries.length, MAX_EVENTS);
    return value;
  }
}

function newProbe(): WebSocket {
  const pair = new (globalThis as unknown as { WebSocketPair: new () => [WebSocket, WebSocket] }).WebSocketPair();
  return pair[0];
}

function isOfThisEvent(probe: WebSocket): boolean {
  try {
    return probe.readyState >= 0;
  } catch {
    return false;
  }
}
