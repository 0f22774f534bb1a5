// RFC 9110 section 2.3: a recipient expects elements that pass every reasonable size, and takes those of a size that it
// sends itself. (What each limit does at its number: test/unit/limits.test.ts.)

import { ClientConnection, encodeRequestHead, type Limits } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets } from "../octets.ts";
import { connectionFor, play, refuses } from "../protocol-cases.ts";

const ONE_MIB = 1024 * 1024;
/** The largest that can be set (docs/limits.md). */
const WIDEST: Partial<Limits> = { maxHeaderSize: 262_144, maxHeaderLines: 4096 };

/** The longest value that a request can carry in a field named A, found by asking. */
function longestSent(): number {
  const fits = (size: number): boolean => {
    try {
      encodeRequestHead("GET", "/", { Host: "a", A: "x".repeat(size) });
      return true;
    } catch {
      return false;
    }
  };
  let [low, high] = [0, ONE_MIB];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

describe("RFC 9110 2.3 length requirements", () => {
  test("MUST: a value as long as the longest that can be sent can be received", () => {
    const size = longestSent();
    expect(size).toBeGreaterThan(250_000);
    const value = "x".repeat(size);
    const { error, final } = play([`HTTP/1.1 204 X\r\nA: ${value}\r\n\r\n`], { connection: { limits: WIDEST } });
    expect(error).toBeNull();
    expect(final?.headers).toEqual([["A", value]]);
  });

  test("MUST: as many lines as can be sent can be received", () => {
    const lines = Array.from({ length: 4095 }, (): [string, string] => ["A", "b"]);
    expect(() => encodeRequestHead("GET", "/", [["Host", "a"], ...lines])).not.toThrow();
    const head = `HTTP/1.1 204 X\r\n${"A: b\r\n".repeat(4096)}\r\n`;
    expect(play([head], { connection: { limits: WIDEST } }).final?.headers).toHaveLength(4096);
  });

  test("MUST: a chunk as large as one that is sent can be received", () => {
    const content = octets("x".repeat(ONE_MIB));
    const sender = new ClientConnection();
    const headers = { Host: "a", "Transfer-Encoding": "chunked" };
    sender.send({ type: "request", method: "POST", target: "/", headers });
    const chunk = sender.send({ type: "content", octets: content });
    const connection = connectionFor({});
    connection.receive(octets("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
    expect(connection.nextEvent().type).toBe("response");
    connection.receive(chunk);
    let size = 0;
    for (let event = connection.nextEvent(); event.type === "content"; event = connection.nextEvent()) {
      size += event.octets.length;
    }
    expect(size).toBe(ONE_MIB);
  });

  test.each([
    ["a reason phrase", "HTTP/1.1 200 ", "max-header-size"],
    ["a field name", "HTTP/1.1 200 OK\r\n", "max-header-size"],
    ["a field value", "HTTP/1.1 200 OK\r\nA: ", "max-header-size"],
    ["a chunk extension", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "max-chunk-extension-size"],
    ["a trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: ", "max-trailer-size"],
  ])("SHOULD: %s without an end is stopped at a limit", (_what, start, reason) => {
    const outcome = play([start, ...Array.from({ length: 64 }, () => "x".repeat(ONE_MIB / 64))], {});
    expect(outcome.error?.reason).toBe(reason);
  });

  test("SHOULD: numbers without an end are stopped", () => {
    refuses(`HTTP/1.1 200 OK\r\nContent-Length: ${"9".repeat(100)}\r\n\r\n`, "invalid-content-length");
    const chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    refuses(`${chunks}${"f".repeat(100)}\r\n`, "invalid-chunk-size");
  });
});
