// TLS options as callers give them, for a pool or for a network stream: read once, checked, nothing ignored. A leaf.

import { missingOption } from "./errors.ts";
import { ownProperties, typed, wrongType } from "./own-properties.ts";

/** TLS options of this version; the others of the contract are refused. */
export interface TLSOptions {
  /** Certificates to trust in place of the runtime's own: PEM, one or several. */
  ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** False: any certificate will do. True unless given. */
  verify?: boolean | undefined;
  /** The name for SNI and for the certificate, in place of the URL's host. */
  servername?: string | undefined;
}

/** Options with nothing left open; null where the runtime or the URL decides. */
export interface CheckedTLSOptions {
  readonly ca: NonNullable<TLSOptions["ca"]> | null;
  readonly verify: boolean;
  readonly servername: string | null;
}

/** Part of the contract, and not there yet. */
const MISSING_OPTIONS = [
  "cert",
  "key",
  "passphrase",
  "alpnProtocols",
  "minVersion",
  "maxVersion",
  "pinnedCertificates",
];
const OPTION_NAMES = new Set(["ca", "verify", "servername", ...MISSING_OPTIONS]);

/** @throws TypeError for unknown options and wrong types, UnsupportedByRuntime for those that are not there yet */
export function checkTLSOptions(given: unknown, runtime: string): CheckedTLSOptions {
  const tls = ownProperties(given, "tls", OPTION_NAMES) as TLSOptions & Record<string, unknown>;
  for (const name of MISSING_OPTIONS) if (tls[name] !== undefined) throw missingOption(`tls.${name}`, runtime);
  for (const certificate of [tls.ca ?? []].flat()) {
    if (typeof certificate !== "string" && !(certificate instanceof Uint8Array)) {
      throw wrongType("tls.ca", "PEM as a string or a Uint8Array, or an array of them", certificate);
    }
  }
  return {
    ca: tls.ca ?? null,
    verify: typed<boolean>(tls, "tls", "verify", "boolean") ?? true,
    servername: typed(tls, "tls", "servername", "string"),
  };
}
