// What only a user of the protocol without sockets would notice: who owns octets, when a limit is told, what is said twice.

import { ClientConnection, type ReceiveEvent, RemoteProtocolError } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets, text } from "../octets.ts";

const GET = { type: "request", method: "GET", target: "/", headers: { Host: "a" } } as const;

function asking(...options: ConstructorParameters<typeof ClientConnection>): ClientConnection {
  const connection = new ClientConnection(...options);
  connection.send(GET);
  connection.send({ type: "end" });
  return connection;
}

/** The events up to the one that says that there are no more for now. */
function eventsOf(connection: ClientConnection): ReceiveEvent[] {
  const events: ReceiveEvent[] = [];
  do events.push(connection.nextEvent());
  while (!["need-data", "paused", "closed"].includes(events.at(-1)?.type ?? ""));
  return events;
}

const contentOf = (events: readonly ReceiveEvent[]): Uint8Array[] =>
  events.flatMap((event) => (event.type === "content" ? [event.octets] : []));

describe("copied content", () => {
  test("what is given may change as soon as it has been received", () => {
    const connection = asking();
    const given = octets("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    connection.receive(given);
    given.fill(0);
    expect(contentOf(eventsOf(connection)).map(text)).toEqual(["hello"]);
  });

  test("what is handed out stays, whatever comes then", () => {
    const connection = asking();
    connection.receive(octets("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
    const pieces = contentOf(eventsOf(connection));
    connection.receive(octets("5\r\nworld\r\n0\r\n\r\n"));
    pieces.push(...contentOf(eventsOf(connection)));
    expect(pieces.map(text)).toEqual(["hello", "world"]);
  });
});

test("octets that came before the close are content, when the close is all that ends it", () => {
  const connection = asking();
  connection.receive(octets("HTTP/1.1 200 OK\r\n\r\nhello"));
  connection.receive(null);
  const events = eventsOf(connection);
  expect(events.map(({ type }) => type)).toEqual(["response", "content", "end", "closed"]);
  expect(contentOf(events).map(text)).toEqual(["hello"]);
});

test("a closed connection stays closed", () => {
  const connection = new ClientConnection();
  connection.receive(null);
  expect([connection.nextEvent().type, connection.nextEvent().type]).toEqual(["closed", "closed"]);
});

test("the size of the content that has come, without its coding, until the next request", () => {
  const connection = asking();
  expect(connection.contentSize).toBe(0);
  connection.receive(octets("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"));
  eventsOf(connection);
  expect(connection.contentSize).toBe(6);
  connection.startNextCycle();
  connection.send(GET);
  expect(connection.contentSize).toBe(0);
});

test("two halves that failed are at rest, but not for another request", () => {
  const connection = new ClientConnection();
  connection.send({ ...GET, method: "PUT", headers: { Host: "a", "Content-Length": "1" } });
  expect(() => connection.send({ type: "content", octets: octets("ab") })).toThrow();
  connection.receive(octets("x"));
  expect(() => connection.nextEvent()).toThrow(RemoteProtocolError);
  expect([connection.requestState, connection.responseState]).toEqual(["failed", "failed"]);
  expect(connection.isReusable).toBe(false);
});

test("trailers that cannot be sent fail the request", () => {
  const connection = new ClientConnection();
  connection.send({ ...GET, method: "PUT", headers: { Host: "a", "Transfer-Encoding": "chunked" } });
  expect(() => connection.send({ type: "end", trailers: { "A b": "c" } })).toThrow();
  expect(connection.requestState).toBe("failed");
});

test("no octets of content are no pieces", () => {
  const connection = new ClientConnection();
  connection.send({ ...GET, method: "PUT", headers: { Host: "a", "Content-Length": "1" } });
  expect(connection.sendContent(octets(""))).toEqual([]);
  expect(connection.sendContent(octets("a"))).toEqual([octets("a")]);
});

describe("a limit is told of at the first octet behind it", () => {
  const MOST = 100;

  /** How many octets of `message` it takes, one by one, until an error comes. */
  function octetsUntilError(connection: ClientConnection, message: string): number {
    for (let count = 1; count <= message.length; count++) {
      connection.receive(octets(message.charAt(count - 1)));
      try {
        eventsOf(connection);
      } catch (error) {
        expect((error as RemoteProtocolError).reason).toMatch(/^max-/);
        return count;
      }
    }
    throw new Error("no error came");
  }

  test.each([
    ["a head", { maxHeaderSize: MOST }, "", `HTTP/1.1 200 OK\r\nA: ${"b".repeat(200)}`],
    [
      "a head behind another",
      { maxHeaderSize: MOST + 18 },
      "HTTP/1.1 103 X\r\n\r\n",
      `HTTP/1.1 200 OK\r\nA: ${"b".repeat(200)}`,
    ],
    [
      "a trailer section",
      { maxTrailerSize: MOST },
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
      `A: ${"b".repeat(200)}`,
    ],
  ])("%s", (_what, limits, before, message) => {
    const connection = asking({ limits });
    if (before !== "") connection.receive(octets(before));
    eventsOf(connection);
    expect(octetsUntilError(connection, message)).toBe(MOST + 1);
  });
});
