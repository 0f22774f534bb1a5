// What tests ask of promises and of state that changes by itself.

import { ConnectionPool, type ConnectionPoolOptions } from "httpcore";
import { expect, onTestFinished } from "vitest";

/** What `promise` is rejected with; the test fails when it is fulfilled. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, but got ${String(value)}`);
}

/** The rejection of `promise`, which must be an instance of `ErrorClass`. */
export async function fails<E>(
  promise: Promise<unknown>,
  ErrorClass: abstract new (...parameters: never[]) => E,
): Promise<E> {
  const error = await rejection(promise);
  expect(error).toBeInstanceOf(ErrorClass);
  return error as E;
}

/** How long something may take that nobody reports: far more than it needs. */
const PATIENCE = 3000;

/** Waits until `condition` holds, which must happen without further doing. */
export async function eventually(condition: () => boolean, what = String(condition)): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`still not so: ${what}`);
    await turn();
  }
}

/** One turn of the event loop, timers included. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** Time for things that must not happen. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A pool that is closed with the test. */
export function openPool(options?: ConnectionPoolOptions): ConnectionPool {
  const pool = new ConnectionPool(options);
  onTestFinished(() => pool.close());
  return pool;
}

/** "fulfilled" or "rejected" when `promise` is settled by now, else "pending". */
export async function stateOf(promise: Promise<unknown>): Promise<"pending" | "fulfilled" | "rejected"> {
  const pending = Symbol("pending");
  try {
    return (await Promise.race([promise, Promise.resolve(pending)])) === pending ? "pending" : "fulfilled";
  } catch {
    return "rejected";
  }
}
