// What this package does wrong by the RFC's own words, and where. Every entry is to be mended and then to be deleted.

import type { OwnRule } from "./own-rules.ts";
import type { RequestCase, RequestOutcome } from "./request-case.ts";
import type { Outcome, ResponseCase } from "./response-case.ts";

export const RESPONSE_FAULTS: readonly OwnRule<ResponseCase, Outcome>[] = [
  {
    kind: "fault",
    name: "101 without an Upgrade field is refused, though a protocol was offered",
    reason: "RFC 9110 section 15.2.2 binds the server to send one, and does not bind the client to refuse without",
    appliesTo: ({ upgrade_requested, expect }) =>
      upgrade_requested &&
      expect.ok === true &&
      expect.status === 101 &&
      !expect.headers.some(([name]) => name.toLowerCase() === "upgrade"),
    agrees: (outcome) => outcome.type === "failed" && reasonOf(outcome.error) === "unexpected-upgrade",
  },
];

export const REQUEST_FAULTS: readonly OwnRule<RequestCase, RequestOutcome>[] = [
  {
    kind: "fault",
    name: "TE goes out without its connection option",
    reason: "RFC 9110 section 10.1.4: a sender of TE MUST also send a TE connection option",
    appliesTo: ({ input }) => input.headers.some(([name, value]) => name === "TE" && value === "trailers"),
    agrees: isSent,
  },
  {
    kind: "fault",
    name: "TE lists chunked",
    reason: "RFC 9112 section 7.4: a client MUST NOT send chunked in TE",
    appliesTo: ({ input }) => input.headers.some(([name, value]) => name === "TE" && value === "chunked"),
    agrees: isSent,
  },
  {
    kind: "fault",
    name: "Upgrade goes out without its connection option",
    reason: "RFC 9110 section 7.8: a sender of Upgrade MUST also send an Upgrade connection option",
    appliesTo: ({ input }) =>
      input.headers.some(([name]) => name === "Upgrade" || name === "upgrade") &&
      !input.headers.some(([name]) => name === "Connection"),
    agrees: isSent,
  },
  {
    kind: "fault",
    name: "OPTIONS with content goes out without Content-Type",
    reason: "RFC 9110 section 9.3.7: a client that generates OPTIONS with content MUST send a valid Content-Type",
    appliesTo: ({ input }) => input.method === "OPTIONS" && input.content !== null,
    agrees: isSent,
  },
  {
    kind: "fault",
    name: "chunks go to a server known to speak HTTP/1.0",
    reason: "RFC 9112 section 6.1: a client MUST NOT send Transfer-Encoding unless it knows that the server takes 1.1",
    appliesTo: ({ input }) => input.server_version === "1.0",
    agrees: isSent,
  },
  {
    kind: "fault",
    name: "the target * goes out with another method than OPTIONS",
    reason: "RFC 9110 section 7.1: these forms MUST NOT be used with other methods",
    appliesTo: ({ input }) => input.method !== "OPTIONS" && input.target_override === "*",
    agrees: isSent,
  },
];

function isSent({ error, wire }: RequestOutcome): boolean {
  return error === null && wire !== "";
}

function reasonOf(error: unknown): unknown {
  return (error as { reason?: unknown } | null)?.reason;
}
