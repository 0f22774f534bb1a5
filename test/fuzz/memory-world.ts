// A network in memory: connections to servers that follow a script, with a clock of its own. Nothing takes time, so that
// many thousand scripts are played in a minute, and each plays the same way again.
//
// It is as hard on its user as the contract (src/network/network.ts) allows: reads lie in the shared window or in arrays
// of their own, and are written over as soon as the receiver has returned; nothing is called back within a call; and it
// notes what the contract forbids: writing on what is closed, and octets changed before they were taken.

import type { ConnectOptions, NetworkBackend, NetworkConnection, NetworkReceiver } from "httpcore";
import { octets, text } from "../octets.ts";
import { requestEnd } from "../support/request-end.ts";
import type { ConnectionScript } from "./exchange-script.ts";
import { playServer, type ServerSide } from "./exchange-server.ts";
import { VirtualClock } from "./virtual-clock.ts";
import type { World } from "./world.ts";

/** What a server's script is left with when the client has gone. */
class ClientHasGone extends Error {}

export class MemoryWorld implements World, NetworkBackend {
  readonly runtime = "memory";
  readonly backend = this;
  readonly #clock = new VirtualClock();
  readonly #uninstall: () => void;
  #scripts: readonly ConnectionScript[];
  readonly #connections: MemoryConnection[] = [];
  readonly #complaints: string[] = [];
  #attempts = 0;

  constructor(scripts: readonly ConnectionScript[]) {
    this.#scripts = scripts;
    this.#uninstall = this.#clock.install();
  }

  origin(host: "a" | "b"): string {
    return `http://${host}.example`;
  }

  after(time: number, callback: () => void): void {
    this.#clock.after(time, callback);
  }

  sleep(time: number): Promise<void> {
    return this.#clock.sleep(time);
  }

  rest(): Promise<void> {
    return this.#clock.rest();
  }

  stalls(): string[] {
    return this.#connections.flatMap((connection) => connection.stalls());
  }

  complaints(): string[] {
    const open = this.#connections.filter((connection) => !connection.isClosed);
    return [...this.#complaints, ...open.map((connection) => `connection ${connection.index} is open`)];
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await this.#clock.rest().finally(this.#uninstall);
  }

  /** The servers close all connections, and follow `script` on those to come. */
  startAgain(script: ConnectionScript): void {
    this.#scripts = [script];
    for (const connection of this.#connections) connection.end();
  }

  async connectTcp({ signal, window }: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    signal.throwIfAborted();
    const index = this.#attempts++;
    const script = this.#scripts[index % this.#scripts.length] as ConnectionScript;
    if (script.connect === "refused") throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    if (script.connect !== "at once") {
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        if (script.connect === "late") this.after(3, resolve);
      });
    }
    const connection = new MemoryConnection(index, script, receiver, window, this.#clock, this.#complaints);
    this.#connections.push(connection);
    return connection;
  }
}

type Delivery = Uint8Array | "fin" | "reset" | (() => void);

class MemoryConnection implements NetworkConnection, ServerSide {
  readonly index: number;
  isClosed = false;
  readonly #receiver: NetworkReceiver;
  readonly #window: Uint8Array;
  readonly #clock: VirtualClock;
  readonly #complaints: string[];
  readonly #isSlow: boolean;
  readonly #deliveries: Delivery[] = [];
  /** Octets that the server has, and where its next request starts. */
  #received = "";
  #taken = 0;
  #wake: (() => void)[] = [];
  /** Octets written and not taken yet, with a copy each, to see that they stay as they are. */
  #waiting: { octets: Uint8Array; copy: string }[] = [];
  /** The client waits to be told that all has been taken. */
  #owesDrain = false;
  #isClogged = false;
  #isPaused = false;
  #isPumping = false;
  #hasEnded = false;
  #hasToldEnd = false;

  constructor(
    index: number,
    script: ConnectionScript,
    receiver: NetworkReceiver,
    window: Uint8Array,
    clock: VirtualClock,
    complaints: string[],
  ) {
    this.index = index;
    this.#receiver = receiver;
    this.#window = window;
    this.#clock = clock;
    this.#complaints = complaints;
    this.#isSlow = script.writes === "slow";
    playServer(this, script, clock.sleep).catch((error) => {
      if (!(error instanceof ClientHasGone)) complaints.push(String(error));
    });
  }

