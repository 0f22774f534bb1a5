// RFC 9112 section 6.2 and RFC 9110 section 8.6: Content-Length = 1*DIGIT. Identical values count as one; anything
// else that is no number up to 2^53-1 is an error, so no length is ever guessed.

import { encodeRequestHead } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { accepts, refuses, waits } from "../protocol-cases.ts";

function response(value: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Length:${value}\r\n\r\nabc`;
}

describe("RFC 9112 6.2 Content-Length received", () => {
  test("a decimal number is the size of the content", () => {
    accepts(response(" 3"), { framing: "content-length", contentLength: 3, content: "abc", isReusable: true });
  });

  test("zero is content of no octets", () => {
    accepts("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", { contentLength: 0, content: "", isReusable: true });
  });

  test("the name is compared without case", () => {
    accepts("HTTP/1.1 200 OK\r\nCONTENT-length: 3\r\n\r\nabc", { content: "abc" });
  });

  test("leading zeros do not change the number", () => {
    accepts(response(" 03"), { contentLength: 3, content: "abc" });
    accepts(response(` ${"0".repeat(40)}3`), { contentLength: 3, content: "abc" });
  });

  test("whitespace around the number is left out", () => {
    for (const value of ["3", "  3", "\t3", " 3 ", " 3\t", " 3 \t"]) accepts(response(value), { content: "abc" });
  });

  test("MAY: the same number given again counts once", () => {
    accepts(response(" 3\r\nContent-Length: 3"), { contentLength: 3, content: "abc" });
    accepts(response(" 3, 3"), { contentLength: 3, content: "abc" });
    accepts(response(" 3,3\r\ncontent-length: 3 , 3"), { contentLength: 3, content: "abc" });
  });

  test("numbers that differ are refused", () => {
    for (const value of [" 3\r\nContent-Length: 4", " 3, 4", " 3,3,30", " 0\r\nA: b\r\ncontent-length: 3"]) {
      refuses(response(value), "conflicting-content-length");
    }
  });

  test("a value that is no number is refused", () => {
    const values = [
      "",
      " ",
      " +3",
      " -3",
      " 0x3",
      " 3.0",
      " 3 3",
      " 3;",
      " three",
      " 1e1",
      " 3_0",
      " ٣".replace("٣", "\xb3"),
    ];
    for (const value of values) refuses(response(value), "invalid-content-length");
  });

  test("an empty element in the list is refused", () => {
    for (const value of [" 3,", " ,3", " 3,,3", " ,"]) refuses(response(value), "invalid-content-length");
  });

  test("MUST: numbers up to 2^53-1 are exact", () => {
    for (const size of [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 32 + 3, 2 ** 53 - 1]) {
      const { final, content } = waits(response(` ${size}`));
      expect(final?.contentLength).toBe(size);
      expect(content).toBe("abc");
    }
  });

  test("MUST: no number overflows or loses precision: above 2^53-1 is an error", () => {
    const values = ["9007199254740992", "9007199254740993", "9223372036854775808", "18446744073709551616"];
    for (const value of [...values, "18446744073709551619", `1${"0".repeat(40)}3`]) {
      refuses(response(` ${value}`), "invalid-content-length");
    }
  });

  test("a field whose name only resembles Content-Length does not count", () => {
    for (const name of [
      "Content_Length",
      "Content-Lengt",
      "X-Content-Length",
      "Content-Length1",
      "Content-Len\xf0th",
    ]) {
      if (name.includes("\xf0")) refuses(`HTTP/1.1 200 OK\r\n${name}: 1\r\n\r\n`, "invalid-header-name");
      else accepts(`HTTP/1.1 200 OK\r\n${name}: 1\r\nContent-Length: 3\r\n\r\nabc`, { content: "abc" });
    }
  });

  test("with Transfer-Encoding beside it the message is an error, in either order", () => {
    const chunks = "3\r\nabc\r\n0\r\n\r\n";
    for (const [a, b] of [
      ["Content-Length: 3", "Transfer-Encoding: chunked"],
      ["Transfer-Encoding: chunked", "Content-Length: 13"],
      ["Transfer-Encoding: ,chunked", "Content-Length: 0"],
    ]) {
      refuses(`HTTP/1.1 200 OK\r\n${a}\r\n${b}\r\n\r\n${chunks}`, "content-length-with-transfer-encoding");
    }
  });

  test("an invalid Content-Length is an error with Transfer-Encoding beside it too", () => {
    refuses(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n0\r\n\r\n",
      "invalid-content-length",
    );
  });
});

describe("RFC 9112 6.2 Content-Length sent", () => {
  const head = (...lines: [string, string][]) => encodeRequestHead("POST", "/", [["Host", "a"], ...lines]);

  test("MUST NOT: Content-Length does not go out beside Transfer-Encoding", () => {
    const reason = "content-length-with-transfer-encoding";
    expect(() => head(["Content-Length", "3"], ["Transfer-Encoding", "chunked"])).toThrow(
      expect.objectContaining({ reason }),
    );
    expect(() => head(["transfer-encoding", "chunked"], ["content-length", "0"])).toThrow(
      expect.objectContaining({ reason }),
    );
  });

  test("MUST NOT: no second Content-Length goes out, the same number or not, in whatever case", () => {
    for (const second of ["3", "4"]) {
      expect(() => head(["Content-Length", "3"], ["content-LENGTH", second])).toThrow(
        expect.objectContaining({ reason: "conflicting-content-length" }),
      );
    }
  });

  test("a Content-Length that is no decimal number is refused", () => {
    for (const value of ["", "-1", "+1", "1.0", "0x1", "1 1", "1,1", "a", "9007199254740992"]) {
      expect(() => head(["Content-Length", value])).toThrow(
        expect.objectContaining({ reason: "invalid-content-length" }),
      );
    }
  });
});
