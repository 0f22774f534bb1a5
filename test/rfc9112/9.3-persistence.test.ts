// RFC 9112 sections 9.3 and 9.6: when a connection can take another request. `close` on either side ends it, HTTP/1.0
// needs `keep-alive`, and both messages must have been read and sent to their ends.

import { ClientConnection } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets } from "../octets.ts";
import { accepts, connectionFor } from "../protocol-cases.ts";

function persists(fields: string, isReusable: boolean, version = "1.1"): void {
  const response = `HTTP/${version} 200 OK\r\n${fields}Content-Length: 2\r\n\r\nok`;
  accepts(response, { content: "ok", keepAlive: isReusable, isReusable });
}

describe("RFC 9112 9.3 persistence", () => {
  test("HTTP/1.1 persists", () => {
    persists("", true);
  });

  test("the close option ends persistence", () => {
    persists("Connection: close\r\n", false);
  });

  test("HTTP/1.0 persists with keep-alive and not without", () => {
    persists("", false, "1.0");
    persists("Connection: keep-alive\r\n", true, "1.0");
    persists("Connection: Keep-Alive\r\n", true, "1.0");
  });

  test("close wins over keep-alive", () => {
    persists("Connection: keep-alive, close\r\n", false);
    persists("Connection: close\r\nConnection: keep-alive\r\n", false, "1.0");
  });

  test("connection options are compared without case", () => {
    for (const value of ["CLOSE", "Close", "cLoSe"]) persists(`Connection: ${value}\r\n`, false);
    persists("CONNECTION: close\r\n", false);
  });

  test("close is found anywhere in the list, with any whitespace and empty elements around it", () => {
    const values = [
      "foo, close",
      "close, foo",
      ",close",
      "close,",
      " , close , ",
      "\tclose\t",
      "foo,close,bar",
      "close \t",
    ];
    for (const value of values) persists(`Connection: ${value}\r\n`, false);
    persists("Connection: foo\r\nConnection: close\r\n", false);
  });

  test("other options do not end persistence", () => {
    for (const value of ["", "keep-alive", "foo", "closed", "xclose", "clos", "upgrade, TE"]) {
      persists(`Connection: ${value}\r\n`, true);
    }
  });

  test("a Connection value that is no list of tokens ends persistence", () => {
    for (const value of ["close keep-alive", '"close"', "foo bar", "close;", "a=b", "\x80", "(x)"]) {
      persists(`Connection: ${value}\r\n`, false);
    }
  });

  test("Keep-Alive: timeout is told; 0 means not reusable", () => {
    const response = (value: string) => `HTTP/1.1 200 OK\r\nKeep-Alive: ${value}\r\nContent-Length: 0\r\n\r\n`;
    for (const [value, seconds] of [
      ["timeout=5", 5],
      ["max=10, timeout=7", 7],
      ["Timeout=3,max=2", 3],
      ["max=5", null],
      ["timeout=x", null],
    ] as const) {
      const connection = connectionFor({});
      connection.receive(octets(response(value)));
      const event = connection.nextEvent();
      expect(event.type === "response" ? event.keepAliveTimeout : "no response").toBe(seconds);
      accepts(response(value), { isReusable: true });
    }
    accepts(response("timeout=0"), { isReusable: false });
  });

  test("content that runs to the close ends persistence", () => {
    accepts(
      "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nab",
      { keepAlive: false, content: "ab" },
      { closes: true },
    );
  });

  test("MUST: the whole response is read before the connection is used again", () => {
    const connection = connectionFor({});
    connection.receive(octets("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab"));
    expect(connection.isReusable).toBe(false);
    expect(connection.nextEvent().type).toBe("response");
    expect(connection.nextEvent().type).toBe("content");
    expect(connection.isReusable).toBe(false);
    expect(() => connection.startNextCycle()).toThrow(expect.objectContaining({ reason: "not-reusable" }));
    connection.receive(octets("cd"));
    expect(connection.nextEvent().type).toBe("content");
    expect(connection.nextEvent().type).toBe("end");
    expect(connection.isReusable).toBe(true);
  });

  test("the whole request is sent before the connection is used again", () => {
    const connection = new ClientConnection();
    connection.send({ type: "request", method: "POST", target: "/", headers: { Host: "a", "Content-Length": "1" } });
    connection.receive(octets("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    expect(connection.nextEvent().type).toBe("response");
    expect(connection.nextEvent().type).toBe("end");
    expect(connection.isReusable).toBe(false);
    connection.send({ type: "content", octets: octets("x") });
    connection.send({ type: "end" });
    expect(connection.isReusable).toBe(true);
  });

  test("a response to HEAD, 204 and 304 leaves the connection reusable", () => {
    accepts("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", { isReusable: true }, { method: "HEAD" });
    accepts("HTTP/1.1 204 X\r\n\r\n", { isReusable: true });
    accepts("HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\n", { isReusable: true });
  });

  test("an error response leaves the connection reusable", () => {
    for (const status of [400, 404, 500, 503]) {
      accepts(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`, { isReusable: true });
    }
  });

  test("9.6 MUST NOT: behind a request with close the connection is not used again", () => {
    const response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    for (const value of ["close", "Close", "foo, close"]) {
      accepts(response, { keepAlive: true, isReusable: false }, { headers: [["Connection", value]] });
    }
    accepts(response, { isReusable: true }, { headers: [["Connection", "keep-alive"]] });
  });

  test("9.6 MUST: close in an interim response counts too", () => {
    const response =
      "HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    accepts(response, { interim: [103], isReusable: false });
  });

  test("a second exchange obeys the same rules", () => {
    const connection = connectionFor({});
    for (const [fields, isReusable] of [
      ["", true],
      ["Connection: keep-alive\r\n", true],
      ["Connection: close\r\n", false],
    ] as const) {
      connection.receive(octets(`HTTP/1.1 200 OK\r\n${fields}Content-Length: 0\r\n\r\n`));
      expect(connection.nextEvent().type).toBe("response");
      expect(connection.nextEvent().type).toBe("end");
      expect(connection.isReusable).toBe(isReusable);
      if (!isReusable) break;
      connection.startNextCycle();
      connection.send({ type: "request", method: "GET", target: "/", headers: { Host: "a" } });
      connection.send({ type: "end" });
    }
    expect(connection.isReusable).toBe(false);
  });
});
