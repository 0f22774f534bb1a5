// RFC 9112 sections 5 and 5.1: field-line = field-name ":" OWS field-value OWS, with names and values of RFC 9110
// sections 5.1 and 5.5. Both directions: lines of a response, and lines that the client sends.

import { encodeRequestHead, LocalProtocolError } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets, text } from "../octets.ts";
import { accepts, refuses } from "../protocol-cases.ts";

const START = "HTTP/1.1 204 No Content\r\n";

function acceptsLine(line: string, name: string, value: string): void {
  accepts(`${START}${line}\r\n\r\n`, { headers: [[name, value]], isReusable: true });
}

/** `at` counts from the start of the line. */
function refusesLine(line: string, reason: string, at?: number): void {
  const offset = at === undefined ? {} : { offset: START.length + at };
  refuses(`${START}${line}\r\n\r\n`, reason, offset);
}

describe("RFC 9112 5 and 5.1 field lines received", () => {
  test("MUST: whitespace around a value is left out", () => {
    for (const line of ["A:b", "A: b", "A:  b", "A:\tb", "A: b ", "A: b\t", "A: \t b \t "]) acceptsLine(line, "A", "b");
  });

  test("whitespace within a value stays", () => {
    acceptsLine("A: b  c\td", "A", "b  c\td");
  });

  test("a value may be empty", () => {
    for (const line of ["A:", "A: ", "A:\t ", "A:   "]) acceptsLine(line, "A", "");
  });

  test("a value may hold colons, commas, quotes and anything else that is visible", () => {
    acceptsLine('A: b:c, "d\\"e" <f> {g}', "A", 'b:c, "d\\"e" <f> {g}');
  });

  test("a name is a token, and its case is kept", () => {
    acceptsLine("!#$%&'*+-.^_`|~09azAZ: x", "!#$%&'*+-.^_`|~09azAZ", "x");
  });

  test("order, case and duplicates of lines are kept", () => {
    accepts(`${START}Set-Cookie: a=1\r\nX: 1\r\nset-cookie: b=2\r\nSet-Cookie: a=1\r\n\r\n`, {
      headers: [
        ["Set-Cookie", "a=1"],
        ["X", "1"],
        ["set-cookie", "b=2"],
        ["Set-Cookie", "a=1"],
      ],
    });
  });

  test("whitespace in front of the colon is refused", () => {
    refusesLine("A : b", "whitespace-before-colon", 1);
    refusesLine("A\t: b", "whitespace-before-colon", 1);
    refusesLine("Content-Length : 0", "whitespace-before-colon", 14);
    refusesLine("Transfer-Encoding : chunked", "whitespace-before-colon", 17);
  });

  test("an empty name is refused", () => {
    refusesLine(": b", "empty-header-name", 0);
    refusesLine(":", "empty-header-name", 0);
  });

  test("a line without a colon is refused", () => {
    refusesLine("Garbage", "missing-colon", 7);
    refusesLine("A: b\r\nGarbage", "missing-colon", 13);
  });

  test("an octet that is no tchar in a name is refused", () => {
    for (const octet of [
      "\0",
      "\x01",
      "\x1f",
      "\x7f",
      '"',
      "(",
      ")",
      ",",
      "/",
      ";",
      "<",
      "=",
      ">",
      "?",
      "@",
      "[",
      "\\",
      "]",
    ]) {
      refusesLine(`A${octet}B: c`, "invalid-header-name", 1);
    }
    for (const octet of ["{", "}", "\x80", "\xaa", "\xff"]) refusesLine(`A${octet}B: c`, "invalid-header-name", 1);
  });

  test("an octet that is no tchar in front of a framing field does not make it one", () => {
    refuses("HTTP/1.1 200 OK\r\n\vContent-Length: 5\r\n\r\nabcde", "invalid-header-name", { offset: 17 });
    refuses("HTTP/1.1 200 OK\r\n\0Transfer-Encoding: chunked\r\n\r\n", "invalid-header-name", { offset: 17 });
  });

  test("MUST: NUL in a value is refused", () => {
    refusesLine("A: b\0c", "invalid-header-value", 4);
    refusesLine("A:\0", "invalid-header-value", 2);
    refusesLine("A: b\0", "invalid-header-value", 4);
  });

  test("other control octets but HTAB in a value are refused", () => {
    for (let code = 1; code < 0x20; code++) {
      if (code === 0x09 || code === 0x0a || code === 0x0d) continue;
      refusesLine(`A: b${String.fromCharCode(code)}c`, "invalid-header-value", 4);
    }
    refusesLine("A: b\x7fc", "invalid-header-value", 4);
  });

  test("SHOULD: obs-text in a value is kept as it came", () => {
    acceptsLine("A: \x80\xa0\xff", "A", "\x80\xa0\xff");
    acceptsLine("A: \xa0b\x85", "A", "\xa0b\x85");
  });

  test("long names and values are cut at the right octet", () => {
    for (const size of [15, 16, 17, 31, 32, 33, 64]) {
      const name = "N".repeat(size);
      const value = "v".repeat(size);
      acceptsLine(`${name}: ${value}`, name, value);
      refusesLine(`${name}(: ${value}`, "invalid-header-name", size);
      refusesLine(`${name}: ${value}\x7f`, "invalid-header-value", 2 * size + 2);
    }
  });

  test("offsets of a refused interim or final head count from that head", () => {
    refuses("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA : b\r\n\r\n", "whitespace-before-colon", { offset: 18 });
  });
});

describe("RFC 9112 5 and 5.1 field lines sent", () => {
  const head = (name: string | Uint8Array, value: string | Uint8Array) =>
    encodeRequestHead("GET", "/", [
      ["Host", "a"],
      [name, value],
    ]);

  test("SHOULD: a line is name, colon, one SP, value, CRLF", () => {
    expect(text(head("X-Name", "value"))).toBe("GET / HTTP/1.1\r\nHost: a\r\nX-Name: value\r\n\r\n");
    expect(text(head("X-Name", ""))).toBe("GET / HTTP/1.1\r\nHost: a\r\nX-Name: \r\n\r\n");
  });

  test("MUST NOT: no whitespace goes out in front of a colon or in a name", () => {
    for (const name of ["X ", " X", "X\t", "X Y", ""]) {
      expect(() => head(name, "b")).toThrow(expect.objectContaining({ reason: "invalid-header-name" }));
    }
  });

  test("MUST NOT: no line folding goes out", () => {
    for (const value of ["a\r\n b", "a\r\n\tb", "a\n b", "a\r b", "a\r\n"]) {
      expect(() => head("X", value)).toThrow(LocalProtocolError);
      expect(() => head("X", octets(value))).toThrow(LocalProtocolError);
    }
  });
});
