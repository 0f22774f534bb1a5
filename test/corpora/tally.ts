// Counts what came of the cases of a corpus, for the line that is printed at the end.

export class Tally {
  readonly #title: string;
  readonly #counts = new Map<string, number>();
  readonly #cases = new Set<string>();
  readonly #forms = new Set<string>();
  #runs = 0;

  constructor(title: string) {
    this.#title = title;
  }

  /** One run of the case `id` in `form`, with its result in a few words. */
  count(id: string, form: string, result: string): void {
    this.#runs++;
    this.#cases.add(id);
    this.#forms.add(form);
    this.#counts.set(result, (this.#counts.get(result) ?? 0) + 1);
  }

  toString(): string {
    const counts = [...this.#counts].sort().map(([result, count]) => `${result} ${count}`);
    const total = `${this.#cases.size} cases in ${this.#forms.size} forms, ${this.#runs} runs`;
    return `${this.#title}: ${total}; ${counts.join(", ")}`;
  }
}
