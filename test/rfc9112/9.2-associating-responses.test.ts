// RFC 9112 section 9.2: a response belongs to the request that is outstanding, and without one there is no response.
// Octets that nobody asked for are dropped and spoil the connection; CRLF alone is harmless.

import { ClientConnection, ProtocolError, RemoteProtocolError } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets, text } from "../octets.ts";
import { accepts, connectionFor } from "../protocol-cases.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const POISON = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
const REQUEST = { type: "request", method: "GET", target: "/", headers: { Host: "a" } } as const;

function types(connection: ClientConnection): string[] {
  const seen: string[] = [];
  while (true) {
    const { type } = connection.nextEvent();
    seen.push(type);
    if (type === "need-data" || type === "paused" || type === "closed") return seen;
  }
}

/** A connection whose first exchange is over. */
function afterOneExchange(): ClientConnection {
  const connection = connectionFor({});
  connection.receive(octets(OK));
  expect(types(connection)).toEqual(["response", "content", "end", "paused"]);
  return connection;
}

/** What the octets that were there before the request make of it: an error, at the latest with the first event. */
function sendAndRead(connection: ClientConnection): unknown {
  try {
    connection.send(REQUEST);
    connection.send({ type: "end" });
    return connection.nextEvent();
  } catch (error) {
    return error;
  }
}

describe("RFC 9112 9.2 associating a response to a request", () => {
  test("MUST: responses answer requests in their order, one exchange behind the other", () => {
    const connection = afterOneExchange();
    for (const content of ["one", "two", "three"]) {
      connection.startNextCycle();
      connection.send(REQUEST);
      connection.send({ type: "end" });
      connection.receive(octets(`HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n${content}`));
      expect(connection.nextEvent().type).toBe("response");
      const event = connection.nextEvent();
      expect(event.type === "content" && text(event.octets)).toBe(content);
      expect(types(connection)).toEqual(["end", "paused"]);
    }
  });

  test("MUST NOT: a response in the same read behind a response is not the next one", () => {
    accepts(OK + POISON, { content: "ok", trailingData: POISON, isReusable: false });
  });

  test("any number of interim responses comes before the final one, asked for or not", () => {
    const interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 X\r\n\r\n";
    accepts(interim + OK, { interim: [100, 103, 102], content: "ok", isReusable: true });
  });

  test("an interim response behind the final one is surplus", () => {
    accepts(`${OK}HTTP/1.1 100 Continue\r\n\r\n`, { content: "ok", isReusable: false });
  });

  test("SHOULD: octets between two exchanges spoil the connection", () => {
    for (const stray of [POISON, "x", "\0", " ", "\r\nx"]) {
      const connection = afterOneExchange();
      connection.receive(octets(stray));
      expect(types(connection)).toEqual(["paused"]);
      expect(connection.isReusable).toBe(false);
      expect(() => connection.startNextCycle()).toThrow(expect.objectContaining({ reason: "not-reusable" }));
    }
  });

  test("octets between two exchanges spoil the connection before anybody has looked at them", () => {
    const connection = afterOneExchange();
    connection.receive(octets(POISON));
    expect(connection.isReusable).toBe(false);
    expect(() => connection.startNextCycle()).toThrow(ProtocolError);
  });

  test("CRLF between two exchanges is discarded, however it comes", () => {
    for (const pieces of [["\r\n"], ["\r", "\n"], ["\r\n\r\n"]]) {
      const connection = afterOneExchange();
      for (const piece of pieces) {
        connection.receive(octets(piece));
        expect(types(connection)).toEqual(["paused"]);
      }
      expect(connection.isReusable).toBe(true);
      connection.startNextCycle();
      connection.send(REQUEST);
      connection.send({ type: "end" });
      connection.receive(octets(OK));
      expect(types(connection)).toEqual(["response", "content", "end", "paused"]);
    }
  });

  test("CRLF on a connection made ready for the next request is discarded", () => {
    const connection = afterOneExchange();
    connection.startNextCycle();
    connection.receive(octets("\r\n"));
    expect(types(connection)).toEqual(["need-data"]);
    expect(connection.isReusable).toBe(true);
  });

  test("octets before the first request are an error", () => {
    for (const stray of [POISON, "x", "SSH-2.0-OpenSSH\r\n"]) {
      const connection = new ClientConnection();
      connection.receive(octets(stray));
      expect(() => connection.nextEvent()).toThrow(RemoteProtocolError);
      expect(() => connection.nextEvent()).toThrow(expect.objectContaining({ reason: "unasked-for-octets" }));
      expect(connection.isReusable).toBe(false);
    }
  });

  test("MUST NOT: octets that came before the first request never answer it", () => {
    const connection = new ClientConnection();
    connection.receive(octets(POISON));
    expect(sendAndRead(connection)).toBeInstanceOf(ProtocolError);
  });

  test("MUST NOT: octets that came before the next request never answer it", () => {
    const connection = afterOneExchange();
    connection.startNextCycle();
    connection.receive(octets(POISON));
    expect(sendAndRead(connection)).toBeInstanceOf(ProtocolError);
  });

  test("a response head in parts before the request never answers it", () => {
    const connection = afterOneExchange();
    connection.startNextCycle();
    connection.receive(octets(POISON.slice(0, 9)));
    expect(sendAndRead(connection)).toBeInstanceOf(ProtocolError);
  });

  test("the close between two exchanges is told, and no request goes out any more", () => {
    for (const connection of [new ClientConnection(), afterOneExchange()]) {
      connection.receive(null);
      expect(types(connection)).toEqual(["closed"]);
      expect(connection.isReusable).toBe(false);
      expect(connection.responseState).toBe("closed");
      expect(() => connection.send(REQUEST)).toThrow(expect.objectContaining({ code: "ERR_LOCAL_PROTOCOL_ERROR" }));
    }
  });

  test("a response that comes while the request is still being sent is told", () => {
    const connection = new ClientConnection();
    connection.send({ ...REQUEST, method: "POST", headers: { Host: "a", "Content-Length": "3" } });
    connection.receive(octets("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"));
    expect(types(connection)).toEqual(["response", "end", "paused"]);
    expect(connection.requestState).toBe("sending");
    expect(connection.isReusable).toBe(false);
  });
});
