// Where a script is played: a network, servers on it that follow the script, and a clock.

import type { NetworkBackend } from "httpcore";

export interface World {
  /** The network to give to the pool. */
  readonly backend: NetworkBackend;
  /** `http://a.example` */
  origin(host: "a" | "b"): string;
  after(time: number, callback: () => void): void;
  sleep(time: number): Promise<void>;
  /**
   * Lets everything happen that will. Where that cannot be known: until `isDone`, or for as long as scripts take and until
   * `isEnough`, which holds once all has happened that must.
   */
  rest(isDone: () => boolean, isEnough: () => boolean): Promise<void>;
  /**
   * Asked at rest, when all content is being read: what the client does not go on with although it could, in words. Null
   * where rest cannot be told from slowness.
   */
  stalls(): string[] | null;
  /** What the client has left open, or done wrong, in words. */
  complaints(): string[];
  close(): Promise<void>;
}
