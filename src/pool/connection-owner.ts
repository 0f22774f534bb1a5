// Who is told what becomes of a connection of type `C`: the pool.

import type { Exchange } from "./exchange.ts";

export interface ConnectionOwner<C> {
  readonly isClosed: boolean;
  /** The exchange is over and the connection can serve another. `serverTimeout`: `Keep-Alive: timeout`, in ms. */
  becameIdle(connection: C, serverTimeout: number): void;
  /** May an exchange that met a dead connection be sent again? Asked before the connection is closed. */
  mayRepeat(exchange: Exchange): boolean;
  /** The connection is closed for good; `repeated` is to be sent again, before all that wait. Called once. */
  wasClosed(connection: C, repeated: Exchange | null): void;
}
