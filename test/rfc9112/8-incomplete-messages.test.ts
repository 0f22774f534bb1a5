// RFC 9112 section 8: a message that the close cut short is recorded as incomplete. Only content whose end is the
// close itself is complete then. Every cut is tried at each octet of a message.

import { describe, expect, test } from "vitest";
import { octets } from "../octets.ts";
import { accepts, connectionFor, inEveryWay, refuses, waits } from "../protocol-cases.ts";

const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

function messageOfCut(response: string): string {
  const connection = connectionFor({});
  connection.receive(octets(response));
  connection.receive(null);
  try {
    while (connection.nextEvent().type !== "closed");
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "not cut";
}

describe("RFC 9112 8 incomplete messages", () => {
  test("no octet at all is no response", () => {
    refuses("", "no-response");
  });

  test("MUST: a head that is cut, at whatever octet, is incomplete", () => {
    for (let size = 1; size < HEAD.length; size++) {
      refuses(HEAD.slice(0, size), "incomplete-head", { offset: size });
    }
  });

  test("a head that is cut behind an interim response is incomplete", () => {
    refuses("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2", "incomplete-head", { offset: 10 });
  });

  test("MUST: content cut before Content-Length is incomplete", () => {
    for (const content of ["", "a", "ab"]) refuses(HEAD + content, "incomplete-content");
    accepts(`${HEAD}abc`, { content: "abc", isReusable: false }, { closes: true });
  });

  test("MUST: a huge Content-Length that is cut never succeeds early", () => {
    for (const size of [2 ** 31, 2 ** 32 + 3, 2 ** 53 - 1]) {
      refuses(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\nabc`, "incomplete-content");
    }
  });

  test("MUST: chunked content cut before the end of the trailer section, at whatever octet, is incomplete", () => {
    const chunks = "3;a=b\r\nabc\r\n0\r\nA: b\r\n\r\n";
    for (let size = 0; size < chunks.length; size++) refuses(CHUNKED + chunks.slice(0, size), "incomplete-content");
    accepts(CHUNKED + chunks, { content: "abc", trailers: [["A", "b"]], isReusable: false }, { closes: true });
  });

  test("the last chunk without its empty line is incomplete", () => {
    refuses(`${CHUNKED}3\r\nabc\r\n0\r\n`, "incomplete-content");
    refuses(`${CHUNKED}3\r\nabc\r\n0\r\n\r`, "incomplete-content");
    waits(`${CHUNKED}3\r\nabc\r\n0\r\n`);
  });

  test("close-delimited content is complete when the head was", () => {
    accepts("HTTP/1.1 200 OK\r\n\r\nab", { content: "ab", framing: "close-delimited" }, { closes: true });
    refuses("HTTP/1.1 200 OK\r\n\r", "incomplete-head");
  });

  test("a message with no content is complete with its head", () => {
    accepts("HTTP/1.1 204 No Content\r\n\r\n", { content: "", isReusable: false }, { closes: true });
    accepts(HEAD, { content: "", isReusable: false }, { closes: true, method: "HEAD" });
  });

  test("without the close there is only more to wait for", () => {
    for (const part of ["HTTP/1.1 2", HEAD.slice(0, -1), HEAD, `${HEAD}ab`, `${CHUNKED}3\r\na`]) waits(part);
  });

  test("a cut response is not reusable", () => {
    for (const part of ["", "HTTP/1.1 2", `${HEAD}ab`, `${CHUNKED}3\r\na`]) {
      expect(inEveryWay(part, { closes: true }).isReusable).toBe(false);
    }
  });

  test("a broken head that is cut is broken, not incomplete, however its octets came", () => {
    refuses("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nA : b\r\n", "whitespace-before-colon", { offset: 44 });
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\nA", "conflicting-content-length");
  });

  test("a broken trailer section that is cut is broken, not incomplete, however its octets came", () => {
    const trailers = "X-First-Trailer: first value of all\r\nX-Broken : b";
    refuses(`${CHUNKED}0\r\n${trailers}`, "whitespace-before-colon", { offset: CHUNKED.length + 3 + 45 });
  });

  test("the error tells how much had come", () => {
    expect(messageOfCut(`${HEAD}ab`)).toMatch(/\b2 octets of content, 1 octets? short/);
    expect(messageOfCut(`${CHUNKED}5\r\nabcd`)).toMatch(/\b4 octets of content/);
    expect(messageOfCut("HTTP/1.1 200")).toMatch(/\b12 octets/);
  });
});
