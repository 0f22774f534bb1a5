// Parser cases: octets from the server and a request in, expected events or an expected error out.
//
// Every case is played in many ways: whole, cut in two at each octet, octet by octet, and (where the message tells its
// own end) with octets behind it; each of them with copied content, with borrowed content in one buffer that is reused
// for every read, and with that buffer inside the codec's memory, where sockets read. All ways must tell the same.

import { ClientConnection, type ClientConnectionOptions, RemoteProtocolError } from "httpcore/protocol";
import { expect } from "vitest";
import { codec } from "../src/wasm/codec.ts";
import { octets, text } from "./octets.ts";

/** The request that the octets answer, and what happens behind them. */
export interface CaseOptions {
  method?: string;
  target?: string;
  /** Request headers behind `Host`. */
  headers?: [name: string, value: string][];
  /** The server closes the connection behind the octets. */
  closes?: boolean;
  connection?: Omit<ClientConnectionOptions, "content">;
}

/** One response head as the connection told it. */
export interface ObservedHead {
  type: string;
  status: number;
  reason: string;
  version: string;
  headers: [name: string, value: string][];
  framing: string;
  contentLength: number | null;
  keepAlive: boolean;
  isSwitch: boolean;
}

/** All that the connection told, with the pieces of content joined. */
export interface Outcome {
  /** Event types in their order; content counts once. */
  order: string[];
  interim: ObservedHead[];
  final: ObservedHead | null;
  content: string;
  /** Null as long as the message has not ended. */
  trailers: [name: string, value: string][] | null;
  /** What `nextEvent` answered in the end. */
  last: "need-data" | "paused" | "closed" | "error";
  error: { reason: string; offset: number | undefined } | null;
  trailingData: string;
  isReusable: boolean;
}

/** What an accepted message must be like; what is left out does not matter. */
export interface Expected extends Partial<Omit<ObservedHead, "type">> {
  /** Statuses of the interim responses; none unless given. */
  interim?: number[];
  content?: string;
  trailers?: [name: string, value: string][];
  isReusable?: boolean;
  trailingData?: string;
}

type Way = "copied" | "borrowed" | "borrowed within the codec";

const WAYS: readonly Way[] = ["copied", "borrowed", "borrowed within the codec"];
/** Sent behind a message: a whole response, which must never be taken for one, and octets that are none. */
const SURPLUS: readonly string[] = ["HTTP/1.1 299 Poison\r\nContent-Length: 0\r\n\r\n", "\0", "0\r\n\r\n"];

/** The response is understood as `expected`, whatever way it comes in. */
export function accepts(response: string, expected: Expected, options: CaseOptions = {}): void {
  const outcome = inEveryWay(response, options);
  expect(outcome.error, `error for ${JSON.stringify(response)}`).toBeNull();
  const { interim = [], content, trailers, isReusable, trailingData, ...head } = expected;
  expect(outcome.interim.map(({ status }) => status)).toEqual(interim);
  expect(outcome.final).toMatchObject(head);
  expect(outcome.last).toBe(options.closes ? "closed" : "paused");
  if (content !== undefined) expect(outcome.content).toBe(content);
  if (trailers !== undefined) expect(outcome.trailers).toEqual(trailers);
  if (isReusable !== undefined) expect(outcome.isReusable).toBe(isReusable);
  if (trailingData !== undefined) expect(outcome.trailingData).toBe(trailingData);
  if (!options.closes && !outcome.final?.isSwitch) ignoresSurplus(response, options, outcome);
}

/**
 * The response is refused with `reason`, whatever way it comes in; where `offset` is given, at that octet. The server
 * closes the connection behind it when nothing was found before.
 */
export function refuses(response: string, reason: string, options: CaseOptions & { offset?: number } = {}): void {
  const { error } = inEveryWay(response, { ...options, closes: true });
  expect(error?.reason, `reason for ${JSON.stringify(response)}`).toBe(reason);
  if (options.offset !== undefined) expect(error?.offset, `offset in ${JSON.stringify(response)}`).toBe(options.offset);
}

/** The response is right so far, but not complete, whatever way it comes in. */
export function waits(response: string, options: CaseOptions = {}): Outcome {
  const outcome = inEveryWay(response, options);
  expect(outcome.error, `error for ${JSON.stringify(response)}`).toBeNull();
  expect(outcome.last).toBe("need-data");
  expect(outcome.trailers).toBeNull();
  return outcome;
}

/** Plays `response` in every way, sees to it that they agree, and answers the outcome. */
export function inEveryWay(response: string, options: CaseOptions): Outcome {
  const whole = play([response], options, "copied");
  const shown = comparable(whole);
  for (const way of WAYS) {
    for (const pieces of splits(response)) {
      agree(comparable(play(pieces, options, way)), shown, () => {
        return `${JSON.stringify(response)} ${way}, in pieces ${JSON.stringify(pieces.map((piece) => piece.length))}`;
      });
    }
  }
  return whole;
}

