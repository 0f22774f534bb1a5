// RFC 9112 section 7.1: chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF. Nothing is lenient: a chunked message
// that is only nearly right is how framing gets confused.

import { ClientConnection } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets, text } from "../octets.ts";
import { accepts, refuses, waits } from "../protocol-cases.ts";

const HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

function decodes(chunks: string, content: string): void {
  accepts(HEAD + chunks, { framing: "chunked", content, trailers: [], isReusable: true });
}

/** `at` counts from the first chunk. */
function breaks(chunks: string, reason: string, at: number): void {
  refuses(HEAD + chunks, reason, { offset: HEAD.length + at });
}

describe("RFC 9112 7.1 chunked coding received", () => {
  test("MUST: chunks are taken together, the last chunk ends the message", () => {
    decodes("3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n", "abcdefg");
  });

  test("content of no chunks is empty", () => {
    decodes("0\r\n\r\n", "");
  });

  test("chunk data is octets: CRLF, sizes and heads in it mean nothing", () => {
    decodes("e\r\n\r\n0\r\n\r\nHTTP/1.\r\n0\r\n\r\n", "\r\n0\r\n\r\nHTTP/1.");
    decodes("3\r\n\0\xff\r\r\n0\r\n\r\n", "\0\xff\r");
  });

  test("chunk-size is hexadecimal in both cases", () => {
    decodes(`A\r\n${"a".repeat(10)}\r\n0\r\n\r\n`, "a".repeat(10));
    decodes(`f\r\n${"f".repeat(15)}\r\n1B\r\n${"b".repeat(27)}\r\n0\r\n\r\n`, "f".repeat(15) + "b".repeat(27));
  });

  test("leading zeros do not change a size", () => {
    decodes("003\r\nabc\r\n000\r\n\r\n", "abc");
    decodes(`${"0".repeat(30)}3\r\nabc\r\n0\r\n\r\n`, "abc");
  });

  test("a size that does not begin with a hexadecimal digit is refused", () => {
    for (const size of ["", " 3", "\t3", "+3", "-3", "g", "x3", ";a", '"3"', "\x003", "\xb3", "\n"]) {
      breaks(`${size}\r\nabc\r\n0\r\n\r\n`, "invalid-chunk-size", 0);
    }
  });

  test("a size that goes on with anything else is refused: no valid front part counts", () => {
    for (const size of ["0x3", "3_0", "3g", "3.0", "3-", "3,3", '3"', "3\x00", "3\x80"]) {
      breaks(`${size}\r\nabc\r\n0\r\n\r\n`, "invalid-chunk-size", 1);
    }
  });

  test("whitespace behind a size without an extension is refused", () => {
    refuses(`${HEAD}3 \r\nabc\r\n0\r\n\r\n`, "invalid-chunk-extension");
    refuses(`${HEAD}3\t\r\nabc\r\n0\r\n\r\n`, "invalid-chunk-extension");
    refuses(`${HEAD}3\r\nabc\r\n0 \r\n\r\n`, "invalid-chunk-extension");
  });

  test("a size line ends with CRLF and nothing else", () => {
    breaks("3\nabc\r\n0\r\n\r\n", "invalid-chunk-size", 1);
    breaks("3\rabc\r\n0\r\n\r\n", "invalid-chunk-size", 2);
    breaks("3\r\r\nabc\r\n0\r\n\r\n", "invalid-chunk-size", 2);
    breaks("3\r\nabc\r\n0\n\r\n", "invalid-chunk-size", 9);
  });

  test("chunk data is followed by CRLF and nothing else", () => {
    breaks("3\r\nabc\n0\r\n\r\n", "invalid-chunk-end", 6);
    breaks("3\r\nabcd\r\n0\r\n\r\n", "invalid-chunk-end", 6);
    breaks("3\r\nabc0\r\n\r\n", "invalid-chunk-end", 6);
    breaks("3\r\nabc\rX0\r\n\r\n", "invalid-chunk-end", 7);
    breaks("3\r\nabc\r\r\n0\r\n\r\n", "invalid-chunk-end", 7);
    breaks("3\r\nab\r\n0\r\n\r\n", "invalid-chunk-end", 6);
  });

  test("an empty line between chunks is refused", () => {
    breaks("3\r\nabc\r\n\r\n0\r\n\r\n", "invalid-chunk-size", 8);
  });

  test("MUST: huge sizes are waited for and lose no precision", () => {
    for (const size of ["7fffffff", "80000000", "100000003", "1fffffffffffff"]) {
      expect(waits(`${HEAD}${size}\r\nabc\r\n0\r\n\r\n`).content).toBe("abc\r\n0\r\n\r\n");
    }
  });

  test("MUST: no size overflows: above 2^53-1 is an error", () => {
    breaks("20000000000000\r\nabc\r\n0\r\n\r\n", "invalid-chunk-size", 13);
    breaks("20000000000003\r\nabc\r\n0\r\n\r\n", "invalid-chunk-size", 13);
    breaks("10000000000000003\r\nabc\r\n0\r\n\r\n", "invalid-chunk-size", 14);
    breaks("fffffffffffffffd\r\nabc\r\n0\r\n\r\n", "invalid-chunk-size", 13);
    breaks(`1${"0".repeat(32)}3\r\nabc\r\n0\r\n\r\n`, "invalid-chunk-size", 14);
  });

  test("a chunked message that breaks never becomes reusable", () => {
    const connection = new ClientConnection();
    connection.send({ type: "request", method: "GET", target: "/", headers: { Host: "a" } });
    connection.send({ type: "end" });
    connection.receive(octets(`${HEAD}zz\r\n`));
    expect(connection.nextEvent().type).toBe("response");
    expect(() => connection.nextEvent()).toThrow(expect.objectContaining({ reason: "invalid-chunk-size" }));
    connection.receive(octets("0\r\n\r\n"));
    expect(() => connection.nextEvent()).toThrow(expect.objectContaining({ reason: "invalid-chunk-size" }));
    expect(connection.isReusable).toBe(false);
    expect(() => connection.startNextCycle()).toThrow(expect.objectContaining({ reason: "not-reusable" }));
  });
});

describe("RFC 9112 7.1 chunked coding sent", () => {
  const start = () => {
    const connection = new ClientConnection();
    const headers = { Host: "a", "Transfer-Encoding": "chunked" };
    connection.send({ type: "request", method: "POST", target: "/", headers });
    return connection;
  };

  test("each piece is one chunk, its size in lower-case hexadecimal", () => {
    const connection = start();
    expect(text(connection.send({ type: "content", octets: octets("abc") }))).toBe("3\r\nabc\r\n");
    expect(text(connection.send({ type: "content", octets: octets("x".repeat(26)) }))).toBe(
      `1a\r\n${"x".repeat(26)}\r\n`,
    );
  });

  test("an empty piece sends nothing: an empty chunk would end the message", () => {
    expect(text(start().send({ type: "content", octets: octets("") }))).toBe("");
  });

  test("the end sends the last chunk and an empty trailer section", () => {
    expect(text(start().send({ type: "end" }))).toBe("0\r\n\r\n");
  });

  test("nothing goes out behind the end", () => {
    const connection = start();
    connection.send({ type: "end" });
    expect(() => connection.send({ type: "content", octets: octets("abc") })).toThrow(
      expect.objectContaining({ reason: "wrong-order" }),
    );
    expect(() => connection.send({ type: "end" })).toThrow(expect.objectContaining({ reason: "wrong-order" }));
  });
});
