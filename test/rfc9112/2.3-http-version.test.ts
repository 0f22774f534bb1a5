// RFC 9112 section 2.3 (and RFC 9110 sections 2.5 and 6.2): HTTP-version = "HTTP/" DIGIT "." DIGIT, case-sensitive.

import { describe, expect, test } from "vitest";
import { accepts, inEveryWay, refuses } from "../protocol-cases.ts";

const REST = " 200 OK\r\nContent-Length: 0\r\n\r\n";

describe("RFC 9112 2.3 HTTP version", () => {
  test("HTTP/1.1 and HTTP/1.0 are read and told apart", () => {
    accepts(`HTTP/1.1${REST}`, { version: "HTTP/1.1", keepAlive: true });
    accepts(`HTTP/1.0${REST}`, { version: "HTTP/1.0", keepAlive: false });
  });

  test("SHOULD: a higher minor version is processed as HTTP/1.1 and told as it came", () => {
    for (let minor = 2; minor <= 9; minor++) {
      accepts(`HTTP/1.${minor}${REST}`, { version: `HTTP/1.${minor}`, keepAlive: true, isReusable: true });
    }
  });

  test("a higher minor version has chunked content as HTTP/1.1 has", () => {
    accepts("HTTP/1.7 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", { content: "a" });
  });

  test("another major version is another syntax and is not parsed", () => {
    for (const major of ["0", "2", "3", "9"]) refuses(`HTTP/${major}.1${REST}`, "invalid-version", { offset: 5 });
    refuses(`HTTP/2${REST}`, "invalid-version", { offset: 5 });
    refuses(`HTTP/0.9${REST}`, "invalid-version", { offset: 5 });
  });

  test("HTTP-name is case-sensitive", () => {
    refuses(`http/1.1${REST}`, "invalid-version", { offset: 0 });
    refuses(`Http/1.1${REST}`, "invalid-version", { offset: 1 });
    refuses(`HTTp/1.1${REST}`, "invalid-version", { offset: 3 });
  });

  test("a version has one digit on each side of the dot", () => {
    refuses(`HTTP/11.1${REST}`, "invalid-version", { offset: 6 });
    refuses(`HTTP/01.1${REST}`, "invalid-version", { offset: 5 });
    refuses(`HTTP/1.10${REST}`, "invalid-version", { offset: 8 });
    refuses(`HTTP/1.01${REST}`, "invalid-version", { offset: 8 });
    refuses(`HTTP/1.${REST}`, "invalid-version", { offset: 7 });
    refuses(`HTTP/.1${REST}`, "invalid-version", { offset: 5 });
    refuses(`HTTP/1${REST}`, "invalid-version", { offset: 6 });
    refuses(`HTTP/1,1${REST}`, "invalid-version", { offset: 6 });
    refuses(`HTTP/1.x${REST}`, "invalid-version", { offset: 7 });
    refuses(`HTTP/+1.1${REST}`, "invalid-version", { offset: 5 });
  });

  test("other protocols are found at the first octet that differs", () => {
    refuses(`ICY${REST}`, "invalid-version", { offset: 0 });
    refuses("HTTP 1.1 200 OK\r\n\r\n", "invalid-version", { offset: 4 });
    refuses("\x15\x03\x01\x00\x02\x02\x28", "invalid-version", { offset: 0 });
    refuses("<html>no head at all</html>", "invalid-version", { offset: 0 });
  });

  test("a wrong version is found before its line has ended", () => {
    const { last, error } = inEveryWay("HTTP/2", {});
    expect({ last, error }).toEqual({ last: "error", error: { reason: "invalid-version", offset: 5 } });
  });
});
