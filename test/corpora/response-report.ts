// What the runs of the response corpus have shown: verdicts counted, and failures as lines that name case and octets.

import { textOfBase64 } from "./corpus-files.ts";
import type { Form, Outcome, ResponseCase } from "./response-case.ts";
import { judge, type Verdict } from "./response-judge.ts";
import { responseRules } from "./response-rules.ts";
import { Tally } from "./tally.ts";

/** Octets of a case that a failure shows. */
const SHOWN = 300;

export class ResponseReport {
  readonly #tally: Tally;
  readonly #rules = responseRules();

  constructor(title: string) {
    this.#tally = new Tally(title);
  }

  /** Rules of this package's own that no run needed. */
  get unusedRules(): string[] {
    return this.#rules.unused;
  }

  /** Judges one run. No lines when it is held, or when a rule of this package's own says what it must be instead. */
  add(one: ResponseCase, form: Form, outcome: Outcome): string[] {
    const name = `${form.cut}, ${form.end}`;
    const verdict = strictly(judge(one, form, outcome), outcome);
    const result = verdict.held ?? this.#rules.find(one, outcome)?.kind;
    this.#tally.count(one.id, name, `${one.strictness} ${result ?? "NOT HELD"}`);
    if (verdict.held !== null || result !== undefined) return [];
    const octets = JSON.stringify(textOfBase64(one.raw).slice(0, SHOWN));
    const anomalies = one.anomalies?.join(" ") ?? "no anomaly";
    const request = `${one.request_method}${one.upgrade_requested ? " with Upgrade" : ""}`;
    return [`${one.id} (${name}; ${one.strictness}; ${request}; ${anomalies}): ${verdict.difference}; ${octets}`];
  }

  /** Prints the figures and the rules, on one line each. */
  print(): void {
    console.info(`${this.#tally}${this.#rules}`);
  }
}

// The RFC lets a client repair some of what servers send, and this package promises not to: what is delivered is what
// the corpus advises to deliver, and nothing more. A refusal beyond that is left as it was judged.
function strictly(verdict: Verdict, outcome: Outcome): Verdict {
  if (verdict.held === null || verdict.held === "as-expected" || outcome.type !== "delivered") return verdict;
  return { held: null, difference: `more lenient than advised: ${JSON.stringify(outcome)}` };
}
