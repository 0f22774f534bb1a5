// Between a socket and whoever is to hear of it, where that changes: when TLS is started on it. The pool has the like
// above all networks (pool/relay.ts), for when HTTP is over.

import type { NetworkReceiver } from "./network.ts";

export class Relay implements NetworkReceiver {
  target: NetworkReceiver;

  constructor(target: NetworkReceiver) {
    this.target = target;
  }

  received(octets: Uint8Array, size: number): void {
    this.target.received(octets, size);
  }

  drained(): void {
    this.target.drained();
  }

  ended(): void {
    this.target.ended();
  }

  failed(error: unknown): void {
    this.target.failed(error);
  }
}
