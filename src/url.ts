// URLs as a client needs them: where to connect to, and the request target octet for octet.
//
//   scheme "://" [ userinfo "@" ] host [ ":" port ] [ target ] [ "#" fragment ]       (RFC 3986, RFC 9110 section 4.2)
//
// Nothing is normalised but the case of scheme and host; no percent-encoding is added, changed or removed. Userinfo and
// fragment are dropped. What cannot stand in a request line is refused here and not repaired.

import { LocalProtocolError, UnsupportedProtocol } from "./errors.ts";
import { escapeText } from "./octets.ts";
import { ownProperties, wrongType } from "./own-properties.ts";
import { printAsText } from "./printing.ts";

/** Ports that a scheme implies. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  socks5: 1080,
  socks5h: 1080,
};

/** What stands in front of the target: scheme "://" authority. */
const FRONT = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)/;
/** [ userinfo "@" ] host [ ":" port ], cut but not judged. */
const AUTHORITY = /^(?:(.*)@)?((?:\[[^\]]*\])?[^:]*)(?::(.*))?$/s;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;
// reg-name without ";" "," "=" and the like would be too strict: unreserved, percent-encoded and sub-delims.
const REG_NAME = /^(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$/;
const IPV6 = /^([0-9A-Fa-f:.]+)(?:%(?:25)?[A-Za-z0-9._~-]+)?$/;
const USERINFO = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*$/;
const PORT = /^[0-9]{0,5}$/;
/** What may stand in a request target. */
const TARGET = /^[\x21-\x7e]+$/;

const PART_NAMES = new Set(["scheme", "host", "port", "target"]);

/** The parts of a URL. */
export interface URLParts {
  scheme: string;
  /** A name or an IP address; IPv6 with or without brackets. */
  host: string;
  port?: number | null;
  /** Path and query; "/" unless given. */
  target?: string;
}

/** Scheme, host and port: what a connection is made to. Made once for each text and shared. */
export interface Authority {
  readonly scheme: string;
  /** Lower case, without brackets. */
  readonly host: string;
  readonly port: number | null;
  /** The port to connect to; 0 for a scheme that has none. */
  readonly effectivePort: number;
  /** `https://example.com:443`: always with the port. */
  readonly origin: string;
  /** The value of the Host header: the port only when it is not the scheme's default. */
  readonly hostHeader: string;
}

let authorityOf: (url: URL) => Authority;

/** An immutable URL. */
export class URL {
  static {
    printAsText(URL);
  }

  readonly #authority: Authority;
  /** Path and query, octet for octet as they are sent. */
  readonly target: string;

  /**
   * @throws UnsupportedProtocol when the text has no scheme; LocalProtocolError with reason `invalid-url` for a bad host
   * or port and `invalid-target` for a target that cannot be sent; TypeError for anything that is no URL at all
   */
  constructor(url: string | URLParts | globalThis.URL | URL) {
    if (url instanceof URL) {
      this.#authority = url.#authority;
      this.target = url.target;
    } else if (typeof url === "string" || url instanceof globalThis.URL) {
      const { authority, target } = parseURL(typeof url === "string" ? url : url.href);
      this.#authority = authority;
      this.target = checkTarget(target);
    } else if (typeof url === "object" && url !== null) {
      const parts = ownProperties(url, "a URL", PART_NAMES) as Partial<URLParts>;
      this.#authority = authorityOfParts(parts);
      this.target = checkTarget(parts.target ?? "/");
    } else {
      throw wrongType("a URL", "a string, a URL, or { scheme, host, port, target }", url);
    }
  }

  get scheme(): string {
    return this.#authority.scheme;
  }

  /** Lower case; an IPv6 address has no brackets. */
  get host(): string {
    return this.#authority.host;
  }

  /** The port as it was given, or null. */
  get port(): number | null {
    return this.#authority.port;
  }

  /** `https://example.com:443`: always with the port. */
  get origin(): string {
    return this.#authority.origin;
  }

  toString(): string {
    const { scheme, host, port } = this.#authority;
    return `${scheme}://${bracketed(host)}${port === null ? "" : `:${port}`}${this.target}`;
  }

  toJSON(): string {
    return this.toString();
  }

  static {
    authorityOf = (url) => url.#authority;
  }
}

/** The URL that `parsed` was cut from, but for userinfo and fragment. */
export function urlOf({ authority, target }: ParsedURL): URL {
  const { scheme, host, port } = authority;
  return new URL({ scheme, host, port, target });
}

/** A URL cut in two. */
export interface ParsedURL {
  readonly authority: Authority;
  readonly target: string;
}

/**
 * Cuts any accepted form of URL. Whether the target of a text can be sent is left to the encoder of the request head.
 * @throws as the constructor of URL
 */
export function toParsedURL(url: string | globalThis.URL | URL): ParsedURL {
  if (typeof url === "string") return parseURL(url);
  const own = url instanceof URL ? url : new URL(url);
  return { authority: authorityOf(own), target: own.target };
}

// Authorities seen before, by the text in front of the target. A program speaks to few origins, and checking a host
// costs more than all the rest; the bound keeps a crawler from filling the memory.
const authorities = new Map<string, Authority>();
const MAX_AUTHORITIES = 1024;

// What was seen last, and what stood in front of its target: a caller tends to stay with both.
let latestText: string | null = null;
let latestURL: ParsedURL;
let latestFront = "";

function parseURL(text: string): ParsedURL {
  if (text === latestText) return latestURL;
  const isKnown = latestText !== null && text.startsWith(latestFront) && text[latestFront.length] === "/";
  const authority = isKnown ? latestURL.authority : findAuthority(text);
  const fragment = text.indexOf("#", latestFront.length);
  const target = text.slice(latestFront.length, fragment < 0 ? text.length : fragment);
  latestURL = { authority, target: target.startsWith("/") ? target : `/${target}` };
  latestText = text;
  return latestURL;
}

// The authority of `text`; notes what stands in front of its target.
function findAuthority(text: string): Authority {
  const match = FRONT.exec(text);
  if (!match) throw new UnsupportedProtocol(`the URL "${shown(text)}" is missing an 'http://' or 'https://' protocol`);
  const authority = authorities.get(match[0]) ?? rememberAuthority(...(match as string[] as [string, string, string]));
  latestFront = match[0];
  return authority;
}

function rememberAuthority(front: string, scheme: string, rest: string): Authority {
  const [, userinfo = "", host = "", port = ""] = AUTHORITY.exec(rest) ?? [];
  // Never shown: it may be a password. A backslash would be the end of the host to a browser.
  if (!USERINFO.test(userinfo)) throw invalid("what stands in front of '@' is no userinfo");
  if (!PORT.test(port)) throw invalid("the port is no number from 0 to 65535");
  const authority = makeAuthority(scheme, host, port === "" ? null : Number(port));
  if (authorities.size >= MAX_AUTHORITIES) authorities.clear();
  authorities.set(front, authority);
  return authority;
}

function authorityOfParts({ scheme, host, port = null }: Partial<URLParts>): Authority {
  if (typeof scheme !== "string" || typeof host !== "string") throw new TypeError("a URL needs a scheme and a host");
  if (!SCHEME.test(scheme)) throw invalid(`"${shown(scheme)}" is no scheme`);
  return makeAuthority(scheme, host.startsWith("[") ? host : bracketed(host), port);
}

function makeAuthority(schemeText: string, hostText: string, port: number | null): Authority {
  if (hostText === "") {
    // file:///etc/passwd and the like: what is wrong with it is not the host.
    if (!Object.hasOwn(DEFAULT_PORTS, schemeText.toLowerCase())) {
      throw new UnsupportedProtocol(`the URL has the unsupported protocol '${schemeText}://'`);
    }
    throw invalid("there is no host");
  }
  const isLiteral = hostText.startsWith("[");
  const host = isLiteral ? hostText.slice(1, -1) : hostText;
  if (isLiteral ? !hostText.endsWith("]") || !isIPv6(host) : !REG_NAME.test(host)) {
    throw invalid(`"${shown(hostText)}" is no host (outside ASCII: in punycode)`);
  }
  if (port !== null && !(Number.isInteger(port) && port >= 0 && port <= 65535)) {
    throw invalid("the port is no number from 0 to 65535");
  }
  const scheme = schemeText.toLowerCase();
  // RFC 6874: a zone is written "%25eth0" in a URL, means "%eth0", and is nobody's business but this machine's.
  const lowerHost = host.toLowerCase().replace("%25", isLiteral ? "%" : "%25");
  const sentHost = isLiteral ? lowerHost.replace(/%.*$/, "") : lowerHost;
  const defaultPort = DEFAULT_PORTS[scheme];
  const effectivePort = port ?? defaultPort;
  const place = effectivePort === undefined ? "" : `:${effectivePort}`;
  return {
    scheme,
    host: lowerHost,
    port,
    effectivePort: effectivePort ?? 0,
    origin: `${scheme}://${bracketed(lowerHost)}${place}`,
    hostHeader: bracketed(sentHost) + (effectivePort === defaultPort ? "" : place),
  };
}

// An IPv6 address, with a zone or without; the runtime's own parser judges the address.
function isIPv6(text: string): boolean {
  const [, address] = IPV6.exec(text) ?? [];
  return address !== undefined && globalThis.URL.canParse(`http://[${address}]/`);
}

function checkTarget(target: string): string {
  if (TARGET.test(target)) return target;
  const sentence = `the target "${shown(target)}" holds more than 0x21 to 0x7E`;
  throw new LocalProtocolError(sentence, { reason: "invalid-target" });
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function invalid(sentence: string): LocalProtocolError {
  return new LocalProtocolError(`invalid URL: ${sentence}`, { reason: "invalid-url" });
}

// Userinfo may hold a password: it is never shown.
function shown(text: string): string {
  return escapeText(text.slice(text.lastIndexOf("@") + 1).slice(0, 200));
}
