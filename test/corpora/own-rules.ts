// Rules of this package's own: where it does otherwise than a case asks, by what the case is about and not by its id.
//
// Each says what must come of the case instead, so that it is checked all the same, and each must be needed: one that
// no case falls under any more is out of date.

/** `decision`: on purpose. `missing`: not there yet, and refused. `fault`: wrong, and to be mended. */
export type RuleKind = "decision" | "missing" | "fault";

export interface OwnRule<Case, Outcome> {
  readonly kind: RuleKind;
  readonly name: string;
  readonly reason: string;
  readonly appliesTo: (one: Case) => boolean;
  readonly agrees: (outcome: Outcome, one: Case) => boolean;
}

export class OwnRules<Case extends { readonly id: string }, Outcome> {
  readonly #rules: readonly OwnRule<Case, Outcome>[];
  readonly #uses = new Map<OwnRule<Case, Outcome>, Set<string>>();

  constructor(rules: readonly OwnRule<Case, Outcome>[]) {
    this.#rules = rules;
  }

  /** The rule that `outcome` of a case follows, if any. */
  find(one: Case, outcome: Outcome): OwnRule<Case, Outcome> | undefined {
    const rule = this.#rules.find((rule) => rule.appliesTo(one) && rule.agrees(outcome, one));
    if (rule) this.#uses.set(rule, (this.#uses.get(rule) ?? new Set()).add(one.id));
    return rule;
  }

  /** Names of rules that no case has followed. */
  get unused(): string[] {
    return this.#rules.filter((rule) => !this.#uses.has(rule)).map(({ name }) => name);
  }

  /** A line for each rule that was followed, with its cases. */
  toString(): string {
    const lines = [...this.#uses].map(
      ([{ kind, name, reason }, ids]) => `\n  ${kind}: ${name} (${reason}): ${[...ids].join(" ")}`,
    );
    return lines.sort().join("");
  }
}
