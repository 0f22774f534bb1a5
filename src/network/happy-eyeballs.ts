// Which of several addresses a connection goes to: Happy Eyeballs (RFC 8305), or one after the other.
//
// In: addresses as a look-up gave them, and how one of them is tried. Out: what the first gave whose connection stood. A
// new attempt starts when the one before has failed, or has not stood for a while and goes on beside it; when one stands
// all others are aborted. It knows nothing of sockets, and of one address alone it makes nothing.

/** Milliseconds until the next attempt starts (section 5 recommends them). */
const ATTEMPT_DELAY = 250;

/**
 * Tries one address; `stands` is to be called when the connection stands, before anything else is done with it. When
 * `signal` is aborted it closes everything at once and rejects; it may only succeed when it has called `stands`.
 */
export type Attempt<T> = (address: string, signal: AbortSignal, stands: () => void) => Promise<T>;

/** `race`: attempts overlap; `in-turn`: none begins before the one before has failed. */
export type Manner = "race" | "in-turn";

/**
 * What `attempt` made of the first address whose connection stood. Rejects with what became of that one, with an
 * AggregateError that names each address when all have failed, or with the reason of `signal`.
 */
export function connectToFirst<T>(
  addresses: readonly string[],
  manner: Manner,
  signal: AbortSignal,
  attempt: Attempt<T>,
): Promise<T> {
  // A look-up lies behind: nobody would be told of an abort in the meantime.
  if (signal.aborted) return Promise.reject(signal.reason);
  const [only] = addresses;
  if (addresses.length === 1 && only !== undefined) return attempt(only, signal, () => {});
  const waiting = interleaved(addresses);
  const running = new Set<AbortController>();
  const failures: Failure[] = [];
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    /** The attempt whose connection stood first: from then on what becomes of it becomes of all. */
    let winner: AbortController | null = null;
    const abortAll = (reason: unknown): void => {
      for (const controller of running) controller.abort(reason);
      running.clear();
    };
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    };
    const abort = (): void => {
      finish();
      // It may have succeeded already, and whoever waits for it has to hear of the connection to close it.
      if (winner) winner.abort(signal.reason);
      else {
        abortAll(signal.reason);
        reject(signal.reason);
      }
    };
    const start = (): void => {
      clearTimeout(timer);
      const address = waiting.shift();
      if (address === undefined) return;
      const controller = new AbortController();
      const stands = (): void => {
        clearTimeout(timer);
        winner = controller;
        running.delete(controller);
        abortAll(new Error("the connection to another address stood first"));
      };
      running.add(controller);
      if (manner === "race" && waiting.length > 0) timer = setTimeout(start, ATTEMPT_DELAY);
      attempt(address, controller.signal, stands).then(
        (value) => {
          finish();
          resolve(value);
        },
        (error: unknown) => {
          if (controller === winner) {
            finish();
            reject(error);
          } else if (running.delete(controller)) {
            failures.push({ address, error });
            if (waiting.length > 0) start();
            else if (running.size === 0) {
              finish();
              reject(allOf(failures));
            }
          } // else it was aborted, and has nothing to tell
        },
      );
    };
    signal.addEventListener("abort", abort);
    start();
  });
}

/** Families take turns, beginning with that of the first address; within each the order stays (section 4). */
function interleaved(addresses: readonly string[]): string[] {
  const isIPv6 = (address: string): boolean => address.includes(":");
  const isLikeFirst = (address: string): boolean => isIPv6(address) === isIPv6(addresses[0] ?? "");
  const first = addresses.filter(isLikeFirst);
  const second = addresses.filter((address) => !isLikeFirst(address));
  return Array.from({ length: addresses.length }, (_, index) => [first[index] ?? [], second[index] ?? []]).flat(2);
}

interface Failure {
  readonly address: string;
  readonly error: unknown;
}

function allOf(failures: readonly Failure[]): AggregateError {
  const texts = failures.map(({ address, error }) => {
    const text = error instanceof Error ? error.message : String(error);
    return text.includes(address) ? text : `${address}: ${text}`;
  });
  const errors = failures.map(({ error }) => error);
  // As errors of a single address have it.
  const { code } = (errors[0] ?? {}) as { code?: unknown };
  return Object.assign(new AggregateError(errors, texts.join("; ")), code === undefined ? {} : { code });
}
