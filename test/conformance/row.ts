// What a requirement of RFC 9110 or 9112 is to this client: followed, in part, not, or no concern of it. What is followed
// names the tests that prove it; what is not says why.

export type Level = "MUST" | "MUST NOT" | "SHOULD" | "SHOULD NOT" | "MAY" | "statement";

/** A test by its file and its full name, groups and all, joined with " > ". `*` stands for any text. */
export interface TestName {
  readonly file: string;
  readonly name: string;
}

interface Requirement {
  readonly id: string;
  /** Number of the RFC and of the section. */
  readonly section: string;
  readonly level: Level;
  readonly requirement: string;
}

type Verdict =
  | { readonly verdict: "followed"; readonly tests: readonly TestName[]; readonly reason?: string }
  | { readonly verdict: "in part"; readonly tests: readonly TestName[]; readonly reason: string }
  // The tests, if there are any, show what is done instead.
  | { readonly verdict: "not followed"; readonly tests?: readonly TestName[]; readonly reason: string }
  | { readonly verdict: "not concerned"; readonly tests?: never; readonly reason: string };

export type Row = Requirement & Verdict;

/** Tests of one file. */
export function inFile(file: string, ...names: string[]): TestName[] {
  return names.map((name) => ({ file: `test/${file}.test.ts`, name }));
}

/** A field that the caller writes and the client sends as it is. */
export const CALLERS_FIELD = "The caller's duty: no such field is added, and what is given goes out as it is.";
