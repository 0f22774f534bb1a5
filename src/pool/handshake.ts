// The talk with a proxy that goes before a connection through it: octets are asked for, one answer behind the other.
//
// In: what the network tells while the handshake lasts. Out: octets, as many as are asked for. Everything that ends the
// talk (the proxy closes, the connection breaks, an abort) reaches whoever waits. It refuses to know any protocol.

import { RemoteProtocolError } from "../errors.ts";
import type { NetworkConnection, NetworkReceiver } from "../network/network.ts";
import { concat, copyOf, NO_OCTETS, printable } from "../octets.ts";
import { connectFailure } from "./failures.ts";

/** Octets that may wait to be asked for: more than any handshake has. */
const MAX_WAITING = 65_536;

/** What follows the handshake. The connection is left paused where that is nothing more than octets. */
export type Purpose = "plain" | "tls";

export class Handshake implements NetworkReceiver {
  /** `127.0.0.1:3128`: what messages call the proxy. */
  readonly proxyName: string;
  readonly #host: string;
  readonly #port: number;
  readonly #purpose: Purpose;
  #network: NetworkConnection | null = null;
  #octets: Uint8Array = NO_OCTETS;
  #hasEnded = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => {};

  constructor(host: string, port: number, purpose: Purpose) {
    this.#host = host;
    this.#port = port;
    this.#purpose = purpose;
    this.proxyName = `${host}:${port}`;
  }

  /** Has the proxy closed its side? */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The connection stands; it keeps the process alive until `finish`. */
  begin(network: NetworkConnection): void {
    this.#network = network;
    // No more is read than is asked for: where TLS follows, no read may be under way when it starts.
    if (this.#purpose === "tls") network.lend?.();
    network.busy();
  }

  send(octets: Uint8Array): void {
    if (this.#failure) throw this.#failure.error;
    this.#network?.write(octets);
  }

  /** All octets that have come and not been taken, at least one; null when the proxy has closed its side. */
  async next(): Promise<Uint8Array | null> {
    await this.#until(1);
    const octets = this.#octets;
    this.#octets = NO_OCTETS;
    return octets.length > 0 ? octets : null;
  }

  /** The next `size` octets. Rejects with RemoteProtocolError when the proxy closes before they have come. */
  async take(size: number): Promise<Uint8Array> {
    await this.#until(size);
    const octets = this.#octets;
    if (octets.length < size) {
      const sentence = `the proxy ${this.proxyName} closed the connection within its reply`;
      throw new RemoteProtocolError(sentence, { reason: "incomplete-proxy-reply" });
    }
    this.#octets = octets.subarray(size);
    return octets.subarray(0, size);
  }

  /** The handshake is over. @throws RemoteProtocolError when more has come than its replies */
  finish(): void {
    this.#network?.idle();
    this.checkEmpty();
    if (this.#failure) throw this.#failure.error;
  }

  /** @throws ConnectError when the proxy has gone since: nobody would answer what follows */
  checkOpen(): void {
    if (this.#hasEnded) this.failed(new Error("it closed the connection behind its reply"));
    if (this.#failure) throw this.#failure.error;
  }

  /** @throws RemoteProtocolError when there are `octets` behind the handshake: who is to be spoken to has not spoken yet */
  checkEmpty(octets: Uint8Array = this.#octets): void {
    if (octets.length === 0) return;
    const sentence = `the proxy ${this.proxyName} sent ${printable(octets)} behind its reply`;
    throw new RemoteProtocolError(sentence, { reason: "unasked-for-octets" });
  }

  /** Ends the talk: whoever waits, and all that follows, fails with `reason`. The connection is closed by who calls. */
  abort(reason: unknown): void {
    this.#failure ??= { error: reason };
    this.#wake();
  }

  received(octets: Uint8Array, size: number): void {
    this.#octets = concat([this.#octets, copyOf(octets, 0, size)]);
    if (this.#purpose === "plain" || this.#octets.length > MAX_WAITING) this.#network?.pause();
    this.#wake();
  }

  drained(): void {}

  ended(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  failed(cause: unknown): void {
    this.abort(connectFailure(`the proxy ${this.#host}`, this.#port, cause));
  }

  // Until `size` octets wait, or no more will come. A proxy may refuse and break the connection in one: what it said counts.
  async #until(size: number): Promise<void> {
    while (this.#octets.length < size) {
      if (this.#failure) throw this.#failure.error;
      if (this.#hasEnded) return;
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#network?.resume();
      await woken;
    }
  }
}
