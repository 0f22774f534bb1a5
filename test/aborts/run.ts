// One exchange over real sockets that is disturbed at one moment, and everything that must hold behind it.
//
// In: the way, what the caller does, what disturbs it and when. Out: the steps that there were, and complaints, in words.
// Runs are made one after the other, as what the process has open is part of what is looked at.

import { getEventListeners } from "node:events";
import { ConnectionPool, HTTPCoreError, PoolClosed, type RequestOptions, type Response } from "httpcore";
import { RefusingBackend } from "../support/backends.ts";
import { MOMENTS, type Moment, type Step, Steps } from "./steps.ts";
import { answerTo, contentFor, originFor, Source, TARGET, type Use } from "./uses.ts";
import { type OpenWay, openWay, type WayName } from "./ways.ts";

export type Disturbance = "abort" | "pool.close()" | "response.close()";

/** When the exchange is disturbed: about a step, or so many turns of the event loop and microtasks behind the call. */
export type When =
  | { readonly step: Pick<Step, "name" | "occurrence">; readonly moment: Moment }
  | { readonly turns: number; readonly microtasks: number };

export interface Disturbed {
  readonly by: Disturbance;
  readonly when: When;
}

export interface Run {
  readonly steps: readonly Step[];
  readonly complaints: readonly string[];
}

/** How long something may take that nobody reports: far more than it needs. */
const PATIENCE = 5000;
/** Turns of the event loop that the test runner may need for timers of its own. */
const TURNS = 200;
/** The step from which on an exchange is over, and what disturbs it comes too late. */
const OVER = "http11.response_closed.started";
/** The step from which on all has come: it may be read, whatever happens to pool and connection. */
const COME = "http11.receive_response_body.complete";
const IDLE_POOL = /Requests: 0 active, 0 queued \| Connections: 0 active, (\d+) idle/;
const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";

/** For requests that are not looked at. */
const UNTRACED = { extensions: { trace: () => {} } };

type Outcome = { readonly kind: "fulfilled" } | { readonly kind: "rejected"; readonly error: unknown };

export async function run(wayName: WayName, use: Use, disturbed: Disturbed | null): Promise<Run> {
  const steps = new Steps();
  let releaseHalf = (): void => {};
  const secondHalf = new Promise<void>((resolve) => {
    releaseHalf = resolve;
  });
  const way = await openWay(wayName, originFor(use, steps, secondHalf));
  const exchange = new DisturbedExchange(use, way, disturbed, steps, releaseHalf);
  process.on("unhandledRejection", exchange.unhandled);
  try {
    await exchange.run();
  } finally {
    process.off("unhandledRejection", exchange.unhandled);
    for (const server of way.servers) server.close();
  }
  return {
    steps: steps.list,
    complaints: [...exchange.complaints, ...way.servers.flatMap((server) => server.complaints)],
  };
}

class DisturbedExchange {
  readonly complaints: string[] = [];
  readonly unhandled = (reason: unknown): void => this.#complain(`nobody handles the rejection with ${reason}`);
  readonly #use: Use;
  readonly #way: OpenWay;
  readonly #disturbed: Disturbed | null;
  readonly #steps: Steps;
  /** Has the origin send the second half of its answer. */
  readonly #releaseHalf: () => void;
  readonly #pool: ConnectionPool;
  readonly #controller = new AbortController();
  readonly #reason = new Error("enough");
  readonly #content: Source | Uint8Array | null;
  #response: Response | null = null;
  /** What `close` of pool or response has returned. */
  #closing: Promise<void> | null = null;
  #isDisturbed = false;
  /** What has disturbed the exchange before it was over. */
  #effective: Disturbance | null = null;
  /** Had all of the response come by then? */
  #hadCome = false;
  #outcome: Outcome | null = null;
  #timersBefore = 0;

