// Scripts of exchanges: what servers do with each connection, and what callers do with a pool. Plain JSON, played over
// sockets and over a network in memory alike.
//
// A well-formed answer carries the target of the request that it is for, and the size of its content, so that whoever
// gets it can tell that it is theirs and whole. Times are in milliseconds.

import fc from "fast-check";
import { anyOctets, cuts, mutated, response } from "./octet-arbitraries.ts";
import { record } from "./target.ts";

/** What a server sends. */
export interface Answer {
  kind: "honest" | "octets";
  status: number;
  framing: "content-length" | "chunked" | "close";
  size: number;
  /** Further field lines. */
  extra: string;
  /** Sent in one piece with the last octets: must never reach anybody. */
  surplus: string;
  /** For kind "octets": what is sent. */
  octets: string;
}

export type Step =
  | { do: "request" | "begun" | "fin" | "reset" | "clog" | "unclog" }
  | { do: "pause"; time: number }
  | { do: "send"; answer: Answer; upTo: number | null; cuts: number[]; gap: number };

/** What a server does with one connection. */
export interface ConnectionScript {
  connect: "at once" | "late" | "refused" | "never";
  /** Does the network take what the client writes at once? */
  writes: "at once" | "slow";
  steps: Step[];
  repeats: "once" | "forever";
}

export interface Call {
  at: number;
  how: "request" | "stream";
  method: string;
  host: "a" | "b";
  content: "none" | "octets" | "pieces" | "slow pieces" | "failing" | "stuck";
  /** Octets of each piece. */
  sizes: number[];
  timeout: { connect?: number; read?: number; write?: number; pool?: number; total?: number };
  /** When the signal aborts: a time behind the call's start, within one turn of it, or an event; null for no signal. */
  abort: number | { microtasks: number } | "before" | "at head" | "at content" | "never" | null;
  ending:
    | "read"
    | "text"
    | "iterate"
    | "break"
    | "body"
    | "cancel body"
    | "close"
    | "read and close"
    | "leave"
    | "twice";
  /** Does content wait for 100 (Continue)? */
  expects: "nothing" | "continue";
  informational: "unheard" | "heard" | "throws";
  maxContentSize: number | null;
}

export interface PoolScript {
  maxConnections: number;
  maxKeepaliveConnections: number;
  maxConnectionsPerOrigin: number;
  keepaliveExpiry: number;
}

export interface Script {
  pool: PoolScript;
  /** The first connection follows the first, and so on, over and over. */
  connections: ConnectionScript[];
  calls: Call[];
  /** When the pool is closed, whatever is under way; null for only in the end. */
  closeAt: number | null;
}

/** Stands for the target of the request that is answered. */
export const TARGET = "{target}";
export const POISON = "HTTP/1.1 299 Poison\r\nX-Echo: /poison\r\nContent-Length: 0\r\n\r\n";

// --- servers ------------------------------------------------------------------------------------------------------

const NOTHING: Answer = { kind: "octets", status: 200, framing: "close", size: 0, extra: "", surplus: "", octets: "" };

const size = fc.oneof(
  { weight: 12, arbitrary: fc.nat(40) },
  { weight: 2, arbitrary: fc.constantFrom(1000, 5000) },
  { weight: 1, arbitrary: fc.constantFrom(65_536, 70_000, 200_000) },
);
const extra = fc.constantFrom(
  ...["", "", "", "", "Connection: close\r\n", "Keep-Alive: timeout=0\r\n", "Keep-Alive: timeout=1\r\n"],
  ...["Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n", "A: b\r\n c\r\n"],
);

const honest = record<Answer>({
  kind: fc.constant("honest"),
  status: fc.constantFrom(200, 200, 200, 404, 500),
  framing: fc.constantFrom("content-length", "content-length", "chunked", "chunked", "close"),
  size,
  extra,
  surplus: fc.constantFrom("", "", "", "", "", POISON, "\r\n", "\0"),
  octets: fc.constant(""),
});

const raw = (octets: fc.Arbitrary<string>): fc.Arbitrary<Answer> =>
  octets.map((given): Answer => ({ ...NOTHING, octets: given }));

