// Who is next, against the plainest way to find out: looking through all that wait, in the order they came.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Exchange } from "../../src/pool/exchange.ts";
import type { HTTPConnection } from "../../src/pool/http-connection.ts";
import { Linked } from "../../src/pool/linked-list.ts";
import { RouteState, WaitingRoom } from "../../src/pool/waiting-room.ts";

const MAX_ON_ROUTE = 2;

/** All of an exchange that a waiting room looks at. */
class Waiter extends Linked<Exchange> {
  arrival = 0;
}

const operation = fc.record({
  kind: fc.constantFrom("push", "unshift", "serve", "withdraw", "open", "close", "idle", "busy"),
  route: fc.nat(5),
  pick: fc.nat(),
});

test("the first on a route that has room or an idle connection, whatever came before", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const room = new WaitingRoom(MAX_ON_ROUTE);
      const routes = Array.from({ length: 6 }, (_, index) => new RouteState(String(index)));
      let waiting: { readonly route: RouteState; readonly waiter: Exchange }[] = [];
      for (const { kind, route: index, pick } of operations) {
        const route = routes[index] as RouteState;
        const waiter = new Waiter() as unknown as Exchange;
        const remove = (gone: Exchange | undefined): void => {
          const entry = waiting.find((one) => one.waiter === gone);
          if (!entry) return;
          room.remove(entry.route, entry.waiter);
          waiting = waiting.filter((one) => one !== entry);
        };
        if (kind === "push") {
          room.push(route, waiter);
          waiting.push({ route, waiter });
        } else if (kind === "unshift") {
          room.unshift(route, waiter);
          waiting.unshift({ route, waiter });
        } else if (kind === "serve") remove(room.first?.queue.first ?? undefined);
        else if (kind === "withdraw") remove(waiting[pick % Math.max(waiting.length, 1)]?.waiter);
        else if (kind === "open" && route.count < MAX_ON_ROUTE) route.count++;
        else if (kind === "close" && route.count > route.idle.length) route.count--;
        else if (kind === "idle" && route.idle.length < route.count) route.idle.push({} as HTTPConnection);
        else if (kind === "busy") route.idle.pop();
        room.update(route);
        const next = waiting.find(({ route: { count, idle } }) => idle.length > 0 || count < MAX_ON_ROUTE);
        expect(room.size).toBe(waiting.length);
        // Two that have had their turn are equals.
        if (next && next.waiter.arrival === 0) expect(room.first?.queue.first?.arrival).toBe(0);
        else expect(room.first?.queue.first ?? null).toBe(next?.waiter ?? null);
      }
    }),
    { numRuns: 2000 },
  );
});

test("a route has the key that connections are found by", () => {
  expect(new RouteState("http://a:80").key).toBe("http://a:80");
});
