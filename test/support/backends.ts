// Networks for what real peers cannot be made to do on demand: a connection that is never set up, and one whose octets
// are taken when the test says so.

import {
  type ConnectOptions,
  defaultBackend,
  type NetworkBackend,
  type NetworkConnection,
  type NetworkReceiver,
} from "httpcore";

/** Connections are never set up; an abort rejects, as it must. */
export class HangingBackend implements NetworkBackend {
  readonly runtime = "hanging";
  /** One for each attempt, in order. */
  readonly signals: AbortSignal[] = [];

  connectTcp({ signal }: ConnectOptions): Promise<NetworkConnection> {
    this.signals.push(signal);
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  }
}

/** The real network, with a gate in front of each connection that the test opens. */
export class GatedBackend implements NetworkBackend {
  readonly runtime = "gated";
  readonly #gates: (() => void)[] = [];

  /** Attempts that wait. */
  get waiting(): number {
    return this.#gates.length;
  }

  /** Lets the attempt that has waited for longest go on. */
  letOneIn(): void {
    this.#gates.shift()?.();
  }

  async connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    await new Promise<void>((resolve) => this.#gates.push(resolve));
    return defaultBackend.connectTcp(options, receiver);
  }
}

/** The real network, whose connections are handed over only once the server has said something, or closed. */
export class LateBackend implements NetworkBackend {
  readonly runtime = "late";
  readonly #event: "received" | "ended";

  constructor(event: "received" | "ended") {
    this.#event = event;
  }

  async connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    let connection: NetworkConnection | null = null;
    await new Promise<void>((resolve, reject) => {
      const watching: NetworkReceiver = {
        received: (octets, size) => {
          receiver.received(octets, size);
          if (this.#event === "received") resolve();
        },
        ended: () => {
          receiver.ended();
          if (this.#event === "ended") resolve();
        },
        drained: () => receiver.drained(),
        failed: (error) => receiver.failed(error),
      };
      defaultBackend.connectTcp(options, watching).then((opened) => {
        connection = opened;
      }, reject);
    });
    if (connection === null) throw new Error("octets came on a connection that was not open");
    return connection;
  }
}

/** The real network, but for the first attempts, which go where nobody listens. */
export class RefusingBackend implements NetworkBackend {
  readonly runtime = "refusing";
  #refusals: number;

  constructor(refusals: number) {
    this.#refusals = refusals;
  }

  connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    return defaultBackend.connectTcp(this.#refusals-- > 0 ? { ...options, port: 1 } : options, receiver);
  }
}

/** A connection in the hands of the test: what is written is kept, what is read is played by calling `receiver`. */
export class ManualConnection implements NetworkConnection {
  readonly receiver: NetworkReceiver;
  written = "";
  isPaused = false;
  isBusy = false;
  isClosed = false;
  /** What `write` answers: false says that the octets wait, until the test calls `receiver.drained()`. */
  takesOctets = true;

  constructor(receiver: NetworkReceiver) {
    this.receiver = receiver;
  }

  write(octets: Uint8Array): boolean {
    this.written += Buffer.from(octets).toString("latin1");
    return this.takesOctets;
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    for (const piece of pieces) this.write(piece);
    return this.takesOctets;
  }

  /** The server sends `text`. */
  play(text: string): void {
    const octets = Buffer.from(text, "latin1");
    this.receiver.received(octets, octets.length);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  busy(): void {
    this.isBusy = true;
  }

  idle(): void {
    this.isBusy = false;
  }

  close(): void {
    this.isClosed = true;
  }

  getExtraInfo(): undefined {
    return undefined;
  }
}

/** Hands out ManualConnections, prepared by `prepare`. */
export class ManualBackend implements NetworkBackend {
  readonly runtime = "manual";
  readonly connections: ManualConnection[] = [];
  readonly #prepare: (connection: ManualConnection) => void;

  constructor(prepare: (connection: ManualConnection) => void = () => {}) {
    this.#prepare = prepare;
  }

  async connectTcp(_options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    const connection = new ManualConnection(receiver);
    this.#prepare(connection);
    this.connections.push(connection);
    return connection;
  }
}
