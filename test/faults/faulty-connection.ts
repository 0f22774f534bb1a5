// A connection around a connection, with which one operation goes wrong.
//
// In: what the client asks for, and what the network below tells. Out: the same, until the fault; then what a broken
// network would do. Reads that are cut are handed over one by one, each in a turn of its own, and never while the client
// has paused them, or has not asked for more.

import { setImmediate as turn } from "node:timers/promises";
import type { NetworkConnection, NetworkReceiver, TLSConnectOptions } from "httpcore";
import { type FaultyBackend, stalled } from "./faulty-backend.ts";
import type { Kind } from "./kinds.ts";

/** Octets that are written, or read, one by one before the rest goes at once. */
const SINGLE_OCTETS = 100;

export class FaultyConnection implements NetworkConnection {
  isBusy = false;
  isClosed = false;
  readonly #backend: FaultyBackend;
  readonly #receiver: NetworkReceiver;
  #below: NetworkConnection | null = null;
  /** Nothing that comes is told any more. */
  #isDeaf = false;
  /** Nothing that is written leaves, or is taken, any more. */
  #isMute = false;
  /** Nothing is told to be taken any more. */
  #isSilent = false;
  #isOpening = false;
  /** The network below has octets that it has not taken. */
  #isOwed = false;
  #isPaused = false;
  #isLent = false;
  readonly #deliveries: (() => void)[] = [];
  #isPumping = false;
  /** Octets on their way to the network below. */
  #passing: Promise<void> | null = null;

