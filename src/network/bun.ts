// The network of Bun (1.4 or later): connections of every kind take Bun's node:net and node:tls, through the network of
// Node; only the buffer that reads go into is another.
//
// Bun's own sockets (Bun.connect) were built as a network and measured against it (Bun 1.4.5, Linux x64, two shared
// cores, ratios within one run). They are not used, as each kind of connection would lose something:
//
// - Connecting cannot be aborted. An attempt that nobody wants any more stays open until the system gives it up, about
//   two minutes later where nobody answers, and keeps the process alive for so long.
// - The addresses of a name are all tried at once: for `localhost` a server on both families saw two connections of a
//   single attempt. RFC 8305 section 5 wants one behind the other, and `happyEyeballs: false` wants only the first.
// - A paused connection that the peer resets hands over what it has, and the failure, without being resumed.
// - With TLS the attempt has succeeded before the certificate has been looked at.
//
// What it costs: nothing that could be measured with small exchanges on 50 connections (1.74 times as many as Bun's fetch,
// with Bun's own sockets 1.56 to 1.73); a download of 256 MiB, at 1.1 times the speed of fetch, takes 5 to 30 % more CPU
// time than with Bun's own sockets, which got to 1.1 to 1.7 times.

import { copyOf } from "../octets.ts";
import type { ConnectOptions, NetworkBackend, NetworkConnection, NetworkReceiver } from "./network.ts";
import { nodeBackend } from "./node.ts";
import { Relay } from "./relay.ts";

/**
 * What Bun reads in one go, at most. Into a smaller buffer it goes slice by slice, and a caller that reads a download as
 * it comes has the socket stopped between them: the codec's window of 64 KiB costs 5 to 25 % more CPU time.
 */
const READ_SIZE = 524_288;
let window: Uint8Array | null = null;

export const bunBackend: NetworkBackend = {
  runtime: "bun",

  async connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    window ??= new Uint8Array(READ_SIZE);
    const relay = new Relay(receiver);
    const connection = await nodeBackend.connectTcp({ ...options, window }, relay);
    const { startTLS } = connection;
    connection.startTLS = (...parameters) => {
      const socket = connection.getExtraInfo("raw") as Emitting;
      relay.target = "encrypted" in socket ? emitterOf(socket) : NOBODY;
      return (startTLS as NonNullable<typeof startTLS>).apply(connection, parameters);
    };
    return connection;
  },
};

/** What is needed of a socket of node:net. */
interface Emitting {
  emit(event: "data", octets: Uint8Array): unknown;
}

/** TLS on a socket of TLS waits for its `data` events, of which there are none where octets go to a buffer (`onread`). */
function emitterOf(socket: Emitting): NetworkReceiver {
  return { ...NOBODY, received: (octets, size) => socket.emit("data", copyOf(octets, 0, size)) };
}

/** Up to 1.4.2, Bun tells a socket that TLS has been started on of every record that comes, as it came. */
const NOBODY: NetworkReceiver = { received() {}, drained() {}, ended() {}, failed() {} };
