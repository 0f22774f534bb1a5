// A proxy as callers give it: read once, checked, nothing ignored. No error shows a user, a password or a header value.

import { LocalProtocolError, UnsupportedProtocol } from "./errors.ts";
import { decodeLatin1, encodeLatin1 } from "./octets.ts";
import { ownProperties, wrongType } from "./own-properties.ts";
import type { Credentials, ProxySettings } from "./pool/route.ts";
import { type FieldLines, findField, type HeadersInput, toFieldLines } from "./protocol/field-lines.ts";
import { encodeRequest } from "./protocol/request-head.ts";
import { checkTLSOptions, type TLSOptions } from "./tls-options.ts";
import { type Authority, type ParsedURL, toParsedURL, URL } from "./url.ts";

/** What a proxy is made of. */
export interface ProxyOptions {
  /** `http:`, `https:`, `socks5:` or `socks5h:`, with a host; user and password may stand in it. */
  url: string | globalThis.URL | URL;
  /** User and password, in place of those in the URL. Text is sent as UTF-8. */
  auth?: readonly [user: string | Uint8Array, password: string | Uint8Array] | undefined;
  /** Headers for the proxy alone: of every CONNECT and every forwarded request. */
  headers?: HeadersInput;
  /** TLS to an https proxy. TLS to the origin is the pool's. */
  tls?: TLSOptions | undefined;
}

const OPTION_NAMES = new Set(["url", "auth", "headers", "tls"]);
const SCHEMES = ["http", "https", "socks5", "socks5h"];
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(?:([^/?#]*)@)?/;
/** What the request has, and the proxy must not be told otherwise. */
const NOT_FOR_PROXIES = ["host", "content-length", "transfer-encoding"];
/** What a length of RFC 1929 can say. */
const MAX_SOCKS_OCTETS = 255;
/** What errors of TLS options call the runtime: a proxy belongs to none. */
const THIS_RUNTIME = "this runtime";

let proxyCount = 0;

/**
 * `given`, which the caller knows as `what`.
 * @throws TypeError for unknown options, wrong types and options that do not go together; UnsupportedProtocol for other
 * schemes; LocalProtocolError for a bad URL or bad headers
 */
export function checkProxyOptions(given: unknown, what: string): ProxySettings {
  const { url, auth, headers, tls } = ownProperties(given, what, OPTION_NAMES);
  const text = typeof url === "string" ? url : String(url instanceof globalThis.URL ? url.href : new URL(url as URL));
  const { authority } = parseProxyURL(text, what);
  const { scheme, host } = authority;
  if (tls !== undefined && tls !== null && scheme !== "https") {
    throw new TypeError(`${what}.tls is for TLS to an https proxy, and the URL has '${scheme}://'`);
  }
  const credentials = checkCredentials(auth, userinfoOf(text), what);
  const { servername, ...wishes } = checkTLSOptions(tls, THIS_RUNTIME);
  const shared = { key: `proxy ${++proxyCount}`, authority };
  if (scheme.startsWith("socks")) {
    if (headers !== undefined && headers !== null) throw new TypeError(`${what}.headers are for HTTP proxies`);
    if (credentials) checkSocksCredentials(credentials, what);
    return { ...shared, kind: "socks5", tls: null, lines: [], credentials };
  }
  return {
    ...shared,
    kind: "http",
    tls: scheme === "https" ? { ...wishes, servername: servername ?? host.replace(/\.$/, "") } : null,
    lines: checkLines(headers as HeadersInput, credentials, what),
    credentials: null,
  };
}

function parseProxyURL(text: string, what: string): ParsedURL {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  const known = `${SCHEMES.join(", ")} are known`;
  if (scheme === undefined) throw new UnsupportedProtocol(`${what}: the URL has no protocol; ${known}`);
  if (!SCHEMES.includes(scheme)) {
    throw new UnsupportedProtocol(`${what}: the URL has the unsupported protocol '${scheme}://'; ${known}`);
  }
  let parsed: ParsedURL;
  try {
    parsed = toParsedURL(text);
  } catch (error) {
    throw error instanceof LocalProtocolError ? invalidURL(`${what}: ${error.message}`) : error;
  }
  // Not shown: what looks like a path may be the end of a password that is not percent-encoded.
  if (parsed.target !== "/" || text.includes("#")) throw invalidURL(`${what}: the URL of a proxy ends with its port`);
  return parsed;
}

function invalidURL(sentence: string): LocalProtocolError {
  return new LocalProtocolError(sentence, { reason: "invalid-url" });
}

function userinfoOf(text: string): Credentials | null {
  const [, , userinfo = ""] = SCHEME.exec(text) ?? [];
  const [, user = "", password = ""] = /^([^:]*):?(.*)$/.exec(userinfo) ?? [];
  return user === "" && password === "" ? null : { user: percentDecoded(user), password: percentDecoded(password) };
}

function percentDecoded(text: string): Uint8Array {
  const decoded = text.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return encodeLatin1(decoded);
}

function checkCredentials(auth: unknown, inURL: Credentials | null, what: string): Credentials | null {
  if (auth === undefined || auth === null) return inURL;
  if (!Array.isArray(auth) || auth.length !== 2) throw wrongType(`${what}.auth`, "a pair [user, password]", auth);
  if (inURL) throw new TypeError(`${what}.auth and user and password in ${what}.url cannot be given both`);
  const [user, password] = auth.map((part: unknown) => {
    if (typeof part === "string") return new TextEncoder().encode(part);
    if (part instanceof Uint8Array) return new Uint8Array(part);
    throw wrongType(`${what}.auth`, "a pair of strings or Uint8Arrays", part);
  }) as [Uint8Array, Uint8Array];
  return { user, password };
}

function checkSocksCredentials(credentials: Credentials, what: string): void {
  for (const [name, { length }] of Object.entries(credentials) as [string, Uint8Array][]) {
    if (length >= 1 && length <= MAX_SOCKS_OCTETS) continue;
    throw new TypeError(`${what}: the ${name} for SOCKS5 must have 1 to ${MAX_SOCKS_OCTETS} octets, not ${length}`);
  }
}

function checkLines(headers: HeadersInput, credentials: Credentials | null, what: string): FieldLines {
  const lines = toFieldLines(headers, credentials ? ["Proxy-Authorization", basic(credentials, what)] : []);
  const forbidden = NOT_FOR_PROXIES.find((name) => findField(lines, name) !== undefined);
  if (forbidden) throw new TypeError(`${what}.headers cannot have '${forbidden}', which is the request's`);
  if (credentials && findField(lines, "proxy-authorization", 2) !== undefined) {
    throw new TypeError(`${what}.headers cannot have 'proxy-authorization' beside user and password`);
  }
  // What cannot be sent is found by the one who would have to send it.
  encodeRequest({ method: "CONNECT", target: "localhost:443", lines: ["Host", "localhost:443", ...lines] });
  return lines;
}

// RFC 7617 section 2
function basic({ user, password }: Credentials, what: string): string {
  const [name, secret] = [user, password].map((octets) => decodeLatin1(octets, 0, octets.length)) as [string, string];
  if (name.includes(":")) throw new TypeError(`${what}: a user with a colon cannot be told to an HTTP proxy`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\0-\x1f\x7f]/.test(name + secret)) throw new TypeError(`${what}: user and password hold a control character`);
  return `Basic ${btoa(`${name}:${secret}`)}`;
}

/** Which proxy leads to an origin. */
export interface ProxyChoice {
  /** All that can be chosen. */
  readonly all: readonly ProxySettings[];
  /** The proxy for `authority`; null for none. */
  choose(authority: Authority): ProxySettings | null;
}
