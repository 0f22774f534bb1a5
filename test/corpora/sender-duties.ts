// Duties of a sender that are the caller's here: what harms no framing goes out as it is given, and nothing is added. So
// a request that leaves one of them out is sent, though a case may want it refused.

import type { OwnRule } from "./own-rules.ts";
import type { RequestCase, RequestOutcome } from "./request-case.ts";

export const SENDER_DUTIES: readonly OwnRule<RequestCase, RequestOutcome>[] = [
  {
    kind: "decision",
    name: "TE goes out without its connection option",
    reason: "RFC 9110 section 10.1.4: a sender of TE MUST also send a TE connection option",
    appliesTo: ({ input }) => input.headers.some(([name, value]) => name === "TE" && value === "trailers"),
    agrees: isSent,
  },
  {
    kind: "decision",
    name: "TE lists chunked",
    reason: "RFC 9112 section 7.4: a client MUST NOT send chunked in TE",
    appliesTo: ({ input }) => input.headers.some(([name, value]) => name === "TE" && value === "chunked"),
    agrees: isSent,
  },
  {
    kind: "decision",
    name: "Upgrade goes out without its connection option",
    reason: "RFC 9110 section 7.8: a sender of Upgrade MUST also send an Upgrade connection option",
    appliesTo: ({ input }) =>
      input.headers.some(([name]) => name === "Upgrade" || name === "upgrade") &&
      !input.headers.some(([name]) => name === "Connection"),
    agrees: isSent,
  },
  {
    kind: "decision",
    name: "OPTIONS with content goes out without Content-Type",
    reason: "RFC 9110 section 9.3.7: a client that generates OPTIONS with content MUST send a valid Content-Type",
    appliesTo: ({ input }) => input.method === "OPTIONS" && input.content !== null,
    agrees: isSent,
  },
  {
    kind: "decision",
    name: "the target * goes out with another method than OPTIONS",
    reason: "RFC 9110 section 7.1: these forms MUST NOT be used with other methods",
    appliesTo: ({ input }) => input.method !== "OPTIONS" && input.target_override === "*",
    agrees: isSent,
  },
];

function isSent({ error, wire }: RequestOutcome): boolean {
  return error === null && wire !== "";
}
