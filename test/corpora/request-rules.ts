// Where this package does otherwise than a case of the request corpus asks, by its contract.

import { LocalProtocolError, UnsupportedProtocol } from "httpcore";
import { type OwnRule, OwnRules } from "./own-rules.ts";
import type { CaseInput, RequestCase, RequestOutcome } from "./request-case.ts";
import { foreignOptions, isSource } from "./request-input.ts";
import { SENDER_DUTIES } from "./sender-duties.ts";
import { takeApart, valuesOf } from "./sent-request.ts";

type Rule = OwnRule<RequestCase, RequestOutcome>;

const DECISIONS: readonly Rule[] = [
  {
    kind: "decision",
    name: "no options for the HTTP version, for leaving Host out, for a referrer",
    reason: "HTTP/1.1 is spoken, Host always sent, nothing else added; an option that does not exist is a TypeError",
    appliesTo: ({ input }) => Object.keys(foreignOptions(input)).length > 0,
    agrees: ({ error, connections }) => error instanceof TypeError && connections === 0,
  },
  {
    kind: "decision",
    name: "the pool chooses the connection",
    reason: "nobody can send a request on the connection of another origin: a new one is opened",
    appliesTo: ({ input }) => input.connection_origin !== undefined,
    agrees: ({ error, connections }) => error === null && connections === 2,
  },
  {
    kind: "decision",
    name: "header lines go out in the order given",
    reason: "Host is put in front only when it is added",
    appliesTo: ({ input, strictness }) => strictness !== "must" && hostPlace(input) > 0,
    agrees: hasGivenLines,
  },
  {
    kind: "decision",
    name: "header lines that another client refuses go out as given",
    reason: "names, values and framing are checked; what the others mean is between caller and server",
    appliesTo: ({ input, expect, strictness }) =>
      strictness === "may" && expect.error !== undefined && input.headers.length > 0,
    agrees: hasGivenLines,
  },
  {
    kind: "decision",
    name: "Host says what the URL says",
    reason: "RFC 9112 section 3.2: identical to the authority, a dot at its end included",
    appliesTo: ({ input }) => /^http:\/\/[^/]+\.:/.test(input.url),
    agrees: ({ wire }, { input }) => valuesOf(takeApart(wire), "host")[0] === new URL(input.url).host,
  },
  {
    kind: "decision",
    name: "empty octets are content",
    reason: "Content-Length: 0 says so, whatever the method",
    appliesTo: ({ input }) => input.content?.data === "",
    agrees: ({ wire }) => valuesOf(takeApart(wire), "content-length")[0] === "0",
  },
  {
    kind: "decision",
    name: "a source is sent in chunks, whatever the method",
    reason: "content that is given is never dropped",
    appliesTo: ({ input }) => input.method === "GET" && input.content !== null && isSource(input.content),
    agrees: ({ wire }) => valuesOf(takeApart(wire), "transfer-encoding")[0] === "chunked" && wire.endsWith("0\r\n\r\n"),
  },
  {
    kind: "decision",
    name: "no transfer coding but chunked",
    reason: "another one is refused; chunked is not put behind it",
    appliesTo: ({ input }) =>
      input.headers.some(([name, value]) => name === "transfer-encoding" && value !== "chunked"),
    agrees: ({ error }) => error instanceof LocalProtocolError && error.reason === "unsupported-transfer-encoding",
  },
  {
    kind: "decision",
    name: "a URL has a scheme",
    reason: "without one it is UnsupportedProtocol, for CONNECT too",
    appliesTo: ({ input }) => !input.url.includes("://"),
    agrees: ({ error }) => error instanceof UnsupportedProtocol,
  },
  {
    kind: "decision",
    name: "CONNECT is told its target",
    reason: "the URL says where the connection goes; what it is to be led to is extensions.target",
    appliesTo: ({ input }) => input.method === "CONNECT" && !input.target_override,
    agrees: ({ error }) => error instanceof LocalProtocolError && error.reason === "invalid-target",
  },
  {
    kind: "decision",
    name: "no header comes from the type of a Blob",
    reason: "nothing is added but Host and framing, so there is nothing to inject into",
    appliesTo: ({ input }) => input.content?.kind === "blob",
    agrees: ({ error, wire }) =>
      error === null && takeApart(wire).lines.every(([name]) => name === "host" || name === "content-length"),
  },
];

export function requestRules(): OwnRules<RequestCase, RequestOutcome> {
  return new OwnRules([...SENDER_DUTIES, ...DECISIONS]);
}

function hostPlace({ headers }: CaseInput): number {
  return headers.findIndex(([name]) => name === "Host");
}

// All lines given, one behind the other.
function hasGivenLines({ error, wire }: RequestOutcome, { input }: RequestCase): boolean {
  const lines = input.headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return error === null && wire.includes(`\r\n${lines.join("")}`);
}
