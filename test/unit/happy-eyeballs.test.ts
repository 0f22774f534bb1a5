// RFC 8305 on a clock of the test's own: which address is tried when, and who is stopped.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { connectToFirst, type Manner } from "../../src/network/happy-eyeballs.ts";
import { rejection } from "../support/outcomes.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount(), "timers left behind").toBe(0);
  vi.useRealTimers();
});

/** An attempt in the hands of the test. */
interface Try {
  readonly address: string;
  readonly signal: AbortSignal;
  stands(): void;
  succeed(): void;
  fail(error: unknown): void;
}

function race(addresses: readonly string[], manner: Manner = "race") {
  const tries: Try[] = [];
  const controller = new AbortController();
  const result = connectToFirst(addresses, manner, controller.signal, (address, signal, stands) => {
    return new Promise<string>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      tries.push({ address, signal, stands, succeed: () => resolve(address), fail: reject });
    });
  });
  result.catch(() => {});
  const at = (index: number): Try => {
    const one = tries[index];
    if (!one) throw new Error(`there is no attempt ${index}`);
    return one;
  };
  return { result, at, controller, tried: () => tries.map(({ address }) => address).join(" ") };
}

/** Lets promises settle. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe("section 4: sorting", () => {
  test.each([
    ["6a 6b 4a 4b", "6a 4a 6b 4b"],
    ["4a 6a 6b 6c", "4a 6a 6b 6c"],
    ["4a 4b 4c 6a", "4a 6a 4b 4c"],
    ["6a 6b", "6a 6b"],
  ])("%s is tried as %s", async (given, expected) => {
    const asAddress = (name: string): string => name.replace("6", "fd00::").replace("4", "192.0.2.1");
    const { result, at, tried } = race(given.split(" ").map(asAddress));
    const count = given.split(" ").length;
    for (let index = 0; index < count; index++) {
      at(index).fail(new Error("no"));
      await settle();
    }
    expect(tried()).toBe(expected.split(" ").map(asAddress).join(" "));
    await rejection(result);
  });
});

describe("section 5: attempts", () => {
  test("the next one starts after 250 ms, and the one before goes on", async () => {
    const { result, at, tried } = race(["::1", "127.0.0.1", "::2"]);
    await vi.advanceTimersByTimeAsync(249);
    expect(tried()).toBe("::1");
    await vi.advanceTimersByTimeAsync(1);
    expect(tried()).toBe("::1 127.0.0.1");
    expect(at(0).signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(250);
    expect(tried()).toBe("::1 127.0.0.1 ::2");
    at(0).stands();
    at(0).succeed();
    expect(await result).toBe("::1");
    expect([at(0), at(1), at(2)].map(({ signal }) => signal.aborted)).toEqual([false, true, true]);
  });

  test("it starts at once when one fails, and 250 ms count from there", async () => {
    const { result, at, tried } = race(["::1", "127.0.0.1", "::2"]);
    await vi.advanceTimersByTimeAsync(100);
    at(0).fail(new Error("refused"));
    await settle();
    expect(tried()).toBe("::1 127.0.0.1");
    await vi.advanceTimersByTimeAsync(249);
    expect(tried()).toBe("::1 127.0.0.1");
    await vi.advanceTimersByTimeAsync(1);
    expect(tried()).toBe("::1 127.0.0.1 ::2");
    at(1).stands();
    at(1).succeed();
    expect(await result).toBe("127.0.0.1");
  });

  test("the first that stands wins, although its handshake takes longer; no other starts", async () => {
    const { result, at, tried } = race(["::1", "127.0.0.1", "::2"]);
    await vi.advanceTimersByTimeAsync(250);
    at(1).stands();
    expect(at(0).signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(tried()).toBe("::1 127.0.0.1");
    at(1).succeed();
    expect(await result).toBe("127.0.0.1");
  });

  test("what becomes of the winner becomes of all: there is no second one", async () => {
    const { result, at, tried } = race(["::1", "127.0.0.1", "::2"]);
    await vi.advanceTimersByTimeAsync(250);
    at(0).stands();
    const error = new Error("the certificate");
    at(0).fail(error);
    expect(await rejection(result)).toBe(error);
    expect(tried()).toBe("::1 127.0.0.1");
  });

  test("in turn, none begins before the one before has failed", async () => {
    const { result, at, tried } = race(["::1", "127.0.0.1"], "in-turn");
    await vi.advanceTimersByTimeAsync(100_000);
    expect(tried()).toBe("::1");
    at(0).fail(new Error("refused"));
    await settle();
    at(1).succeed();
    expect(await result).toBe("127.0.0.1");
  });
});

describe("ends", () => {
  test("when all fail, each address is named with what became of it", async () => {
    const { result, at } = race(["::1", "127.0.0.1"]);
    const refused = Object.assign(new Error("connect ECONNREFUSED ::1:80"), { code: "ECONNREFUSED" });
    at(0).fail(refused);
    await settle();
    at(1).fail(new Error("no route"));
    const error = (await rejection(result)) as AggregateError;
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.message).toBe("connect ECONNREFUSED ::1:80; 127.0.0.1: no route");
    expect(error.errors[0]).toBe(refused);
    expect(error).toHaveProperty("code", "ECONNREFUSED");
  });

  test("an earlier attempt that fails last is waited for", async () => {
    const { result, at } = race(["::1", "127.0.0.1"]);
    await vi.advanceTimersByTimeAsync(250);
    at(1).fail(new Error("refused"));
    await settle();
    at(0).stands();
    at(0).succeed();
    expect(await result).toBe("::1");
  });

  test("an abort stops every attempt, the winner's too, and begins no other", async () => {
    for (const hasWinner of [false, true]) {
      const { result, at, controller, tried } = race(["::1", "127.0.0.1", "::2"]);
      await vi.advanceTimersByTimeAsync(250);
      if (hasWinner) at(0).stands();
      controller.abort("enough");
      expect(await rejection(result)).toBe("enough");
      await vi.advanceTimersByTimeAsync(10_000);
      expect([tried(), at(0).signal.aborted, at(1).signal.aborted]).toEqual(["::1 127.0.0.1", true, true]);
    }
  });

  test("a winner that has succeeded is told of, although the abort comes before anybody has heard of it", async () => {
    const { result, at, controller } = race(["::1", "127.0.0.1"]);
    at(0).stands();
    at(0).succeed();
    controller.abort("enough");
    expect(await result).toBe("::1");
  });

  test("a single address has neither timer nor signal of its own", async () => {
    const { result, at, controller } = race(["::1"]);
    expect([at(0).signal, vi.getTimerCount()]).toEqual([controller.signal, 0]);
    const error = new Error("refused");
    at(0).fail(error);
    expect(await rejection(result)).toBe(error);
  });
});
