// What a failure of the network becomes: the class, what the message says, and the cause; and which of them mean that a
// peer has gone without a word.

import { ConnectError, ProxyError, ReadError, RemoteProtocolError, WriteError } from "httpcore";
import { expect, test } from "vitest";
import { breakage, closedBeforeRequest, connectFailure, isDisconnect } from "../../src/pool/failures.ts";

test("a failure to connect says to where, and why", () => {
  const cause = new Error("connect ECONNREFUSED");
  const error = connectFailure("a.example", 80, cause);
  expect(error).toBeInstanceOf(ConnectError);
  expect(error.message).toMatch(/a\.example:80.*: connect ECONNREFUSED$/);
  expect(error.cause).toBe(cause);
});

test("an error of the package stays what it is", () => {
  const error = new ProxyError("refused");
  expect(connectFailure("a.example", 80, error)).toBe(error);
});

test.each([
  [new AggregateError([new Error("one"), new Error("two")]), ": one; two"],
  [new AggregateError([new Error("one")], "all failed"), ": all failed"],
  [new AggregateError([new AggregateError(["inner"])]), ": inner"],
  ["text", ": text"],
  [undefined, ": undefined"],
  [{ errors: [], message: "" }, ": [object Object]"],
  [new Error(""), ": "],
])("the message of %s", (cause, end) => {
  expect(connectFailure("a", 1, cause).message).toSatisfy((message: string) => message.endsWith(`a:1${end}`));
});

test("a connection that breaks says what was being done", () => {
  const cause = new Error("ECONNRESET");
  const writing = breakage("writing", cause);
  expect(writing).toBeInstanceOf(WriteError);
  expect(writing.message).toMatch(/connection broke while writing: ECONNRESET$/);
  expect(writing.cause).toBe(cause);
  const reading = breakage("reading (3 octets)", cause);
  expect(reading).toBeInstanceOf(ReadError);
  expect(reading.message).toMatch(/connection broke while reading \(3 octets\): ECONNRESET$/);
  expect(reading.cause).toBe(cause);
});

test.each([
  [closedBeforeRequest(), true],
  [new RemoteProtocolError("x", { reason: "incomplete-head" }), false],
  [new ReadError("x"), true],
  [new WriteError("x"), true],
  [new ConnectError("x"), false],
  [new Error("x"), false],
  [null, false],
])("%s: a disconnect? %s", (error, answer) => {
  expect(isDisconnect(error)).toBe(answer);
});

test("a connection that is closed before the request says so", () => {
  expect(closedBeforeRequest().message).toMatch(/closed the connection before the request/);
  expect(closedBeforeRequest().reason).toBe("no-response");
});
