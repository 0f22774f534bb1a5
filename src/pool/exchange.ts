// One request on its way and its response coming back: who waits for it, how long, and where it stands.
//
//   queued ──> connecting ──> sending ──> receiving ──> finished
//
// The pool and the connection move it along; whoever issued it is told through a ResponseSink. An exchange ends once,
// by its last octet, an error, a time limit or an abort, and leaves no listener and no watched time behind.

import { discardContent } from "../content.ts";
import { ConnectTimeout, locate, TotalTimeout } from "../errors.ts";
import type { BorrowedContent, ResponseEvent } from "../protocol/events.ts";
import type { HeaderList } from "../protocol/header-list.ts";
import type { Limits } from "../protocol/limits.ts";
import { type Abortable, unwatchSignal, watchSignal } from "./abort-signals.ts";
import type { ConnectObserver, ConnectStep } from "./connect-observer.ts";
import { now, unwatch, type Watched, watch } from "./deadlines.ts";
import { EXPIRY, type ExchangeState, limitOf } from "./exchange-states.ts";
import { ExchangeTimes } from "./exchange-times.ts";
import { Linked } from "./linked-list.ts";
import type { NetworkStream } from "./network-stream.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";
import type { Route } from "./route.ts";
import type { ResolvedTimeouts } from "./timeouts.ts";

/** Who takes the response. Calls come in this order: informational*, head, content*, end; or fail at any time, once. */
export interface ResponseSink {
  /** An interim response. What it throws fails the exchange. */
  informational(head: ResponseEvent): void;
  head(head: ResponseEvent): void;
  /** In place of `head`, and the last call but `fail` and `abort`: HTTP is over, the connection is the caller's. */
  switched(head: ResponseEvent, stream: NetworkStream): void;
  /** A piece of content, valid during the call. False: no more for now, until `exchange.resume()`. */
  content(piece: BorrowedContent): boolean;
  /** The response is complete. The connection stays with the exchange until `exchange.release()`. */
  end(trailers: HeaderList): void;
  fail(error: unknown): void;
  /** The caller has aborted, for `reason`; in place of `fail`. */
  abort(reason: unknown): void;
}

/** What the exchange needs of the connection that serves it. */
export interface ServingConnection {
  readonly isPaused: boolean;
  /** Null where the connection was there. */
  readonly connecting: { isRepeatedAfter(error: ConnectTimeout): boolean } | null;
  resume(): void;
  /** The exchange is over and its content used: the connection may serve the next. */
  release(): void;
  /** The exchange is given up: the connection cannot serve another. */
  abandon(): void;
}

/** What the exchange needs of the pool that it was given to. */
export interface ServingPool {
  /** Takes the exchange out of the queue, or off the connection that is being opened for it. */
  withdraw(exchange: Exchange): void;
}

/** What of the times a step of connecting is the end of. */
const CONNECT_TIMES: Partial<Record<ConnectStep, "connect" | "tls">> = {
  "connection.connect_tcp": "connect",
  "connection.connect_unix_socket": "connect",
  "socks.connect_tcp": "connect",
  "connection.start_tls": "tls",
  "proxy.start_tls": "tls",
  "socks.start_tls": "tls",
};

export class Exchange extends Linked<Exchange> implements Watched, Abortable, ConnectObserver {
  readonly request: OutgoingRequest;
  readonly route: Route;
  readonly sink: ResponseSink;
  readonly limits: Readonly<Limits>;
  readonly timeouts: ResolvedTimeouts;
  dueAt = Infinity;
  watchIndex = -1;
  abortIndex = -1;
  /** Place among all that ever had to wait for a connection. */
  arrival = 0;
  connection: ServingConnection | null = null;
  /** Set for the one repetition after a reused connection turned out dead: it takes no idle connection again. */
  needsFreshConnection = false;
  readonly #signal: AbortSignal | null;
  readonly #pool: ServingPool;
  readonly startedAt = now();
  /** Null until it is served first: many may wait, and each octet of them counts then. */
  times: ExchangeTimes | null = null;
  #state: ExchangeState = "queued";
  /** Does the present state's own time limit run? */
  #isTimed = false;

  /** The caller has made sure that `signal` is not aborted. */
  constructor(
    request: OutgoingRequest,
    route: Route,
    sink: ResponseSink,
    pool: ServingPool,
    timeouts: ResolvedTimeouts,
    limits: Readonly<Limits>,
    signal: AbortSignal | null,
  ) {
    super();
    this.request = request;
    this.route = route;
    this.sink = sink;
    this.limits = limits;
    this.#pool = pool;
    this.timeouts = timeouts;
    this.#signal = signal;
    if (signal) watchSignal(signal, this);
  }

  get holdsProcess(): boolean {
    return true;
  }

  get state(): ExchangeState {
    return this.#state;
  }

  get isFinished(): boolean {
    return this.#state === "finished";
  }

  /** Resolves when the next step may be taken, or the exchange has failed; null: now. */
  get held(): Promise<void> | null {
    return null;
  }

  // --- ConnectObserver --------------------------------------------------------------------------------------------

  started(_step: ConnectStep, _info: object): Promise<void> | void {}

