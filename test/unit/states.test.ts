// The two tables: what is in them is allowed, everything else is not, and a connection follows them.

import { ClientConnection, LocalProtocolError } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import {
  REQUEST_TRANSITIONS,
  RESPONSE_TRANSITIONS,
  type RequestEventName,
  type RequestState,
  type ResponseEventName,
  type ResponseState,
} from "../../src/protocol/states.ts";
import { octets } from "../octets.ts";

const REQUEST_STATES: RequestState[] = ["idle", "sending", "done", "failed"];
const REQUEST_EVENTS: RequestEventName[] = ["request", "content", "end"];
const RESPONSE_STATES: ResponseState[] = ["idle", "awaiting", "content", "done", "switched", "closed", "failed"];
const RESPONSE_EVENTS: ResponseEventName[] = [
  "request",
  "informational",
  "response",
  "switch",
  "content",
  "end",
  "close",
];

const REQUEST_ALLOWED = ["idle request sending", "sending content sending", "sending end done"];
const RESPONSE_ALLOWED = [
  "idle request awaiting",
  "idle close closed",
  "awaiting informational awaiting",
  "awaiting response content",
  "awaiting switch switched",
  "content content content",
  "content end done",
  "done close closed",
];

describe("tables of states", () => {
  test("the request half goes on as the table says and not otherwise", () => {
    const allowed: string[] = [];
    for (const state of REQUEST_STATES) {
      for (const event of REQUEST_EVENTS) {
        const next = REQUEST_TRANSITIONS[state][event];
        if (next) allowed.push(`${state} ${event} ${next}`);
      }
    }
    expect(allowed).toEqual(REQUEST_ALLOWED);
    expect(Object.keys(REQUEST_TRANSITIONS)).toEqual(REQUEST_STATES);
  });

  test("the response half goes on as the table says and not otherwise", () => {
    const allowed: string[] = [];
    for (const state of RESPONSE_STATES) {
      for (const event of RESPONSE_EVENTS) {
        const next = RESPONSE_TRANSITIONS[state][event];
        if (next) allowed.push(`${state} ${event} ${next}`);
      }
    }
    expect(allowed).toEqual(RESPONSE_ALLOWED);
    expect(Object.keys(RESPONSE_TRANSITIONS)).toEqual(RESPONSE_STATES);
  });
});

describe("states of a ClientConnection", () => {
  const request = {
    type: "request",
    method: "POST",
    target: "/",
    headers: { Host: "a", "Content-Length": "1" },
  } as const;

  test("an exchange goes through the states in order", () => {
    const connection = new ClientConnection();
    const seen: string[] = [];
    const note = () => seen.push(`${connection.requestState} ${connection.responseState}`);
    note();
    connection.send(request);
    note();
    connection.send({ type: "content", octets: octets("x") });
    note();
    connection.send({ type: "end" });
    note();
    connection.receive(octets("HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny"));
    for (let i = 0; i < 4; i++) {
      connection.nextEvent();
      note();
    }
    connection.startNextCycle();
    note();
    connection.receive(null);
    connection.nextEvent();
    note();
    expect(seen).toEqual([
      "idle idle",
      "sending awaiting",
      "sending awaiting",
      "done awaiting",
      "done awaiting",
      "done content",
      "done content",
      "done done",
      "idle idle",
      "idle closed",
    ]);
  });

  test("what the caller does out of order is a LocalProtocolError", () => {
    const connection = new ClientConnection();
    expect(() => connection.send({ type: "content", octets: octets("x") })).toThrow(LocalProtocolError);
    expect(() => connection.send({ type: "end" })).toThrow(LocalProtocolError);
    connection.send(request);
    expect(() => connection.send(request)).toThrow(expect.objectContaining({ reason: "wrong-order" }));
    expect(() => connection.startNextCycle()).toThrow(expect.objectContaining({ reason: "not-reusable" }));
  });

  test("a broken response is a state of its own, and the error stays the same", () => {
    const connection = new ClientConnection();
    connection.send(request);
    connection.receive(octets("nonsense"));
    let first: unknown;
    try {
      connection.nextEvent();
    } catch (error) {
      first = error;
    }
    expect(connection.responseState).toBe("failed");
    connection.receive(octets("HTTP/1.1 200 OK\r\n\r\n"));
    let second: unknown;
    try {
      connection.nextEvent();
    } catch (error) {
      second = error;
    }
    expect(first).toBeInstanceOf(Error);
    expect(second).toBe(first);
  });

  test("a new connection has told nothing of a request", () => {
    const connection = new ClientConnection();
    expect(connection.requestFacts).toBeNull();
    expect(connection.isReusable).toBe(true);
    connection.send(request);
    expect(connection.requestFacts).toMatchObject({ framing: "content-length", contentLength: 1, hasHost: true });
  });
});
