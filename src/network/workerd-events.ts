// What belongs to one event of workerd (a request to a worker, or the life of a Durable Object), found again in it.
//
// Sockets, reads and timers live and die with the event that made them, and no other may touch them. The runtime names
// no event and tells nobody of an event's end, but objects of another event refuse to be used: so one is kept for each
// event, and asked. In each event whose pool has connections a timer beats: it keeps the event among those that are
// asked, where those that are over sink to the end, and closes the pool once all are to be closed.

/**
 * How many events are asked whether they are the present one, at most. Asking costs some 16 us: where more run at once,
 * it is cheaper to open a connection than to look for one.
 */
const MAX_ASKED = 32;

/** Milliseconds from beat to beat. */
const BEAT = 250;

/** A pool, as far as it matters here. */
interface EventPool {
  readonly connections: readonly unknown[];
  close(): unknown;
}

interface Entry<P> {
  readonly pool: P;
  /** An object of the event: the cheapest that can be had without I/O, and that tells. */
  readonly probe: WebSocket;
}

/** One pool for each event. */
export class PerEvent<P extends EventPool> {
  readonly #open: () => P;
  /** The one heard of last in front. */
  readonly #entries: Entry<P>[] = [];
  #isClosed = false;

  /** `open` opens the pool of an event, and is called in it. */
  constructor(open: () => P) {
    this.#open = open;
  }

  /** The present event's; undefined when it has none. */
  find(): P | undefined {
    const entry = this.#entries.find(isOfThisEvent);
    if (!entry) return undefined;
    this.#toFront(entry);
    return entry.pool;
  }

  /** The present event's; opened when it has none. Undefined outside of all events, and where none is opened any more. */
  get(): P | undefined {
    return this.find() ?? (this.#isClosed ? undefined : this.#add());
  }

  /** Closes that of the present event, and with their next beat those of all others. */
  close(): void {
    this.#isClosed = true;
    this.find()?.close();
  }

  #add(): P | undefined {
    const probe = newProbe();
    if (!probe) return undefined;
    const pool = this.#open();
    const entry = { pool, probe };
    this.#toFront(entry);
    const timer = setInterval(() => {
      if (this.#isClosed) pool.close();
      if (pool.connections.length > 0) this.#toFront(entry);
      else {
        clearInterval(timer);
        this.#remove(entry);
      }
    }, BEAT);
    return pool;
  }

  #toFront(entry: Entry<P>): void {
    if (this.#entries[0] === entry) return;
    this.#remove(entry);
    this.#entries.unshift(entry);
    this.#entries.splice(MAX_ASKED);
  }

  #remove(entry: Entry<P>): void {
    const index = this.#entries.indexOf(entry);
    if (index >= 0) this.#entries.splice(index, 1);
  }
}

function newProbe(): WebSocket | undefined {
  try {
    return new (globalThis as unknown as { WebSocketPair: new () => [WebSocket, WebSocket] }).WebSocketPair()[0];
  } catch {
    return undefined;
  }
}

function isOfThisEvent({ probe }: { readonly probe: WebSocket }): boolean {
  try {
    return probe.readyState >= 0;
  } catch {
    return false;
  }
}
