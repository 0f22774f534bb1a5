// The network of Node: node:net and node:tls (https://nodejs.org/docs/latest-v20.x/api/net.html, .../tls.html).
//
// Sockets read with `onread` into the one window they are given: no buffer and no stream machinery a read, which is a
// quarter of the cost of a small response. Sockets are half-open, so that a FIN of the peer closes nothing of ours.

import type net from "node:net";
import process from "node:process";
import { connectToFirst } from "./happy-eyeballs.ts";
import type {
  ConnectOptions,
  NetworkBackend,
  NetworkConnection,
  NetworkReceiver,
  OpenOptions,
  SocketOptions,
  TLSConnectOptions,
  UnixConnectOptions,
} from "./network.ts";
import { addressesOf } from "./node-addresses.ts";
import { countBusy, NodeConnection } from "./node-connection.ts";
import { beginTLS, checkCertificates } from "./node-tls.ts";

export const nodeBackend: NetworkBackend = {
  runtime: "node",

  check: checkCertificates,

  async connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    return connectTo(await addressesOf(options), options, receiver);
  },

  connectUnix,
};

/** Opens a socket to the first of `addresses` that answers, with TLS on it where that is wished for. */
export function connectTo(
  addresses: readonly string[],
  options: ConnectOptions,
  receiver: NetworkReceiver,
): Promise<NetworkConnection> {
  const { host, port, socket, tls, connected } = options;
  const { happyEyeballs: autoSelectFamily, localAddress } = socket;
  const manner = autoSelectFamily ? "race" : "in-turn";
  return connectToFirst(addresses, manner, options.signal, async (address, signal, stands) => {
    // `autoSelectFamily` is for a name among the addresses, which Deno may have.
    const target = { host: address, port, autoSelectFamily, localAddress: localAddress ?? undefined };
    const told = (): void => {
      stands();
      if (tls) connected?.();
    };
    return open(target, `${host} ${port}`, { ...options, signal, connected: told }, receiver, socket);
  });
}

/** Opens a Unix socket, with TLS on it where that is wished for. */
export async function connectUnix(options: UnixConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
  const { path, signal } = options;
  signal.throwIfAborted();
  const connected = options.tls ? options.connected : undefined;
  return open({ path }, path, { ...options, connected }, receiver, null);
}

/** Options of node:net and node:tls that are not used here: undefined, so that nothing on Object.prototype is taken. */
const NOT_GIVEN: object = Object.fromEntries(
  (
    "path host port localAddress localPort family hints lookup timeout signal fd handle socket secureContext pfx " +
    "secureProtocol secureOptions sigalgs crl ecdhCurve pskCallback enableTrace clientCertEngine privateKeyEngine " +
    "privateKeyIdentifier allowPartialTrustChain dhparam honorCipherOrder sessionIdContext sessionTimeout ticketKeys " +
    "requestOCSP"
  )
    .split(" ")
    .map((name) => [name, undefined]),
);

/** Opens a socket to `target`; `address` is what sessions of TLS are kept under. Calls `connected` without TLS, too. */
function open(
  target: net.NetConnectOpts,
  address: string,
  { tls: secure, window, signal, connected }: OpenOptions,
  receiver: NetworkReceiver,
  wishes: SocketOptions | null,
): Promise<NetworkConnection> {
  const options = {
    ...NOT_GIVEN,
    ...target,
    allowHalfOpen: true,
    onread: {
      buffer: window,
      callback(size: number, octets: Uint8Array) {
        receiver.received(octets, size);
        return true;
      },
    },
  };
  if (secure === null) {
    // Loaded here, as importing this package should not take the time that its first connection takes.
    const socket = process.getBuiltinModule("node:net").connect(options);
    if (connected) socket.once("connect", connected);
    return settle(socket, "connect", () => {}, receiver, signal, wishes);
  }
  const { socket, judge } = beginTLS(options, secure, address);
  if (connected) socket.once("connect", connected);
  return settle(socket, "secureConnect", judge, receiver, signal, wishes);
}

/** Resolves when `socket` has told of `openEvent` and been judged. */
function settle(
  socket: net.Socket,
  openEvent: "connect" | "secureConnect",
  judge: () => void,
  receiver: NetworkReceiver,
  signal: AbortSignal,
  wishes: SocketOptions | null,
): Promise<NetworkConnection> {
  return new Promise((resolve, reject) => {
    const abort = (): void => fail(signal.reason);
    const fail = (error: unknown): void => {
      leave();
      socket.on("error", () => {}); // what a destroyed socket still reports has nobody to go to
      socket.destroy();
      reject(error);
    };
    const leave = (): void => {
      signal.removeEventListener("abort", abort);
      socket.removeListener("error", fail);
      socket.removeListener("close", closed);
    };
    const closed = (): void => fail(new Error("the connection was closed before it was set up"));
    signal.addEventListener("abort", abort);
    socket.once("error", fail);
    socket.once("close", closed);
    socket.once(openEvent, () => {
      try {
        judge();
      } catch (error) {
        fail(error);
        return;
      }
      leave();
      // node:tls takes these two as methods only.
      if (wishes) socket.setNoDelay(wishes.noDelay);
      if (wishes && wishes.keepAlive !== null) socket.setKeepAlive(true, wishes.keepAlive);
      resolve(new NodeConnection(socket, receiver, startTLS));
    });
  });
}

async function startTLS(
  socket: net.Socket,
  options: TLSConnectOptions,
  receiver: NetworkReceiver,
  signal: AbortSignal,
): Promise<NetworkConnection> {
  // The process must not end in the middle of a handshake.
  countBusy(1);
  try {
    signal.throwIfAborted();
    const { socket: secure, judge } = beginTLS({ ...NOT_GIVEN, socket }, options, null);
    // node:tls takes no `onread` for a socket that is there already.
    secure.on("data", (octets) => receiver.received(octets, octets.length));
    return await settle(secure, "secureConnect", judge, receiver, signal, null);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    countBusy(-1);
  }
}
