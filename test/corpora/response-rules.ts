// Where this package does otherwise than a case of the response corpus asks. There is no decision of that kind: what is
// refused here beyond need (a lone LF, a transfer coding that is not known) the corpus lets be refused, too.

import { OwnRules } from "./own-rules.ts";
import type { Outcome, ResponseCase } from "./response-case.ts";

export function responseRules(): OwnRules<ResponseCase, Outcome> {
  return new OwnRules([]);
}
