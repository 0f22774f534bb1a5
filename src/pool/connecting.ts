// Setting a connection up, with as many attempts as the pool allows: after 0, 0.5, 1, 2, 4 ... seconds (httpcore's).
//
// In: where to, and the exchange that waits for it. Out: a connection, or the error of the last attempt. Only what says
// that nobody could be reached is tried again: ConnectError and ConnectTimeout. The time limit on connecting holds for
// each attempt, and none runs between two.

import { ConnectError, ConnectTimeout } from "../errors.ts";
import type { NetworkConnection } from "../network/network.ts";
import type { ConnectObserver } from "./connect-observer.ts";
import { TimeLimit } from "./deadlines.ts";
import { type DialSettings, dial } from "./dial.ts";
import { connectFailure } from "./failures.ts";
import type { Relay } from "./relay.ts";
import type { Route } from "./route.ts";

/** Milliseconds before the second repetition; the first comes at once, each further one after twice the time. */
const FIRST_PAUSE = 500;

/** What connecting needs of the exchange that waits: it is told of the steps, and limits each attempt. */
export interface Waiting extends ConnectObserver {
  readonly held: Promise<void> | null;
  enter(state: "connecting"): boolean;
  stopClock(): void;
}

export class Connecting {
  readonly #exchange: Waiting;
  #attempt = new AbortController();
  #retries: number;
  #wake: (() => void) | null = null;

  constructor(exchange: Waiting, retries: number) {
    this.#exchange = exchange;
    this.#retries = retries;
  }

  /** Connects. Rejects with an error of this package, with what the exchange's tracer threw, or after `abort`. */
  async run(route: Route, settings: DialSettings, relay: Relay): Promise<NetworkConnection> {
    for (let pause = 0; ; pause = pause * 2 || FIRST_PAUSE) {
      this.#begin(route);
      const { signal } = this.#attempt;
      try {
        if (this.#exchange.held) await this.#exchange.held;
        signal.throwIfAborted();
        return await dial(route, settings, relay, signal, this.#exchange);
      } catch (error) {
        const failure = signal.aborted ? signal.reason : error;
        if (this.#retries === 0 || !isRetryable(failure)) throw failure;
        this.#retries--;
        await this.#pause(pause);
      }
    }
  }

  /** The present attempt took too long: it is given up for `error`. True when another will be made. */
  isRepeatedAfter(error: ConnectTimeout): boolean {
    const hasRetries = this.#retries > 0;
    if (hasRetries) this.#attempt.abort(error);
    return hasRetries;
  }

  /** Gives up. */
  abort(): void {
    this.#retries = 0;
    this.#attempt.abort();
    this.#wake?.();
  }

  // Outside of all events workerd refuses timers.
  #begin({ authority: { host, effectivePort } }: Route): void {
    try {
      this.#exchange.enter("connecting");
    } catch (cause) {
      throw connectFailure(host, effectivePort, cause);
    }
  }

  // Rejects when it is given up before it has begun.
  async #pause(milliseconds: number): Promise<void> {
    this.#attempt = new AbortController();
    const { signal } = this.#attempt;
    this.#exchange.stopClock();
    const info = { delay: milliseconds };
    await this.#exchange.started("connection.retry", info);
    signal.throwIfAborted();
    await new Promise<void>((resolve) => {
      const limit = new TimeLimit(milliseconds, resolve);
      this.#wake = () => {
        limit.lift();
        resolve();
      };
    });
    this.#wake = null;
    await this.#exchange.complete("connection.retry", info);
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof ConnectError || error instanceof ConnectTimeout;
}
