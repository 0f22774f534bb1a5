// TLS options as callers give them, for a pool or for a network stream: read once, checked, nothing ignored.
//
// In: what a caller wrote. Out: the options of the network's contract, a copy that nobody else can change. Whether a key
// can be read and belongs to its certificate is for the runtime to say, when a pool is made.

import { familyOf } from "./ip-address.ts";
import type { TLSConnectOptions, TLSVersion } from "./network/network.ts";
import { decodeLatin1 } from "./octets.ts";
import { ownProperties, typed, wrongType } from "./own-properties.ts";

/** PEM, as text or as octets; or several of them. */
export type PEM = string | Uint8Array | readonly (string | Uint8Array)[];

/** TLS options; null asks for nothing, as undefined does. */
export interface TLSOptions {
  /** Certificates to trust in place of the runtime's own: PEM, one or several. */
  ca?: PEM | null | undefined;
  /** False: any certificate will do. True unless given. */
  verify?: boolean | null | undefined;
  /** The name for SNI and for the certificate, in place of the URL's host. */
  servername?: string | null | undefined;
  /** The client's certificate, those that vouch for it behind it; with several keys as many of them, in the same order. */
  cert?: PEM | null | undefined;
  /** The private key of `cert`. */
  key?: PEM | null | undefined;
  /** What `key` is encrypted with. */
  passphrase?: string | null | undefined;
  /**
   * What ALPN offers: `["http/1.1"]` unless given, nothing when empty. The connection fails when the server chooses
   * something that is not HTTP/1.x.
   */
  alpnProtocols?: readonly string[] | null | undefined;
  /** The oldest version of TLS; the runtime's own limit unless given, which is `TLSv1.2`. */
  minVersion?: TLSVersion | null | undefined;
  /** The newest version of TLS. */
  maxVersion?: TLSVersion | null | undefined;
  /**
   * The SHA-256 of each certificate, in DER, that a server may have: 64 hexadecimal digits, with or without colons. They
   * are asked of every handshake, also of a session that is taken up again and where `verify` is false.
   */
  pinnedCertificates?: readonly string[] | null | undefined;
}

/** Options with nothing left open; null where the runtime or the URL decides. */
export interface CheckedTLSOptions extends Omit<TLSConnectOptions, "servername"> {
  readonly servername: string | null;
}

/** Labels of letters, digits, hyphens and, as they are in use, underscores (RFC 6066 section 3). */
const SERVERNAME = /^[\w-]+(?:\.[\w-]+)*$/;
/** RFC 1035 section 2.3.4 */
const MAX_NAME = 253;

const OPTION_NAMES = new Set([
  "ca",
  "verify",
  "servername",
  "cert",
  "key",
  "passphrase",
  "alpnProtocols",
  "minVersion",
  "maxVersion",
  "pinnedCertificates",
]);

const CERTIFICATE = "CERTIFICATE";
const PRIVATE_KEY = "PRIVATE KEY";

/** From the oldest on. */
const VERSIONS: readonly TLSVersion[] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
/** What runtimes speak from, unless they are told. */
const OLDEST_VERSION: TLSVersion = "TLSv1.2";

type Given = Record<string, unknown>;

/** @throws TypeError for unknown options, wrong types and what is no PEM, no version, no protocol and no SHA-256 */
export function checkTLSOptions(given: unknown): CheckedTLSOptions {
  const tls = ownProperties(given, "tls", OPTION_NAMES);
  const [minVersion, maxVersion] = [version(tls, "minVersion"), version(tls, "maxVersion")];
  if (maxVersion !== null && (minVersion ?? OLDEST_VERSION) > maxVersion) {
    throw new TypeError(`tls.minVersion (${OLDEST_VERSION} unless given) must not be above tls.maxVersion`);
  }
  return {
    ca: pem(tls, "ca", CERTIFICATE),
    verify: typed<boolean>(tls, "tls", "verify", "boolean") ?? true,
    servername: checkServername(tls.servername, "tls.servername"),
    ...identity(tls),
    alpnProtocols: list(tls, "alpnProtocols", "a protocol's name", /^[\x21-\x7e]{1,255}$/),
    minVersion,
    maxVersion,
    pinnedCertificates: pins(tls),
    sessions: new Map(),
  };
}

