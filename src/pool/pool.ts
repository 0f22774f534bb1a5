// The connections and the queue: what there is, and who gets it.
//
// Decisions are made by assignment.ts; here they are carried out. Every change of state is synchronous: between two
// awaits of anybody the counts are right. Who waits is in waiting-room.ts. Idle connections are kept oldest first, over
// all routes and within each.

import { PoolClosed, ReadError } from "../errors.ts";
import { type Assignment, assign, type PoolView } from "./assignment.ts";
import type { ConnectionOwner } from "./connection-owner.ts";
import { now, unwatch, type Watched, watch } from "./deadlines.ts";
import type { DialSettings } from "./dial.ts";
import type { Exchange, ServingPool } from "./exchange.ts";
import { HTTPConnection } from "./http-connection.ts";
import { LinkedList } from "./linked-list.ts";
import { type Trace, Tracer } from "./tracer.ts";
import { RouteState, WaitingRoom } from "./waiting-room.ts";

/** What a pool is made with; every field has been checked. */
export interface PoolSettings extends DialSettings {
  readonly maxConnections: number;
  readonly maxConnectionsPerOrigin: number;
  readonly maxKeepaliveConnections: number;
  /** Milliseconds. */
  readonly keepaliveExpiry: number;
  readonly trace: Trace | null;
}

/** Closing a little before the server does spares a request that would meet a dead connection. */
const SERVER_TIMEOUT_MARGIN = 1000;

/**
 * Idle for longer than this, a connection is looked at once more before it is used: milliseconds. For a request that
 * cannot be repeated it always is, as a FIN may have come right behind the response before.
 */
const SETTLED_AFTER = 5;

