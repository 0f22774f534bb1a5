// Request content on its way: pulled from its source no faster than the connection takes it.
//
// In: a request. Out: writes, one piece at a time, and the end; or the source's own error. `stop` gives the source up at once: its `return` or `cancel` is called and nothing is waited for.

import { type ContentIterator, discardContent, giveUp, toOctets } from "../content.ts";
import type { NetworkConnection } from "../network/network.ts";
import { allocate, concat, NO_OCTETS } from "../octets.ts";
import type { ClientConnection } from "../protocol/client-connection.ts";
import { NO_PIECES } from "../protocol/request-half.ts";
import { TimeLimit } from "./deadlines.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";
import type { ResolvedTimeouts } from "./timeouts.ts";

/** Large octets are written in slices of this size, so that the time limit on writing sees them go. */
const SLICE_SIZE = 65_536;

/** Pieces that may go out without a turn of the event loop. */
const PIECES_PER_TURN = 128;

/** Up to here content is copied behind the head, so that one write and one segment take both. */
const JOINED_SIZE = 16_384;

/**
 * Sends a request that needs nothing but one write: without content, or with little. `waiting`: the connection has not
 * taken all of it yet. `upload`: nothing has been sent, an Upload has to do it.
 */
export function sendAtOnce(
  { head, content, trailers }: OutgoingRequest,
  protocol: ClientConnection,
  network: NetworkConnection,
): "sent" | "waiting" | "upload" {
  if (content !== null && !(content instanceof Uint8Array && content.length <= JOINED_SIZE)) return "upload";
  if (head.facts.expectsContinue) return "upload";
  const pieces = content === null ? NO_PIECES : protocol.sendContent(content);
  const end = protocol.sendEnd(trailers?.());
  const isBare = pieces.length + end.length === 0;
  const isTaken = network.write(isBare ? head.octets : concat([head.octets, ...pieces, ...end], allocate));
  return isTaken ? "sent" : "waiting";
}

/** The exchange whose request is sent, and whose time limit on writing runs while octets wait to be taken. */
export interface Sending {
  readonly request: OutgoingRequest;
  readonly timeouts: ResolvedTimeouts;
  awaitDrain(): void;
  stopClock(): void;
}

/** Who is told how it ends. */
export interface UploadListener {
  /** The request is complete and all its octets are taken. */
  sent(): void;
  /** The source failed, or gave what cannot be sent: the connection is of no more use. */
  close(error: unknown): void;
}

export class Upload {
  readonly #exchange: Sending;
  readonly #request: OutgoingRequest;
  readonly #protocol: ClientConnection;
  readonly #network: NetworkConnection;
  readonly #listener: UploadListener;
  #iterator: ContentIterator | null = null;
  #isStopped = false;
  #hasRoom = true;
  #wake: (() => void) | null = null;
  #isContinued = false;
  #continue: () => void = () => {};

  constructor(exchange: Sending, protocol: ClientConnection, network: NetworkConnection, listener: UploadListener) {
    this.#exchange = exchange;
    this.#request = exchange.request;
    this.#protocol = protocol;
    this.#network = network;
    this.#listener = listener;
    this.#isContinued = !this.#request.head.facts.expectsContinue;
  }

  /** Sends the request, and settles when that is done or stopped. */
  async run(): Promise<void> {
    const { head, content, trailers } = this.#request;
    const isHere = content === null || content instanceof Uint8Array;
    try {
      let front = [head.octets];
      if (!isHere || !this.#isContinued) {
        await this.#write(front);
        await this.#room();
        await this.#continued();
        if (this.#isStopped) return;
        front = [];
      }
      if (isHere) {
        await this.#write([...front, ...this.#protocol.sendContent(content ?? NO_OCTETS)]);
        if (this.#isStopped) return;
        await this.#write(this.#protocol.sendEnd(trailers?.()));
      } else {
        await this.#sendSource(content.open());
      }
      // Complete it is before: a response may come while the last octets wait to be taken.
      await this.#room();
      if (!this.#isStopped) this.#listener.sent();
    } catch (error) {
      if (this.#isStopped) return;
      this.stop();
      this.#listener.close(error);
    }
  }

  /** The connection has taken all octets. */
  drained(): void {
    this.#hasRoom = true;
    const wake = this.#wake;
    this.#wake = null;
    if (wake) this.#exchange.stopClock();
    wake?.();
  }

  /** The server wants the content: 100 (Continue) has come. */
  proceed(): void {
    this.#isContinued = true;
    this.#continue();
  }

  /** Sends no more. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#continue();
    this.#wake?.();
    giveUp(this.#iterator);
    discardContent(this.#request.content);
  }

  // Not without bound: a server that does not know the expectation will not answer it (RFC 9110 section 10.1.1).
  async #continued(): Promise<void> {
    if (this.#isContinued || this.#isStopped) return;
    const proceeding = new Promise<void>((resolve) => {
      this.#continue = resolve;
    });
    const limit = new TimeLimit(this.#exchange.timeouts.continue, this.#continue);
    await proceeding;
    limit.lift();
  }

  async #sendSource(iterator: ContentIterator): Promise<void> {
    this.#iterator = iterator;
    for (let count = 1; !this.#isStopped; count++) {
      // A source that never lets us wait must not keep everybody else waiting: timers and signals among them.
      if (count % PIECES_PER_TURN === 0) await this.#turn();
      await this.#room();
      if (this.#isStopped) return;
      const { done, value } = await iterator.next();
      if (this.#isStopped) return;
      if (done) {
        this.#iterator = null;
        await this.#write(this.#protocol.sendEnd(this.#request.trailers?.()));
        return;
      }
      await this.#write(this.#protocol.sendContent(toOctets(value)));
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#network.settle) this.#network.settle(resolve);
      else setTimeout(resolve);
    });
  }

  async #write(pieces: readonly Uint8Array[]): Promise<void> {
    const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (size === 0) return;
    if (size <= SLICE_SIZE) {
      if (!this.#hasRoom) await this.#room();
      if (this.#isStopped) return;
      this.#hasRoom =
        pieces.length === 1 ? this.#network.write(pieces[0] as Uint8Array) : this.#network.writeAll(pieces);
      return;
    }
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; at += SLICE_SIZE) {
        if (!this.#hasRoom) await this.#room();
        if (this.#isStopped) return;
        this.#hasRoom = this.#network.write(piece.subarray(at, at + SLICE_SIZE));
      }
    }
  }

  // Until the network has taken what it was given.
  async #room(): Promise<void> {
    if (this.#hasRoom || this.#isStopped) return;
    this.#exchange.awaitDrain();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
