// What the client watches for its time limits: a count around src/pool/deadlines.ts, which keeps it to itself.

import { replaceDeadlines, unwatch, type Watched, watch } from "../../src/pool/deadlines.ts";

const watched = new Set<Watched>();
const [watchIt, unwatchIt] = [watch, unwatch];

replaceDeadlines(
  (item) => {
    watched.add(item);
    watchIt(item);
  },
  (item) => {
    watched.delete(item);
    unwatchIt(item);
  },
);

/** Time limits that somebody waits for, and all, those of idle connections among them. */
export function watchedCounts(): { readonly holding: number; readonly all: number } {
  return { holding: [...watched].filter(({ holdsProcess }) => holdsProcess).length, all: watched.size };
}
