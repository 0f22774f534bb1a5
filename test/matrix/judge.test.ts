// The judge: each verdict for what earns it, so that a client's `right` is worth something.

import { expect, test } from "vitest";
import type { Anomaly } from "./anomaly.ts";
import type { Outcome, Seen } from "./client/play.ts";
import { type Exchanges, judge } from "./judge.ts";

const REFUSE: Anomaly = { id: "odd", title: "", section: "", want: "refuse", why: "", send: "" };
const ACCEPT: Anomaly = { ...REFUSE, want: "accept" };
const EITHER: Anomaly = { ...REFUSE, want: "either" };

const REFUSED: Outcome = { kind: "refused", error: "" };

function accepted(seen: Partial<Seen> = {}): Outcome {
  return { kind: "accepted", status: 200, headers: [], content: "ok", trailers: null, ...seen };
}

function verdictOf(anomaly: Anomaly, exchanges: Partial<Exchanges>): string {
  const record = { first: accepted(), next: accepted({ content: "next" }), isReused: false, ...exchanges };
  const { verdict, word } = judge(anomaly, record);
  return `${verdict}: ${word}`;
}

test("refusing and accepting", () => {
  expect(verdictOf(REFUSE, { first: REFUSED })).toBe("right: refused");
  expect(verdictOf(EITHER, { first: REFUSED })).toBe("right: refused");
  expect(verdictOf(ACCEPT, { first: REFUSED })).toBe("wrong: too strict");
  expect(verdictOf(REFUSE, {})).toBe("lenient: accepts");
  expect(verdictOf(EITHER, {})).toBe("right: accepted");
  expect(verdictOf(ACCEPT, {})).toBe("right: accepted");
});

test("a request that does not end, or ends the process", () => {
  expect(verdictOf(REFUSE, { first: { kind: "hangs" } })).toBe("dangerous: hangs");
  expect(verdictOf(REFUSE, { first: { kind: "crashes", error: "" } })).toBe("dangerous: crashes");
  expect(verdictOf(REFUSE, { first: REFUSED, next: { kind: "hangs" } })).toBe("dangerous: next hangs");
});

test("content and status that are not the response's", () => {
  expect(verdictOf(EITHER, { first: accepted({ content: "2\r\nok\r\n0\r\n\r\n" }) })).toBe("dangerous: raw framing");
  expect(verdictOf(EITHER, { first: accepted({ content: "o" }) })).toBe("dangerous: cut content");
  expect(verdictOf(EITHER, { first: accepted({ content: "okX" }) })).toBe("dangerous: other content");
  expect(verdictOf(EITHER, { first: accepted({ status: 101 }) })).toBe("dangerous: status 101");
  expect(verdictOf({ ...EITHER, anyHarm: "cut" }, {})).toBe("dangerous: cut");
  expect(verdictOf({ ...EITHER, harm: { guessed: { content: "ok" } } }, {})).toBe("dangerous: guessed");
  expect(verdictOf({ ...EITHER, spoilt: { coded: { content: "ok" } } }, {})).toBe("wrong: coded");
});

test("fields that were injected, lost or changed", () => {
  const first = (value: string) => accepted({ headers: [["X-A", value]] });
  const row = (value: string | RegExp | null): Anomaly => ({ ...EITHER, reading: { headers: { "x-a": value } } });
  expect(verdictOf(row("1"), { first: first("1") })).toBe("right: accepted");
  expect(verdictOf(row(/^\d$/), { first: first("1") })).toBe("right: accepted");
  expect(verdictOf(row(null), { first: first("1") })).toBe("dangerous: injected field");
  expect(verdictOf(row("1"), {})).toBe("dangerous: field lost");
  expect(verdictOf(row("1"), { first: first("2") })).toBe("wrong: value changed");
  expect(verdictOf(row("1"), { first: first("1\r") })).toBe("dangerous: control octet kept");
});

test("trailers, where a client shows them", () => {
  const anomaly: Anomaly = { ...EITHER, reading: { trailers: { "x-t": "1", "x-u": null } } };
  expect(verdictOf(anomaly, {})).toBe("right: accepted");
  expect(verdictOf(anomaly, { first: accepted({ trailers: [] }) })).toBe("right: accepted");
  expect(verdictOf(anomaly, { first: accepted({ trailers: [["X-T", "1"]] }) })).toBe("right: accepted");
  expect(verdictOf(anomaly, { first: accepted({ trailers: [["X-U", "1"]] }) })).toBe("dangerous: trailer injected");
});

test("the next request", () => {
  const poisoned = { next: accepted({ content: "poison" }) };
  const swallowed = { next: accepted({ content: "next", headers: [["X-Poison", "1"]] }) };
  expect(verdictOf(ACCEPT, poisoned)).toBe("dangerous: next poisoned");
  expect(verdictOf(ACCEPT, swallowed)).toBe("dangerous: next poisoned");
  expect(verdictOf(ACCEPT, { next: REFUSED })).toBe("wrong: next fails");
  expect(verdictOf(ACCEPT, { isReused: true })).toBe("right: accepted");
  expect(verdictOf({ ...ACCEPT, reuse: "never" }, { isReused: true })).toBe("lenient: reuses");
  expect(verdictOf(REFUSE, { first: REFUSED, isReused: true })).toBe("dangerous: reuses after error");
});
