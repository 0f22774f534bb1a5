// Time limits where timers belong to events, as on workerd: one timer for each limit, set in the event that it limits.
//
// A timer that all share, as in deadlines.ts, would end with its event, and with it the limits of all others; and it
// would end exchanges from an event that must not touch their sockets.

import { now, type Watched } from "./deadlines.ts";

/** The longest delay that timers take (2^31-1 ms); longer limits are looked at again then. */
const MAX_DELAY = 2_147_483_647;

/** As `watch` of deadlines.ts. The place of what is watched is its timer's number. */
export function watchInEvent(item: Watched): void {
  unwatchInEvent(item);
  if (item.dueAt === Infinity) return;
  const delay = Math.min(Math.max(Math.ceil(item.dueAt - now()), 0), MAX_DELAY);
  const timer = setTimeout(() => {
    // Put off or lifted by another event, which cannot clear a timer of this one.
    if (item.watchIndex !== timer) return;
    if (item.dueAt <= now()) item.expire();
    // It was too early, or what is watched has been put off.
    if (item.watchIndex === timer) watchInEvent(item);
  }, delay) as unknown as number;
  item.watchIndex = timer;
}

/** As `unwatch` of deadlines.ts. */
export function unwatchInEvent(item: Watched): void {
  if (item.watchIndex < 0) return;
  clearTimeout(item.watchIndex);
  item.watchIndex = -1;
}
