// RFC 9110 section 5.4: a line that is too long may be left out only where that changes nothing. Here none is ever left
// out or cut off: the message is refused.

import { DEFAULT_LIMITS } from "httpcore/protocol";
import { expect, test } from "vitest";
import { accepts, play, refuses } from "../protocol-cases.ts";

test("a framing line that is too long is an error, and never dropped", () => {
  const limits = { maxHeaderSize: 100 };
  const value = (size: number) => "3".padStart(size, "0");
  accepts(`HTTP/1.1 200 OK\r\nContent-Length: ${value(40)}\r\n\r\nabc`, { content: "abc" }, { connection: { limits } });
  refuses(`HTTP/1.1 200 OK\r\nContent-Length: ${value(90)}\r\n\r\nabc`, "max-header-size", { connection: { limits } });
  const coding = `Transfer-Encoding:${" ".repeat(90)}chunked`;
  refuses(`HTTP/1.1 200 OK\r\n${coding}\r\n\r\n0\r\n\r\n`, "max-header-size", { connection: { limits } });
});

test("any other line that is too long, or one too many, is an error as well", () => {
  const { maxHeaderSize, maxHeaderLines } = DEFAULT_LIMITS;
  const long = play([`HTTP/1.1 200 OK\r\nA: ${"x".repeat(maxHeaderSize)}\r\nContent-Length: 0\r\n\r\n`], {});
  expect([long.error?.reason, long.final]).toEqual(["max-header-size", null]);
  const many = play([`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(maxHeaderLines)}Content-Length: 0\r\n\r\n`], {});
  expect([many.error?.reason, many.final]).toEqual(["max-header-lines", null]);
});
