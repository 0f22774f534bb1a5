// RFC 9112 section 5.2: a user agent replaces each obs-fold (OWS CRLF RWS) with SP before it interprets a value.
// Where a fold could hide framing it is refused. Above all, no CR or LF is ever left in a value.

import { describe, expect, test } from "vitest";
import { accepts, inEveryWay, refuses } from "../protocol-cases.ts";

const START = "HTTP/1.1 204 No Content\r\n";

function unfoldsTo(line: string, value: string): void {
  accepts(`${START}${line}\r\nB: c\r\n\r\n`, {
    headers: [
      ["A", value],
      ["B", "c"],
    ],
  });
  accepts(`${START}B: c\r\n${line}\r\n\r\n`, {
    headers: [
      ["B", "c"],
      ["A", value],
    ],
  });
}

describe("RFC 9112 5.2 obsolete line folding", () => {
  test("MUST: a fold is replaced with one SP", () => {
    unfoldsTo("A: b\r\n c", "b c");
    unfoldsTo("A: b\r\n\tc", "b c");
  });

  test("the whitespace around the line break belongs to the fold", () => {
    unfoldsTo("A: b \t\r\n \t c", "b c");
  });

  test("each fold of a value is replaced", () => {
    unfoldsTo("A: b\r\n c\r\n\td\r\n  e", "b c d e");
  });

  test("whitespace that is no fold stays", () => {
    unfoldsTo("A: b  c\r\n d\t\te", "b  c d\t\te");
  });

  test("a fold in front of the value is whitespace around it", () => {
    unfoldsTo("A:\r\n b", "b");
    unfoldsTo("A: \r\n\tb", "b");
  });

  test("a fold behind the value is whitespace around it", () => {
    unfoldsTo("A: b\r\n ", "b");
    unfoldsTo("A: b\r\n \t", "b");
    unfoldsTo("A: b \r\n \r\n ", "b");
  });

  test("a value of folds alone is empty", () => {
    unfoldsTo("A:\r\n ", "");
    unfoldsTo("A: \r\n \r\n\t", "");
  });

  test("a folded line that looks like a field is part of the value", () => {
    unfoldsTo("A: b\r\n Content-Length: 5", "b Content-Length: 5");
    unfoldsTo("A: b\r\n Transfer-Encoding: chunked", "b Transfer-Encoding: chunked");
  });

  test("whatever the folds are, no CR and no LF is left in a value", () => {
    const parts = ["", " ", "x", "\r\n ", "\r\n\t", " \r\n "];
    for (const a of parts) {
      for (const b of parts) {
        for (const c of parts) {
          const { error, final } = inEveryWay(`${START}A:${a}${b}${c}\r\n\r\n`, {});
          expect(error).toBeNull();
          expect(final?.headers[0]?.[1], JSON.stringify(a + b + c)).toMatch(/^(?:x(?:.*x)?)?$/);
        }
      }
    }
  });

  test("a fold does not end a head: the empty line does", () => {
    accepts("HTTP/1.1 200 OK\r\nA: b\r\n \r\nContent-Length: 3\r\n\r\nabc", { content: "abc" });
  });

  test("a framing field that is folded is refused", () => {
    const start = "HTTP/1.1 200 OK\r\n";
    refuses(`${start}Content-Length: 1\r\n 2\r\n\r\nabc`, "folded-framing-header");
    refuses(`${start}Content-Length:\r\n 12\r\n\r\nabc`, "folded-framing-header");
    refuses(`${start}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`, "folded-framing-header");
    refuses(`${start}Transfer-Encoding: chunked\r\n , gzip\r\n\r\n0\r\n\r\n`, "folded-framing-header");
    refuses(`${start}Connection: keep-alive,\r\n close\r\nContent-Length: 0\r\n\r\n`, "folded-framing-header");
    refuses(`${start}Content-Length: 0\r\n \r\n\r\n`, "folded-framing-header");
  });

  test("a control octet or a bare CR in a folded line is refused", () => {
    refuses(`${START}A: b\r\n c\0d\r\n\r\n`, "invalid-header-value", { offset: START.length + 8 });
    refuses(`${START}A: b\r\n c\rd\r\n\r\n`, "bare-cr", { offset: START.length + 8 });
    refuses(`${START}A: b\n c\r\n\r\n`, "bare-lf", { offset: START.length + 4 });
  });

  test("under the leniency bare-lf a lone LF folds too", () => {
    accepts(`${START}A: b\n c\n\n`, { headers: [["A", "b c"]] }, { connection: { leniency: ["bare-lf"] } });
  });

  test("trailer fields are unfolded as header fields are", () => {
    accepts("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n\r\n", {
      trailers: [["A", "b c"]],
    });
  });

  test("folding in one line leaves the others as they are", () => {
    accepts(`${START}A: b\r\n c\r\nD: e  f\r\nG: h\r\n\ti\r\n\r\n`, {
      headers: [
        ["A", "b c"],
        ["D", "e  f"],
        ["G", "h i"],
      ],
    });
  });
});
