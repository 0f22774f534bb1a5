// Response heads: octets in, an event out, through the codec.
//
// The octets may lie in the codec's own window (a socket read them there: nothing is copied) or anywhere else (they are
// copied into the text region first). Either way one call decides everything.

import {
  CONTEXT_BARE_LF,
  CONTEXT_CONNECT,
  CONTEXT_HEAD,
  FLAG_KEEP_ALIVE,
  FLAG_SWITCHED,
  FRAMING_CONTENT_LENGTH,
  INCOMPLETE,
  RESULT_FLAGS,
  RESULT_FRAMING,
  RESULT_KEEP_ALIVE_TIMEOUT,
  RESULT_MINOR_VERSION,
  RESULT_REASON_END,
  RESULT_REASON_START,
  RESULT_STATUS,
} from "../../assembly/abi.ts";
import { checkOctets, decodeLatin1 } from "../octets.ts";
import { ownProperties, wrongType } from "../own-properties.ts";
import { codec, place } from "../wasm/codec.ts";
import type { Framing, ResponseEvent } from "./events.ts";
import { type HeaderList, takeHeaderList } from "./header-list.ts";
import { DEFAULT_LIMITS, resolveLimits } from "./limits.ts";
import { passed, remoteError } from "./reasons.ts";

/** In the order of their numbers, FRAMING_ in abi.ts. */
export const FRAMINGS: readonly Framing[] = ["none", "content-length", "chunked", "close-delimited"];

const VERSIONS: readonly string[] = Array.from({ length: 10 }, (_, minor) => `HTTP/1.${minor}`);

/** What the parser must know of the request's method: a CONTEXT_ value. */
export function methodContext(method: string): number {
  return method === "HEAD" ? CONTEXT_HEAD : method === "CONNECT" ? CONTEXT_CONNECT : 0;
}

/** What the parser must know of the caller's wishes: a CONTEXT_ value. @throws TypeError for wishes that are none */
export function leniencyContext(leniency: unknown): number {
  if (leniency === undefined || leniency === null) return 0;
  if (!Array.isArray(leniency) || leniency.some((name) => name !== "bare-lf")) {
    throw wrongType("leniency", 'an array that holds nothing but "bare-lf"', leniency);
  }
  return leniency.length > 0 ? CONTEXT_BARE_LF : 0;
}

/** Octets that are looked at first where they must be copied: most heads are shorter, and much may follow one. */
const FIRST_LOOK = 4096;

/**
 * The response head at `start` of `octets`, or null when more octets than up to `end` are needed. `context` is a sum of
 * CONTEXT_ values, `maxHeaderSize` what this head may take.
 * @throws RemoteProtocolError when the octets are no response head, or a limit is passed
 */
export function readResponseHead(
  octets: Uint8Array,
  start: number,
  end: number,
  context: number,
  maxHeaderLines: number,
  maxHeaderSize: number,
): ResponseEvent | null {
  const most = Math.min(end - start, maxHeaderSize + 1);
  let size = octets === codec.window ? most : Math.min(most, FIRST_LOOK);
  let address = place(octets, start, start + size);
  let answer = codec.parseResponseHead(address, size, context, maxHeaderLines);
  if (answer === INCOMPLETE && size < most) {
    size = most;
    address = place(octets, start, start + size);
    answer = codec.parseResponseHead(address, size, context, maxHeaderLines);
  }
  if (answer < INCOMPLETE) throw remoteError(answer, "malformed response head", octets, start, start + size);
  if (answer > maxHeaderSize || (answer === INCOMPLETE && size > maxHeaderSize)) {
    throw passed("max-header-size", maxHeaderSize);
  }
  if (answer === INCOMPLETE) return null;

  const { result } = codec;
  const status = result[RESULT_STATUS] as number;
  const flags = result[RESULT_FLAGS] as number;
  const framing = result[RESULT_FRAMING] as number;
  const text = decodeLatin1(codec.octets, address, address + answer);
  const timeout = result[RESULT_KEEP_ALIVE_TIMEOUT] as number;
  return {
    type: status < 200 && status !== 101 ? "informational" : "response",
    status,
    reason: text.slice(result[RESULT_REASON_START], result[RESULT_REASON_END]),
    version: VERSIONS[result[RESULT_MINOR_VERSION] as number] as string,
    headers: takeHeaderList(text),
    framing: FRAMINGS[framing] as Framing,
    contentLength: framing === FRAMING_CONTENT_LENGTH ? (codec.length[0] as number) : null,
    keepAlive: (flags & FLAG_KEEP_ALIVE) !== 0,
    keepAliveTimeout: timeout < 0 ? null : timeout,
    isSwitch: (flags & FLAG_SWITCHED) !== 0,
    size: answer,
  };
}

/** What `parseResponseHead` tells of a head. */
export interface ParsedResponseHead {
  status: number;
  reason: string;
  /** `HTTP/1.1`, `HTTP/1.0` */
  version: string;
  headers: HeaderList;
  framing: Framing;
  /** Octets announced by Content-Length, or null. */
  contentLength: number | null;
  keepAlive: boolean;
  /** Octets of the head: the content starts there. */
  size: number;
}

const NO_OPTIONS = { context: 0, ...DEFAULT_LIMITS };
const OPTION_NAMES = new Set(["method", "leniency", "maxHeaderSize", "maxHeaderLines"]);

/** Options of `parseResponseHead`. */
export interface ParseOptions {
  /** The request's method: `HEAD` and `CONNECT` change the framing. `GET` unless given. */
  method?: string | undefined;
  /** `"bare-lf"` lets a lone LF end a line. */
  leniency?: readonly "bare-lf"[] | undefined;
  maxHeaderSize?: number | undefined;
  maxHeaderLines?: number | undefined;
}

/**
 * Parses one response head, interim or final, at the start of `octets` (RFC 9112 sections 2 to 6).
 * @returns the head, or `"incomplete"` when more octets are needed
 * @throws RemoteProtocolError with `reason` and `offset` when the octets are no response head
 */
export function parseResponseHead(octets: Uint8Array, options?: ParseOptions): ParsedResponseHead | "incomplete" {
  checkOctets(octets);
  const { context, maxHeaderLines, maxHeaderSize } = options === undefined ? NO_OPTIONS : checkOptions(options);
  const head = readResponseHead(octets, 0, octets.length, context, maxHeaderLines, maxHeaderSize);
  if (!head) return "incomplete";
  const { status, reason, version, headers, framing, contentLength, keepAlive, size } = head;
  return { status, reason, version, headers, framing, contentLength, keepAlive, size };
}

function checkOptions(options: ParseOptions): typeof NO_OPTIONS {
  const { method, leniency, maxHeaderLines, maxHeaderSize } = ownProperties(
    options,
    "options",
    OPTION_NAMES,
  ) as ParseOptions;
  const limits = resolveLimits({
    maxHeaderLines: maxHeaderLines ?? DEFAULT_LIMITS.maxHeaderLines,
    maxHeaderSize: maxHeaderSize ?? DEFAULT_LIMITS.maxHeaderSize,
  });
  return { context: methodContext(method ?? "GET") | leniencyContext(leniency), ...limits };
}