export class Pool implements ConnectionOwner<HTTPConnection>, ServingPool, Watched {
  /** When the first idle connection expires, as far as is known. */
  dueAt = Infinity;
  watchIndex = -1;
  readonly holdsProcess = false;
  readonly #settings: PoolSettings;
  readonly #connections = new Set<HTTPConnection>();
  readonly #routes = new Map<string, RouteState>();
  readonly #idle = new LinkedList<HTTPConnection>();
  readonly #waiting: WaitingRoom;
  /** What a decision is made on; one object, as there is one decision at a time. */
  readonly #view: PoolView;
  #isClosed = false;
  /** Are those that wait being served? */
  #isServing = false;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    const { maxConnections: max, maxConnectionsPerOrigin: maxOnRoute } = settings;
    this.#waiting = new WaitingRoom(maxOnRoute);
    this.#view = { usable: 0, idleOnRoute: 0, idle: 0, onRoute: 0, total: 0, maxOnRoute, max };
  }

  get connections(): HTTPConnection[] {
    return [...this.#connections];
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** `[Requests: 2 active, 1 queued | Connections: 2 active, 0 idle]` */
  describe(): string {
    // Each connection that is not idle has one exchange, from the moment it is opened for it.
    const active = this.#connections.size - this.#idle.size;
    return `[Requests: ${active} active, ${this.#waiting.size} queued | Connections: ${active} active, ${this.#idle.size} idle]`;
  }

  /** Sees to it that `exchange` is served, now or when its turn comes. */
  submit(exchange: Exchange): void {
    const hasBegun = !this.#isClosed && exchange.begin();
    // Asked again: a tracer that hears of the beginning may close the pool.
    if (this.#isClosed) exchange.fail(poolClosed());
    else if (hasBegun && !this.#serveAtOnce(exchange)) {
      this.#waiting.push(this.#routeAt(exchange.route.key), exchange);
      exchange.enter("queued");
    }
  }

  /** Fails everything that is under way, closes everything, and takes no more. Idempotent. */
  close(): void {
    this.#isClosed = true;
    unwatch(this);
    for (const route of [...this.#routes.values()]) {
      for (const exchange of route.queue.toArray()) {
        this.#waiting.remove(route, exchange);
        exchange.fail(poolClosed());
      }
    }
    for (const connection of this.#connections) {
      connection.close(new ReadError("the connection pool has been closed"));
    }
  }

  /** Closes the idle connections whose time is over. */
  expire(): void {
    const moment = now();
    this.dueAt = Infinity;
    for (const connection of this.#idle.toArray()) {
      if (connection.expiresAt <= moment) connection.close(null);
      else this.dueAt = Math.min(this.dueAt, connection.expiresAt);
    }
    if (this.#idle.size === 0) unwatch(this);
  }

  // --- ServingPool ------------------------------------------------------------------------------------------------

  withdraw(exchange: Exchange): void {
    const route = this.#routeAt(exchange.route.key);
    this.#waiting.remove(route, exchange);
    this.#forgetIfUnused(route);
  }

  // --- ConnectionOwner --------------------------------------------------------------------------------------------

  becameIdle(connection: HTTPConnection, serverTimeout: number): void {
    const { keepaliveExpiry, maxKeepaliveConnections } = this.#settings;
    const expiry = Math.min(keepaliveExpiry, Math.max(serverTimeout - SERVER_TIMEOUT_MARGIN, 0));
    connection.expiresAt = connection.idleSince + expiry;
    this.#idle.push(connection);
    const route = this.#routeAt(connection.routeKey);
    route.idle.push(connection);
    this.#waiting.update(route);
    this.#serveWaiting();
    if (!this.#idle.has(connection)) return;
    if (expiry === 0) connection.close(null);
    else if (this.#idle.size > maxKeepaliveConnections) this.#longestIdle().close(null);
    else if (connection.expiresAt < this.dueAt) {
      this.dueAt = connection.expiresAt;
      watch(this);
    }
  }

  mayRepeat(exchange: Exchange): boolean {
    return !this.#isClosed && !exchange.needsFreshConnection && exchange.request.isRepeatable;
  }

  wasClosed(connection: HTTPConnection, repeated: Exchange | null): void {
    const route = this.#routeAt(connection.routeKey);
    this.#connections.delete(connection);
    if (this.#idle.remove(connection)) route.idle.splice(route.idle.indexOf(connection), 1);
    route.count--;
    if (repeated) {
      // It had its turn: it goes in front of all that wait, and takes the place that has just become free.
      repeated.needsFreshConnection = true;
      this.#waiting.unshift(route, repeated);
    }
    this.#waiting.update(route);
    this.#forgetIfUnused(route);
    this.#serveWaiting();
    if (repeated && route.queue.has(repeated)) repeated.enter("queued");
    // Last: a request that the tracer makes must not overtake those that waited for the place.
    this.#tellClosed(connection);
  }

  // Nobody's exchange waits for it, so what the tracer returns or throws has nobody to go to.
  #tellClosed(connection: HTTPConnection): void {
    const { trace } = this.#settings;
    if (!trace) return;
    const tracer = new Tracer(trace, null, () => {});
    tracer.started("connection.close", { connection });
    tracer.complete("connection.close");
  }

  // --- assignment -------------------------------------------------------------------------------------------------

  // Those that wait do so because they cannot be served, so nobody is overtaken.
  #serveAtOnce(exchange: Exchange): boolean {
    const moment = exchange.startedAt;
    this.#closeExpired(this.#routeAt(exchange.route.key), moment);
    // Anew, as a route without connections is forgotten.
    return this.#serve(exchange, this.#routeAt(exchange.route.key), moment);
  }

  // Serves all that can be served, first come first; one whose route is full does not hold up the others.
  #serveWaiting(): void {
    // Serving one may free what it got: the next turn of the loop sees to that, as the stack has no room for thousands.
    if (this.#isServing || this.#waiting.size === 0) return;
    this.#isServing = true;
    try {
      this.#serveAllWaiting();
    } finally {
      this.#isServing = false;
    }
  }

  #serveAllWaiting(): void {
    const moment = now();
    while (this.#idle.size > 0 || this.#connections.size < this.#settings.maxConnections) {
      const route = this.#waiting.first;
      if (!route) return;
      const exchange = route.queue.first as Exchange;
      this.#closeExpired(route, moment);
      // A tracer hears of the closing, and may have ended it.
      if (route.queue.first === exchange) this.#serve(exchange, route, moment);
    }
  }

  // Serves `exchange`, which waits no more then, or answers that it has to.
  #serve(exchange: Exchange, route: RouteState, moment: number): boolean {
    const idleOnRoute = route.idle.length;
    const view = this.#view;
    view.usable = exchange.needsFreshConnection ? 0 : idleOnRoute;
    view.idleOnRoute = idleOnRoute;
    view.idle = this.#idle.size;
    view.onRoute = route.count;
    view.total = this.#connections.size;
    const assignment = assign(view);
    if (assignment === "wait") return false;
    this.#waiting.remove(route, exchange);
    exchange.assigned(moment);
    if (assignment === "reuse") this.#reuse(route, exchange, moment);
    else this.#openFor(exchange, route, assignment);
    return true;
  }

  #reuse(route: RouteState, exchange: Exchange, moment: number): void {
    const connection = route.idle.pop() as HTTPConnection;
    this.#idle.remove(connection);
    this.#waiting.update(route);
    const isOld = moment - connection.idleSince > SETTLED_AFTER;
    connection.reuse(exchange, isOld || !exchange.request.isRepeatable);
  }

  #openFor(exchange: Exchange, route: RouteState, assignment: Assignment): void {
    // The slot is taken before the old connection gives up its own, so that nobody else gets it.
    const evicted = this.#evictedBy(assignment, route);
    const connection = new HTTPConnection(exchange.route, this, this.#settings.leniency);
    this.#connections.add(connection);
    route.count++;
    this.#waiting.update(route);
    evicted?.close(null);
    this.#open(connection, exchange);
  }

  #evictedBy(assignment: Assignment, route: RouteState): HTTPConnection | null {
    if (assignment === "replace") return this.#longestIdle();
    return assignment === "replace-on-route" ? (route.idle[0] ?? null) : null;
  }

  // A tracer that was told of the exchange, or of a connection closed for it, may have closed the pool or given it up.
  #open(connection: HTTPConnection, exchange: Exchange): void {
    if (this.#isClosed) exchange.fail(poolClosed());
    if (exchange.isFinished) connection.close(null);
    else connection.open(exchange, this.#settings);
  }

  #routeAt(key: string): RouteState {
    let route = this.#routes.get(key);
    if (!route) {
      route = new RouteState(key);
      this.#routes.set(key, route);
    }
    return route;
  }

  #forgetIfUnused(route: RouteState): void {
    if (route.count === 0 && route.queue.size === 0) this.#routes.delete(route.key);
  }

  // A timer that is late must not hand out a connection that the server has closed by now.
  #closeExpired({ idle }: RouteState, moment: number): void {
    if (idle.length === 0 || (idle.at(-1)?.expiresAt ?? 0) > moment) return;
    for (const connection of [...idle]) if (connection.expiresAt <= moment) connection.close(null);
  }

  #longestIdle(): HTTPConnection {
    return this.#idle.first as HTTPConnection;
  }
}

function poolClosed(): PoolClosed {
  return new PoolClosed("the connection pool has been closed");
}
