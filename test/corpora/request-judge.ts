// Does what came of a request agree with its case? Reasons, or none; nothing is sent here.

import { LocalProtocolError, UnsupportedByRuntime, UnsupportedProtocol } from "httpcore";
import { textOfBase64 } from "./corpus-files.ts";
import type { Expectation, RequestCase, RequestOutcome } from "./request-case.ts";
import { isSource } from "./request-input.ts";
import { takeApart, valuesOf } from "./sent-request.ts";

const REFUSALS = [LocalProtocolError, UnsupportedProtocol, UnsupportedByRuntime, TypeError];
const REQUEST_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ [\x21-\x7e]+ HTTP\/1\.1$/;

/** Was the request refused as the caller's mistake? */
export function isRefusal({ error }: RequestOutcome): boolean {
  return REFUSALS.some((ErrorClass) => error instanceof ErrorClass);
}

/** What is wrong with `outcome`, whatever the case expects; null when nothing is. */
export function defectOf({ input }: RequestCase, outcome: RequestOutcome): string | null {
  if (outcome.error === null) return null;
  if (!isRefusal(outcome)) return `it failed, and not as a mistake of the caller's: ${outcome.error}`;
  if (outcome.isKept) return "it failed, and left a connection that could be used again";
  if (outcome.wire === "") return null;
  // Only content that comes piece by piece can turn out wrong when something has been sent; below the facade all does.
  const comesInPieces = outcome.connections === null || (input.content !== null && isSource(input.content));
  if (!comesInPieces) return `it failed after ${JSON.stringify(outcome.wire)}`;
  const sent = takeApart(outcome.wire);
  const announced = valuesOf(sent, "content-length")[0];
  if (announced !== undefined && sent.content.length > Number(announced)) return "more was sent than announced";
  return null;
}

/** How `outcome` differs from `expected`; null when it does not. `address` is the server's. */
export function differenceTo(
  expected: Expectation,
  one: RequestCase,
  outcome: RequestOutcome,
  address: string,
): string | null {
  if (expected.any) {
    const differences = expected.any.map((other) => differenceTo(other, one, outcome, address));
    return differences.includes(null) ? null : differences.join(" / ");
  }
  const { wire } = outcome;
  const lacks = (expected.contains ?? []).find((text) => !includes(wire, text));
  const holds = (expected.not_contains ?? []).find((text) => includes(wire, text));
  if (holds !== undefined) return `it holds ${JSON.stringify(holds)}`;
  if (expected.error !== undefined) return isRefusal(outcome) ? null : `it was not refused: ${JSON.stringify(wire)}`;
  if (outcome.error !== null) return `it was refused: ${outcome.error}`;
  if (lacks !== undefined) return `it lacks ${JSON.stringify(lacks)}: ${JSON.stringify(wire)}`;
  return (
    differentOctets(expected, wire) ?? differentFields(expected, wire) ?? differentWire(expected, one, wire, address)
  );
}

function includes(wire: string, text: string): boolean {
  return wire.toLowerCase().includes(text.toLowerCase());
}

function differentOctets(expected: Expectation, wire: string): string | null {
  const { starts_with, ends_with, contains_bytes, body_decodes_to } = expected;
  const shown = JSON.stringify(wire);
  if (starts_with !== undefined && !wire.startsWith(textOfBase64(starts_with))) return `it starts otherwise: ${shown}`;
  if (ends_with !== undefined && !wire.endsWith(textOfBase64(ends_with))) return `it ends otherwise: ${shown}`;
  if (contains_bytes !== undefined && !wire.includes(textOfBase64(contains_bytes))) return `it lacks octets: ${shown}`;
  if (body_decodes_to === undefined || takeApart(wire).content === textOfBase64(body_decodes_to)) return null;
  return `its content is another: ${shown}`;
}

function differentFields(expected: Expectation, wire: string): string | null {
  const sent = takeApart(wire);
  for (const [start, count] of Object.entries(expected.count ?? {})) {
    const name = start.replace(/:$/, "").toLowerCase();
    const found = valuesOf(sent, name).length;
    if (found !== count) return `${start} stands in it ${found} times`;
  }
  const options = valuesOf(sent, "connection").flatMap((value) => value.toLowerCase().split(/ *, */));
  const missing = (expected.connection_options ?? []).find((option) => !options.includes(option.toLowerCase()));
  if (missing !== undefined) return `it has no connection option ${missing}`;
  if (expected.well_formed_request_line && !REQUEST_LINE.test(sent.startLine)) return "its request line is malformed";
  return null;
}

// Other clients add fields of their own: compared are the start line, Host, what was given, framing, and content.
// Trailers that the case does not give cannot be sent, and are not compared.
function differentWire({ wire }: Expectation, { input }: RequestCase, sent: string, address: string): string | null {
  if (wire === undefined) return null;
  const theirs = takeApart(textOfBase64(wire).replaceAll("{addr}", address));
  const ours = takeApart(sent);
  const given = input.headers.map(([name]) => (typeof name === "string" ? name.toLowerCase() : ""));
  const names = new Set(["host", "content-length", "transfer-encoding", ...given]);
  if (ours.startLine !== theirs.startLine) return `its start line is ${JSON.stringify(ours.startLine)}`;
  for (const name of names) {
    const [our, their] = [valuesOf(ours, name), valuesOf(theirs, name)].map((values) => JSON.stringify(values));
    if (our !== their) return `${name} is ${our} and not ${their}`;
  }
  return ours.content === theirs.content ? null : `its content is ${JSON.stringify(ours.content)}`;
}
