// RFC 9110 section 5.6.1: empty elements of a list are passed over, in every list that the client reads. Content-Length
// is no list: RFC 9112 section 6.3 bears repeated numbers only.

import { describe, expect, test } from "vitest";
import { accepts, connectionFor, refuses } from "../protocol-cases.ts";

const EMPTY = [",X", "X,", ", ,X", "X,,", " , \t,X, ,\t"];

describe("MUST: empty elements are passed over in", () => {
  test.each(EMPTY)("Transfer-Encoding: %j", (list) => {
    const value = list.replace("X", "chunked");
    accepts(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${value}\r\n\r\n1\r\na\r\n0\r\n\r\n`, { content: "a" });
  });

  test.each(EMPTY)("Connection: %j", (list) => {
    const response = (option: string) =>
      `HTTP/1.1 200 OK\r\nConnection: ${list.replace("X", option)}\r\nContent-Length: 0\r\n\r\n`;
    accepts(response("close"), { isReusable: false });
    accepts(response("other"), { isReusable: true });
  });

  test.each(EMPTY)("Upgrade: %j", (list) => {
    const headers: [string, string][] = [
      ["Connection", "upgrade"],
      ["Upgrade", "a/1, b"],
    ];
    const response = (protocol: string) => `HTTP/1.1 101 X\r\nUpgrade: ${list.replace("X", protocol)}\r\n\r\n`;
    accepts(response("b"), { status: 101, isSwitch: true }, { headers });
    refuses(response("c"), "unexpected-upgrade", { headers });
  });

  test.each(EMPTY)("Upgrade in a request, where the caller puts them: %j", (list) => {
    const headers: [string, string][] = [["Upgrade", list.replace("X", "a/1").trim()]];
    expect(connectionFor({ headers }).requestFacts?.offers).toEqual(["a/1"]);
  });

  test.each(EMPTY)("Keep-Alive: %j", (list) => {
    const response = (value: string) =>
      `HTTP/1.1 200 OK\r\nKeep-Alive: ${list.replace("X", value)}\r\nContent-Length: 0\r\n\r\n`;
    accepts(response("timeout=0"), { isReusable: false });
    accepts(response("timeout=5"), { isReusable: true });
  });
});