  complete(step: ConnectStep, _info: object): Promise<void> | void {
    const time = CONNECT_TIMES[step];
    if (time && this.times) this.times[time] = now() - this.startedAt;
  }

  failed(_step: ConnectStep, _error: unknown): Promise<void> | void {}

  // --- ServingConnection and ServingPool --------------------------------------------------------------------------

  /** It gets a connection at `moment`; another one when it is sent again, and nothing of the first counts then. */
  assigned(moment: number): void {
    this.times = new ExchangeTimes();
    this.times.queued = moment - this.startedAt;
  }

  /** To be called first of all. False when it is over already: there is no time at all, or a tracer has ended it. */
  begin(): boolean {
    if (this.timeouts.total <= 0) this.expire();
    return !this.isFinished;
  }

  /** Enters `state` at `moment`: its time limit starts. False when that is 0 already: the exchange has failed then. */
  enter(state: Exclude<ExchangeState, "finished">, moment?: number): boolean {
    if (this.#state === "finished") return false;
    this.#state = state;
    const limit = limitOf(this.timeouts, state);
    // A limit of 0 fails now where something new is needed; where octets are, those that have come get their chance.
    if (limit === 0 && (state === "queued" || state === "connecting")) {
      this.expire();
      return false;
    }
    // While there is no write outstanding, sending has no limit: the connection calls `awaitDrain` when there is.
    this.#limit(state === "sending" ? Infinity : limit, moment);
    return true;
  }

  /** The request has been sent, at `moment`. */
  sent(moment = now()): void {
    if (this.#state !== "sending") return;
    if (this.times) this.times.requestSent = moment - this.startedAt;
    this.enter("receiving", moment);
  }

  /** Octets came, at `moment`. */
  heard(moment: number): void {
    if (this.times) this.times.firstByte ??= moment - this.startedAt;
  }

  /** What has come is not all: the time limit on reading starts anew, now, as the caller may have used some time up. */
  progress(): void {
    if (this.#isTimed && this.#state === "receiving") this.#limit(this.timeouts.read);
  }

  /** Octets wait for the peer to take them. */
  awaitDrain(): void {
    if (this.#state === "sending") this.#limit(this.timeouts.write);
  }

  /** No octets wait any more, and the request is not complete: the time is the caller's own. */
  stopClock(): void {
    this.#limit(Infinity);
  }

  /** The caller takes content again. */
  resume(): void {
    if (this.#state !== "receiving" || !this.connection?.isPaused) return;
    this.#limit(this.timeouts.read);
    this.connection.resume();
  }

  /** The response has been used up: the connection goes back, or is closed where it cannot be used again. */
  release(): void {
    if (this.#finish()) this.connection?.release();
  }

  /** Gives the exchange up; the sink is not told, as it is the sink that calls. */
  abandon(): void {
    if (this.#finish()) this.#leave();
  }

  /** The exchange has failed; the connection, if it has one, is closed by whoever calls. */
  fail(error: unknown): void {
    const phase = this.#state === "finished" ? undefined : EXPIRY[this.#state][3];
    if (!this.#finish()) return;
    discardContent(this.request.content);
    this.sink.fail(phase ? locate(error, this.request.authority.origin, phase) : error);
  }

  /** The whole response has come, at `moment`: no limit runs any more, whatever the caller does with it. */
  hasCome(moment: number): void {
    if (this.times) this.times.end = moment - this.startedAt;
    this.#limit(Infinity);
    unwatch(this);
  }

  /** A time limit has passed. */
  expire(): void {
    if (this.#state === "finished") return;
    const [name, ErrorClass, sentence] = EXPIRY[this.#state];
    const total = this.timeouts.total;
    const error =
      this.startedAt + total <= now()
        ? new TotalTimeout(`the exchange took longer than timeout.total (${total} ms)`)
        : new ErrorClass(`${sentence} within timeout.${name} (${this.timeouts[name]} ms)`);
    if (error instanceof ConnectTimeout && this.connection?.connecting?.isRepeatedAfter(error)) {
      this.stopClock();
      return;
    }
    this.breakOff(error);
  }

  /** The exchange fails with `error`, and leaves its connection or the queue. */
  breakOff(error: unknown): void {
    if (this.#state === "finished") return;
    this.fail(error);
    this.#leave();
  }

  /** The signal has aborted. */
  aborted(): void {
    if (!this.#finish()) return;
    this.#leave();
    discardContent(this.request.content);
    this.sink.abort(this.#signal?.reason);
  }

  #leave(): void {
    if (this.connection) this.connection.abandon();
    else this.#pool.withdraw(this);
  }

  // From `moment` on: the clock is not asked twice for what has just come.
  #limit(milliseconds: number, moment?: number): void {
    this.#isTimed = milliseconds !== Infinity;
    const dueAt = this.#isTimed ? (moment ?? now()) + milliseconds : Infinity;
    const latest = this.dueAt;
    this.dueAt = Math.min(dueAt, this.startedAt + this.timeouts.total);
    if (this.dueAt < latest) watch(this);
  }

  #finish(): boolean {
    if (this.#state === "finished") return false;
    this.#state = "finished";
    unwatch(this);
    if (this.#signal) unwatchSignal(this.#signal, this);
    return true;
  }
}
