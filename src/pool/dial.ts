// How the connection for a route is set up: straight to the origin, to the Unix socket that stands for all origins, or
// through a proxy.
//
//   direct     TCP [TLS]                              forwarded   TCP [TLS] to the proxy, and no more
//   tunnelled  TCP [TLS] to the proxy, CONNECT or SOCKS5, [TLS] to the origin within it
//
// In: where to, and who is told of the steps. Out: a connection on which HTTP can begin, or an error of this package; then
// nothing stays open.

import { UnsupportedByRuntime } from "../errors.ts";
import type {
  NetworkBackend,
  NetworkConnection,
  NetworkReceiver,
  SocketOptions,
  TLSConnectOptions,
} from "../network/network.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Authority } from "../url.ts";
import { codec } from "../wasm/codec.ts";
import { type ConnectObserver, type ConnectStep, observed } from "./connect-observer.ts";
import { connectFailure } from "./failures.ts";
import { Handshake } from "./handshake.ts";
import { Relay } from "./relay.ts";
import { isForwarded, type ProxySettings, type Route } from "./route.ts";
import { openSocks, socksRequest } from "./socks5.ts";
import { openTunnel } from "./tunnel.ts";

/** What all connections of a pool have in common. */
export interface DialSettings {
  readonly backend: NetworkBackend;
  readonly socket: SocketOptions;
  readonly tls: Omit<TLSConnectOptions, "servername">;
  /** A Unix socket that all of them go to; null where each goes to its host. The backend has `connectUnix` then. */
  readonly uds: string | null;
  /** How often connecting is tried again. */
  readonly retries: number;
  readonly leniency: readonly "bare-lf"[];
  /** What a proxy may make us hold; for responses each request has its own. */
  readonly limits: Readonly<Limits>;
}

/** The names of the steps that are the same whoever is connected to, but for their names. */
const STEPS = {
  direct: { connect: "connection.connect_tcp", startTLS: "connection.start_tls" },
  http: { connect: "connection.connect_tcp", startTLS: "proxy.start_tls" },
  socks5: { connect: "socks.connect_tcp", startTLS: "socks.start_tls" },
} as const satisfies Record<string, Record<string, ConnectStep>>;

/** What is connected to; the socket at `path` where there is one. */
interface Endpoint {
  readonly path: string | null;
  readonly host: string;
  readonly port: number;
  /** The host in messages. */
  readonly shown: string;
  readonly tls: TLSConnectOptions | null;
  readonly step: ConnectStep;
}

/** How an attempt is made. */
interface Attempt {
  readonly settings: DialSettings;
  readonly signal: AbortSignal;
  readonly observer: ConnectObserver;
}

/**
 * Connects; what comes is told to `relay`, and from the moment this resolves on to the target that it has then.
 * Rejects with an error of this package, with what the observer rejected with, or with the reason of `signal`.
 */
export async function dial(
  route: Route,
  settings: DialSettings,
  relay: Relay,
  signal: AbortSignal,
  observer: ConnectObserver,
): Promise<NetworkConnection> {
  const { authority, servername, proxy } = route;
  const attempt = { settings, signal, observer };
  if (proxy === null) {
    const { host, effectivePort: port } = authority;
    const tls = servername === null ? null : { ...settings.tls, servername };
    const { uds: path } = settings;
    const step = path === null ? STEPS.direct.connect : "connection.connect_unix_socket";
    return connect({ path, host, port, shown: host, tls, step }, relay, attempt);
  }
  const { host, effectivePort: port } = proxy.authority;
  const { tls } = proxy;
  const endpoint = { path: null, host, port, shown: `the proxy ${host}`, tls, step: STEPS[proxy.kind].connect };
  if (isForwarded(route)) return connect(endpoint, relay, attempt);
  const handshake = new Handshake(host, port, servername === null ? "plain" : "tls");
  // Made before anything is sent, as it can fail.
  const talk = makeTalk(handshake, authority, proxy, attempt);
  const outer = new Relay(handshake);
  const network = await connect(endpoint, outer, attempt);
  await shakeHands(handshake, network, signal, talk);
  if (servername !== null) return startTLS(network, handshake, route, STEPS[proxy.kind].startTLS, relay, attempt);
  outer.target = relay;
  network.resume();
  if (handshake.hasEnded) relay.ended();
  return network;
}

