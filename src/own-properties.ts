// Options objects, read once. Only own properties count: what hangs on a prototype was not said by the caller, and may
// have been put on Object.prototype by somebody else. A leaf.

/** The own property `name` of `given`, or undefined. */
export function own(given: object, name: string): unknown {
  return Object.hasOwn(given, name) ? (given as Record<string, unknown>)[name] : undefined;
}

/** @throws TypeError when `given` is no object, or has an own property that is not in `known` */
export function checkNames(given: unknown, what: string, known: ReadonlySet<string>): asserts given is object {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`${what} must be an object, not ${given === null ? "null" : typeof given}`);
  }
  for (const name in given) {
    if (known.has(name) || !Object.hasOwn(given, name)) continue;
    throw new TypeError(`${what} cannot have '${name}'; known are ${[...known].join(", ")}`);
  }
}

/**
 * A copy of the own properties of `given`, without a prototype; empty for undefined and null.
 * @throws TypeError when it is no object, or has a property that is not in `known`
 */
export function ownProperties(given: unknown, what: string, known: ReadonlySet<string>): Record<string, unknown> {
  const properties: Record<string, unknown> = Object.create(null);
  if (given === undefined || given === null) return properties;
  checkNames(given, what, known);
  for (const name of Object.keys(given)) properties[name] = own(given, name);
  return properties;
}
