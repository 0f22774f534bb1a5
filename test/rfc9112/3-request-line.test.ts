// RFC 9112 section 3: request-line = method SP request-target SP HTTP-version. Only the sending side: what goes out,
// and what is refused before an octet is written.

import { ClientConnection, encodeRequestHead, LocalProtocolError, type SendEvent } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { text } from "../octets.ts";

const HOST = { Host: "example.com" };

function requestOf(method: string, target = "/"): SendEvent {
  return { type: "request", method, target, headers: HOST };
}

describe("RFC 9112 3 request line", () => {
  test("a request line is method, SP, target, SP, HTTP/1.1, CRLF, and nothing else", () => {
    expect(text(encodeRequestHead("GET", "/a?b=c", HOST))).toBe("GET /a?b=c HTTP/1.1\r\nHost: example.com\r\n\r\n");
  });

  test("MUST: ClientConnection.send gives the same octets, with no CRLF before or behind them", () => {
    const connection = new ClientConnection();
    expect(text(connection.send(requestOf("GET")))).toBe("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
    expect(text(connection.send({ type: "end" }))).toBe("");
  });

  test("MUST NOT: no CRLF goes out behind content", () => {
    const connection = new ClientConnection();
    connection.send({ type: "request", method: "POST", target: "/", headers: { ...HOST, "Content-Length": "3" } });
    expect(text(connection.send({ type: "content", octets: new Uint8Array([97, 98, 99]) }))).toBe("abc");
    expect(text(connection.send({ type: "end" }))).toBe("");
  });

  test("MUST NOT: no whitespace goes out between the request line and the first field line", () => {
    for (const name of [" Host", "\tHost", "\r\n Host", " "]) {
      expect(() => encodeRequestHead("GET", "/", [[name, "example.com"]]), JSON.stringify(name)).toThrow(
        expect.objectContaining({ reason: "invalid-header-name" }),
      );
    }
  });

  test("the method goes out as given: it is case-sensitive", () => {
    for (const method of ["get", "Post", "M-SEARCH", "x", "!#$%&'*+-.^_`|~09azAZ"]) {
      expect(text(encodeRequestHead(method, "/", HOST))).toBe(`${method} / HTTP/1.1\r\nHost: example.com\r\n\r\n`);
    }
  });

  test("a method that is no token is refused", () => {
    const methods = [
      "",
      " ",
      "GE T",
      " GET",
      "GET ",
      "GET\t",
      "GET\r\n",
      "GET\n",
      "GET /x HTTP/1.1\r\nA:",
      "G\0T",
      "G\x7fT",
    ];
    for (const method of [...methods, "GET:", "G(T", "G/T", 'G"T', "G,T", "G\xc9T", "G\u0254T", "\u{1f600}"]) {
      expect(() => encodeRequestHead(method, "/", HOST), JSON.stringify(method)).toThrow(LocalProtocolError);
      const connection = new ClientConnection();
      expect(() => connection.send(requestOf(method)), JSON.stringify(method)).toThrow(LocalProtocolError);
    }
  });

  test("a refused request leaves the connection as it was", () => {
    const connection = new ClientConnection();
    expect(() => connection.send(requestOf("GE T"))).toThrow(LocalProtocolError);
    expect(connection.requestState).toBe("idle");
    expect(connection.responseState).toBe("idle");
    expect(text(connection.send(requestOf("GET")))).toBe("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
  });

  test("SHOULD: a request line of 8000 octets can be sent", () => {
    const target = `/${"a".repeat(8000)}`;
    expect(text(encodeRequestHead("GET", target, HOST))).toBe(`GET ${target} HTTP/1.1\r\nHost: example.com\r\n\r\n`);
  });

  test("no request goes out while another is under way", () => {
    const connection = new ClientConnection();
    connection.send(requestOf("GET"));
    expect(() => connection.send(requestOf("GET"))).toThrow(LocalProtocolError);
    connection.send({ type: "end" });
    expect(() => connection.send(requestOf("GET"))).toThrow(LocalProtocolError);
  });
});
