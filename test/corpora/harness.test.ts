// The runners of the corpora, on cases of our own: what they find, what they do not let pass, and that octet by octet
// means one read each. These run where the corpora are missing, too.

import { ReadError, RemoteProtocolError } from "httpcore";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CaseServer } from "./case-server.ts";
import { playProtocol } from "./protocol-player.ts";
import type { RequestCase } from "./request-case.ts";
import { defectOf, differenceTo } from "./request-judge.ts";
import { sendOverSocket } from "./request-players.ts";
import {
  type Delivered,
  type ExpectedResponse,
  type Form,
  formsOf,
  type Outcome,
  type ResponseCase,
} from "./response-case.ts";
import { judge } from "./response-judge.ts";
import { playSocket } from "./socket-player.ts";

/** Keeps the type of pairs that a spread would lose. */
const lines = (...pairs: [name: string, value: string][]): [name: string, value: string][] => pairs;
const base64 = (text: string): string => Buffer.from(text, "latin1").toString("base64");

const HEAD = "HTTP/1.1 200 Fine\r\nContent-Length: 2\r\n\r\n";
const RESPONSE: ExpectedResponse = {
  ok: true,
  status: 200,
  reason: "Fine",
  version: "1.1",
  headers: [["Content-Length", "2"]],
  body: base64("ok"),
  trailers: [],
  keep_alive: true,
  upgrade: false,
  informational: [],
  leftover: "",
  reusable: true,
};
const TUNNEL: ExpectedResponse = {
  ...RESPONSE,
  headers: [],
  body: "",
  keep_alive: null,
  upgrade: true,
  reusable: false,
};

function caseOf(raw: string, changes: Partial<ResponseCase>): ResponseCase {
  return {
    id: "own-1",
    raw: base64(raw),
    request_method: "GET",
    upgrade_requested: false,
    eof: true,
    while_open: "complete",
    expect: RESPONSE,
    strictness: "must",
    ...changes,
  };
}

const GOOD: [what: string, one: ResponseCase][] = [
  ["a response that leaves its connection", caseOf(`${HEAD}ok`, {})],
  [
    "octets behind a response",
    caseOf(`${HEAD}ok!`, {
      expect: { ...RESPONSE, reusable: false, leftover: base64("!") },
      anomalies: ["extra-data"],
    }),
  ],
  ["a response cut short", caseOf(`${HEAD}o`, { while_open: "wait", expect: { error: "cut" } })],
  ["an error", caseOf("HTTP/1.1 2x0 Fine\r\n\r\n", { while_open: "error", expect: { error: "status" } })],
  [
    "content up to the close",
    caseOf("HTTP/1.1 200 Fine\r\n\r\nok", {
      while_open: "wait",
      expect: { ...RESPONSE, headers: [], keep_alive: false, reusable: false },
    }),
  ],
  [
    "an interim response and trailers",
    caseOf(
      "HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nC: d\r\n\r\n",
      {
        request_method: "POST",
        expect: {
          ...RESPONSE,
          headers: lines(["Transfer-Encoding", "chunked"]),
          trailers: lines(["C", "d"]),
          informational: [{ status: 103, headers: lines(["A", "b"]) }],
        },
      },
    ),
  ],
  [
    "a tunnel with octets behind the head",
    caseOf("HTTP/1.1 200 Fine\r\n\r\nhello", {
      request_method: "CONNECT",
      expect: { ...TUNNEL, leftover: base64("hello") },
    }),
  ],
  [
    "an upgrade",
    caseOf("HTTP/1.1 101 Fine\r\nUpgrade: echo\r\n\r\n", {
      upgrade_requested: true,
      expect: { ...TUNNEL, status: 101, headers: lines(["Upgrade", "echo"]) },
    }),
  ],
  ["waiting for more", caseOf("HTTP", { eof: false, expect: { incomplete: true } })],
];

