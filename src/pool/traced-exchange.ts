// An exchange that somebody watches: every step is told to a tracer, which may hold it back (tracer.ts).
//
// Exchange and ResponseSink are the two places where everything passes. This file stands in for the one and
// tracing-sink.ts for the other, so that an exchange without a tracer does not know of any. Names of steps are httpcore's,
// those of the pool are ours.

import { ReadError } from "../errors.ts";
import type { ConnectStep } from "./connect-observer.ts";
import { Exchange, type ResponseSink } from "./exchange.ts";
import type { ExchangeState } from "./exchange-states.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";
import type { Route } from "./route.ts";
import { type Trace, Tracer } from "./tracer.ts";
import { RECEIVE_HEADERS, TracingSink } from "./tracing-sink.ts";

const WAIT = "pool.wait";
const ACQUIRE = "pool.acquire";
const SEND_HEADERS = "http11.send_request_headers";
const SEND_BODY = "http11.send_request_body";

/** Parameters of Exchange behind its sink. */
type Rest = ConstructorParameters<typeof Exchange> extends [unknown, unknown, unknown, ...infer R] ? R : never;

export class TracedExchange extends Exchange {
  readonly #tracer: Tracer;
  #isAcquired = false;
  #isRepeated = false;

  /** `shown` is the request as events show it; the others are Exchange's. */
  constructor(
    trace: Trace,
    shown: unknown,
    request: OutgoingRequest,
    route: Route,
    inner: ResponseSink,
    ...rest: Rest
  ) {
    const tracer = new Tracer(trace, shown, (error) => {
      sink.discard();
      this.breakOff(error);
    });
    const sink = new TracingSink(inner, tracer);
    super(request, route, sink, ...rest);
    sink.exchange = this;
    this.#tracer = tracer;
  }

  override get held(): Promise<void> | null {
    return this.#tracer.held;
  }

  // --- the pool, and the connection --------------------------------------------------------------------------------

  override begin(): boolean {
    this.#tracer.started(ACQUIRE);
    // The tracer may have aborted it; a connection that it got would never come back.
    return !this.isFinished && super.begin();
  }

  override enter(state: Exclude<ExchangeState, "finished">): boolean {
    const tracer = this.#tracer;
    if (this.isFinished) return false;
    if (state === "queued" || state === "connecting") this.#beginAgain();
    if (state === "queued") tracer.started(WAIT);
    else this.#acquired();
    if (state === "sending") this.#startSending();
    if (state === "receiving") {
      this.#sentHead();
      tracer.complete(SEND_BODY);
      tracer.started(RECEIVE_HEADERS);
    }
    return super.enter(state);
  }

  override awaitDrain(): void {
    this.#sentHead();
    super.awaitDrain();
  }

  override release(): void {
    if (this.isFinished) return;
    super.release();
    this.#closed();
  }

  override abandon(): void {
    if (this.isFinished) return;
    super.abandon();
    this.#tracer.allFailed(new ReadError("the response has been closed"));
    this.#closed();
  }

  override fail(error: unknown): void {
    if (this.isFinished) return;
    super.fail(error);
    this.#closed();
  }

  override aborted(): void {
    if (this.isFinished) return;
    super.aborted();
    this.#closed();
  }

  // --- ConnectObserver ---------------------------------------------------------------------------------------------

  override started(step: ConnectStep, info: object): Promise<void> | void {
    if (this.isFinished) return;
    this.#tracer.started(step, info);
    return this.held ?? undefined;
  }

  override complete(step: ConnectStep, info: object): Promise<void> | void {
    super.complete(step, info);
    this.#tracer.complete(step, info);
    return this.held ?? undefined;
  }

  override failed(step: ConnectStep, error: unknown): Promise<void> | void {
    this.#tracer.failed(step, error);
    return this.held ?? undefined;
  }

  // The connection was dead before anything came, and the request is sent again.
  #beginAgain(): void {
    if (!this.needsFreshConnection || this.#isRepeated) return;
    this.#isRepeated = true;
    this.#tracer.allFailed(new ReadError("the connection had been closed; the request is sent again"));
    this.#tracer.started(ACQUIRE);
  }

  #acquired(): void {
    this.#isAcquired = true;
    this.#tracer.complete(WAIT);
    this.#tracer.complete(ACQUIRE, this.connection);
  }

  #startSending(): void {
    this.#tracer.started(SEND_HEADERS);
    // The head goes out with what follows in this turn, or when the tracer lets it.
    Promise.resolve(this.held)
      .then(() => {})
      .then(() => this.#sentHead());
  }

  #sentHead(): void {
    if (!this.#tracer.isOpen(SEND_HEADERS)) return;
    this.#tracer.complete(SEND_HEADERS);
    this.#tracer.started(SEND_BODY);
  }

  #closed(): void {
    this.#tracer.letGo();
    if (!this.#isAcquired) return;
    for (const step of ["http11.response_closed", "pool.release"]) {
      this.#tracer.started(step);
      this.#tracer.complete(step);
    }
  }
}
