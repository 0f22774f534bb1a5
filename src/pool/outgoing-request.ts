// A request made ready: checked, and its head encoded. All that can be wrong with a request, but for what a source of
// content will give, is found here, before a connection is looked for.

import type { PreparedContent } from "../content.ts";
import { LocalProtocolError } from "../errors.ts";
import type { FieldLines, HeadersInput } from "../protocol/field-lines.ts";
import { type EncodedHead, encodeRequest } from "../protocol/request-head.ts";
import type { Authority } from "../url.ts";

/** What a request is made of. */
export interface RequestParts {
  readonly method: string;
  readonly authority: Authority;
  readonly target: string;
  /** All of them, Host and framing included. */
  readonly lines: FieldLines;
  readonly content: PreparedContent;
  readonly trailers: (() => HeadersInput) | null;
}

/** A request that can be sent. */
export interface OutgoingRequest {
  readonly authority: Authority;
  readonly head: EncodedHead;
  readonly content: PreparedContent;
  readonly trailers: (() => HeadersInput) | null;
  /** Sending it twice is the same as sending it once (RFC 9110 section 9.2.2), and its content can be had again. */
  readonly isRepeatable: boolean;
}

/** Where the octets of a connection go once HTTP is over on it: CONNECT has said so, else to where it was opened to. */
export function peerOf({ head, authority }: OutgoingRequest): { host: string; port: number } {
  if (head.method !== "CONNECT") return { host: authority.host, port: authority.effectivePort };
  const colon = head.target.lastIndexOf(":");
  return { host: head.target.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(head.target.slice(colon + 1)) };
}

/** RFC 9110 section 9.2.2 */
const IDEMPOTENT_METHODS = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]);

// The request without content that was made last: those that are alike are one, so that many that wait are few objects.
let latest: OutgoingRequest | null = null;

/** @throws LocalProtocolError when the request breaks HTTP or contradicts itself */
export function prepareRequest(parts: RequestParts): OutgoingRequest {
  const { method, authority, content, trailers } = parts;
  const head = encodeRequest(parts);
  const isBare = content === null && trailers === null;
  if (isBare && latest?.head === head && latest.authority === authority) return latest;
  const isHere = content === null || content instanceof Uint8Array;
  checkLength(head, isHere ? (content?.length ?? 0) : content.size);
  if (trailers !== null && head.facts.framing !== "chunked") {
    throw new LocalProtocolError("trailers need chunked content", { reason: "trailers-without-chunked" });
  }
  const isRepeatable = IDEMPOTENT_METHODS.has(method) && (isHere || content.isReplayable);
  const request = { authority, head, content, trailers, isRepeatable };
  if (isBare) latest = request;
  return request;
}

// Content of a known size must be exactly as long as Content-Length says, and there must be a framing for it.
function checkLength(head: EncodedHead, size: number | null): void {
  const { framing, contentLength } = head.facts;
  if (framing === "chunked" || size === contentLength || (size === null && framing === "content-length")) return;
  const announced = framing === "none" ? "there is no Content-Length" : `Content-Length says ${contentLength}`;
  const reason = size !== null && size < contentLength ? "content-too-short" : "content-too-long";
  throw new LocalProtocolError(`the content has ${size ?? "some"} octets, but ${announced}`, { reason });
}
