// Which options this runtime refuses: a pool is made with each of them, and UnsupportedByRuntime is the answer looked for.
// A runtime that knows an option reads its value, and may not like it: that is no refusal. Nothing is connected.

import { ConnectionPool, type ConnectionPoolOptions, defaultBackend, UnsupportedByRuntime } from "httpcore";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----";
const KEY = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----";

/** By the names that docs/runtimes.md has. */
const TRIALS: Readonly<Record<string, ConnectionPoolOptions>> = {
  "tls.ca": { tls: { ca: CERTIFICATE } },
  "tls.verify: false": { tls: { verify: false } },
  "tls.cert and tls.key": { tls: { cert: CERTIFICATE, key: KEY } },
  "tls.alpnProtocols": { tls: { alpnProtocols: ["http/1.1"] } },
  "tls.minVersion": { tls: { minVersion: "TLSv1.3" } },
  "tls.maxVersion": { tls: { maxVersion: "TLSv1.3" } },
  "tls.maxVersion below TLSv1.2": { tls: { minVersion: "TLSv1", maxVersion: "TLSv1.1" } },
  "tls.pinnedCertificates": { tls: { pinnedCertificates: ["0".repeat(64)] } },
  "socketOptions.noDelay: false": { socketOptions: { noDelay: false } },
  "socketOptions.keepAlive": { socketOptions: { keepAlive: true } },
  "happyEyeballs: false": { happyEyeballs: false },
  localAddress: { localAddress: "127.0.0.1" },
  resolve: { resolve: () => [] },
  uds: { uds: "/nowhere" },
  "an https proxy": { proxy: "https://proxy.example" },
};

export function unsupportedOptions(): readonly string[] {
  return Object.entries(TRIALS)
    .filter(([, options]) => isRefused(options))
    .map(([name]) => name);
}

function isRefused(options: ConnectionPoolOptions): boolean {
  try {
    new ConnectionPool(options);
    return false;
  } catch (error) {
    // Where the codec is missing that is refused, too, and is another finding.
    return error instanceof UnsupportedByRuntime && error.runtime === defaultBackend.runtime;
  }
}
