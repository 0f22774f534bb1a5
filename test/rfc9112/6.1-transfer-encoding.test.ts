// RFC 9112 section 6.1: Transfer-Encoding. The one coding is `chunked`, once, without parameters; a coding that nobody
// asked for is never handed on undecoded, so everything else is an error.

import { LocalProtocolError } from "httpcore";
import { ClientConnection, encodeRequestHead } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets } from "../octets.ts";
import { accepts, refuses } from "../protocol-cases.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

const CHUNKS = "3\r\nabc\r\n0\r\n\r\n";

function response(value: string, version = "1.1"): string {
  return `HTTP/${version} 200 OK\r\nTransfer-Encoding:${value}\r\n\r\n${CHUNKS}`;
}

describe("RFC 9112 6.1 Transfer-Encoding received", () => {
  test("MUST: chunked is understood", () => {
    accepts(response(" chunked"), { framing: "chunked", contentLength: null, content: "abc", isReusable: true });
  });

  test("the name of field and coding are compared without case", () => {
    for (const value of [" CHUNKED", " Chunked", " cHuNkEd"]) accepts(response(value), { content: "abc" });
    accepts(`HTTP/1.1 200 OK\r\ntransfer-ENCODING: chunked\r\n\r\n${CHUNKS}`, { content: "abc" });
  });

  test("whitespace around the coding is left out", () => {
    for (const value of ["chunked", "\tchunked", " chunked ", " \t chunked\t "])
      accepts(response(value), { content: "abc" });
  });

  test("MUST: empty list elements are ignored", () => {
    for (const value of [" ,chunked", " chunked,", " , ,chunked , "]) accepts(response(value), { content: "abc" });
  });

  test("a value with no coding in it is refused", () => {
    for (const value of ["", " ", " ,", " , ,"]) refuses(response(value), "unsupported-transfer-encoding");
  });

  test("chunked twice is refused, in one line or in two", () => {
    refuses(response(" chunked, chunked"), "unsupported-transfer-encoding");
    refuses(response(" chunked\r\nTransfer-Encoding: chunked"), "unsupported-transfer-encoding");
  });

  test("SHOULD: parameters of chunked are an error", () => {
    for (const value of [" chunked;a=b", " chunked;", " chunked ; q=1"]) {
      refuses(response(value), "unsupported-transfer-encoding");
    }
  });

  test("a final coding other than chunked is refused: it is neither de-chunked nor handed on", () => {
    for (const value of [" identity", " gzip", " chunked, identity", " chunked, gzip", " x"]) {
      refuses(response(value), "unsupported-transfer-encoding");
    }
    refuses(response(" chunked\r\nTransfer-Encoding: identity"), "unsupported-transfer-encoding");
  });

  test("another coding below chunked is refused: its octets are no content", () => {
    for (const value of [" gzip, chunked", " identity, chunked", " gzip;q=1, chunked", " x-unknown,chunked"]) {
      refuses(response(value), "unsupported-transfer-encoding");
    }
    refuses(response(" gzip\r\nTransfer-Encoding: chunked"), "unsupported-transfer-encoding");
  });

  test("what only resembles chunked is refused", () => {
    const values = [
      " xchunked",
      " chunkedx",
      " chunk",
      ' "chunked"',
      " chunked chunked",
      " 'chunked'",
      " chunked.",
      " =chunked",
    ];
    for (const value of values) refuses(response(value), "unsupported-transfer-encoding");
    refuses(response(" chunked\x80"), "unsupported-transfer-encoding");
    refuses(response(" \x0bchunked"), "invalid-header-value");
  });

  test("a field whose name only resembles Transfer-Encoding does not count", () => {
    for (const name of ["Transfer_Encoding", "Transfer-Encodin", "X-Transfer-Encoding", "Transfer-Encoding1"]) {
      accepts(`HTTP/1.1 200 OK\r\n${name}: chunked\r\nContent-Length: 3\r\n\r\nabc`, { content: "abc" });
    }
  });

  test("MUST: Transfer-Encoding in HTTP/1.0 is faulty framing, with or without Content-Length", () => {
    refuses(response(" chunked", "1.0"), "transfer-encoding-in-http-1-0");
    const both = "Transfer-Encoding: chunked\r\nContent-Length: 3";
    refuses(`HTTP/1.0 200 OK\r\n${both}\r\n\r\nabc`, "transfer-encoding-in-http-1-0");
    refuses(`HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n${both}\r\n\r\nabc`, "transfer-encoding-in-http-1-0");
  });

  test("the coding decides for every final status that has content", () => {
    for (const status of [200, 201, 301, 404, 500]) {
      accepts(`HTTP/1.1 ${status} X\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`, {
        framing: "chunked",
        content: "abc",
      });
    }
  });
});

describe("RFC 9112 6.1 Transfer-Encoding sent", () => {
  const head = (...values: string[]) =>
    encodeRequestHead("POST", "/", [["Host", "a"], ...values.map((v): [string, string] => ["Transfer-Encoding", v])]);

  test("chunked goes out as given", () => {
    expect(() => head("chunked")).not.toThrow();
    expect(() => head("Chunked")).not.toThrow();
  });

  test("MUST NOT: chunked is not applied twice", () => {
    for (const values of [["chunked, chunked"], ["chunked", "chunked"]]) {
      expect(() => head(...values)).toThrow(expect.objectContaining({ reason: "unsupported-transfer-encoding" }));
    }
  });

  test("MUST: a coding that is not chunked, or does not end with it, is refused", () => {
    for (const value of ["gzip", "chunked, gzip", "gzip, chunked", "identity", "", "chunked;a=b", "xchunked"]) {
      expect(() => head(value)).toThrow(expect.objectContaining({ reason: "unsupported-transfer-encoding" }));
    }
  });
});

describe("a server that has answered with HTTP/1.0 gets no chunks", () => {
  const OLD = "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n";

  test("from the protocol", () => {
    const connection = new ClientConnection();
    connection.send({ type: "request", method: "GET", target: "/", headers: { Host: "x" } });
    connection.send({ type: "end" });
    connection.receive(octets(OLD));
    while (connection.nextEvent().type !== "end");
    connection.startNextCycle();
    const headers = { Host: "x", "Transfer-Encoding": "chunked" };
    expect(() => connection.send({ type: "request", method: "POST", target: "/", headers })).toThrow(
      expect.objectContaining({ reason: "chunked-to-http-1-0" }),
    );
  });

  test("from the pool: content of unknown length fails before an octet is sent, any other goes out", async () => {
    const server = await serve(answering(OLD));
    const pool = openPool();
    await pool.request("GET", server.url());
    expect((await pool.request("POST", server.url(), { content: "known" })).status).toBe(200);
    const error = await fails(pool.request("POST", server.url(), { content: ["unknown"] }), LocalProtocolError);
    expect(error.reason).toBe("chunked-to-http-1-0");
    expect((await server.peer(0)).received).not.toContain("chunked");
  });
});
