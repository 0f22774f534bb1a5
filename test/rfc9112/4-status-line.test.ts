// RFC 9112 section 4: status-line = HTTP-version SP status-code SP [ reason-phrase ]. Strict but for the one SP that
// is missing in practice; whitespace that the section lets a recipient split at is refused.

import { describe, test } from "vitest";
import { accepts, refuses } from "../protocol-cases.ts";

const REST = "\r\nContent-Length: 0\r\n\r\n";

describe("RFC 9112 4 status line", () => {
  test("status code and reason phrase are taken from the line", () => {
    accepts(`HTTP/1.1 404 Not Found${REST}`, { status: 404, reason: "Not Found" });
  });

  test("the reason phrase may be empty", () => {
    accepts(`HTTP/1.1 200 ${REST}`, { status: 200, reason: "" });
  });

  test("the SP in front of an empty reason phrase may be missing", () => {
    accepts(`HTTP/1.1 200${REST}`, { status: 200, reason: "" });
  });

  test("the reason phrase holds SP, HTAB, visible characters and obs-text", () => {
    accepts(`HTTP/1.1 200 a\tb  c: "d" \x80\xff${REST}`, { reason: 'a\tb  c: "d" \x80\xff' });
    accepts(`HTTP/1.1 200  OK${REST}`, { reason: " OK" });
  });

  test("SHOULD: the reason phrase steers nothing", () => {
    accepts(`HTTP/1.1 200 Not Found${REST}`, { status: 200, reason: "Not Found" });
    accepts(`HTTP/1.1 200 204 HTTP/1.0 Connection: close${REST}`, { status: 200, isReusable: true });
  });

  test("a control octet in the reason phrase is refused", () => {
    for (const octet of ["\0", "\x01", "\x08", "\v", "\f", "\x1b", "\x1f", "\x7f"]) {
      refuses(`HTTP/1.1 200 O${octet}K${REST}`, "invalid-reason-phrase", { offset: 14 });
    }
  });

  test("the status code is three digits", () => {
    refuses(`HTTP/1.1 20 OK${REST}`, "invalid-status", { offset: 11 });
    refuses(`HTTP/1.1 2000 OK${REST}`, "invalid-status", { offset: 12 });
    refuses(`HTTP/1.1 2 OK${REST}`, "invalid-status", { offset: 10 });
    refuses(`HTTP/1.1 OK${REST}`, "invalid-status", { offset: 9 });
    refuses(`HTTP/1.1 2x0 OK${REST}`, "invalid-status", { offset: 10 });
    refuses(`HTTP/1.1 +20 OK${REST}`, "invalid-status", { offset: 9 });
    refuses(`HTTP/1.1 -20 OK${REST}`, "invalid-status", { offset: 9 });
    refuses(`HTTP/1.1 20\xb2 OK${REST}`, "invalid-status", { offset: 11 });
    refuses("HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "invalid-status", { offset: 8 });
    refuses("HTTP/1.1 \r\nContent-Length: 0\r\n\r\n", "invalid-status", { offset: 9 });
    refuses("HTTP/1.1 20\r\nContent-Length: 0\r\n\r\n", "invalid-status", { offset: 11 });
  });

  test("the status code starts at 100", () => {
    refuses(`HTTP/1.1 099 OK${REST}`, "invalid-status", { offset: 9 });
    refuses(`HTTP/1.1 000 OK${REST}`, "invalid-status", { offset: 9 });
  });

  test("status codes up to 999 are told as they came", () => {
    for (const status of [200, 299, 399, 499, 599, 600, 999]) accepts(`HTTP/1.1 ${status} X${REST}`, { status });
  });

  test("an unknown status code of class 1 is an interim response", () => {
    accepts(`HTTP/1.1 199 Whatever\r\n\r\nHTTP/1.1 200 OK${REST}`, { interim: [199], status: 200 });
  });

  test("MAY, not used: whitespace but a single SP does not split the line", () => {
    refuses(`HTTP/1.1  200 OK${REST}`, "invalid-status", { offset: 9 });
    refuses(`HTTP/1.1\t200 OK${REST}`, "invalid-status", { offset: 8 });
    refuses(`HTTP/1.1 200\tOK${REST}`, "invalid-status", { offset: 12 });
    refuses(`HTTP/1.1\v200 OK${REST}`, "invalid-status", { offset: 8 });
    refuses(`HTTP/1.1\f200 OK${REST}`, "invalid-status", { offset: 8 });
    refuses(`HTTP/1.1\r200 OK${REST}`, "invalid-status", { offset: 8 });
  });

  test("nothing but SP or the line's end stands behind the status code", () => {
    refuses(`HTTP/1.1 200OK${REST}`, "invalid-status", { offset: 12 });
    refuses(`HTTP/1.1 200: OK${REST}`, "invalid-status", { offset: 12 });
    refuses(`HTTP/1.1 200\0 OK${REST}`, "invalid-status", { offset: 12 });
  });

  test("a status line longer than any buffer step comes out whole", () => {
    const reason = "Long ".repeat(30);
    accepts(`HTTP/1.1 200 ${reason}${REST}`, { reason });
  });
});
