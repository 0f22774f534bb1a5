// Any split of any octets gives the same events, or the same error at the same octet: whole, cut anywhere, octet by
// octet, with copied and with borrowed content, with octets in ordinary memory and in the codec's window.
//
// Two things may depend on the split, and do by design: how much content is told before an error, of which the shorter
// is the front part of the longer; and whether octets that wait for more are known to be wrong already. So where only
// one way has found the error, all are closed, and must have found it then.

import { deepStrictEqual, doesNotMatch, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { type CaseOptions, type Outcome, play } from "../protocol-cases.ts";
import { anyOctets, mutated, cuts as places, response, split } from "./octet-arbitraries.ts";
import { record, type Target } from "./target.ts";

const CONNECTIONS: Readonly<Record<string, NonNullable<CaseOptions["connection"]>>> = {
  plain: {},
  lenient: { leniency: ["bare-lf"] },
  limited: {
    limits: {
      maxHeaderSize: 60,
      maxHeaderLines: 3,
      maxTrailerSize: 20,
      maxTrailerLines: 1,
      maxChunkExtensionSize: 4,
      maxInformational: 1,
      maxContentSize: 40,
    },
  },
};

interface CutCase {
  octets: string;
  cuts: number[];
  method: string;
  end: "open" | "closed";
  asks: "nothing" | "upgrade";
  connection: string;
}

const cases = record<CutCase>({
  octets: fc.oneof({ weight: 10, arbitrary: mutated(response) }, { weight: 1, arbitrary: anyOctets }),
  cuts: places,
  method: fc.constantFrom("GET", "GET", "HEAD", "POST", "CONNECT"),
  end: fc.constantFrom("open", "closed"),
  asks: fc.constantFrom("nothing", "upgrade"),
  connection: fc.constantFrom(...Object.keys(CONNECTIONS)),
});

const WAYS = ["copied", "borrowed", "borrowed within the codec"] as const;

function check(sample: CutCase): void {
  const options: CaseOptions = {
    method: sample.method,
    target: sample.method === "CONNECT" ? "example.com:443" : "/",
    headers: sample.asks === "upgrade" ? [["Upgrade", "x"]] : [],
    closes: sample.end === "closed",
    connection: CONNECTIONS[sample.connection] ?? {},
  };
  const reference = play([sample.octets], options);
  hasCleanHeaders(reference);
  for (const pieces of [[sample.octets], split(sample.octets, sample.cuts), [...sample.octets]]) {
    for (const way of WAYS) {
      const outcome = play(pieces, options, way);
      if ((outcome.error === null) === (reference.error === null)) agree(outcome, reference);
      else {
        ok(outcome.last === "need-data" || reference.last === "need-data", `${outcome.last}, not ${reference.last}`);
        const closing = { ...options, closes: true };
        agree(play(pieces, closing, way), play([sample.octets], closing));
      }
    }
  }
}

function agree(outcome: Outcome, reference: Outcome): void {
  const [shorter, longer] = [outcome.content, reference.content].sort((a, b) => a.length - b.length);
  if (reference.error) ok(longer?.startsWith(shorter ?? ""), "content before an error is a front part of the content");
  deepStrictEqual(judged(outcome, reference), judged(reference, reference));
}

function judged(outcome: Outcome, reference: Outcome): Partial<Outcome> {
  if (!reference.error) return outcome;
  const { error, interim, final, isReusable } = outcome;
  return { error, interim, final, isReusable };
}

// Names are tokens, and no value ever holds CR, LF or NUL, or whitespace at its ends.
function hasCleanHeaders({ interim, final, trailers }: Outcome): void {
  const lines = [...interim, ...(final ? [final] : [])].flatMap(({ headers }) => headers);
  for (const [name, value] of [...lines, ...(trailers ?? [])]) {
    match(name, /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/);
    doesNotMatch(value, /[\0\r\n]|^[ \t]|[ \t]$/);
  }
}

export const cuts: Target<CutCase> = {
  name: "cuts",
  claim: "any split of any octets gives the same events, or the same error at the same octet",
  defaultRuns: 3_000,
  cases,
  isAsync: false,
  check,
};