/**
 * The name for TLS that was given as `what`, without a dot at its end, which is DNS's; null for none.
 * @throws TypeError when it is no name and no IP address: TLS would cut it, or leave it away, without a word
 */
export function checkServername(given: unknown, what: string): string | null {
  if (given === undefined || given === null) return null;
  if (typeof given !== "string") throw wrongType(what, "a string", given);
  const name = given.replace(/\.$/, "");
  if (familyOf(name) !== null || (SERVERNAME.test(name) && name.length <= MAX_NAME)) return name;
  throw new TypeError(
    `${what} must be a host name (outside ASCII: in punycode) or an IP address, not ${JSON.stringify(given)}`,
  );
}

function identity(tls: Given): Pick<CheckedTLSOptions, "cert" | "key" | "passphrase"> {
  const [cert, key] = [pem(tls, "cert", CERTIFICATE), pem(tls, "key", PRIVATE_KEY)];
  const passphrase = typed<string>(tls, "tls", "passphrase", "string");
  if (cert === null && key === null && passphrase === null) return { cert, key, passphrase };
  if (cert === null || key === null) {
    throw new TypeError(`tls.cert and tls.key belong together: tls.${cert === null ? "cert" : "key"} is missing`);
  }
  // The parts of one chain may come as an array.
  if (key.length === 1) return { cert: [cert.join("\n")], key, passphrase };
  if (key.length !== cert.length) {
    throw new TypeError(`tls.cert and tls.key belong together: there are ${cert.length} and ${key.length} of them`);
  }
  return { cert, key, passphrase };
}

function pem(tls: Given, name: string, label: string): readonly string[] | null {
  const value = (tls[name] ?? null) as PEM | null;
  if (value === null) return null;
  const texts = [value].flat().map((one) => {
    if (typeof one !== "string" && !(one instanceof Uint8Array)) {
      throw wrongType(`tls.${name}`, "PEM as a string or a Uint8Array, or an array of them", one);
    }
    return typeof one === "string" ? one : decodeLatin1(one, 0, one.length);
  });
  const isPEM = new RegExp(`-----BEGIN (?:[A-Z0-9]+ )*${label}-----`);
  // What it is instead is not said: it may be a secret.
  if (texts.length > 0 && texts.every((text) => isPEM.test(text))) return texts;
  throw new TypeError(`tls.${name} must be PEM, with a line '-----BEGIN ${label}-----'`);
}

function version(tls: Given, name: string): TLSVersion | null {
  const value = (tls[name] ?? null) as TLSVersion | null;
  if (value === null || VERSIONS.includes(value)) return value;
  throw new TypeError(`tls.${name} must be one of ${VERSIONS.join(", ")}, not ${String(value)}`);
}

function pins(tls: Given): readonly string[] | null {
  const name = "pinnedCertificates";
  const given = list(
    tls,
    name,
    "a SHA-256 of 64 hexadecimal digits",
    /^(?:[\da-f]{64}|[\da-f]{2}(?::[\da-f]{2}){31})$/i,
  );
  if (given?.length === 0) throw new TypeError(`tls.${name} must not be empty: no server would do`);
  return given?.map((pin) => pin.replaceAll(":", "").toLowerCase()) ?? null;
}

function list(tls: Given, name: string, what: string, grammar: RegExp): readonly string[] | null {
  const value = tls[name] ?? null;
  if (value === null) return null;
  if (!Array.isArray(value)) throw wrongType(`tls.${name}`, `an array, each of it ${what}`, value);
  for (const item of value) {
    if (typeof item !== "string") throw wrongType(`each of tls.${name}`, what, item);
    if (!grammar.test(item)) throw new TypeError(`each of tls.${name} must be ${what}, not ${JSON.stringify(item)}`);
  }
  return [...value];
}