// A case is played hundreds of times: the label is made only when it is needed.
function agree(shown: string, expected: string, label: () => string): void {
  if (shown !== expected) expect(shown, label()).toBe(expected);
}

/** Whole, in two pieces with the cut at each place, octet by octet. */
function* splits(response: string): Generator<string[]> {
  yield [response];
  for (let at = 1; at < response.length; at++) yield [response.slice(0, at), response.slice(at)];
  yield [...response];
}

// Octets behind the message change nothing of it, are kept apart, and spoil the connection.
function ignoresSurplus(response: string, options: CaseOptions, outcome: Outcome): void {
  for (const surplus of SURPLUS) {
    const expected = comparable({ ...outcome, trailingData: outcome.trailingData + surplus, isReusable: false });
    const runs = [
      [response + surplus],
      [response, surplus],
      [response.slice(0, -1), response.slice(-1) + surplus],
      [...(response + surplus)],
    ];
    for (const way of WAYS) {
      for (const pieces of runs) {
        agree(comparable(play(pieces, options, way)), expected, () => {
          return `${JSON.stringify(response)} ${way}, with ${JSON.stringify(surplus)} behind`;
        });
      }
    }
  }
}

// How much content was told before an error depends on how the octets came; everything else does not.
function comparable(outcome: Outcome): string {
  if (!outcome.error) return JSON.stringify(outcome);
  const { error, interim, final, isReusable } = outcome;
  return JSON.stringify({ error, interim, final, isReusable });
}

/** A connection on which the request of `options` has been sent. */
export function connectionFor(options: CaseOptions, content: "copied" | "borrowed" = "copied"): ClientConnection {
  const { method = "GET", target = "/", headers = [] } = options;
  const connection = new ClientConnection({ ...options.connection, content });
  connection.send({ type: "request", method, target, headers: [["Host", "example.com"], ...headers] });
  connection.send({ type: "end" });
  return connection;
}

/** Plays the pieces, one a read, and tells what came of it. */
export function play(pieces: readonly string[], options: CaseOptions, way: Way = "copied"): Outcome {
  const connection = connectionFor(options, way === "copied" ? "copied" : "borrowed");
  const outcome: Outcome = {
    order: [],
    interim: [],
    final: null,
    content: "",
    trailers: null,
    last: "need-data",
    error: null,
    trailingData: "",
    isReusable: false,
  };
  const giver = giverOf(way);
  for (const piece of pieces) {
    if (outcome.error) break;
    giver.give(connection, octets(piece));
    drain(connection, outcome);
    if (outcome.last === "need-data") giver.reuse();
    else giver.renew();
  }
  if (options.closes && !outcome.error) {
    connection.receive(null);
    drain(connection, outcome);
  }
  outcome.trailingData = text(connection.trailingData);
  outcome.isReusable = connection.isReusable;
  return outcome;
}

interface Giver {
  give(connection: ClientConnection, octets: Uint8Array): void;
  /** The connection has asked for more, so the octets given before are its own no longer. */
  reuse(): void;
  /** The connection has stopped: what it was given stays where it is. */
  renew(): void;
}

function giverOf(way: Way): Giver {
  if (way === "copied") {
    return { give: (connection, octets) => connection.receive(octets), reuse() {}, renew() {} };
  }
  let buffer = way === "borrowed" ? new Uint8Array(1024) : codec.window;
  let size = 0;
  return {
    give(connection, octets) {
      size = octets.length;
      if (buffer.length < size) buffer = new Uint8Array(size);
      buffer.set(octets);
      connection.receive(buffer, size);
    },
    reuse: () => buffer.fill(0x2a, 0, size),
    renew() {
      if (size > 0) buffer = new Uint8Array(1024);
    },
  };
}

function drain(connection: ClientConnection, outcome: Outcome): void {
  try {
    while (readEvent(connection, outcome));
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    if (errorOf(connection) !== error) throw new Error("the connection has forgotten its error");
    outcome.last = "error";
    outcome.error = { reason: error.reason, offset: error.offset };
  }
}

function errorOf(connection: ClientConnection): unknown {
  try {
    return connection.nextEvent();
  } catch (error) {
    return error;
  }
}

// Answers whether there may be more.
function readEvent(connection: ClientConnection, outcome: Outcome): boolean {
  const event = connection.nextEvent();
  if (event.type === "need-data" || event.type === "paused" || event.type === "closed") {
    outcome.last = event.type;
    return false;
  }
  if (event.type !== "content" || outcome.order.at(-1) !== "content") outcome.order.push(event.type);
  if (event.type === "content") {
    if (event.octets.length === 0) throw new Error("a content event holds no octets");
    outcome.content += text(event.octets);
  } else if (event.type === "end") {
    outcome.trailers = event.trailers.toJSON();
  } else {
    const { type, status, reason, version, framing, contentLength, keepAlive, isSwitch } = event;
    const headers = event.headers.toJSON();
    const head = { type, status, reason, version, headers, framing, contentLength, keepAlive, isSwitch };
    if (type === "informational") outcome.interim.push(head);
    else outcome.final = head;
  }
  return true;
}
