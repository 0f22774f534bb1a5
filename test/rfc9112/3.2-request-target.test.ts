// RFC 9112 section 3.2: the request target on the sending side, and the Host field that must go with it.
// The target is the caller's, octet for octet; what is judged is whether it can stand in a request line.

import { ClientConnection, encodeRequestHead, LocalProtocolError } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { text } from "../octets.ts";

type Pairs = [name: string, value: string][];

function send(method: string, target: string, headers: Pairs = [["Host", "example.com"]]): string {
  return text(new ClientConnection().send({ type: "request", method, target, headers }));
}

function requestLine(method: string, target: string): string {
  return send(method, target).split("\r\n")[0] ?? "";
}

function expectRefused(call: () => unknown, reason: string): void {
  expect(call).toThrow(LocalProtocolError);
  expect(call).toThrow(expect.objectContaining({ reason, code: "ERR_LOCAL_PROTOCOL_ERROR" }));
}

describe("RFC 9112 3.2 request target", () => {
  test("3.2.1: origin-form goes out octet for octet", () => {
    for (const target of ["/", "/a%20b;c=d?", "/?", "//two", "/a/../b", "/%zz", "/~!$&'()*+,;=:@[]{}|\\^`<>\""]) {
      expect(requestLine("GET", target)).toBe(`GET ${target} HTTP/1.1`);
    }
  });

  test("3.2.2: absolute-form goes out as given, with Host beside it", () => {
    expect(send("GET", "http://example.com:80/a")).toBe(
      "GET http://example.com:80/a HTTP/1.1\r\nHost: example.com\r\n\r\n",
    );
  });

  test("3.2.3: the target of CONNECT is host and port", () => {
    for (const target of ["example.com:443", "192.0.2.1:80", "[2001:db8::1]:8080"]) {
      expect(requestLine("CONNECT", target)).toBe(`CONNECT ${target} HTTP/1.1`);
    }
  });

  test("3.2.3: any other target of CONNECT is refused", () => {
    const targets = ["/", "example.com", "example.com:", ":443", "http://example.com:443", "a@example.com:443", "*"];
    for (const target of [...targets, "example.com:443/", "example.com:https", "2001:db8::1:443", "[2001:db8::1]"]) {
      expectRefused(() => send("CONNECT", target), "invalid-target");
    }
  });

  test("3.2.4: a server-wide OPTIONS has the target *", () => {
    expect(requestLine("OPTIONS", "*")).toBe("OPTIONS * HTTP/1.1");
  });

  test("3.2: no whitespace and no control octet stands in a target", () => {
    for (const octet of [" ", "\t", "\r", "\n", "\v", "\f", "\0", "\x1f", "\x7f"]) {
      for (const target of [`/${octet}`, `${octet}/`, `/a${octet}b`]) {
        expectRefused(() => encodeRequestHead("GET", target, { Host: "a" }), "invalid-target");
      }
    }
  });

  test("3.2: nothing above 0x7E stands in a target, and nothing is cut down to an octet", () => {
    for (const target of ["/\x80", "/\xe9", "/\xff", "/\u010d\u010a", "/\u{1f600}", "/\u2028"]) {
      expectRefused(() => encodeRequestHead("GET", target, { Host: "a" }), "invalid-target");
    }
  });

  test("3.2: an empty target is refused", () => {
    expectRefused(() => encodeRequestHead("GET", "", { Host: "a" }), "invalid-target");
  });

  test("3.2: a target cannot bring a second request line", () => {
    expectRefused(() => send("GET", "/ HTTP/1.1\r\nHost: evil\r\n\r\nGET /"), "invalid-target");
  });

  test("3.2: MUST: every request has a Host field", () => {
    expectRefused(() => send("GET", "/", []), "missing-host");
    expectRefused(() => send("GET", "http://example.com/", [["Accept", "*/*"]]), "missing-host");
  });

  test("3.2: MUST: there is exactly one Host field, in whatever case", () => {
    const pairs: Pairs = [
      ["Host", "example.com"],
      ["hOST", "example.com"],
    ];
    expectRefused(() => send("GET", "/", pairs), "duplicate-host");
  });

  test("3.2: Host may be empty, and is sent so, when the target has no authority", () => {
    expect(send("OPTIONS", "*", [["Host", ""]])).toBe("OPTIONS * HTTP/1.1\r\nHost: \r\n\r\n");
  });

  test("3.2: Host is uri-host with an optional port", () => {
    const hosts = [
      "a",
      "example.com:8080",
      "a:",
      "192.0.2.1",
      "[2001:db8::1]",
      "[::1]:80",
      "xn--bcher-kva.example",
      "a%41_b~",
    ];
    for (const host of hosts) expect(send("GET", "/", [["Host", host]])).toContain(`\r\nHost: ${host}\r\n`);
  });

  test("3.2: any other Host is refused", () => {
    const hosts = [
      "a b",
      "a/b",
      "user@a",
      "a:b",
      "a:80:81",
      "a?b",
      "a#b",
      "[::1",
      "::1",
      "[]",
      "[::1]x",
      "http://a",
      "a\\b",
    ];
    for (const host of hosts) expectRefused(() => send("GET", "/", [["Host", host]]), "invalid-host");
  });

  test("3.2: brackets in Host hold an IP address and nothing else", () => {
    for (const host of ["[example.com]", "[:]", "[1.2.3.4]"]) {
      expectRefused(() => send("GET", "/", [["Host", host]]), "invalid-host");
    }
  });
});
