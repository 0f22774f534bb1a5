// A list whose items carry its links: adding, removing and asking cost the same however long it is, and nothing is
// allocated. A Set would do as much, but its tables are replaced as items come and go, and V8 keeps a dead table's
// successors alive: under load that was three quarters of the garbage collector's work.

/** An item of a list; in one list at a time. */
export abstract class Linked<T> {
  /** The list that the item is in, for comparison only. */
  list: object | null = null;
  previous: T | null = null;
  next: T | null = null;
}

export class LinkedList<T extends Linked<T>> {
  first: T | null = null;
  last: T | null = null;
  size = 0;

  has(item: T): boolean {
    return item.list === this;
  }

  /** Adds an item that is in no list, at the end. */
  push(item: T): void {
    item.list = this;
    item.previous = this.last;
    if (this.last) this.last.next = item;
    else this.first = item;
    this.last = item;
    this.size++;
  }

  /** Adds an item that is in no list, in front. */
  unshift(item: T): void {
    item.list = this;
    item.next = this.first;
    if (this.first) this.first.previous = item;
    else this.last = item;
    this.first = item;
    this.size++;
  }

  /** Takes an item out; false when it is not in this list. */
  remove(item: T): boolean {
    if (!this.has(item)) return false;
    const { previous, next } = item;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    item.list = null;
    item.previous = null;
    item.next = null;
    this.size--;
    return true;
  }

  /** The items as they are now; the list may change meanwhile. */
  toArray(): T[] {
    const items: T[] = [];
    for (let item = this.first; item; item = item.next) items.push(item);
    return items;
  }
}
