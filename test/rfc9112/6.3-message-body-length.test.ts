// RFC 9112 section 6.3: how long the content is, by the numbers of that section. The request counts as much as the
// response (HEAD, CONNECT).

import { ClientConnection, LocalProtocolError } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets, text } from "../octets.ts";
import { accepts, refuses } from "../protocol-cases.ts";

const CONNECT = { method: "CONNECT", target: "example.com:443" };

describe("RFC 9112 6.3 message body length of responses", () => {
  test("(1) a response to HEAD has no content, whatever its fields say", () => {
    const none = { framing: "none", contentLength: null, content: "", isReusable: true } as const;
    for (const fields of ["", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"]) {
      accepts(`HTTP/1.1 200 OK\r\n${fields}\r\n`, none, { method: "HEAD" });
      accepts(`HTTP/1.1 404 Not Found\r\n${fields}\r\n`, none, { method: "HEAD" });
    }
  });

  test("(1) only HEAD is HEAD: methods are case-sensitive", () => {
    accepts("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", { content: "abc" }, { method: "head" });
  });

  test("(1) 204 and 304 have no content, whatever their fields say", () => {
    for (const status of [204, 304]) {
      for (const fields of ["", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"]) {
        accepts(`HTTP/1.1 ${status} X\r\n${fields}\r\n`, { status, framing: "none", content: "", isReusable: true });
      }
    }
  });

  test("(1) an interim response has no content, whatever its fields say", () => {
    const final = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    accepts(`HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n${final}`, { interim: [100], content: "ok" });
    accepts(`HTTP/1.1 103 X\r\nTransfer-Encoding: chunked\r\n\r\n${final}`, { interim: [103], content: "ok" });
  });

  test("(1) octets behind an interim head are the next head, never content", () => {
    refuses("HTTP/1.1 103 Early Hints\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n\r\n", "invalid-version", {
      offset: 0,
    });
  });

  test("(1) other statuses with no content in practice have the content that their fields say", () => {
    accepts("HTTP/1.1 205 Reset\r\nContent-Length: 1\r\n\r\na", { content: "a" });
    accepts("HTTP/1.1 303 See Other\r\nContent-Length: 1\r\n\r\na", { content: "a" });
  });

  test("(2) MUST: 2xx to CONNECT is a tunnel: framing fields are ignored, even faulty ones", () => {
    const fields = ["Content-Length: 5", "Content-Length: x", "Transfer-Encoding: gzip", "Transfer-Encoding: chunked"];
    for (const field of ["A: b", ...fields, "Content-Length: 1\r\nTransfer-Encoding: chunked"]) {
      const expected = { framing: "none", isSwitch: true, trailingData: "\0\r\ntunnel", isReusable: false } as const;
      accepts(`HTTP/1.1 200 OK\r\n${field}\r\n\r\n\0\r\ntunnel`, expected, CONNECT);
      accepts(`HTTP/1.1 299 OK\r\n${field}\r\n\r\n\0\r\ntunnel`, expected, CONNECT);
    }
  });

  test("(2) any other answer to CONNECT has its content as usual", () => {
    accepts(
      "HTTP/1.1 407 X\r\nContent-Length: 3\r\n\r\nabc",
      { isSwitch: false, content: "abc", isReusable: true },
      CONNECT,
    );
    refuses("HTTP/1.1 407 X\r\nContent-Length: x\r\n\r\nabc", "invalid-content-length", CONNECT);
  });

  test("(2) interim responses come in front of the tunnel", () => {
    accepts("HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\n\r\nxyz", { interim: [100], trailingData: "xyz" }, CONNECT);
  });

  test("(3) Transfer-Encoding with Content-Length is handled as an error", () => {
    const both = "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n";
    refuses(`HTTP/1.1 200 OK\r\n${both}\r\n3\r\nabc\r\n0\r\n\r\n`, "content-length-with-transfer-encoding");
  });

  test("(4) chunked is read to its last chunk", () => {
    accepts("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", {
      framing: "chunked",
      content: "abc",
    });
  });

  test("(5) MUST: an invalid Content-Length is an unrecoverable error", () => {
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 3a\r\n\r\nabc", "invalid-content-length");
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\nabcd", "conflicting-content-length");
  });

  test("(6) a valid Content-Length is the size of the content", () => {
    accepts("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", { framing: "content-length", content: "abc" });
  });

  test("(6) content is octets: lines and chunks in it mean nothing", () => {
    const content = "0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
    accepts(`HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n${content}`, { content });
  });

  test("(8) with neither field the content runs to the close", () => {
    const expected = { framing: "close-delimited", contentLength: null, keepAlive: false, isReusable: false } as const;
    accepts(
      "HTTP/1.1 200 OK\r\n\r\nabc\r\n\r\nHTTP/1.1",
      { ...expected, content: "abc\r\n\r\nHTTP/1.1" },
      { closes: true },
    );
    accepts("HTTP/1.1 200 OK\r\n\r\n", { ...expected, content: "" }, { closes: true });
    accepts("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nabc", { ...expected, content: "abc" }, { closes: true });
  });

  test("101 ends HTTP: what follows belongs to the other protocol", () => {
    const options = { headers: [["Upgrade", "x"] as [string, string], ["Connection", "upgrade"] as [string, string]] };
    accepts(
      "HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\0\x01abc",
      { status: 101, isSwitch: true, framing: "none", trailingData: "\0\x01abc", isReusable: false },
      options,
    );
  });

  test("101 that nobody asked for is an error", () => {
    refuses("HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "unexpected-upgrade");
  });
});

describe("RFC 9112 6.3 message body length of requests", () => {
  const start = (lines: [string, string][], method = "POST") => {
    const connection = new ClientConnection();
    connection.send({ type: "request", method, target: "/", headers: [["Host", "a"], ...lines] });
    return connection;
  };
  const abc = { type: "content", octets: octets("abc") } as const;

  test("(7) MUST: a request with neither field has no content", () => {
    expect(() => start([]).send(abc)).toThrow(expect.objectContaining({ reason: "content-too-long" }));
    expect(text(start([]).send({ type: "end" }))).toBe("");
  });

  test("content goes out as it is under Content-Length", () => {
    const connection = start([["Content-Length", "6"]]);
    expect(text(connection.send(abc)) + text(connection.send(abc)) + text(connection.send({ type: "end" }))).toBe(
      "abcabc",
    );
  });

  test("MUST NOT: content longer than Content-Length is refused, and the request has failed", () => {
    const connection = start([["Content-Length", "5"]]);
    connection.send(abc);
    expect(() => connection.send(abc)).toThrow(LocalProtocolError);
    expect(connection.requestState).toBe("failed");
    expect(() => connection.send({ type: "end" })).toThrow(LocalProtocolError);
  });

  test("MUST NOT: content shorter than Content-Length is refused, and the request has failed", () => {
    const connection = start([["Content-Length", "5"]]);
    connection.send(abc);
    expect(() => connection.send({ type: "end" })).toThrow(expect.objectContaining({ reason: "content-too-short" }));
    expect(connection.requestState).toBe("failed");
    expect(connection.isReusable).toBe(false);
  });

  test("MUST NOT: TRACE carries no content", () => {
    const reason = "content-with-trace";
    expect(() => start([["Content-Length", "3"]], "TRACE")).toThrow(expect.objectContaining({ reason }));
    expect(() => start([["Transfer-Encoding", "chunked"]], "TRACE")).toThrow(expect.objectContaining({ reason }));
  });
});
