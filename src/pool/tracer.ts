// Tells one tracer what happens to one exchange: `<step>.started`, then `<step>.complete` or `<step>.failed`.
//
// Events are told when they happen. What the tracer returns is waited for where the exchange would take its next step,
// and what it throws ends the exchange there. Every event has the exchange's request, as a tracer hears of many at once.
// Nothing in an event prints a secret.

/** `event` is `<step>.started`, `.complete` or `.failed`; a promise holds the exchange's next step back. */
export type Trace = (event: string, info: Readonly<Record<string, unknown>>) => void | Promise<void>;

/** `info` with a property that may hold secrets: there for who asks for it, and not for who prints the event. */
export function withHidden<T extends object>(info: T, name: string, value: unknown): T {
  return Object.defineProperty(info, name, { value });
}

export class Tracer {
  readonly #trace: Trace;
  /** What events show of the request; the same object in all of them. */
  readonly #request: unknown;
  readonly #broke: (error: unknown) => void;
  /** Steps that have been started and have not ended, the last one at the end. */
  readonly #open: string[] = [];
  /** Resolves when nothing that the tracer returned is to be waited for any more, or it broke, or after `letGo`. */
  held: Promise<void> | null = null;
  #letGo = (): void => {};
  readonly #isOver = new Promise<void>((resolve) => {
    this.#letGo = resolve;
  });

  /** `request` is what events show of it; `broke` is told what the tracer threw, or rejected with. */
  constructor(trace: Trace, request: unknown, broke: (error: unknown) => void) {
    this.#trace = trace;
    this.#request = request;
    this.#broke = broke;
  }

  isOpen(step: string): boolean {
    return this.#open.includes(step);
  }

  /** The tracer gets `info` itself, with the request added. */
  started(step: string, info: object = {}): void {
    this.#open.push(step);
    this.#tell(`${step}.started`, info);
  }

  /** Does nothing when the step is not open. */
  complete(step: string, returnValue: unknown = null): void {
    if (this.#take(step)) this.#tell(`${step}.complete`, { returnValue });
  }

  /** Does nothing when the step is not open. */
  failed(step: string, exception: unknown): void {
    if (this.#take(step)) this.#tell(`${step}.failed`, { exception });
  }

  /** All that is open fails, the last step first. */
  allFailed(exception: unknown): void {
    for (const step of [...this.#open].reverse()) this.failed(step, exception);
  }

  /** Holds nothing back any more: the exchange is over, and what it waits with has to be closed. */
  letGo(): void {
    this.#letGo();
  }

  #take(step: string): boolean {
    const index = this.#open.lastIndexOf(step);
    if (index >= 0) this.#open.splice(index, 1);
    return index >= 0;
  }

  #tell(event: string, info: object): void {
    let told: unknown;
    try {
      told = this.#trace(event, withHidden(info, "request", this.#request) as Record<string, unknown>);
      if (typeof (told as Promise<void> | undefined)?.then !== "function") return;
    } catch (error) {
      told = Promise.reject(error);
    }
    const waited = Promise.all([this.held, told]).catch(this.#broke);
    const held = Promise.race([waited, this.#isOver]).then(() => {
      if (this.held === held) this.held = null;
    });
    this.held = held;
  }
}
