// All that is fuzzed.

import { aborts } from "./aborts.ts";
import { chunks, heads, trailers } from "./against-reference.ts";
import { cuts } from "./cuts.ts";
import { memoryExchanges, socketExchanges } from "./exchanges.ts";
import { memoryAborts } from "./memory-aborts.ts";
import { chunkedContent, requestHeads, responseHeads } from "./round-trips.ts";
import type { Target } from "./target.ts";

export const TARGETS = [
  heads,
  trailers,
  chunks,
  cuts,
  requestHeads,
  chunkedContent,
  responseHeads,
  // Before those on the real clock: a timer of that is none of the one in memory, and all time limits share one.
  memoryExchanges,
  memoryAborts,
  socketExchanges,
  aborts,
] as unknown as readonly Target[];
