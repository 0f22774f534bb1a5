// Where we differ from Python's httpcore on purpose: what either does, why, and the step from the one to the other.
//
// The sentences are those of docs/interop.md, which a test compares.

import type { Answer, Observation, Result } from "./differential-case.ts";

export interface Difference {
  readonly name: string;
  readonly python: string;
  readonly ours: string;
  readonly reason: string;
  /** What Python did, with this difference. */
  readonly apply: (python: Observation) => Observation;
}

/** A difference on the wire: in each connection `from` is `to`. */
const onWire =
  (from: RegExp, to: string) =>
  ({ wire, results }: Observation): Observation => ({
    wire: wire.map((octets) => octets.replace(from, to)),
    results,
  });

/** A difference in how it ends: any of `from` is `to`. */
const inResults =
  (from: (result: Result) => boolean, to: Result) =>
  ({ wire, results }: Observation): Observation => ({
    wire,
    results: results.map((result) => (from(result) ? to : result)),
  });

const isAnswer = (result: Result): result is Answer => "status" in result;
const OK_ANSWER: Answer = {
  status: 200,
  version: "HTTP/1.1",
  reason: "OK",
  headers: [["Content-Length", "2"]],
  content: "ok",
};
const REMOTE = { error: "RemoteProtocolError" };

export const DIFFERENCES: readonly Difference[] = [
  {
    name: "host-stays",
    python: "A `Host` of the caller is moved to the front",
    ours: "It stays where the caller put it",
    reason: "Headers are sent exactly as given; only a `Host` that we add goes first",
    apply: onWire(/(host: other\.test\r\n)(X-First: 1\r\n)/, "$2$1"),
  },
  {
    name: "parameters-stay",
    python: "`;parameters` of a path's last segment are lost",
    ours: "They are sent",
    reason: "A target is sent octet for octet",
    apply: onWire(/\/a\?c/, "/a;b?c"),
  },
  {
    name: "empty-query-stays",
    python: "An empty query loses its `?`",
    ours: "It is sent",
    reason: "A target is sent octet for octet",
    apply: onWire(/\/a HTTP/, "/a? HTTP"),
  },
  {
    name: "zero-length",
    python: "POST, PUT and PATCH without content say nothing of it",
    ours: "`Content-Length: 0`",
    reason:
      "RFC 9110 section 8.6: a user agent should send it when the method anticipates content; some servers wait, or answer 411",
    apply: onWire(/((?:POST|PUT|PATCH) \/ HTTP\/1\.1\r\n(?:.+\r\n)*)/g, "$1Content-Length: 0\r\n"),
  },
  {
    name: "http-1.0-kept",
    python: "A connection is closed after each HTTP/1.0 response",
    ours: "It is kept when the response says `Connection: keep-alive`",
    reason: "RFC 9112 section 9.3",
    apply: ({ wire, results }) => ({ wire: [wire.join("")], results }),
  },
  {
    name: "octets-behind-a-response",
    python: "Octets behind a response are the answer to the next request",
    ours: "They end the connection, and the next request has a new one",
    reason: "RFC 9112 section 9.2: whoever can have a server send more could answer for it",
    apply: ({ wire: [both = ""], results }) => {
      const start = both.indexOf("GET /2");
      return {
        wire: [both.slice(0, start), both.slice(start)],
        results: results.map((result) => (isAnswer(result) && result.content === "wrong" ? OK_ANSWER : result)),
      };
    },
  },
  {
    name: "two-framings",
    python: "`Content-Length` beside `Transfer-Encoding` is ignored",
    ours: "`RemoteProtocolError`",
    reason: "RFC 9112 section 6.3: it is a sign of response splitting, and ought to be handled as an error",
    apply: inResults(isAnswer, REMOTE),
  },
  {
    name: "bare-lf",
    python: "Lines may end with LF alone",
    ours: '`RemoteProtocolError`, unless the pool has `leniency: ["bare-lf"]`',
    reason: "RFC 9112 section 2.2 allows it, and proxies that differ in it can be played off against each other",
    apply: inResults(isAnswer, REMOTE),
  },
  {
    name: "ipv6-brackets",
    python: "An IPv6 address has no brackets in `Host`, in absolute-form and in CONNECT",
    ours: "It has",
    reason: "RFC 3986 section 3.2.2: without them it is not told from a port",
    apply: onWire(/(\/\/| |: )((?:2001:db8)?::1)(?=:)/g, "$1[$2]"),
  },
  {
    name: "no-accept",
    python: "CONNECT has `Accept: */*`",
    ours: "It has not",
    reason: "No header is added but `Host` and what frames content",
    apply: onWire(/Accept: \*\/\*\r\n/, ""),
  },
  {
    name: "socks-version",
    python: "A SOCKS greeting of another version is not noticed: the request follows, and ends in a `ProtocolError`",
    ours: "`RemoteProtocolError` at once",
    reason: "RFC 1928 section 3: it is no SOCKS5 proxy, and is told nothing more",
    apply: (python) =>
      inResults(() => true, REMOTE)({ ...python, wire: python.wire.map((octets) => octets.slice(0, 3)) }),
  },
  {
    name: "checked-first",
    python: "A connection is opened before headers and method are checked",
    ours: "They are checked before a connection is looked for",
    reason: "A caller's mistake costs the server nothing",
    apply: ({ results }) => ({ wire: [], results }),
  },
];
