// What a client did with an anomaly, judged by the table's own expectation. Pure: an anomaly and a record in, a verdict
// and a word for it out.

import { type Anomaly, OK, type Reading } from "./anomaly.ts";
import { NEXT, type Outcome, type Seen } from "./client/play.ts";

/** Both exchanges of a client with one anomaly, and what the server knows about them. */
export interface Exchanges {
  readonly first: Outcome;
  /** The request behind it, which the server always answers with `NEXT`. */
  readonly next: Outcome;
  /** Did the second request come on the connection of the first? */
  readonly isReused: boolean;
}

/**
 * - right: what the table wants.
 * - lenient: broken octets were accepted and read as they were meant, so that nobody is harmed as long as everyone
 *   between client and server reads them in the same way.
 * - wrong: a valid response was refused or came out changed, or the next request was lost.
 * - dangerous: octets got a meaning that they do not have, or a request never ends.
 */
export type Verdict = "right" | "lenient" | "wrong" | "dangerous";

export interface Judgement {
  readonly verdict: Verdict;
  readonly word: string;
}

export function judge(anomaly: Anomaly, record: Exchanges): Judgement {
  const first = judgeFirst(anomaly, record.first);
  const next = judgeNext(anomaly, record);
  return next && SEVERITY[next.verdict] > SEVERITY[first.verdict] ? next : first;
}

const SEVERITY: Readonly<{ [verdict in Verdict]: number }> = { right: 0, lenient: 1, wrong: 2, dangerous: 3 };

function judgeFirst({ want, ...anomaly }: Anomaly, outcome: Outcome): Judgement {
  if (outcome.kind === "hangs") return dangerous("hangs");
  if (outcome.kind === "crashes") return dangerous("crashes");
  if (outcome.kind === "refused") {
    return want === "accept" ? { verdict: "wrong", word: "too strict" } : { verdict: "right", word: "refused" };
  }
  if (anomaly.anyHarm !== undefined) return dangerous(anomaly.anyHarm);
  for (const [word, reading] of Object.entries(anomaly.harm ?? {})) {
    if (difference(reading, outcome) === null) return dangerous(word);
  }
  for (const [word, reading] of Object.entries(anomaly.spoilt ?? {})) {
    if (difference(reading, outcome) === null) return { verdict: "wrong", word };
  }
  const other = difference(anomaly.reading ?? OK, outcome);
  if (other !== null) return other;
  return want === "refuse" ? { verdict: "lenient", word: "accepts" } : { verdict: "right", word: "accepted" };
}

function judgeNext(anomaly: Anomaly, { first, next, isReused }: Exchanges): Judgement | null {
  if (next.kind === "hangs") return dangerous("next hangs");
  if (next.kind === "crashes") return dangerous("next crashes");
  if (next.kind === "refused") return { verdict: "wrong", word: "next fails" };
  if (difference(NEXT, next) !== null) return dangerous("next poisoned");
  if (isReused && first.kind === "refused") return dangerous("reuses after error");
  if (isReused && anomaly.reuse === "never") return { verdict: "lenient", word: "reuses" };
  return null;
}

function dangerous(word: string): Judgement {
  return { verdict: "dangerous", word };
}

/** What is not as `reading` says, or null when everything is. */
function difference({ status, content, headers, trailers }: Reading, seen: Seen): Judgement | null {
  if (status !== undefined && seen.status !== status) return dangerous(`status ${seen.status}`);
  if (content !== undefined && !matches(content, seen.content)) return dangerous(contentWord(content, seen.content));
  for (const [name, value] of Object.entries(headers ?? {})) {
    const other = fieldDifference(value, fieldValue(seen.headers, name));
    if (other !== null) return other;
  }
  // Trailers may be dropped (RFC 9112 section 7.1.2), and not every client shows them.
  for (const [name, value] of Object.entries(trailers ?? {})) {
    const shown = fieldValue(seen.trailers ?? [], name);
    if (shown !== null && shown !== value) return dangerous("trailer injected");
  }
  return null;
}

function fieldDifference(wanted: string | RegExp | null, value: string | null): Judgement | null {
  if (wanted === null) return value === null ? null : dangerous("injected field");
  if (value === null) return dangerous("field lost");
  // A control octet handed on is an injection waiting for the next hop.
  if (matches(wanted, value)) return null;
  return /[\r\n\0]/.test(value) ? dangerous("control octet kept") : { verdict: "wrong", word: "value changed" };
}

function contentWord(wanted: string | RegExp, content: string): string {
  if (content.includes("0\r\n\r\n")) return "raw framing";
  if (typeof wanted === "string" && content.length < wanted.length && wanted.startsWith(content)) return "cut content";
  return "other content";
}

function matches(wanted: string | RegExp, value: string): boolean {
  return typeof wanted === "string" ? wanted === value : wanted.test(value);
}

function fieldValue(fields: readonly (readonly [string, string])[], name: string): string | null {
  const values = fields.filter(([known]) => known.toLowerCase() === name).map(([, value]) => value);
  return values.length > 0 ? values.join(", ") : null;
}
