// Time limits in milliseconds. Absent means no limit, 0 means at once: what is there already succeeds.

import { withNumbers } from "../own-properties.ts";

/** Time limits of one request; those that are not given are the pool's. */
export interface Timeouts {
  /** For TCP and TLS together. 10,000 unless given, the only one with a default. */
  connect?: number | undefined;
  /** Without an octet received, once the request has been sent. */
  read?: number | undefined;
  /** Without an octet taken by the peer. */
  write?: number | undefined;
  /** Waiting for a connection to become free. */
  pool?: number | undefined;
  /** For 100 (Continue), where the request asks for it. */
  continue?: number | undefined;
  /** For everything, from the call to the last octet. */
  total?: number | undefined;
}

/** Time limits with nothing left open: Infinity for no limit. */
export type ResolvedTimeouts = Readonly<Record<keyof Timeouts, number>>;

/** A connection that takes longer than this is one that nobody waits for; undici and others take the same. */
const DEFAULT_CONNECT = 10_000;

/** Servers that know 100 (Continue) answer at once; RFC 9110 section 10.1.1 says not to wait for ever. */
const DEFAULT_CONTINUE = 1000;

export const DEFAULT_TIMEOUTS: ResolvedTimeouts = {
  connect: DEFAULT_CONNECT,
  read: Infinity,
  write: Infinity,
  pool: Infinity,
  continue: DEFAULT_CONTINUE,
  total: Infinity,
};

/**
 * `base` with the limits of `changes` in place of its own.
 * @throws TypeError for an unknown name or a value that is no number of milliseconds
 */
export function resolveTimeouts(changes: Timeouts | null | undefined, base: ResolvedTimeouts): ResolvedTimeouts {
  if (changes === undefined || changes === null) return base;
  return withNumbers("timeout", changes, base, (name, value) => {
    if (typeof value !== "number" || !(value >= 0)) {
      throw new TypeError(`timeout.${name} must be milliseconds from 0 on, not ${value}`);
    }
  });
}
