// The connections and the queue: what there is, and who gets it.
//
// Decisions are made by assignment.ts; here they are carried out. Every change of state is synchronous: between two
// awaits of anybody the counts are right. Idle connections are kept oldest first, over all routes and within each.

import { PoolClosed, ReadError } from "../errors.ts";
import { type Assignment, assign } from "./assignment.ts";
import type { ConnectionOwner } from "./connection-owner.ts";
import { now, unwatch, type Watched, watch } from "./deadlines.ts";
import type { DialSettings } from "./dial.ts";
import type { Exchange, ServingPool } from "./exchange.ts";
import { HTTPConnection } from "./http-connection.ts";
import { LinkedList } from "./linked-list.ts";
import { type Trace, Tracer } from "./tracer.ts";

/** What a pool is made with; every field has been checked. */
export interface PoolSettings extends DialSettings {
  readonly maxConnections: number;
  readonly maxConnectionsPerOrigin: number;
  readonly maxKeepaliveConnections: number;
  /** Milliseconds. */
  readonly keepaliveExpiry: number;
  readonly leniency: readonly "bare-lf"[];
  readonly trace: Trace | null;
}

/** Closing a little before the server does spares a request that would meet a dead connection. */
const SERVER_TIMEOUT_MARGIN = 1000;

/**
 * Idle for longer than this, a connection is looked at once more before it is used: milliseconds. For a request that
 * cannot be repeated it always is, as a FIN may have come right behind the response before.
 */
const SETTLED_AFTER = 5;

/** The connections of one route. */
interface RouteState {
  count: number;
  /** Idle ones, the one used last at the end: it is taken first. */
  readonly idle: HTTPConnection[];
}