  constructor(backend: FaultyBackend, receiver: NetworkReceiver) {
    this.#backend = backend;
    this.#receiver = receiver;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Is the network below to do something yet? */
  get isWorking(): boolean {
    return !this.isClosed && (this.#isOpening || this.#passing !== null || this.#isOwed);
  }

  async run(open: (receiver: NetworkReceiver) => Promise<NetworkConnection>): Promise<void> {
    this.#isOpening = true;
    try {
      this.#below = await open({
        received: (octets, size) => this.#received(octets, size),
        drained: () => this.#drained(),
        ended: () => this.#ended(),
        failed: (error) => {
          if (!this.#isDeaf) this.#deliver(() => this.#receiver.failed(error));
        },
      });
    } catch (error) {
      this.isClosed = true;
      throw error;
    } finally {
      this.#isOpening = false;
    }
  }

  /** The peer has gone by now. */
  breakBehind(kind: Kind | null): void {
    if (kind === "reset behind") this.#reset("read");
    else if (kind === "FIN behind") this.#finish();
  }

  // --- NetworkConnection ------------------------------------------------------------------------------------------

  write(octets: Uint8Array): boolean {
    return this.writeAll([octets]);
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    if (this.isClosed) this.#backend.complaints.push("a connection is written to that is closed");
    const octets = Buffer.concat(pieces);
    const kind = this.#backend.countWrite(octets.subarray(0, 9).toString("latin1"));
    if (this.#isMute) return false;
    const half = octets.length >> 1;
    switch (kind) {
      case null:
        return this.#pass(pieces);
      case "reset":
      case "reset within":
        if (kind === "reset within") this.#pass([octets.subarray(0, half)]);
        setImmediate(() => this.#reset("write"));
        break;
      case "FIN":
        queueMicrotask(() => this.#finish());
        this.#isMute = true;
        return true;
      case "stall within":
        this.#pass([octets.subarray(0, half)]);
        break;
      case "never drained":
        this.#pass(pieces);
        this.#isSilent = true;
        return false;
      case "octet by octet":
        this.#passLater(octets, SINGLE_OCTETS);
        return false;
      case "nothing at first":
        this.#passLater(octets, 0);
        return false;
    }
    this.#isMute = true;
    return false;
  }

  settle(callback: () => void): void {
    this.#network.settle?.(() => this.#deliver(callback));
  }

  async startTLS(
    options: TLSConnectOptions,
    receiver: NetworkReceiver,
    signal: AbortSignal,
  ): Promise<NetworkConnection> {
    const backend = this.#backend;
    backend.watch(signal);
    const kind = backend.count("startTLS");
    this.isBusy = false;
    if (kind !== null) {
      this.close();
      if (kind === "stall") return stalled(signal);
      throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    }
    this.isClosed = true;
    const secure = backend.add(receiver);
    await secure.run(
      (below) => this.#network.startTLS?.(options, below, signal) ?? Promise.reject(new Error("no TLS")),
    );
    return secure;
  }

  end(): void {
    this.#network.end?.();
  }

  lend(): void {
    this.#isLent = true;
    this.#network.lend?.();
  }

  pause(): void {
    this.#isPaused = true;
    this.#network.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#deliveries.length > 0) this.#pump();
    else this.#network.resume();
  }

  busy(): void {
    this.isBusy = true;
    this.#network.busy();
  }

  idle(): void {
    this.isBusy = false;
    this.#network.idle();
  }

  close(): void {
    this.isClosed = true;
    this.isBusy = false;
    this.#below?.close();
  }

  getExtraInfo(key: string): unknown {
    return this.#network.getExtraInfo(key);
  }

  // --- what comes -------------------------------------------------------------------------------------------------

  #received(octets: Uint8Array, size: number): void {
    const kind = this.#backend.count("read");
    if (this.#isDeaf) return;
    switch (kind) {
      case "reset":
        this.#reset("read");
        return;
      case "FIN":
        this.#finish();
        return;
      case "stall":
        this.#isDeaf = true;
        return;
      case "octet by octet":
        for (let at = 0; at < Math.min(size, SINGLE_OCTETS); at++) this.#hand(octets.slice(at, at + 1));
        if (size > SINGLE_OCTETS) this.#hand(octets.slice(SINGLE_OCTETS, size));
        return;
      case "nothing at first":
        this.#receiver.received(octets, 0);
    }
    if (this.#deliveries.length === 0) this.#receiver.received(octets, size);
    else this.#hand(octets.slice(0, size));
    this.breakBehind(kind);
  }

  #ended(): void {
    const kind = this.#backend.count("end");
    if (this.#isDeaf) return;
    if (kind === "reset") this.#reset("read");
    else if (kind === "stall") this.#isDeaf = true;
    else this.#deliver(() => this.#receiver.ended());
  }

  #finish(): void {
    if (this.#isDeaf || this.isClosed) return;
    this.#isDeaf = true;
    this.#receiver.ended();
  }

  #reset(call: "read" | "write"): void {
    if (this.#isDeaf || this.isClosed) return;
    this.#isDeaf = true;
    this.#isMute = true;
    this.close();
    this.#receiver.failed(Object.assign(new Error(`${call} ECONNRESET`), { code: "ECONNRESET" }));
  }

  #hand(octets: Uint8Array): void {
    this.#deliver(() => this.#receiver.received(octets, octets.length), "in a turn of its own");
  }

  #deliver(delivery: () => void, when: "at once" | "in a turn of its own" = "at once"): void {
    if (when === "at once" && this.#deliveries.length === 0) delivery();
    else {
      this.#deliveries.push(delivery);
      this.#pump();
    }
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (await null; this.#deliveries.length > 0 && !this.#isPaused && !this.isClosed; await null) {
      // Of what is lent one delivery is asked for at a time.
      if (this.#isLent) this.#isPaused = true;
      this.#deliveries[0]?.();
      this.#deliveries.shift();
    }
    this.#isPumping = false;
  }

  // --- what goes --------------------------------------------------------------------------------------------------

  #pass(pieces: readonly Uint8Array[]): boolean {
    if (this.#passing) {
      this.#passLater(Buffer.concat(pieces), 0);
      return false;
    }
    const isTaken = this.#network.writeAll(pieces);
    this.#isOwed = !isTaken;
    return isTaken && !this.#isSilent;
  }

  // The first `singles` octets one by one, the rest at once, all of it behind what is on its way.
  #passLater(octets: Uint8Array, singles: number): void {
    const before = this.#passing;
    const pass = async (): Promise<void> => {
      await before;
      await turn();
      const cut = Math.min(singles, octets.length);
      let isTaken = true;
      for (let at = 0; at < cut && !this.isClosed; at++) {
        isTaken = this.#network.write(octets.subarray(at, at + 1));
        await null;
      }
      if (cut < octets.length && !this.isClosed) isTaken = this.#network.write(octets.subarray(cut));
      // More has been put behind it.
      if (this.#passing !== passing) return;
      this.#passing = null;
      this.#isOwed = !isTaken;
      if (isTaken && !this.isClosed) this.#receiver.drained();
    };
    const passing = pass();
    this.#passing = passing;
  }

  #drained(): void {
    this.#isOwed = false;
    if (!this.#isMute && !this.#isSilent && !this.#passing) this.#receiver.drained();
  }

  get #network(): NetworkConnection {
    return this.#below as NetworkConnection;
  }
}
