// The states of an exchange that has not ended, and the time limit of each.

import { ConnectTimeout, PoolTimeout, ReadTimeout, WriteTimeout } from "../errors.ts";
import type { ResolvedTimeouts } from "./timeouts.ts";

export type ExchangeState = "queued" | "connecting" | "sending" | "receiving" | "finished";

/** What passing a time limit means in each state. */
export const EXPIRY = {
  queued: ["pool", PoolTimeout, "no connection became free", "pool"],
  connecting: ["connect", ConnectTimeout, "the connection was not set up", "connect"],
  sending: ["write", WriteTimeout, "the server took no octet of the request", "send"],
  receiving: ["read", ReadTimeout, "no more of the response came", "receive"],
} as const;

// As EXPIRY says; written out, as a look-up by a changing name is slow and this is asked twice a request.
export function limitOf(timeouts: ResolvedTimeouts, state: Exclude<ExchangeState, "finished">): number {
  switch (state) {
    case "queued":
      return timeouts.pool;
    case "connecting":
      return timeouts.connect;
    case "sending":
      return timeouts.write;
    default:
      return timeouts.read;
  }
}
