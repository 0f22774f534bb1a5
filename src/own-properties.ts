// Options objects, read once. Only own properties count: what hangs on a prototype was not said by the caller, and may
// have been put on Object.prototype by somebody else. A leaf.

/** `value`, read from the property `name` of `given`, if that is an own property; else undefined. */
export function ifOwn<T>(given: object, name: string, value: T): T | undefined {
  return value === undefined || Object.hasOwn(given, name) ? value : undefined;
}

/** @throws TypeError when `given` is no object */
export function checkObject(given: unknown, what: string): asserts given is object {
  if (typeof given === "object" && given !== null) return;
  throw new TypeError(`${what} must be an object, not ${given === null ? "null" : typeof given}`);
}

/** The error for an own property that is not in `known`. */
export function unknownName(what: string, name: string, known: Iterable<string>): TypeError {
  return new TypeError(`${what} cannot have '${name}'; known are ${[...known].join(", ")}`);
}

/**
 * A copy of the own properties of `given`, without a prototype; empty for undefined and null.
 * @throws TypeError when it is no object, or has a property that is not in `known`
 */
export function ownProperties(given: unknown, what: string, known: ReadonlySet<string>): Record<string, unknown> {
  const properties: Record<string, unknown> = Object.create(null);
  if (given === undefined || given === null) return properties;
  checkObject(given, what);
  for (const name of Object.keys(given)) {
    if (!known.has(name)) throw unknownName(what, name, known);
    properties[name] = (given as Record<string, unknown>)[name];
  }
  return properties;
}

/** The option `name`, shown as `shown` in messages; `standard` when it is not given. @throws TypeError */
export function flag(options: Record<string, unknown>, shown: string, name: string, standard: boolean): boolean {
  const value = options[name] ?? standard;
  if (typeof value === "boolean") return value;
  throw new TypeError(`${shown} must be true or false, not ${typeof value}`);
}

/** The option `name`; null when it is not given. @throws TypeError */
export function text(options: Record<string, unknown>, shown: string, name: string): string | null {
  const value = options[name] ?? null;
  if (value === null || typeof value === "string") return value;
  throw new TypeError(`${shown} must be a string, not ${typeof value}`);
}
