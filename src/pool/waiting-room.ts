// Who waits for a connection: first in, first out on each route, and among the routes the one whose first has waited for
// longest. Only routes that have room or an idle connection are asked; one that is full holds nobody else up.
//
// The routes that can be asked form a heap, ordered by the arrival of their first, so that finding who is next takes the
// same few steps whether ten or ten thousand wait.

import type { Exchange } from "./exchange.ts";
import type { HTTPConnection } from "./http-connection.ts";
import { LinkedList } from "./linked-list.ts";

/** The connections of one route, and who waits for one. */
export class RouteState {
  readonly key: string;
  /** Connections, connecting ones included. */
  count = 0;
  /** Idle ones, the one used last at the end: it is taken first. */
  readonly idle: HTTPConnection[] = [];
  readonly queue = new LinkedList<Exchange>();
  /** Place in the heap; -1 while it is not in it. */
  place = -1;

  constructor(key: string) {
    this.key = key;
  }
}

export class WaitingRoom {
  /** How many wait, on all routes. */
  size = 0;
  #arrivals = 0;
  readonly #maxOnRoute: number;
  readonly #heap: RouteState[] = [];

  /** `maxOnRoute`: connections that a route may have. */
  constructor(maxOnRoute: number) {
    this.#maxOnRoute = maxOnRoute;
  }

  /** The route whose first is next; null when nobody waits who could be served if there were room in all. */
  get first(): RouteState | null {
    return this.#heap[0] ?? null;
  }

  push(route: RouteState, exchange: Exchange): void {
    this.size++;
    exchange.arrival = ++this.#arrivals;
    route.queue.push(exchange);
    this.update(route);
  }

  /** Adds one that has had its turn already, in front of all that wait. */
  unshift(route: RouteState, exchange: Exchange): void {
    this.size++;
    exchange.arrival = 0;
    route.queue.unshift(exchange);
    this.update(route);
  }

  /** Takes one out that may wait. */
  remove(route: RouteState, exchange: Exchange): void {
    if (!route.queue.remove(exchange)) return;
    this.size--;
    this.update(route);
  }

  /** To be called when the route's connections, or those that wait, have changed. */
  update(route: RouteState): void {
    const isReady = route.queue.size > 0 && (route.idle.length > 0 || route.count < this.#maxOnRoute);
    if (isReady) {
      if (route.place < 0) route.place = this.#heap.push(route) - 1;
      this.#down(this.#up(route));
    } else if (route.place >= 0) {
      const last = this.#heap.pop() as RouteState;
      const { place } = route;
      route.place = -1;
      if (last === route) return;
      this.#put(last, place);
      this.#down(this.#up(last));
    }
  }

  #up(route: RouteState): RouteState {
    while (route.place > 0) {
      const parent = this.#heap[(route.place - 1) >> 1] as RouteState;
      if (arrivalOf(parent) <= arrivalOf(route)) break;
      this.#swap(route, parent);
    }
    return route;
  }

  #down(route: RouteState): void {
    for (;;) {
      const [left, right] = [this.#heap[2 * route.place + 1], this.#heap[2 * route.place + 2]];
      const child = left && right && arrivalOf(right) < arrivalOf(left) ? right : left;
      if (!child || arrivalOf(route) <= arrivalOf(child)) return;
      this.#swap(child, route);
    }
  }

  #swap(a: RouteState, b: RouteState): void {
    const { place } = a;
    this.#put(a, b.place);
    this.#put(b, place);
  }

  #put(route: RouteState, place: number): void {
    this.#heap[place] = route;
    route.place = place;
  }
}

function arrivalOf({ queue }: RouteState): number {
  return queue.first?.arrival ?? 0;
}