const garbage = raw(fc.oneof(mutated(response), anyOctets));
const interimFlood = raw(
  fc
    .tuple(fc.constantFrom("HTTP/1.1 100\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), fc.nat(40))
    .map(([head, count]) => head.repeat(count)),
);

const goOn = raw(fc.constantFrom("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"));

function send(answer: fc.Arbitrary<Answer>, upTo: fc.Arbitrary<number | null> = fc.constant(null)): fc.Arbitrary<Step> {
  return record({ do: fc.constant("send" as const), answer, upTo, cuts, gap: fc.constantFrom(0, 0, 1) });
}

const step = <Do extends "request" | "begun" | "fin" | "reset" | "clog" | "unclog">(name: Do): fc.Arbitrary<Step> =>
  fc.constant({ do: name });
const time = fc.constantFrom(0, 1, 2, 5, 12);
const pause = record({ do: fc.constant("pause" as const), time });
const ending = fc.oneof(step("fin"), step("reset"), pause);
const none = fc.constant<Step[]>([]);
const maybe = (one: fc.Arbitrary<Step>): fc.Arbitrary<Step[]> =>
  fc.oneof(
    none,
    none,
    one.map((given) => [given]),
  );

/** A few steps that belong together. */
const act: fc.Arbitrary<Step[]> = fc
  .oneof(
    { weight: 8, arbitrary: fc.tuple(step("request"), maybe(pause), send(honest), maybe(ending)) },
    { weight: 2, arbitrary: fc.tuple(step("request"), send(honest, fc.nat(200)), maybe(ending)) },
    { weight: 2, arbitrary: fc.tuple(step("request"), send(garbage), maybe(ending)) },
    { weight: 1, arbitrary: fc.tuple(step("request"), send(interimFlood), maybe(pause), send(honest)) },
    { weight: 1, arbitrary: fc.tuple(step("begun"), send(honest), maybe(step("clog"))) },
    { weight: 1, arbitrary: fc.tuple(step("begun"), maybe(pause), send(goOn), step("request"), send(honest)) },
    { weight: 1, arbitrary: fc.tuple(maybe(pause), send(fc.oneof(honest, garbage))) },
    { weight: 1, arbitrary: fc.tuple(step("clog"), pause, maybe(step("unclog"))) },
    { weight: 1, arbitrary: fc.tuple(maybe(step("request")), ending) },
  )
  .map((parts) => (parts as (Step | Step[])[]).flat());

const connection = record<ConnectionScript>({
  connect: fc.oneof(
    { weight: 9, arbitrary: fc.constant("at once" as const) },
    { weight: 3, arbitrary: fc.constantFrom("late", "refused", "never") },
  ),
  writes: fc.constantFrom("at once", "at once", "at once", "slow"),
  steps: fc.array(act, { maxLength: 4 }).map((acts) => acts.flat()),
  repeats: fc.constantFrom("once", "forever", "forever"),
});

// --- callers ------------------------------------------------------------------------------------------------------

const limit = fc.constantFrom(0, 1, 3, 8, 8, 20, 20, 40);
const timeout = fc.oneof(
  fc.constant({}),
  fc.constant({ total: 60 }),
  record({ total: limit }),
  record({ read: limit, total: fc.constantFrom(20, 40) }),
  record({ read: limit, write: limit, pool: limit, connect: limit }),
  record({ pool: limit }),
);

const call = record<Call>({
  at: fc.constantFrom(0, 0, 0, 1, 3, 10, 30),
  how: fc.constantFrom("request", "stream"),
  method: fc.constantFrom("GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE"),
  host: fc.constantFrom("a", "a", "b"),
  content: fc.constantFrom(
    ...(["none", "none", "none", "octets", "octets", "pieces", "slow pieces", "failing", "stuck"] as const),
  ),
  sizes: fc.array(fc.constantFrom(0, 1, 10, 100, 3000, 20_000, 70_000), { maxLength: 3 }),
  timeout,
  abort: fc.oneof(
    { weight: 8, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.constantFrom(0, 1, 2, 6, 15, 40) },
    { weight: 2, arbitrary: fc.constantFrom("before", "at head", "at content", "never") },
  ),
  ending: fc.constantFrom(
    ...(["read", "read", "text", "iterate", "iterate", "break", "body", "cancel body", "close"] as const),
    ...(["read and close", "leave", "twice"] as const),
  ),
  expects: fc.constantFrom("nothing", "nothing", "nothing", "continue"),
  informational: fc.constantFrom("unheard", "unheard", "heard", "throws"),
  maxContentSize: fc.constantFrom(null, null, null, 0, 10, 2000),
});

export const scripts: fc.Arbitrary<Script> = record<Script>({
  pool: record<PoolScript>({
    maxConnections: fc.integer({ min: 1, max: 3 }),
    maxKeepaliveConnections: fc.nat(3),
    maxConnectionsPerOrigin: fc.integer({ min: 1, max: 3 }),
    keepaliveExpiry: fc.constantFrom(0, 2, 4000, 4000),
  }),
  connections: fc.array(connection, { minLength: 1, maxLength: 3 }),
  calls: fc.array(call, { minLength: 1, maxLength: 6 }),
  closeAt: fc.oneof(
    { weight: 6, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, 4, 15) },
  ),
});
