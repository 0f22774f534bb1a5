// RFC 9112 section 2.2: what a recipient takes for octets, lines and the border between start line and fields.
// What the section leaves to the recipient (a lone LF) is strict here and lenient only when asked for by name.

import { describe, test } from "vitest";
import { accepts, refuses } from "../protocol-cases.ts";

const LENIENT = { connection: { leniency: ["bare-lf"] as const } };

describe("RFC 9112 2.2 message parsing", () => {
  test("a message is octets, not Unicode text: each octet of a value is one character", () => {
    accepts("HTTP/1.1 200 OK\r\nName: \xc4\x8d\xc4\x8a\xff\x80\r\nContent-Length: 0\r\n\r\n", {
      headers: [
        ["Name", "\xc4\x8d\xc4\x8a\xff\x80"],
        ["Content-Length", "0"],
      ],
    });
  });

  test("octets that are no UTF-8 pass through the reason phrase and the content unchanged", () => {
    accepts("HTTP/1.1 200 \xe9t\xe9\xff\r\nContent-Length: 3\r\n\r\n\x00\xff\x0a", {
      reason: "\xe9t\xe9\xff",
      content: "\x00\xff\x0a",
    });
  });

  test("a lone LF does not end the status line", () => {
    refuses("HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", "bare-lf", { offset: 15 });
  });

  test("a lone LF does not end a field line", () => {
    refuses("HTTP/1.1 200 OK\r\nA: b\nContent-Length: 0\r\n\r\n", "bare-lf", { offset: 21 });
  });

  test("a lone LF is no empty line", () => {
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n", "bare-lf", { offset: 36 });
    refuses("HTTP/1.1 200 OK\r\n\nContent-Length: 0\r\n\r\n", "bare-lf", { offset: 17 });
  });

  test("MAY: under the leniency bare-lf a lone LF ends every line of a head", () => {
    const headers: [string, string][] = [
      ["A", "b"],
      ["Content-Length", "3"],
    ];
    accepts("HTTP/1.1 200 OK\nA: b\nContent-Length: 3\n\nabc", { reason: "OK", headers, content: "abc" }, LENIENT);
    accepts("HTTP/1.1 200\nA: b\r\nContent-Length: 3\n\r\nabc", { reason: "", headers, content: "abc" }, LENIENT);
    accepts("HTTP/1.1 200 OK\r\nA: b\nContent-Length: 3\r\n\nabc", { headers, content: "abc" }, LENIENT);
  });

  test("the leniency bare-lf reaches interim heads too", () => {
    accepts("HTTP/1.1 100 Continue\n\nHTTP/1.1 204 No Content\n\n", { interim: [100], status: 204 }, LENIENT);
  });

  test("the leniency bare-lf does not extend to chunk framing", () => {
    const head = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n";
    refuses(`${head}3\nabc\r\n0\r\n\r\n`, "invalid-chunk-size", LENIENT);
    refuses(`${head}3\r\nabc\n0\r\n\r\n`, "invalid-chunk-end", LENIENT);
    refuses(`${head}3\r\nabc\r\n0\n\r\n`, "invalid-chunk-size", LENIENT);
  });

  test("the leniency bare-lf does not extend to the trailer section", () => {
    const message = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n0\r\n";
    refuses(`${message}\n`, "bare-lf", LENIENT);
    refuses(`${message}A: b\n\r\n`, "bare-lf", LENIENT);
  });

  test("MUST: a bare CR in the status line makes it invalid", () => {
    refuses("HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n", "bare-cr", { offset: 14 });
    refuses("HTTP/1.1 200 OK\r\r\nContent-Length: 0\r\n\r\n", "bare-cr", { offset: 15 });
    refuses("HTTP/1.1 200\rOK\r\nContent-Length: 0\r\n\r\n", "bare-cr", { offset: 12 });
  });

  test("MUST: a bare CR in a field line makes it invalid, wherever it stands", () => {
    refuses("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", "bare-cr", { offset: 21 });
    refuses("HTTP/1.1 200 OK\r\nA: b\r\r\n\r\n", "bare-cr", { offset: 21 });
    refuses("HTTP/1.1 200 OK\r\nA:\r b\r\n\r\n", "bare-cr", { offset: 19 });
    refuses("HTTP/1.1 200 OK\r\nA: b\rContent-Length: 0\r\n\r\n", "bare-cr", { offset: 21 });
  });

  test("MUST: a bare CR does not begin the empty line", () => {
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\rX\n", "bare-cr", { offset: 36 });
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\r\n", "bare-cr", { offset: 36 });
  });

  test("MUST: a bare CR is invalid under the leniency bare-lf too", () => {
    refuses("HTTP/1.1 200 OK\nA: b\rc\n\n", "bare-cr", LENIENT);
    refuses("HTTP/1.1 200 OK\nA: b\r\r\n\n", "bare-cr", LENIENT);
  });

  test("MUST: a line led by whitespace right behind the status line is refused", () => {
    for (const blank of [" ", "\t", "  \t "]) {
      refuses(`HTTP/1.1 200 OK\r\n${blank}A: b\r\nContent-Length: 0\r\n\r\n`, "whitespace-before-headers", {
        offset: 17,
      });
    }
  });

  test("MUST: a line of whitespace alone right behind the status line is refused", () => {
    refuses("HTTP/1.1 200 OK\r\n \r\nContent-Length: 0\r\n\r\n", "whitespace-before-headers", { offset: 17 });
    refuses("HTTP/1.1 200 OK\n\t\nContent-Length: 0\n\n", "whitespace-before-headers", { offset: 16, ...LENIENT });
  });

  test("a whitespace-led framing field behind the status line never counts", () => {
    refuses("HTTP/1.1 200 OK\r\n Content-Length: 5\r\n\r\nabcde", "whitespace-before-headers");
  });

  test("nothing but a message is skipped in front of the status line", () => {
    refuses(" HTTP/1.1 200 OK\r\n\r\n", "invalid-version", { offset: 0 });
    refuses("\0HTTP/1.1 200 OK\r\n\r\n", "invalid-version", { offset: 0 });
    refuses("XHTTP/1.1 200 OK\r\n\r\n", "invalid-version", { offset: 0 });
  });

  test("empty lines in front of a status line are refused: to skip them is for servers", () => {
    refuses("\r\nHTTP/1.1 200 OK\r\n\r\n", "invalid-version", { offset: 0 });
    refuses("\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "invalid-version", { offset: 0 });
    refuses("HTTP/1.1 100 Continue\r\n\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "invalid-version", { offset: 0 });
    refuses("\nHTTP/1.1 200 OK\n\n", "invalid-version", { offset: 0, ...LENIENT });
  });
});
