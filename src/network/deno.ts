// The network of Deno (2.8 and later): TCP by its Node compatibility (node.ts), TLS by Deno's own API
// (https://docs.deno.com/api/deno/network) where that does what is wished, else by node:tls on a stream (deno-tunnel.ts).
//
// Deno's own API against node.ts unchanged, under a whole ConnectionPool, Deno 2.9.6, medians of the ratios of ten rounds
// on two cores that were busy with other work, so that a tenth means little:
//
//   |                                   | speed | CPU time |
//   | TCP, small exchanges, 50 at once  |  0.90 |     1.09 |
//   | TCP, 256 MiB                      |  0.77 |     1.03 |
//   | TLS, small exchanges, 50 at once  |  1.02 |     0.97 |
//   | TLS, 256 MiB                      |  1.28 |     0.76 |
//
// So TCP is the compatibility's. TLS is Deno's own, which also tells a connection that was cut from one that was ended, and
// stops reading when it is told to. Sockets of Deno's node:tls do not: 256 MiB that nobody read were all in memory. So
// where node:tls is needed it gets a stream, which can be stopped, at about 1.7 times its CPU time for small exchanges.

import { DenoConnection } from "./deno-connection.ts";
import { afterPoll } from "./deno-event-loop.ts";
import { startTLSOn } from "./deno-tunnel.ts";
import { connectToFirst } from "./happy-eyeballs.ts";
import type {
  ConnectOptions,
  NetworkBackend,
  NetworkConnection,
  NetworkReceiver,
  OpenOptions,
  TLSConnectOptions,
  UnixConnectOptions,
} from "./network.ts";
import { connectTo, connectUnix } from "./node.ts";
import { addressesOf } from "./node-addresses.ts";
import { ALPN_PROTOCOLS, checkALPN, checkCertificates, refuseOldTLS } from "./node-tls.ts";
import { Relay } from "./relay.ts";

/**
 * What TCP connections read into, all of them the same: four times the codec's window, as a read costs so much here that
 * downloads are a third faster for it.
 */
const READ_WINDOW = new Uint8Array(262_144);

const RUNTIME = "deno";

export const denoBackend: NetworkBackend = {
  runtime: RUNTIME,

  check(tls: Omit<TLSConnectOptions, "servername">): void {
    refuseOldTLS(tls, RUNTIME);
    checkCertificates(tls);
  },

  async connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    const { tls } = options;
    const relay = new Relay(receiver);
    const addresses = await addressesFor(options);
    if (tls !== null && isWithinDeno(options, tls)) {
      return upgradable(await connectTLS(addresses, options, tls, relay), relay);
    }
    const plain = await connectTo(addresses, { ...options, tls: null, window: READ_WINDOW }, relay);
    return withTLS(plain, relay, options, receiver);
  },

  async connectUnix(options: UnixConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    const relay = new Relay(receiver);
    const plain = await connectUnix({ ...options, tls: null, window: READ_WINDOW }, relay);
    return withTLS(plain, relay, options, receiver);
  },
};

// Where Deno may only reach certain hosts it has to be given their names, and chooses among their addresses itself.
async function addressesFor(options: ConnectOptions): Promise<readonly string[]> {
  const { host, signal, socket } = options;
  signal.throwIfAborted();
  const mayReachAll = Deno.permissions.querySync({ name: "net" }).state === "granted";
  return mayReachAll || socket.resolve !== null ? addressesOf(options) : [host];
}

// `plain`, which tells `relay`, with the TLS that is wished for on it.
async function withTLS(
  plain: NetworkConnection,
  relay: Relay,
  { tls, signal, connected }: OpenOptions,
  receiver: NetworkReceiver,
): Promise<NetworkConnection> {
  plain.settle = afterPoll;
  if (tls === null) return upgradable(plain, relay);
  connected?.();
  const turning = new Relay(receiver);
  return upgradable(await startTLSOn(plain, relay, tls, turning, signal), turning);
}

// TLS can be started on any connection, also on one that has TLS already.
function upgradable(connection: NetworkConnection, relay: Relay): NetworkConnection {
  connection.startTLS = async (options, receiver, signal) => {
    refuseOldTLS(options, RUNTIME);
    const turning = new Relay(receiver);
    return upgradable(await startTLSOn(connection, relay, options, turning, signal), turning);
  };
  return connection;
}

// Deno's own TLS always verifies; it adds certificates to those it trusts, and does not take them instead; it takes an
// empty name for one that is not given, which is 127.0.0.1; it tells nothing of the peer's certificate, and takes neither
// a client's nor versions on a connection that is there; and its sockets have no delay of keep-alive probes,
// and no address that they come from.
function isWithinDeno({ socket }: ConnectOptions, tls: TLSConnectOptions): boolean {
  const { ca, cert, pinnedCertificates, minVersion, maxVersion, verify, servername } = tls;
  const { keepAlive, localAddress } = socket;
  const asksForNothing = [ca, cert, pinnedCertificates, minVersion, maxVersion, keepAlive, localAddress].every(
    (option) => option === null,
  );
  return asksForNothing && verify && servername !== "";
}

// In two steps, as `Deno.connectTls` heeds no signal, and verifies no other name than that of the host. What Deno reads of
// options is all given, so that nothing on Object.prototype is taken.
async function connectTLS(
  addresses: readonly string[],
  { port, socket, signal, connected }: ConnectOptions,
  { servername, alpnProtocols }: TLSConnectOptions,
  receiver: NetworkReceiver,
): Promise<NetworkConnection> {
  signal.throwIfAborted();
  let open: Deno.Conn | null = null;
  const abort = (): void => close(open);
  signal.addEventListener("abort", abort);
  try {
    const { happyEyeballs: autoSelectFamily } = socket;
    const manner = autoSelectFamily ? "race" : "in-turn";
    const plain = await connectToFirst(addresses, manner, signal, async (hostname, signal, stands) => {
      const wishes = { transport: "tcp", port, autoSelectFamily, autoSelectFamilyAttemptDelay: undefined } as const;
      const connection = await Deno.connect({ ...wishes, hostname, signal });
      if (signal.aborted) {
        close(connection);
        throw signal.reason;
      }
      stands();
      return connection;
    });
    open = plain;
    signal.throwIfAborted();
    plain.setNoDelay(socket.noDelay);
    connected?.();
    const secure = await Deno.startTls(plain, {
      hostname: servername,
      alpnProtocols: alpnProtocols ?? ALPN_PROTOCOLS,
      caCerts: [],
      unsafelyDisableHostnameVerification: false,
    });
    open = secure;
    signal.throwIfAborted();
    const { alpnProtocol } = await secure.handshake();
    signal.throwIfAborted();
    checkALPN(alpnProtocol);
    return new DenoConnection(secure, receiver, { alpn: alpnProtocol });
  } catch (error) {
    close(open);
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function close(conn: Deno.Conn | null): void {
  try {
    conn?.close();
  } catch {
    // it has been closed, or belongs to the TLS on it
  }
}
