// Rules for a request as a whole that go beyond the grammar of its head (RFC 9110), judged before anything is sent.

import { escapeText } from "../octets.ts";
import type { RequestFacts, RequestHead } from "./events.ts";
import type { FieldLines } from "./field-lines.ts";
import { refused } from "./reasons.ts";

// authority-form = uri-host ":" port (RFC 9112 section 3.2.3)
const AUTHORITY_FORM = /^(?:\[[0-9A-Fa-f:.]+(?:%25[\w.~-]+)?\]|[^[\]/?#@:\s]+):[0-9]{1,5}$/;

/** @throws LocalProtocolError when the request must not be sent */
export function checkRequest(head: RequestHead, facts: RequestFacts): void {
  // RFC 9112 section 3.2: exactly one Host in every request (two of them the encoder has refused).
  if (!facts.hasHost) throw refused("missing-host", "there is no Host header");
  const hasContent = facts.framing === "chunked" || facts.contentLength > 0;
  // RFC 9110 section 9.3.8
  if (head.method === "TRACE" && hasContent) throw refused("content-with-trace", "TRACE has no content");
  // RFC 9110 section 9.3.6
  if (head.method === "CONNECT" && hasContent) throw refused("content-with-connect", "CONNECT has no content");
  // RFC 9110 section 10.1.1
  if (facts.expectsContinue && !hasContent) {
    throw refused("expect-without-content", "'Expect: 100-continue' needs content");
  }
  // RFC 9110 section 9.3.6
  if (head.method === "CONNECT" && !AUTHORITY_FORM.test(head.target)) {
    throw refused("invalid-target", `the target of CONNECT is "${escapeText(head.target)}", which is not host:port`);
  }
}

/** Fields that frame, route or authenticate a message, or say how to read it (RFC 9110 section 6.5.1). */
const NO_TRAILERS = new Set([
  "authorization",
  "connection",
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** @throws LocalProtocolError when a field must not be sent as a trailer */
export function checkTrailers(lines: FieldLines): void {
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i] as string;
    if (!NO_TRAILERS.has(name.toLowerCase())) continue;
    throw refused("forbidden-trailer", `"${escapeText(name)}" must not be sent as a trailer`);
  }
}
