// Options objects, read once. Only own properties count: what hangs on a prototype was not said by the caller, and may
// have been put on Object.prototype by somebody else. A leaf.

/** `value`, read from the property `name` of `given`, if that is an own property; else undefined. */
export function ifOwn<T>(given: object, name: string, value: T): T | undefined {
  return value === undefined || Object.hasOwn(given, name) ? value : undefined;
}

/** The error for a `value` of the wrong type: `what` it was given as, and what is `expected` there. */
export function wrongType(what: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${what} must be ${expected}, not ${kindOf(value)}`);
}

/** `null`, `number`, `Date` ...: what a value is, for a message. */
export function kindOf(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** @throws TypeError when `given` is no object */
export function checkObject(given: unknown, what: string): asserts given is object {
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw wrongType(what, "an object", given);
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

/** The option `name` of `what`; null when it is not given. @throws TypeError when it is of another type */
export function typed<T>(
  options: Record<string, unknown>,
  what: string,
  name: string,
  type: "string" | "function" | "number" | "boolean",
): T | null {
  const value = options[name] ?? null;
  if (value !== null && typeof value !== type) throw wrongType(`${what}.${name}`, `a ${type}`, value);
  return value as T | null;
}

/**
 * `base` with the numbers of `changes` in place of its own; `check` throws for those that are none.
 * @throws TypeError when `changes`, which was given as `what`, is no object, or has a name that `base` has not
 */
export function withNumbers<Name extends string>(
  what: string,
  changes: unknown,
  base: Readonly<Record<Name, number>>,
  check: (name: Name, value: unknown) => void,
): Record<Name, number> {
  const merged: Record<Name, number> = { ...base };
  if (changes === undefined || changes === null) return merged;
  checkObject(changes, what);
  for (const [name, value] of Object.entries(changes)) {
    if (!Object.hasOwn(base, name)) throw unknownName(what, name, Object.keys(base));
    if (value === undefined || value === null) continue;
    check(name as Name, value);
    merged[name as Name] = value;
  }
  return merged;
}
