// What goes over the wire underneath TLS: a relay in front of a TLS server keeps every octet and can cut the connection
// without TLS knowing. It knows the frame of a TLS record (RFC 8446 section 5.1) and none of its content.

import { once } from "node:events";
import net from "node:net";
import { onTestFinished } from "vitest";

/** Content types of TLS records. */
export const ALERT = 21;
export const APPLICATION_DATA = 23;

export interface Relay {
  readonly port: number;
  /** The sockets of the clients. */
  readonly sockets: net.Socket[];
  /** Every octet that the first client sent. */
  fromClient(): Buffer;
  /** Resolves when the first client has closed its side. */
  readonly gone: Promise<void>;
}

/** A relay to `port` that ends with the test. */
export async function relayTo(port: number): Promise<Relay> {
  const sockets: net.Socket[] = [];
  const octets: Buffer[] = [];
  let leave: () => void = () => {};
  const gone = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const listener = net.createServer((client) => {
    const isFirst = sockets.push(client) === 1;
    const onward = net.connect(port, "127.0.0.1");
    client.on("error", () => onward.destroy());
    onward.on("error", () => client.destroy());
    client.on("data", (piece) => {
      if (isFirst) octets.push(piece);
    });
    client.on("end", leave);
    client.on("close", leave);
    client.pipe(onward).pipe(client);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  onTestFinished(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = listener.address() as net.AddressInfo;
  return { port: address.port, sockets, fromClient: () => Buffer.concat(octets), gone };
}

/** The content types of the records in `octets`, which must be records and nothing else. */
export function recordTypes(octets: Buffer): number[] {
  const types: number[] = [];
  for (let at = 0; at < octets.length; ) {
    if (octets.length - at < 5) throw new Error(`${octets.length - at} octets are no TLS record`);
    types.push(octets.readUInt8(at));
    at += 5 + octets.readUInt16BE(at + 3);
    if (at > octets.length) throw new Error("a TLS record is cut");
  }
  return types;
}
