// A case of the response corpus, the forms that it is played in, and what came of it: plain data.

import { fromBase64 } from "./corpus-files.ts";

type Lines = readonly (readonly [name: string, value: string])[];

/** What one outcome must be like. Strings hold one character for each octet; body and leftover are base64. */
export type ExpectedOutcome =
  | { readonly ok?: never; readonly error: string }
  | { readonly ok?: never; readonly error?: never; readonly incomplete: true }
  | ExpectedResponse;

export interface ExpectedResponse {
  readonly ok: true;
  readonly status: number;
  readonly reason: string;
  /** `1.1` */
  readonly version: string;
  readonly headers: Lines;
  readonly body: string;
  readonly trailers: Lines;
  /** Null: open. */
  readonly keep_alive: boolean | null;
  readonly upgrade: boolean;
  readonly informational: readonly { readonly status: number; readonly headers: Lines }[];
  readonly leftover: string;
  readonly reusable?: boolean;
}

export interface ResponseCase {
  readonly id: string;
  /** base64 */
  readonly raw: string;
  readonly request_method: string;
  readonly upgrade_requested: boolean;
  readonly eof: boolean;
  readonly while_open?: "complete" | "wait" | "error";
  readonly expect: ExpectedOutcome;
  readonly strictness: "must" | "may";
  readonly anomalies?: readonly string[];
  readonly also_accept?: readonly { readonly expect: ExpectedOutcome }[];
  readonly alternatives?: readonly { readonly expect: ExpectedOutcome }[];
}

/** How the octets of a case come: in how many pieces, and whether the server closes the connection behind them. */
export interface Form {
  readonly cut: "whole" | "octets";
  readonly end: "closed" | "open";
}

/** The forms that say something about `one`. */
export function formsOf(one: ResponseCase): Form[] {
  const ends: Form["end"][] = [];
  if (one.eof) ends.push("closed");
  // Without the close, a response that needs it, or an error that may be raised by it, leaves nothing to judge.
  if (!one.eof || one.while_open === "complete") ends.push("open");
  return ends.flatMap((end) => (["whole", "octets"] as const).map((cut) => ({ cut, end })));
}

/** A longer message is cut into this many pieces: each octet alone would show nothing more and take its time. */
const MOST_PIECES = 8192;

/** The pieces that a case comes in. */
export function piecesOf(one: ResponseCase, cut: Form["cut"]): Uint8Array[] {
  const octets = fromBase64(one.raw);
  if (cut === "whole") return [octets];
  const size = Math.ceil(octets.length / MOST_PIECES);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += size) pieces.push(octets.subarray(at, at + size));
  return pieces;
}

export interface Interim {
  readonly status: number;
  readonly headers: Lines;
}

/** What came of a case. */
export type Outcome = Delivered | Failed | Pending;

export interface Delivered {
  readonly type: "delivered";
  readonly status: number;
  readonly reason: string;
  /** `HTTP/1.1` */
  readonly version: string;
  readonly headers: Lines;
  readonly content: string;
  readonly trailers: Lines;
  readonly interim: readonly Interim[];
  /** Has HTTP ended on the connection, for what 101 or CONNECT brought? */
  readonly isSwitch: boolean;
  /** Octets behind the head of a switch; null where this way of playing cannot tell, or there was no switch. */
  readonly tunnelData: string | null;
  /** Did, or could, the connection serve another request? Null where this form cannot tell. */
  readonly isReused: boolean | null;
  /** Was the response complete before the close came? Null where this form cannot tell. */
  readonly isCompleteWhileOpen: boolean | null;
}

export interface Failed {
  readonly type: "failed";
  readonly error: unknown;
  /** Does the connection still exist? */
  readonly isKept: boolean;
}

/** Neither: more octets are waited for. */
export interface Pending {
  readonly type: "pending";
}

const WEBSOCKET = "websocket";

/** The request that a case answers; `host` is an authority, and what CONNECT connects to. */
export interface CaseRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: [name: string, value: string][];
  readonly content: string | null;
}

export function requestOf(one: ResponseCase): CaseRequest {
  const method = one.request_method;
  const headers: [string, string][] = [["Host", "origin.example:443"]];
  if (one.upgrade_requested) headers.push(["Connection", "upgrade"], ["Upgrade", upgradeOf(one)]);
  const content = method === "POST" || method === "PUT" ? "x" : null;
  if (content !== null) headers.push(["Content-Length", "1"]);
  return { method, target: method === "CONNECT" ? "origin.example:443" : "/", headers, content };
}

// A server may switch only to what was offered (RFC 9110 section 7.8), so what it switches to is what is offered.
function upgradeOf({ expect }: ResponseCase): string {
  if (!expect.ok) return WEBSOCKET;
  return expect.headers.find(([name]) => name.toLowerCase() === "upgrade")?.[1] ?? WEBSOCKET;
}
