// How our objects print on a console: as their `toString` says, on every runtime. A leaf.

/** What consoles look for: Node and Bun the first, Deno the second. */
export const INSPECT_NODE: unique symbol = Symbol.for("nodejs.util.inspect.custom");
export const INSPECT_DENO: unique symbol = Symbol.for("Deno.customInspect");

/** Makes consoles print the objects of a class as their `toString` says. */
export function printAsText(printed: { prototype: { toString(): string } }): void {
  for (const symbol of [INSPECT_NODE, INSPECT_DENO]) {
    Object.defineProperty(printed.prototype, symbol, {
      value(this: { toString(): string }): string {
        return this.toString();
      },
    });
  }
}
