// A backend around a backend that counts what is done with it, and does one thing wrong.
//
// In: which operation, counted among its like, and what becomes of it; null for a network that only counts. Out: what
// there was, and what the client did that the contract of src/network/network.ts forbids. The connections are in
// faulty-connection.ts.

import { getEventListeners } from "node:events";
import { type ConnectOptions, defaultBackend, type NetworkBackend, type NetworkReceiver } from "httpcore";
import { FaultyConnection } from "./faulty-connection.ts";
import type { Kind, Operation, Stage } from "./kinds.ts";

export interface Fault {
  readonly operation: Operation;
  /** How many of the same kind came before. */
  readonly index: number;
  readonly kind: Kind;
}

/** The fault has come: in which stage, when on the clock of the client, and whether octets waited to be taken. */
export interface Hit {
  readonly stage: Stage;
  readonly moment: number;
  readonly isOwed: boolean;
}

/** What an exchange begins with; CONNECT is a proxy's. */
const REQUEST_LINE = /^(?:GET|HEAD|PUT|POST) /;

export class FaultyBackend implements NetworkBackend {
  readonly runtime = "faulty";
  readonly counts: Record<Operation, number> = { connect: 0, startTLS: 0, write: 0, read: 0, end: 0 };
  readonly complaints: string[] = [];
  readonly connections: FaultyConnection[] = [];
  stage: Stage = "setup";
  hit: Hit | null = null;
  readonly #fault: Fault | null;
  readonly #signals: AbortSignal[] = [];
  #isArmed = false;

  constructor(fault: Fault | null) {
    this.#fault = fault;
  }

  /** Counts from now on. */
  arm(): void {
    this.#isArmed = true;
    this.stage = "setup";
  }

  /** Counts no more, and does nothing wrong any more. */
  disarm(): void {
    this.#isArmed = false;
  }

  /** All operations so far. */
  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  /** Has the network below still something to do that it was asked for? */
  get isWorking(): boolean {
    return this.connections.some((connection) => connection.isWorking);
  }

  get isPaused(): boolean {
    return this.connections.some((connection) => connection.isPaused);
  }

  /** Listeners on signals of attempts to connect. */
  get listenerCount(): number {
    return this.#signals.reduce((sum, signal) => sum + getEventListeners(signal, "abort").length, 0);
  }

  /** Counts `operation`, and answers what is to go wrong with it. */
  count(operation: Operation): Kind | null {
    if (!this.#isArmed) return null;
    const index = this.counts[operation]++;
    if (operation !== this.#fault?.operation || index !== this.#fault.index) return null;
    this.hit = { stage: this.stage, moment: performance.now(), isOwed: this.isWorking };
    return this.#fault.kind;
  }

  countWrite(text: string): Kind | null {
    if (this.#isArmed && this.stage === "setup" && REQUEST_LINE.test(text)) this.stage = "exchange";
    return this.count("write");
  }

  watch(signal: AbortSignal): void {
    this.#signals.push(signal);
  }

  add(receiver: NetworkReceiver): FaultyConnection {
    const connection = new FaultyConnection(this, receiver);
    this.connections.push(connection);
    return connection;
  }

  async connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<FaultyConnection> {
    this.watch(options.signal);
    const kind = this.count("connect");
    if (kind === "refused") throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    if (kind === "stall") return stalled(options.signal);
    const connection = this.add(receiver);
    await connection.run((below) => defaultBackend.connectTcp(options, below));
    connection.breakBehind(kind);
    return connection;
  }
}

/** Rejects when `signal` aborts, and does nothing before. */
export function stalled(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
