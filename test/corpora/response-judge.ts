// Does an outcome agree with a case? A verdict with the reason; nothing is played and nothing thrown here.
//
// A `must` case is held by what it expects, or by an outcome that the RFC's sentence allows as well. A `may` case is
// held by those, by what other clients do, or by a refusal. Nothing else is held: another framing, another split of
// fields, a response where none should be, or waiting for ever.

import { NetworkError, RemoteProtocolError } from "httpcore";
import { textOfBase64 } from "./corpus-files.ts";
import type { Delivered, ExpectedOutcome, ExpectedResponse, Form, Outcome, ResponseCase } from "./response-case.ts";

/** How a case is held, or why it is not. */
export type Verdict =
  | { readonly held: "as-expected" | "as-also-accepted" | "as-alternative" | "as-refusal" }
  | { readonly held: null; readonly difference: string };

export function judge(one: ResponseCase, form: Form, outcome: Outcome): Verdict {
  const defect = defectOf(outcome);
  if (defect !== null) return { held: null, difference: defect };
  const difference = differenceTo(one.expect, one, form, outcome);
  if (difference === null) return { held: "as-expected" };
  const agrees = ({ expect }: { expect: ExpectedOutcome }): boolean =>
    differenceTo(expect, one, form, outcome) === null;
  if (one.also_accept?.some(agrees)) return { held: "as-also-accepted" };
  if (one.strictness === "may") {
    if (one.alternatives?.some(agrees)) return { held: "as-alternative" };
    if (outcome.type === "failed") return { held: "as-refusal" };
  }
  return { held: null, difference };
}

// What no case allows, whatever it expects.
function defectOf(outcome: Outcome): string | null {
  if (outcome.type !== "failed") return null;
  const { error, isKept } = outcome;
  const isPeersFault = error instanceof RemoteProtocolError || error instanceof NetworkError;
  if (!isPeersFault) return `failed with an error that does not blame the peer: ${error}`;
  return isKept ? `failed, and kept its connection: ${error}` : null;
}

function differenceTo(expected: ExpectedOutcome, one: ResponseCase, form: Form, outcome: Outcome): string | null {
  if (!expected.ok) {
    const type = expected.error === undefined ? "pending" : "failed";
    if (outcome.type === type) return null;
    return `expected ${expected.error ?? "to wait for more"}, but got ${shown(outcome)}`;
  }
  if (outcome.type !== "delivered") return `expected ${expected.status}, but got ${shown(outcome)}`;
  for (const [what, wanted, got] of pairs(expected, one, form, outcome)) {
    const [wantedText, gotText] = [JSON.stringify(wanted), JSON.stringify(got)];
    if (wantedText !== gotText) return `${what}: expected ${wantedText}, but got ${gotText}`;
  }
  return null;
}

type Pair = readonly [what: string, wanted: unknown, got: unknown];

function pairs(expected: ExpectedResponse, one: ResponseCase, form: Form, outcome: Delivered): Pair[] {
  const isFolded = one.anomalies?.includes("obs-fold") ?? false;
  const all: Pair[] = [
    ["status", expected.status, outcome.status],
    ["reason", trimmed(expected.reason), trimmed(outcome.reason)],
    ["version", `HTTP/${expected.version}`, outcome.version],
    ["headers", linesOf(expected.headers, isFolded), linesOf(outcome.headers, isFolded)],
    ["content", textOfBase64(expected.body), outcome.content],
    ["trailers", linesOf(expected.trailers, isFolded), linesOf(outcome.trailers, isFolded)],
    [
      "interim responses",
      expected.informational.map(({ status, headers }) => [status, headers]),
      outcome.interim.map(({ status, headers }) => [status, headers]),
    ],
    ["switch", expected.upgrade, outcome.isSwitch],
  ];
  if (outcome.tunnelData !== null) all.push(["tunnel data", textOfBase64(expected.leftover), outcome.tunnelData]);
  const isReusable = reusability(expected);
  if (outcome.isReused !== null && isReusable !== null)
    all.push(["connection used again", isReusable, outcome.isReused]);
  if (outcome.isCompleteWhileOpen !== null && form.end === "closed" && one.while_open === "wait") {
    all.push(["complete before the close", false, outcome.isCompleteWhileOpen]);
  }
  return all;
}

// Where an outcome of others does not say, a connection may be kept or not, unless it must not.
function reusability({ reusable, keep_alive, leftover, upgrade }: ExpectedResponse): boolean | null {
  if (reusable !== undefined) return reusable;
  return keep_alive === false || upgrade || leftover !== "" ? false : null;
}

function linesOf(lines: Delivered["headers"], isFolded: boolean): unknown {
  return isFolded ? lines.map(([name, value]) => [name, value.replace(/ +/g, " ")]) : lines;
}

// SP and HTAB; what else String.trim takes away may be obs-text.
function trimmed(reason: string): string {
  return reason.replace(/^[ \t]+|[ \t]+$/g, "");
}

// An outcome in a few words.
function shown(outcome: Outcome): string {
  if (outcome.type === "pending") return "nothing";
  return outcome.type === "failed" ? String(outcome.error) : `a response: ${JSON.stringify(outcome)}`;
}