  constructor(use: Use, way: OpenWay, disturbed: Disturbed | null, steps: Steps, releaseHalf: () => void) {
    this.#use = use;
    this.#way = way;
    this.#disturbed = disturbed;
    this.#steps = steps;
    this.#releaseHalf = releaseHalf;
    this.#content = contentFor(use, steps);
    this.#pool = new ConnectionPool({
      ...way.options,
      maxConnections: 1,
      retries: use.refusals,
      networkBackend: new RefusingBackend(use.refusals),
      ...(use.tracer === "none" ? {} : { trace: (event: string) => steps.mark(event) }),
    });
  }

  async run(): Promise<void> {
    const before = resources();
    this.#timersBefore = before.get("Timeout") ?? 0;
    const holder = await this.#prepare();
    this.#awaitMoment();
    const call = this.#call();
    if (holder) await this.#until(() => / 1 queued/.test(String(this.#pool)) || this.#outcome !== null);
    await turn();
    await holder?.read().catch(() => {});
    await this.#until(() => this.#outcome !== null, "the promise is settled");
    // What hangs is to hang no longer.
    this.#controller.abort(this.#reason);
    await call;
    await this.#until(() => this.#isDisturbed || this.#disturbed === null, "the moment comes");
    await this.#closing;
    this.#steps.end();
    this.#checkOutcome();
    await this.#checkRest();
    await this.#checkNext();
    await this.#pool.close();
    await this.#checkEnd(before);
  }

  // What is on the pool before; the response that is in the way, if there is one.
  async #prepare(): Promise<Response | null> {
    const { before } = this.#use;
    const origin = before === "elsewhere" ? this.#way.origin.replace("127.0.0.1", "127.0.0.2") : this.#way.origin;
    if (before === "busy") return this.#pool.stream("GET", `${origin}/first`, UNTRACED);
    if (before !== "nothing") await this.#pool.request("GET", `${origin}/first`, UNTRACED);
    return null;
  }

  #awaitMoment(): void {
    if (!this.#disturbed) return;
    const { by, when } = this.#disturbed;
    const disturb = (): void => this.#disturb(by);
    if ("step" in when) this.#steps.await(when.step, () => MOMENTS[when.moment](disturb));
    else passed(when.turns, when.microtasks).then(disturb);
  }

  #disturb(by: Disturbance): void {
    // Whoever closes a response gets no more of it, even if all has come.
    const isLate = by !== "response.close()" && (this.#steps.has(OVER) || this.#outcome !== null);
    this.#isDisturbed = true;
    this.#hadCome = this.#steps.has(COME);
    if (!isLate) this.#effective = by;
    if (by === "abort") this.#controller.abort(this.#reason);
    else if (by === "pool.close()") this.#closing = this.#pool.close();
    else if (this.#response) this.#closing = this.#response.close();
  }

  async #call(): Promise<void> {
    const { how, method } = this.#use;
    try {
      const response = await this.#pool[how](method, this.#way.origin + TARGET, this.#options());
      this.#response = response;
      this.#steps.hasResponse = true;
      this.#steps.mark("caller.response");
      const content = how === "request" ? await response.text() : await this.#read(response);
      if (content !== answerTo(this.#use)) this.#complain(`the answer is ${content}`);
      await response.close();
      this.#outcome = { kind: "fulfilled" };
    } catch (error) {
      this.#outcome = { kind: "rejected", error };
    }
    this.#releaseHalf();
  }

  async #read(response: Response): Promise<string> {
    let content = "";
    for await (const piece of response.iterStream()) {
      content += Buffer.from(piece).toString();
      this.#steps.mark("caller.read");
      this.#releaseHalf();
    }
    this.#steps.mark("caller.end");
    return content;
  }

  #options(): RequestOptions {
    const { how, expects, tracer } = this.#use;
    if (how === "request") this.#releaseHalf();
    const hold = tracer === "holds" ? turn : () => {};
    const trace = (event: string): void | Promise<void> => {
      this.#steps.mark(event);
      return hold();
    };
    return {
      signal: this.#controller.signal,
      content: this.#content,
      headers: expects === "continue" ? { Expect: "100-continue" } : {},
      extensions: tracer === "none" ? {} : { trace },
    };
  }

  // --- what must hold ---------------------------------------------------------------------------------------------

  #checkOutcome(): void {
    if (this.#outcome === null) return;
    const error = this.#outcome.kind === "rejected" ? this.#outcome.error : null;
    const by = this.#effective;
    const mayFail = by !== null && by !== "abort" && error instanceof HTTPCoreError;
    // Without a tracer it is not known whether a disturbance came too late.
    const mayBeLate = this.#use.tracer === "none" || (by === "pool.close()" && this.#hadCome);
    const mayFulfil = by === null || by === "response.close()" || mayBeLate;
    const isRight = error === null ? mayFulfil : mayFail || (by === "abort" && error === this.#reason);
    if (!isRight) this.#complain(error === null ? "the call is fulfilled" : `the call is rejected with ${error}`);
  }

  // With the exchange over, its connection is idle or closed, and nothing else of it is left.
  async #checkRest(): Promise<void> {
    const { signal } = this.#controller;
    await this.#until(() => IDLE_POOL.test(String(this.#pool)), "the pool is idle or empty");
    await this.#until(
      () => this.#way.servers.every(({ openCount }) => openCount === this.#idleCount()),
      "as many are open",
    );
    const states = this.#pool.connections.map(({ state }) => state);
    if (states.some((state) => state !== "IDLE") || states.length !== this.#idleCount()) {
      this.#complain(`connections are ${states}, but the pool is ${this.#pool}`);
    }
    if (getEventListeners(signal, "abort").length > 0) this.#complain("a listener is left on the signal");
    const content = this.#content;
    if (content instanceof Source)
      await this.#until(() => content.state === "ended" || content.state === "given up", "the source is given up");
    // Timers would be gone by themselves with time.
    for (let turns = 0; turns < TURNS && timerCount() > this.#timersBefore; turns++) await turn();
    if (timerCount() > this.#timersBefore) this.#complain("a timer is left");
  }

  #idleCount(): number {
    return Number(IDLE_POOL.exec(String(this.#pool))?.[1]);
  }

  async #checkNext(): Promise<void> {
    const isClosed = this.#isDisturbed && this.#disturbed?.by === "pool.close()";
    const { extensions } = UNTRACED;
    const options = { extensions: { ...extensions, timeout: { total: PATIENCE } } };
    try {
      const response = await this.#pool.request("GET", `${this.#way.origin}/next`, options);
      const content = await response.text();
      if (isClosed || content !== "GET /next 0") this.#complain(`the next request is answered with ${content}`);
    } catch (error) {
      if (!(isClosed && error instanceof PoolClosed)) this.#complain(`the next request is rejected with ${error}`);
    }
  }

  async #checkEnd(before: ReadonlyMap<string, number>): Promise<void> {
    if (String(this.#pool) !== EMPTY || this.#pool.connections.length > 0) {
      this.#complain(`the closed pool is ${this.#pool}`);
    }
    await this.#until(() => this.#way.servers.every(({ openCount }) => openCount === 0), "all connections are closed");
    const isAsBefore = (): boolean => [...resources()].every(([name, count]) => count <= (before.get(name) ?? 0));
    await this.#until(isAsBefore, "the process has nothing open");
    await turn();
  }

  /** Waits until `condition` holds; when it does not come to that, `what` is complained about. */
  async #until(condition: () => boolean, what: string | null = null): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!condition() && performance.now() < end) await turn();
    if (what !== null && !condition()) this.#complain(`it does not come to this: ${what}; the pool is ${this.#pool}`);
  }

  #complain(complaint: string): void {
    this.complaints.push(complaint);
  }
}

/** What keeps the process alive, by name. */
function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) counts.set(name, (counts.get(name) ?? 0) + 1);
  // Turns of the event loop that this file waits for.
  counts.delete("Immediate");
  return counts;
}

function timerCount(): number {
  return resources().get("Timeout") ?? 0;
}

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function passed(turns: number, microtasks: number): Promise<void> {
  for (let i = 0; i < turns; i++) await turn();
  for (let i = 0; i < microtasks; i++) await null;
}