export class Pool implements ConnectionOwner<HTTPConnection>, ServingPool, Watched {
  /** When the first idle connection expires, as far as is known. */
  dueAt = Infinity;
  watchIndex = -1;
  readonly holdsProcess = false;
  readonly #settings: PoolSettings;
  readonly #connections = new Set<HTTPConnection>();
  readonly #routes = new Map<string, RouteState>();
  readonly #idle = new LinkedList<HTTPConnection>();
  /** In order of arrival. */
  readonly #queue = new LinkedList<Exchange>();
  #isClosed = false;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
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
    return `[Requests: ${active} active, ${this.#queue.size} queued | Connections: ${active} active, ${this.#idle.size} idle]`;
  }

  /** Sees to it that `exchange` is served, now or when its turn comes. */
  submit(exchange: Exchange): void {
    if (this.#isClosed) exchange.fail(new PoolClosed("the connection pool has been closed"));
    else if (exchange.begin() && !this.#serveAtOnce(exchange)) {
      this.#queue.push(exchange);
      exchange.enter("queued");
    }
  }

  /** Fails everything that is under way, closes everything, and takes no more. Idempotent. */
  close(): void {
    this.#isClosed = true;
    for (const exchange of this.#queue.toArray()) {
      this.#queue.remove(exchange);
      exchange.fail(new PoolClosed("the connection pool has been closed"));
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
    this.#queue.remove(exchange);
  }

  // --- ConnectionOwner --------------------------------------------------------------------------------------------

  becameIdle(connection: HTTPConnection, serverTimeout: number): void {
    const { keepaliveExpiry, maxKeepaliveConnections } = this.#settings;
    const expiry = Math.min(keepaliveExpiry, Math.max(serverTimeout - SERVER_TIMEOUT_MARGIN, 0));
    connection.expiresAt = connection.idleSince + expiry;
    this.#idle.push(connection);
    this.#routes.get(connection.route.key)?.idle.push(connection);
    this.#serveQueue();
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
    const { key } = connection.route;
    const route = this.#routeState(key);
    this.#connections.delete(connection);
    if (this.#idle.remove(connection)) route.idle.splice(route.idle.indexOf(connection), 1);
    if (--route.count === 0) this.#routes.delete(key);
    this.#tellClosed(connection);
    if (repeated) {
      // It had its turn: it goes in front of all that wait, and takes the place that has just become free.
      repeated.needsFreshConnection = true;
      this.#queue.unshift(repeated);
    }
    this.#serveQueue();
    if (repeated && this.#queue.has(repeated)) repeated.enter("queued");
  }

  // Nobody's exchange waits for it, so what the tracer returns or throws has nobody to go to.
  #tellClosed(connection: HTTPConnection): void {
    const { trace } = this.#settings;
    if (!trace) return;
    const tracer = new Tracer(trace, () => {});
    tracer.started("connection.close", { connection: String(connection) });
    tracer.complete("connection.close");
  }

  // --- assignment -------------------------------------------------------------------------------------------------

  // Those that wait in the queue do so because they cannot be served, so nobody is overtaken.
  #serveAtOnce(exchange: Exchange): boolean {
    const moment = exchange.startedAt;
    this.#closeExpired(exchange.route.key, moment);
    return this.#serve(exchange, moment);
  }

  // Serves all that can be served, first come first; one whose route is full does not hold up the others.
  #serveQueue(): void {
    let exchange: Exchange | null = this.#queue.first;
    if (!exchange) return;
    const moment = now();
    while (exchange && (this.#idle.size > 0 || this.#connections.size < this.#settings.maxConnections)) {
      this.#closeExpired(exchange.route.key, moment);
      const isGone: boolean = !this.#queue.has(exchange);
      const following: Exchange | null = exchange.next;
      if (!isGone) this.#serve(exchange, moment);
      // Closing and serving can serve others, which shortens the queue: what is left is looked at from its start.
      const isInPlace: boolean = !isGone && (following === null || this.#queue.has(following));
      exchange = isInPlace ? following : this.#queue.first;
    }
  }

  // Serves `exchange`, which leaves the queue then, or answers that it has to wait.
  #serve(exchange: Exchange, moment: number): boolean {
    const route = this.#routes.get(exchange.route.key);
    const idleOnRoute = route?.idle.length ?? 0;
    const assignment = assign({
      usable: exchange.needsFreshConnection ? 0 : idleOnRoute,
      idleOnRoute,
      idle: this.#idle.size,
      onRoute: route?.count ?? 0,
      total: this.#connections.size,
      maxOnRoute: this.#settings.maxConnectionsPerOrigin,
      max: this.#settings.maxConnections,
    });
    if (assignment === "wait") return false;
    this.#queue.remove(exchange);
    exchange.times.queued = exchange.times.since(moment);
    if (assignment === "reuse") this.#reuse(route?.idle.pop() as HTTPConnection, exchange, moment);
    else this.#openFor(exchange, assignment);
    return true;
  }

  #reuse(connection: HTTPConnection, exchange: Exchange, moment: number): void {
    this.#idle.remove(connection);
    const isOld = moment - connection.idleSince > SETTLED_AFTER;
    connection.reuse(exchange, isOld || !exchange.request.isRepeatable);
  }

  #openFor(exchange: Exchange, assignment: Assignment): void {
    // The slot is taken before the old connection gives up its own, so that nobody else gets it.
    const evicted = this.#evictedBy(assignment, exchange);
    const connection = this.#addConnection(exchange);
    evicted?.close(null);
    this.#open(connection, exchange);
  }

  #evictedBy(assignment: Assignment, { route }: Exchange): HTTPConnection | null {
    if (assignment === "replace") return this.#longestIdle();
    return assignment === "replace-on-route" ? (this.#routeState(route.key).idle[0] ?? null) : null;
  }

  #addConnection({ route }: Exchange): HTTPConnection {
    const connection = new HTTPConnection(route, this, this.#settings.leniency);
    this.#connections.add(connection);
    this.#routeState(route.key).count++;
    return connection;
  }

  #open(connection: HTTPConnection, exchange: Exchange): void {
    if (exchange.isFinished) {
      connection.close(null);
      return;
    }
    connection.open(exchange, this.#settings);
  }

  #routeState(key: string): RouteState {
    let state = this.#routes.get(key);
    if (!state) {
      state = { count: 0, idle: [] };
      this.#routes.set(key, state);
    }
    return state;
  }

  // A timer that is late must not hand out a connection that the server has closed by now.
  #closeExpired(key: string, moment: number): void {
    const idle = this.#routes.get(key)?.idle;
    if (!idle || idle.length === 0) return;
    if ((idle.at(-1)?.expiresAt ?? 0) > moment) return;
    for (const connection of [...idle]) if (connection.expiresAt <= moment) connection.close(null);
  }

  #longestIdle(): HTTPConnection {
    return this.#idle.first as HTTPConnection;
  }
}