  // --- NetworkConnection ------------------------------------------------------------------------------------------

  write(given: Uint8Array): boolean {
    return this.writeAll([given]);
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    if (this.isClosed) this.#complaints.push(`connection ${this.index} is written to when it is closed`);
    // A request that was answered before it was taken may be followed by another; content must wait.
    const isContent = !/^[A-Z]+ \//.test(text(pieces[0] ?? new Uint8Array(0)));
    if (this.#owesDrain && isContent) this.#complaints.push(`connection ${this.index}: content does not wait`);
    for (const octets of pieces) this.#waiting.push({ octets, copy: text(octets) });
    const isTaken = !this.#isClogged && !this.#isSlow;
    if (!isTaken) this.#owesDrain = true;
    if (this.#isSlow) this.#clock.after(1, () => this.#take());
    else queueMicrotask(() => this.#take());
    return isTaken;
  }

  settle(callback: () => void): void {
    this.#deliver(this.#isSlow ? () => this.#clock.after(1, callback) : callback);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#pump();
  }

  busy(): void {}

  idle(): void {}

  close(): void {
    this.isClosed = true;
    this.#notify();
  }

  getExtraInfo(): undefined {
    return undefined;
  }

  stalls(): string[] {
    if (this.isClosed) return [];
    const stalls: string[] = [];
    if (this.#isPaused) stalls.push(`connection ${this.index} is paused, but everything is being read`);
    if (this.#hasToldEnd) stalls.push(`connection ${this.index} is open, but the server has closed it`);
    return stalls;
  }

  // --- ServerSide -------------------------------------------------------------------------------------------------

  get hasGone(): boolean {
    return this.isClosed;
  }

  async request(): Promise<string> {
    for (let end = requestEnd(this.#received, this.#taken); ; end = requestEnd(this.#received, this.#taken)) {
      if (end === null) await this.#more();
      else {
        const request = this.#received.slice(this.#taken, end);
        this.#taken = end;
        return request;
      }
    }
  }

  async begun(): Promise<void> {
    while (this.#received.length === this.#taken) await this.#more();
  }

  send(piece: string): void {
    const { length } = this.#window;
    for (let at = 0; at < piece.length; at += length) this.#deliver(octets(piece.slice(at, at + length)));
  }

  end(): void {
    if (!this.#hasEnded) this.#deliver("fin");
    this.#hasEnded = true;
  }

  reset(): void {
    this.#hasEnded = true;
    this.#deliver("reset");
  }

  clog(): void {
    this.#isClogged = true;
  }

  unclog(): void {
    this.#isClogged = false;
    queueMicrotask(() => this.#take());
  }

  // --- between the two --------------------------------------------------------------------------------------------

  #take(): void {
    if (this.isClosed || this.#isClogged || this.#waiting.length === 0) return;
    for (const { octets, copy } of this.#waiting) {
      if (text(octets) !== copy)
        this.#complaints.push(`connection ${this.index}: octets changed before they were taken`);
      this.#received += copy;
    }
    this.#waiting = [];
    this.#notify();
    if (!this.#owesDrain) return;
    this.#owesDrain = false;
    this.#receiver.drained();
  }

  #deliver(delivery: Delivery): void {
    this.#deliveries.push(delivery);
    this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    // A delivery in a turn of its own, as reads of a socket are.
    for (await null; this.#deliveries.length > 0 && !(this.#isPaused && !this.isClosed); await null) {
      this.#hand(this.#deliveries.shift() as Delivery);
    }
    this.#isPumping = false;
  }

  #hand(delivery: Delivery): void {
    if (typeof delivery === "function") delivery();
    else if (this.isClosed) return;
    else if (delivery === "fin") {
      this.#hasToldEnd = true;
      this.#receiver.ended();
    } else if (delivery === "reset") {
      this.isClosed = true;
      this.#notify();
      this.#receiver.failed(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
    } else {
      const size = delivery.length;
      const given = size % 2 === 0 ? this.#window : delivery;
      given.set(delivery);
      this.#receiver.received(given, size);
      given.fill(0x2a, 0, size);
    }
  }

  async #more(): Promise<void> {
    if (this.isClosed) throw new ClientHasGone();
    await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}