describe("players", () => {
  const server = new CaseServer();
  beforeAll(() => server.listen());
  afterAll(() => server.close());

  test.each(GOOD)("tell %s", async (_what, one) => {
    for (const form of formsOf(one)) {
      expect(judge(one, form, playProtocol(one, form))).toEqual({ held: "as-expected" });
      expect(judge(one, form, await playSocket(one, form, server))).toEqual({ held: "as-expected" });
    }
  });

  test("give the client one octet a read", async () => {
    const one = caseOf(`${HEAD}ok`, {});
    const before = server.plays.length;
    await playSocket(one, { cut: "octets", end: "open" }, server);
    expect(server.plays[before]?.reads.slice(0, HEAD.length + 2)).toEqual(new Array(HEAD.length + 2).fill(1));
  });
});

describe("the judge of responses", () => {
  const CLOSED: Form = { cut: "whole", end: "closed" };
  const OPEN: Form = { cut: "whole", end: "open" };
  const delivered: Delivered = {
    type: "delivered",
    status: 200,
    reason: "Fine",
    version: "HTTP/1.1",
    headers: [["Content-Length", "2"]],
    content: "ok",
    trailers: [],
    interim: [],
    isSwitch: false,
    tunnelData: null,
    isReused: true,
    isCompleteWhileOpen: null,
  };
  const failed: Outcome = { type: "failed", error: new ReadError("cut"), isKept: false };
  const plain = caseOf("", {});

  test.each<[what: string, change: Partial<Delivered>]>([
    ["status", { status: 201 }],
    ["reason", { reason: "fine" }],
    ["version", { version: "HTTP/1.0" }],
    ["case of a name", { headers: [["content-length", "2"]] }],
    ["a value", { headers: [["Content-Length", "3"]] }],
    ["a line more", { headers: [...delivered.headers, ["A", ""]] }],
    ["content", { content: "o" }],
    ["trailers", { trailers: [["A", "b"]] }],
    ["interim responses", { interim: [{ status: 100, headers: [] }] }],
    ["a switch", { isSwitch: true }],
    ["a connection not used again", { isReused: false }],
  ])("sees another %s", (_what, change) => {
    expect(judge(plain, OPEN, delivered)).toEqual({ held: "as-expected" });
    expect(judge(plain, OPEN, { ...delivered, ...change }).held).toBeNull();
    expect(judge({ ...plain, strictness: "may" }, OPEN, { ...delivered, ...change }).held).toBeNull();
  });

  test("lets a must be an error only where that is accepted, and a may always", () => {
    expect(judge(plain, OPEN, failed).held).toBeNull();
    expect(judge({ ...plain, also_accept: [{ expect: { error: "x" } }] }, OPEN, failed)).toEqual({
      held: "as-also-accepted",
    });
    expect(judge({ ...plain, strictness: "may" }, OPEN, failed)).toEqual({ held: "as-refusal" });
    const expectsError: ResponseCase = { ...plain, expect: { error: "x" }, alternatives: [{ expect: RESPONSE }] };
    expect(judge(expectsError, OPEN, delivered).held).toBeNull();
    expect(judge({ ...expectsError, strictness: "may" }, OPEN, delivered)).toEqual({ held: "as-alternative" });
  });

  test("lets nothing wait, keep a failed connection, or fail by a fault of our own", () => {
    const expectsError: ResponseCase = { ...plain, strictness: "may", expect: { error: "x" } };
    expect(judge(expectsError, OPEN, { type: "pending" }).held).toBeNull();
    expect(judge(expectsError, OPEN, { ...failed, isKept: true }).held).toBeNull();
    expect(judge(expectsError, OPEN, { ...failed, error: new Error("a bug") }).held).toBeNull();
    const error = new RemoteProtocolError("bad", { reason: "bare-cr" });
    expect(judge(expectsError, OPEN, { ...failed, error })).toEqual({ held: "as-expected" });
  });

  test("sees a response that ends before the close that it needs", () => {
    const waits: ResponseCase = { ...plain, while_open: "wait" };
    expect(judge(waits, CLOSED, { ...delivered, isCompleteWhileOpen: true }).held).toBeNull();
    expect(judge(waits, CLOSED, { ...delivered, isCompleteWhileOpen: false }).held).toBe("as-expected");
  });

  test("takes runs of SP for one in folded values alone", () => {
    const expected: ResponseCase = { ...plain, expect: { ...RESPONSE, headers: lines(["A", "b c"]) } };
    const outcome: Outcome = { ...delivered, headers: [["A", "b   c"]] };
    expect(judge(expected, OPEN, outcome).held).toBeNull();
    expect(judge({ ...expected, anomalies: ["obs-fold"] }, OPEN, outcome).held).toBe("as-expected");
  });
});

