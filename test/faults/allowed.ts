// What may become of an exchange with a fault: by the table of kinds, and by what is special about the exchange.
//
// In: the exchange, the fault, and how things stood when it came. Out: outcomes, of which one must come true.

import type { Exchange } from "./exchanges.ts";
import type { Fault, Hit } from "./faulty-backend.ts";
import { expectedOf, type Outcome, type Stage } from "./kinds.ts";

const BREAKS = /^(?:reset|FIN)/;

/** `lastStage` is the stage at the end, `reads` how many reads there are without a fault. */
export function allowedOutcomes(
  exchange: Exchange,
  { operation, index, kind }: Fault,
  hit: Hit,
  lastStage: Stage,
  reads: number,
): readonly Outcome[] {
  const isBehind = kind.endsWith("behind");
  const isFirst = index === 0 && !(isBehind && operation === "read");
  // Nothing of a response had come on a connection that had been used before.
  if (exchange.before === "repeated" && isFirst && BREAKS.test(kind)) return ["fulfilled"];
  if (exchange.isRefused && operation === "read" && !expectedOf("setup", operation, kind).includes("fulfilled")) {
    if (isBehind && index === reads - 1) return ["fulfilled"];
    if (isBehind || index > 0) return ["cut"];
  }
  // What comes behind an operation may come when the next stage has begun.
  const stage = isBehind || kind === "never drained" ? lastStage : hit.stage;
  const isWhole = operation === "read" && isBehind && index === reads - 1 && stage === "exchange";
  if (isWhole && !exchange.endsWithClose) return ["fulfilled"];
  const expected = expectedOf(stage, operation, kind);
  const isReset = operation === "read" && kind.startsWith("reset");
  if (isReset && exchange.beginsWithInterim && index === 0) return ["WriteError"];
  if (isReset && hit.isOwed && stage === "exchange") return [...expected, "WriteError"];
  if (exchange.endsWithClose && kind.startsWith("FIN")) return [...expected, "cut", "fulfilled"];
  return expected;
}
