// Which connection serves a request: the pool's decision, as a pure function of numbers.
//
// The pool asks for one request at a time and carries the answer out before it asks again, with no await in between;
// so a decision is never made on a state that is half changed, and a cancellation finds every slot accounted for.

/** What the decision depends on. */
export interface PoolView {
  /** Idle connections on the request's route that it may use: none when it needs a fresh one. */
  usable: number;
  /** Idle connections on the route. */
  idleOnRoute: number;
  /** All idle connections. */
  idle: number;
  /** Connections on the route and in all, connecting ones included. */
  onRoute: number;
  total: number;
  readonly maxOnRoute: number;
  readonly max: number;
}

/**
 * - `reuse`: an idle connection on the route
 * - `open`: a new connection
 * - `replace`: a new connection, after closing the one that has been idle for longest, whatever its route
 * - `replace-on-route`: the same on the request's own route, which is full
 * - `wait`: until a connection becomes idle or is closed
 */
export type Assignment = "reuse" | "open" | "replace" | "replace-on-route" | "wait";

export function assign(view: Readonly<PoolView>): Assignment {
  if (view.usable > 0) return "reuse";
  if (view.onRoute >= view.maxOnRoute) return view.idleOnRoute > 0 ? "replace-on-route" : "wait";
  if (view.total < view.max) return "open";
  return view.idle > 0 ? "replace" : "wait";
}
