// Request extensions and the other options of one call: read once, checked, nothing ignored.

import type { Content } from "./content.ts";
import { decodeLatin1 } from "./octets.ts";
import { checkObject, ifOwn, ownProperties, typed, unknownName } from "./own-properties.ts";
import type { Timeouts } from "./pool/timeouts.ts";
import type { Trace } from "./pool/tracer.ts";
import type { HeadersInput } from "./protocol/field-lines.ts";
import type { HeaderList } from "./protocol/header-list.ts";
import { checkServername } from "./tls-options.ts";

/** An interim response (1xx but 101), as `extensions.informational` gets it. */
export interface InformationalResponse {
  readonly status: number;
  readonly reasonPhrase: string;
  readonly headers: HeaderList;
}

export type InformationalCallback = (response: InformationalResponse) => void;

/** What `extensions.reader` is: what it returns is not looked at, but a promise is a TypeError. */
export type ContentCallback = (octets: Uint8Array) => unknown;

/** What can be said of one request beyond HTTP's own fields (httpcore's extensions). */
export interface RequestExtensions {
  /** Time limits in milliseconds, in place of the pool's, key by key. */
  timeout?: Timeouts | undefined;
  /** The name for TLS in place of the URL's host; part of what tells connections apart. */
  sniHostname?: string | undefined;
  /** The request target as it is sent, in place of the URL's: `*`, absolute-form, unescaped paths. */
  target?: string | Uint8Array | undefined;
  /** Called with every interim response (1xx but 101). What it throws rejects the request. */
  informational?: InformationalCallback | undefined;
  /**
   * Called with each piece of response content as it comes, in place of gathering it: a view that holds until it returns
   * or makes a request, so nothing is copied. `response.content` is empty then. What it throws rejects the request.
   */
  reader?: ContentCallback | undefined;
  /** Called when the content has been sent, for the trailer fields. Chunked content only. */
  trailers?: (() => HeadersInput) | undefined;
  /** Called with what happens, step by step (docs/trace.md), in place of the pool's. */
  trace?: Trace | undefined;
  /** Octets of response content. */
  maxContentSize?: number | undefined;
  /** Octets of response heads. */
  maxHeaderSize?: number | undefined;
}

/** Options of `request` and `stream`. */
export interface RequestOptions {
  headers?: HeadersInput | undefined;
  content?: Content | null | undefined;
  extensions?: RequestExtensions | undefined;
  /** Cancels at any phase; the rejection is `signal.reason`, untouched. */
  signal?: AbortSignal | undefined;
}

const OPTION_NAMES = ["headers", "content", "extensions", "signal"];
const EXTENSION_NAMES = new Set([
  "timeout",
  "sniHostname",
  "target",
  "informational",
  "reader",
  "trailers",
  "maxContentSize",
  "maxHeaderSize",
  "trace",
]);

/** Extensions that have been checked; null for those not given. */
export interface CheckedExtensions {
  readonly timeout: Timeouts | undefined;
  readonly sniHostname: string | null;
  readonly target: string | null;
  readonly informational: InformationalCallback | null;
  readonly reader: ContentCallback | null;
  readonly trailers: (() => HeadersInput) | null;
  readonly trace: Trace | null;
  readonly maxContentSize: number | undefined;
  readonly maxHeaderSize: number | undefined;
}

/**
 * The own properties of `options`, and no others: what hangs on a prototype was not said by the caller.
 * @throws TypeError when it is no object or has an unknown property
 */
export function checkOptions(options: unknown): RequestOptions {
  if (options === undefined || options === null) return NO_OPTIONS;
  checkObject(options, "options");
  for (const name in options) {
    if (!OPTION_NAMES.includes(name) && Object.hasOwn(options, name)) throw unknownName("options", name, OPTION_NAMES);
  }
  const { headers, content, extensions, signal } = options as RequestOptions;
  // One shape for all calls, whatever the order and number of options given.
  return {
    headers: ifOwn(options, "headers", headers),
    content: ifOwn(options, "content", content),
    extensions: ifOwn(options, "extensions", extensions),
    signal: ifOwn(options, "signal", signal),
  } as RequestOptions;
}

export const NO_OPTIONS = checkOptions({});

/** @throws TypeError for unknown extensions and wrong types */
export function checkExtensions(given: unknown): CheckedExtensions {
  if (given === undefined || given === null) return NO_EXTENSIONS;
  const extensions = ownProperties(given, "extensions", EXTENSION_NAMES);
  const { target } = extensions;
  return {
    timeout: extensions.timeout as Timeouts | undefined,
    sniHostname: checkServername(extensions.sniHostname, "extensions.sniHostname"),
    target:
      target instanceof Uint8Array
        ? decodeLatin1(target, 0, target.length)
        : typed(extensions, "extensions", "target", "string"),
    informational: typed(extensions, "extensions", "informational", "function"),
    reader: typed(extensions, "extensions", "reader", "function"),
    trailers: typed(extensions, "extensions", "trailers", "function"),
    trace: typed(extensions, "extensions", "trace", "function"),
    maxContentSize: typed(extensions, "extensions", "maxContentSize", "number") ?? undefined,
    maxHeaderSize: typed(extensions, "extensions", "maxHeaderSize", "number") ?? undefined,
  };
}

const NO_EXTENSIONS = checkExtensions({});
