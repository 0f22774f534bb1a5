// What a known defect of httpcore is to this client: held by tests, or no concern of it, and why.

import type { TestName } from "../conformance/row.ts";

interface Known {
  readonly id: string;
  /** What goes wrong upstream. */
  readonly wrong: string;
  /** Where it is reported, or SEEN. */
  readonly reported: string;
}

type Standing =
  // `naive`: the step that would fail the tests, where that is not plain.
  | { readonly tests: readonly TestName[]; readonly naive?: string; readonly reason?: never }
  | { readonly reason: string; readonly tests?: never; readonly naive?: never };

export type Defect = Known & Standing;

/** Reported nowhere that we know of: read in the source, or seen by trying. */
export const SEEN = "seen in httpcore2 2.13.1";
