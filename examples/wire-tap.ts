// A network that listens in: it hands everything on to another NetworkBackend and notes what passes.
//
// In: the calls of a pool. Out: the same calls on the inner network, and a Tapping with the octets of both directions.
// Octets are copied, since what a receiver is given is valid only until it returns; of a long run only the beginning
// is kept, and the rest is counted. It knows nothing of HTTP.

import type { ConnectOptions, NetworkBackend, NetworkConnection, NetworkReceiver } from "httpcore";

/** Octets of one direction that are kept; more than any head, and more than anybody wants to see printed. */
const KEPT_SIZE = 8192;

/** What went in one direction. */
export class Run {
  /** All octets, kept or not. */
  size = 0;
  readonly #pieces: Uint8Array[] = [];
  #room = KEPT_SIZE;

  add(octets: Uint8Array): void {
    this.size += octets.length;
    const kept = octets.slice(0, this.#room);
    this.#room -= kept.length;
    if (kept.length > 0) this.#pieces.push(kept);
  }

  /** The beginning. */
  get octets(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

/** What was noted since the last look. */
export interface Tapping {
  readonly sent: Run;
  readonly received: Run;
  /** Connections that were opened, and that this side closed. */
  opened: number;
  closed: number;
}

export class WireTap implements NetworkBackend {
  readonly runtime: string;
  readonly #inner: NetworkBackend;
  #tapping = newTapping();

  constructor(inner: NetworkBackend) {
    this.#inner = inner;
    this.runtime = inner.runtime;
  }

  /** What was noted since the last call. */
  take(): Tapping {
    const tapping = this.#tapping;
    this.#tapping = newTapping();
    return tapping;
  }

  async connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    const connection = await this.#inner.connectTcp(options, {
      received: (octets, size) => {
        this.#tapping.received.add(octets.subarray(0, size));
        receiver.received(octets, size);
      },
      drained: () => receiver.drained(),
      ended: () => receiver.ended(),
      failed: (error) => receiver.failed(error),
    });
    this.#tapping.opened++;
    return {
      write: (octets) => {
        this.#tapping.sent.add(octets);
        return connection.write(octets);
      },
      writeAll: (pieces) => {
        for (const piece of pieces) this.#tapping.sent.add(piece);
        return connection.writeAll(pieces);
      },
      pause: () => connection.pause(),
      resume: () => connection.resume(),
      busy: () => connection.busy(),
      idle: () => connection.idle(),
      close: () => {
        this.#tapping.closed++;
        connection.close();
      },
      getExtraInfo: (key) => connection.getExtraInfo(key),
    };
  }
}

function newTapping(): Tapping {
  return { sent: new Run(), received: new Run(), opened: 0, closed: 0 };
}