describe("the judge of requests", () => {
  const one = (changes: Partial<RequestCase["input"]>, expected: RequestCase["expect"]): RequestCase => ({
    id: "own-2",
    input: { method: "GET", url: "http://own.example/", headers: [], content: null, ...changes },
    expect: expected,
    strictness: "must",
  });
  const wire = base64("PUT /x HTTP/1.1\r\nhost: {addr}\r\ncontent-length: 2\r\nuser-agent: x\r\n\r\nok");
  const put = { method: "PUT", url: "http://{addr}/x", content: { kind: "bytes", data: base64("ok") } } as const;

  test.each<[what: string, one: RequestCase, isHeld: "held" | "not held"]>([
    ["the request of another client", one(put, { wire }), "held"],
    ["another content", one({ ...put, content: { kind: "bytes", data: base64("no") } }, { wire }), "not held"],
    ["another framing", one({ ...put, content: { kind: "stream", data: base64("ok") } }, { wire }), "not held"],
    ["another target", one({ ...put, url: "http://{addr}/y" }, { wire }), "not held"],
    ["a refusal", one({ method: "G T" }, { error: "method" }), "held"],
    ["no refusal", one({}, { error: "method" }), "not held"],
    ["a refusal where none is due", one({ method: "G T" }, { starts_with: base64("G") }), "not held"],
    ["the start", one({}, { starts_with: base64("GET / HTTP/1.1\r\nHost: own.example\r\n") }), "held"],
    ["the end", one({}, { ends_with: base64("x") }), "not held"],
    ["a text in it", one({}, { contains: ["HOST: own"] }), "held"],
    ["a text not in it", one({}, { not_contains: ["HOST: own"] }), "not held"],
    ["one Host", one({}, { count: { "Host:": 1 } }), "held"],
    ["two Hosts", one({}, { count: { "Host:": 2 } }), "not held"],
    ["an option", one({ close_after: true }, { connection_options: ["close"] }), "held"],
    ["no option", one({}, { connection_options: ["close"] }), "not held"],
    ["either", one({}, { any: [{ error: "x" }, { well_formed_request_line: true }] }), "held"],
    ["neither", one({}, { any: [{ error: "x" }, { body_decodes_to: base64("x") }] }), "not held"],
  ])("tells %s", async (_what, own, isHeld) => {
    const { outcome, address } = await sendOverSocket(own.input);
    const difference = defectOf(own, outcome) ?? differenceTo(own.expect, own, outcome, address);
    expect(difference === null ? "held" : "not held").toBe(isHeld);
  });

  test("sees a failure that is not the caller's, or that comes too late", () => {
    const own = one({ content: { kind: "stream", data: base64("four") } }, { error: "x" });
    const error = new TypeError("no");
    const outcome = { error, wire: "", connections: 1, isKept: false };
    expect(defectOf(own, outcome)).toBeNull();
    expect(defectOf(own, { ...outcome, error: new ReadError("cut") })).not.toBeNull();
    expect(defectOf(own, { ...outcome, isKept: true })).not.toBeNull();
    const head = "PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\n";
    expect(defectOf(own, { ...outcome, wire: `${head}ok` })).toBeNull();
    expect(defectOf(own, { ...outcome, wire: `${head}four` })).not.toBeNull();
    expect(defectOf(one({}, {}), { ...outcome, wire: head })).not.toBeNull();
  });
});
