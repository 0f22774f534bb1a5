// One exchange with one fault in the network under it, and everything that must hold behind it.
//
// In: the exchange, servers that are listening, a clock that stands still, and the fault; null for none. Out: what was
// done with the network, and complaints, in words. Time goes on only where nothing else can: behind a stall.

import { getEventListeners } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { ConnectionPool } from "httpcore";
import type { OpenWay } from "../aborts/ways.ts";
import type { VirtualClock } from "../fuzz/virtual-clock.ts";
import { allowedOutcomes } from "./allowed.ts";
import type { Caller, Exchange } from "./exchanges.ts";
import { type Fault, FaultyBackend } from "./faulty-backend.ts";
import { type Operation, type Outcome, STALLS } from "./kinds.ts";
import { watchedCounts } from "./watched.ts";

export interface Run {
  /** How often there was each operation. */
  readonly counts: Readonly<Record<Operation, number>>;
  /** Has the fault come? */
  readonly isHit: boolean;
  readonly complaints: readonly string[];
}

/** Different ones, so that it shows which one passed. */
const LIMITS = { connect: 1500, write: 2000, read: 3000, continue: 500 };
/** How long each outcome may take, behind the fault. Nothing else takes any time. */
const TIME: Partial<Record<Outcome, number>> = {
  ConnectTimeout: LIMITS.connect,
  WriteTimeout: LIMITS.write,
  ReadTimeout: LIMITS.continue + LIMITS.read,
  // The content of a refusal is not waited for any longer.
  cut: 1000,
};
/** Milliseconds of real time that something may take that nobody reports: far more than it needs. */
const PATIENCE = 5000;
/** Turns of the event loop in which everything that can still happen behind a stall has happened. */
const TURNS = 50;
const IDLE_POOL = /Requests: 0 active, 0 queued \| Connections: 0 active, (\d+) idle/;
const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";

interface Settled {
  readonly outcome: string;
  readonly text: string;
  readonly moment: number;
}

export async function run(
  exchange: Exchange,
  way: OpenWay,
  clock: VirtualClock,
  fault: Fault | null,
  reads: number,
): Promise<Run> {
  const faulty = new FaultyRun(exchange, way, clock, fault, reads);
  const unhandled = (reason: unknown): void => faulty.complain(`nobody handles the rejection with ${reason}`);
  process.on("unhandledRejection", unhandled);
  try {
    await faulty.run();
  } finally {
    process.off("unhandledRejection", unhandled);
  }
  const { backend, complaints } = faulty;
  const servers = way.servers.flatMap((server) => server.complaints.splice(0));
  return {
    counts: backend.counts,
    isHit: backend.hit !== null,
    complaints: [...complaints, ...backend.complaints, ...servers],
  };
}

class FaultyRun {
  readonly complaints: string[] = [];
  readonly backend: FaultyBackend;
  readonly #exchange: Exchange;
  readonly #way: OpenWay;
  readonly #clock: VirtualClock;
  readonly #fault: Fault | null;
  /** How many reads the exchange has without a fault. */
  readonly #reads: number;
  readonly #pool: ConnectionPool;
  readonly #controller = new AbortController();
  #settled: Settled | null = null;

