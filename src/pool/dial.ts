// How the connection for a route is set up: straight to the origin.
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
  /** How often connecting is tried again. */
  readonly retries: number;
}

/**
 * Connects; what comes is told to `relay`, and from the moment this resolves on to the target that it has then.
 * Rejects with an error of this package, with what the observer rejected with, or with the reason of `signal`.
 */
export async function dial(
  { authority, servername }: Route,
  { backend, socket, tls }: DialSettings,
  relay: Relay,
  signal: AbortSignal,
  observer: ConnectObserver,
): Promise<NetworkConnection> {
  const { host, effectivePort: port } = authority;
  let step: ConnectStep = "connection.connect_tcp";
  const connected = (): void => {
    observer.complete(step, {});
    step = "connection.start_tls";
    observer.started(step, { servername });
  };
  const held = observer.started(step, { host, port });
  if (held) await held;
  try {
    const connection = await backend.connectTcp(
      {
        host,
        port,
        tls: servername === null ? null : { ...tls, servername },
        socket,
        window: codec.window,
        signal,
        connected,
      },
      relay,
    );
    // Not every network tells when TLS begins.
    if (servername !== null && step === "connection.connect_tcp") connected();
    await observer.complete(step, {});
    return connection;
  } catch (cause) {
    const error = signal.aborted ? signal.reason : connectFailure(host, port, cause);
    await observer.failed(step, error);
    throw error;
  }
}
