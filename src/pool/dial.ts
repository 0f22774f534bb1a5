// How the connection for a route is set up: straight to the origin, or to the Unix socket that stands for all origins.
//
// In: where to, and who is told of the steps. Out: a connection on which HTTP can begin, or an error of this package.

import type { NetworkBackend, NetworkConnection, SocketOptions, TLSConnectOptions } from "../network/network.ts";
import { codec } from "../wasm/codec.ts";
import type { ConnectObserver, ConnectStep } from "./connect-observer.ts";
import { connectFailure } from "./failures.ts";
import type { Relay } from "./relay.ts";
import type { Route } from "./route.ts";

/** What all connections of a pool have in common. */
export interface DialSettings {
  readonly backend: NetworkBackend;
  readonly socket: SocketOptions;
  readonly tls: Omit<TLSConnectOptions, "servername">;
  /** A Unix socket that all of them go to; null where each goes to its host. The backend has `connectUnix` then. */
  readonly uds: string | null;
}

/**
 * Connects; what comes is told to `relay`, and from the moment this resolves on to the target that it has then.
 * Rejects with an error of this package, with what the observer rejected with, or with the reason of `signal`.
 */
export async function dial(
  { authority, servername }: Route,
  { backend, socket, tls, uds }: DialSettings,
  relay: Relay,
  signal: AbortSignal,
  observer: ConnectObserver,
): Promise<NetworkConnection> {
  const { host, effectivePort: port } = authority;
  let step: ConnectStep = uds === null ? "connection.connect_tcp" : "connection.connect_unix_socket";
  const held = observer.started(step, uds === null ? { host, port } : { path: uds });
  if (held) await held;
  const options = {
    tls: servername === null ? null : { ...tls, servername },
    window: codec.window,
    signal,
    connected: () => {
      observer.complete(step, {});
      step = "connection.start_tls";
      observer.started(step, { servername });
    },
  };
  try {
    const connection = await (uds !== null && backend.connectUnix
      ? backend.connectUnix({ ...options, path: uds }, relay)
      : backend.connectTcp({ ...options, host, port, socket }, relay));
    await observer.complete(step, {});
    return connection;
  } catch (cause) {
    const error = signal.aborted ? signal.reason : connectFailure(host, port, cause);
    await observer.failed(step, error);
    throw error;
  }
}
