// The steps of one exchange, as they happen: events of its trace, and what caller and server note themselves.
//
// In: names, in their order. Out: the list, and a call at the one step that was asked for, told apart from others of its
// name by how often that has been before.

/** When something is done about a step: in the call that tells of it, or behind it. */
export type Moment = "within" | "a microtask later" | "a macrotask later";

export const MOMENTS: Record<Moment, (act: () => void) => void> = {
  within: (act) => act(),
  "a microtask later": (act) => queueMicrotask(act),
  "a macrotask later": (act) => void setImmediate(act),
};

export interface Step {
  readonly name: string;
  /** How many of the same name came before. */
  readonly occurrence: number;
  /** Had the caller got the response by then? */
  readonly hasResponse: boolean;
}

export class Steps {
  readonly list: Step[] = [];
  hasResponse = false;
  #awaited: Pick<Step, "name" | "occurrence"> | null = null;
  #reached: () => void = () => {};
  #hasEnded = false;

  /** Calls `reached` within `step`. */
  await(step: Pick<Step, "name" | "occurrence">, reached: () => void): void {
    this.#awaited = step;
    this.#reached = reached;
  }

  has(name: string): boolean {
    return this.list.some((step) => step.name === name);
  }

  /** What comes now belongs to the exchange no more. */
  end(): void {
    this.#hasEnded = true;
  }

  mark(name: string): void {
    if (this.#hasEnded) return;
    const occurrence = this.list.filter((step) => step.name === name).length;
    this.list.push({ name, occurrence, hasResponse: this.hasResponse });
    if (name === this.#awaited?.name && occurrence === this.#awaited.occurrence) this.#reached();
  }
}
