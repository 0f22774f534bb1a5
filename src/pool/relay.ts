// Between a network connection and whoever is to hear of it: the HTTP connection first, and once HTTP is over on it the
// network stream.

import type { NetworkReceiver } from "../network/network.ts";

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