async function connect(
  { path, host, port, shown, tls, step: firstStep }: Endpoint,
  receiver: NetworkReceiver,
  { settings: { backend, socket }, signal, observer }: Attempt,
): Promise<NetworkConnection> {
  let step = firstStep;
  const held = observer.started(step, path === null ? { host, port } : { path });
  if (held) await held;
  const connected = (): void => {
    observer.complete(step, {});
    step = STEPS.direct.startTLS;
    observer.started(step, { servername: tls?.servername });
  };
  let connection: NetworkConnection;
  try {
    const options = { tls, window: codec.window, signal, connected };
    connection = await (path !== null && backend.connectUnix
      ? backend.connectUnix({ ...options, path }, receiver)
      : backend.connectTcp({ ...options, host, port, socket }, receiver));
    // Not every network tells when TLS begins.
    if (tls !== null && step === firstStep) connected();
  } catch (cause) {
    const error = signal.aborted ? signal.reason : connectFailure(shown, port, cause);
    await observer.failed(step, error);
    throw error;
  }
  try {
    await observer.complete(step, {});
    signal.throwIfAborted();
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

// What is to be said to the proxy, and heard from it, to have a connection to `authority`.
function makeTalk(
  handshake: Handshake,
  authority: Authority,
  proxy: ProxySettings,
  { settings: { leniency, limits }, observer }: Attempt,
): () => Promise<void> {
  if (proxy.kind === "http") return () => openTunnel(handshake, authority, proxy, { leniency, limits }, observer);
  const request = socksRequest(authority);
  const { host, effectivePort: port } = authority;
  return () =>
    observed(observer, "socks.setup_socks5_connection", { host, port }, () =>
      openSocks(handshake, request, `${host}:${port}`, proxy.credentials),
    );
}

// Runs `talk` with a proxy to its end. When it fails, or is aborted, the connection is closed.
async function shakeHands(
  handshake: Handshake,
  network: NetworkConnection,
  signal: AbortSignal,
  talk: () => Promise<void>,
): Promise<void> {
  const abort = (): void => {
    network.close();
    handshake.abort(signal.reason);
  };
  signal.addEventListener("abort", abort);
  try {
    signal.throwIfAborted();
    handshake.begin(network);
    await talk();
    handshake.finish();
  } catch (error) {
    network.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

// TLS with the origin, in what the proxy has opened.
async function startTLS(
  network: NetworkConnection,
  handshake: Handshake,
  { authority: { host, effectivePort }, servername }: Route,
  step: ConnectStep,
  relay: Relay,
  { settings: { backend, tls }, signal, observer }: Attempt,
): Promise<NetworkConnection> {
  /** What is to be closed when it goes wrong: nothing while the handshake runs, which closes by itself. */
  let open: NetworkConnection | null = network;
  try {
    await observed(observer, step, { servername }, async () => {
      signal.throwIfAborted();
      // A tracer may have held the step for long.
      handshake.checkOpen();
      if (!network.startTLS) throw noTLS(backend.runtime);
      open = null;
      try {
        open = await network.startTLS({ ...tls, servername: servername as string }, relay, signal);
      } catch (cause) {
        if (signal.aborted) throw signal.reason;
        handshake.checkEmpty();
        throw connectFailure(host, effectivePort, cause);
      }
      // What came in the clear must not be taken for the origin's.
      handshake.checkEmpty();
    });
    signal.throwIfAborted();
    return open;
  } catch (error) {
    (open as NetworkConnection | null)?.close();
    throw error;
  }
}

function noTLS(runtime: string): UnsupportedByRuntime {
  const sentence = `the network '${runtime}' cannot start TLS in what a proxy has opened`;
  return new UnsupportedByRuntime(sentence, { option: "proxy", runtime });
}