  constructor(exchange: Exchange, way: OpenWay, clock: VirtualClock, fault: Fault | null, reads: number) {
    this.#exchange = exchange;
    this.#way = way;
    this.#clock = clock;
    this.#fault = fault;
    this.#reads = reads;
    this.backend = new FaultyBackend(fault);
    this.#pool = new ConnectionPool({
      ...way.options,
      maxConnections: 1,
      networkBackend: this.backend,
      timeout: LIMITS,
    });
  }

  async run(): Promise<void> {
    if (this.#exchange.before !== "nothing") await this.#pool.request("GET", `${this.#way.origin}/first`);
    await this.#call();
    this.backend.disarm();
    this.#checkOutcome();
    await this.#checkRest();
    await this.#checkNext();
    await this.#pool.close();
    await this.#checkEnd();
  }

  complain(complaint: string): void {
    this.complaints.push(complaint);
  }

  async #call(): Promise<void> {
    const { backend } = this;
    const { signal } = this.#controller;
    const caller: Caller = { pool: this.#pool, url: this.#way.origin, backend, signal, response: null };
    backend.arm();
    const settle = (outcome: string, text: string): void => {
      this.#settled = { outcome, text, moment: performance.now() };
    };
    const call = this.#exchange.call(caller).then(
      (text) => settle("fulfilled", text),
      (error: unknown) => settle(error instanceof Error ? error.name : typeof error, String(error)),
    );
    const patience = Date.now() + PATIENCE;
    let operations = 0;
    for (let turns = 0; this.#settled === null && Date.now() < patience; turns++) {
      await turn();
      if (!this.#isStalled || backend.isWorking || backend.total > operations) turns = 0;
      operations = backend.total;
      // Nothing holds a stream that is the caller's to a time but the caller.
      if (turns > TURNS && !this.#clock.goOn()) caller.response?.close();
    }
    if (this.#settled === null) this.complain(`the promise is not settled; the pool is ${this.#pool}`);
    // What hangs is to hang no longer.
    this.#controller.abort();
    await call;
    await caller.response?.close();
  }

  get #isStalled(): boolean {
    return this.backend.hit !== null && STALLS.has((this.#fault as Fault).kind);
  }

  #checkOutcome(): void {
    const { outcome, text, moment } = this.#settled as Settled;
    const { expected } = this.#exchange;
    const { hit } = this.backend;
    const isCut = outcome === "fulfilled" && text !== expected && expected.startsWith(text);
    const found = isCut ? "cut" : outcome;
    const allowed: readonly string[] =
      this.#fault && hit
        ? allowedOutcomes(this.#exchange, this.#fault, hit, this.backend.stage, this.#reads)
        : ["fulfilled"];
    if (!allowed.includes(found)) this.complain(`it is ${found}, not ${allowed.join(" or ")}: ${text.slice(0, 200)}`);
    else if (found === "fulfilled" && text !== expected) this.complain(`the answer is ${text.slice(0, 200)}`);
    const time = TIME[found as Outcome] ?? 0;
    if (hit && !this.#isStalled && moment > hit.moment) this.complain("time has passed");
    if (hit && moment - hit.moment > time && this.backend.stage !== "stream")
      this.complain(`${found} took ${moment - hit.moment} ms`);
  }

  // With the exchange over, its connection is idle or closed, and nothing else of it is left.
  async #checkRest(): Promise<void> {
    await this.#until(() => IDLE_POOL.test(String(this.#pool)), "the pool is idle or empty");
    const idle = Number(IDLE_POOL.exec(String(this.#pool))?.[1]);
    const states = this.#pool.connections.map(({ state }) => state);
    if (states.some((state) => state !== "IDLE") || states.length !== idle)
      this.complain(`connections are ${states}, but the pool is ${this.#pool}`);
    const { connections, listenerCount } = this.backend;
    await this.#until(() => connections.filter(({ isClosed }) => !isClosed).length === idle, "as many are open");
    if (connections.some(({ isBusy }) => isBusy)) this.complain("a connection holds the process");
    if (listenerCount > 0) this.complain("a listener is left on an attempt's signal");
    if (getEventListeners(this.#controller.signal, "abort").length > 0)
      this.complain("a listener is left on the signal");
    const { holding } = watchedCounts();
    if (holding > 0) this.complain(`${holding} time limits run`);
  }

  async #checkNext(): Promise<void> {
    let answer = "nothing";
    const next = this.#pool.request("GET", `${this.#way.origin}/next`);
    next.then(
      async (response) => {
        answer = await response.text();
      },
      (error) => {
        answer = String(error);
      },
    );
    await this.#until(() => answer !== "nothing");
    if (answer !== "/next") this.complain(`the next request is answered with ${answer}`);
  }

  async #checkEnd(): Promise<void> {
    if (String(this.#pool) !== EMPTY || this.#pool.connections.length > 0)
      this.complain(`the closed pool is ${this.#pool}`);
    if (this.backend.connections.some(({ isClosed }) => !isClosed)) this.complain("a connection is open");
    await this.#until(() => this.#way.servers.every(({ openCount }) => openCount === 0), "all connections are closed");
    const { all } = watchedCounts();
    if (all > 0) this.complain(`${all} time limits are watched`);
    await this.#clock.rest();
  }

  /** Waits until `condition` holds; when it does not come to that, `what` is complained about. */
  async #until(condition: () => boolean, what: string | null = null): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (!condition() && Date.now() < end) await turn();
    if (what !== null && !condition()) this.complain(`it does not come to this: ${what}; the pool is ${this.#pool}`);
  }
}
