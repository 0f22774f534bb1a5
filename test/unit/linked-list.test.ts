// The list against an array, whatever is done: what is in it, in which order, and its links both ways.

import fc from "fast-check";
import { expect, test } from "vitest";
import { Linked, LinkedList } from "../../src/pool/linked-list.ts";

class Item extends Linked<Item> {}

const operation = fc.record({ kind: fc.constantFrom("push", "unshift", "remove", "remove another's"), pick: fc.nat() });

function backwards(list: LinkedList<Item>): Item[] {
  const items: Item[] = [];
  for (let item = list.last; item; item = item.previous) items.unshift(item);
  return items;
}

test("as an array has it", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const list = new LinkedList<Item>();
      const other = new LinkedList<Item>();
      let items: Item[] = [];
      for (const { kind, pick } of operations) {
        const item = new Item();
        if (kind === "push") {
          list.push(item);
          items.push(item);
        } else if (kind === "unshift") {
          list.unshift(item);
          items.unshift(item);
        } else if (kind === "remove another's") {
          other.push(item);
          expect(list.remove(item)).toBe(false);
          expect(list.remove(new Item())).toBe(false);
          expect(other.has(item)).toBe(true);
        } else if (items.length > 0) {
          const gone = items[pick % items.length] as Item;
          items = items.filter((one) => one !== gone);
          expect(list.has(gone)).toBe(true);
          expect(list.remove(gone)).toBe(true);
          expect(list.remove(gone)).toBe(false);
          expect([gone.list, gone.previous, gone.next]).toEqual([null, null, null]);
        }
        // Not compared by what is in them: the items are alike.
        expect(list.size).toBe(items.length);
        expect([list.toArray(), backwards(list)].every((found) => isSame(found, items))).toBe(true);
        expect([list.first === (items[0] ?? null), list.last === (items.at(-1) ?? null)]).toEqual([true, true]);
        expect(items.every((one) => list.has(one) && !other.has(one))).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

function isSame(found: readonly Item[], expected: readonly Item[]): boolean {
  return found.length === expected.length && found.every((item, index) => item === expected[index]);
}
