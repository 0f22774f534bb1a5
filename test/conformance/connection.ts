// Requirements on who keeps connections, uses them again and closes them.

import { CALLERS_FIELD, inFile, type Row } from "./row.ts";

const in92 = (...names: string[]) =>
  inFile(
    "rfc9112/9.2-associating-responses",
    ...names.map((name) => `RFC 9112 9.2 associating a response to a request > ${name}`),
  );
const in93 = (...names: string[]) =>
  inFile("rfc9112/9.3-persistence", ...names.map((name) => `RFC 9112 9.3 persistence > ${name}`));
const in95 = (...names: string[]) =>
  inFile("rfc9112/9.5-failures-and-timeouts", ...names.map((name) => `RFC 9112 9.5 failures and timeouts > ${name}`));
const in98 = (...names: string[]) =>
  inFile("rfc9112/9.8-tls-connection-closure", ...names.map((name) => `RFC 9112 9.8 TLS connection closure > ${name}`));
const handedOver = (status: string) =>
  inFile("rfc9110/15-status-codes", `a response is handed over, and nothing is sent a second time > ${status}`);

const NO_PIPELINING = "There is no pipelining: a request goes out when the response before it has been read.";

export const CONNECTION: readonly Row[] = [
  {
    id: "connection-01",
    section: "9112 9.2",
    level: "MUST",
    requirement: "Responses belong to requests in the order of these",
    verdict: "followed",
    tests: in92("MUST: responses answer requests in their order, one exchange behind the other"),
  },
  {
    id: "connection-02",
    section: "9112 9.2",
    level: "MUST NOT",
    requirement: "What comes while nothing is asked is no response",
    verdict: "followed",
    tests: [
      ...in92(
        "MUST NOT: octets that came before the first request never answer it",
        "MUST NOT: octets that came before the next request never answer it",
      ),
      ...inFile("pool/idle", "an idle connection that > brings a whole response leaves the pool, silently"),
    ],
  },
  {
    id: "connection-03",
    section: "9112 9.2",
    level: "SHOULD",
    requirement: "A connection with such octets is closed, unless they are empty lines",
    verdict: "followed",
    tests: [
      ...in92("SHOULD: octets between two exchanges spoil the connection"),
      ...inFile(
        "pool/idle",
        "an idle connection that > brings one octet leaves the pool, silently",
        "an idle connection that > brings CRLF stays",
      ),
    ],
  },
  {
    id: "connection-04",
    section: "9112 9.3",
    level: "SHOULD",
    requirement: "Connections serve more than one request",
    verdict: "followed",
    tests: inFile("pool/reuse", "a connection is used again > *"),
  },
  {
    id: "connection-05",
    section: "9112 9.3",
    level: "MUST",
    requirement: "A client that never keeps connections says close in each request",
    verdict: "not concerned",
    reason: "This one keeps them. Who tells his pool to keep none writes Connection: close himself; no field is added.",
  },
  {
    id: "connection-06",
    section: "9112 9.3",
    level: "statement",
    requirement: "Version and the options close and keep-alive decide whether a connection lasts",
    verdict: "followed",
    tests: in93(
      "HTTP/1.1 persists",
      "the close option ends persistence",
      "HTTP/1.0 persists with keep-alive and not without",
      "close wins over keep-alive",
    ),
  },
  {
    id: "connection-07",
    section: "9112 9.3",
    level: "MUST",
    requirement: "A response is read to its end before the next request goes out",
    verdict: "followed",
    tests: [
      ...in93("MUST: the whole response is read before the connection is used again"),
      ...inFile("api/response-content", "close() > before the end closes the connection; a second time does nothing"),
    ],
  },
  {
    id: "connection-08",
    section: "9112 9.3.2",
    level: "SHOULD",
    requirement: "Pipelined requests without an answer are sent again after a close",
    verdict: "not concerned",
    reason: NO_PIPELINING,
  },
  {
    id: "connection-09",
    section: "9112 9.3.2",
    level: "MUST NOT",
    requirement: "Such requests do not go out in a row at once on the new connection",
    verdict: "not concerned",
    reason: NO_PIPELINING,
  },
  {
    id: "connection-10",
    section: "9112 9.3.2",
    level: "SHOULD NOT",
    requirement: "Nothing is pipelined behind a method that is not idempotent",
    verdict: "not concerned",
    reason: NO_PIPELINING,
  },
  {
    id: "connection-11",
    section: "9112 9.5",
    level: "SHOULD",
    requirement: "A connection whose time is over is closed in good order, and the server's close is noticed",
    verdict: "followed",
    tests: in95(
      "SHOULD: an idle connection whose time is over is closed gracefully: by a FIN and not by a reset",
      "SHOULD: the server's close of an idle connection is noticed, and answered by the client's own",
    ),
  },
  {
    id: "connection-12",
    section: "9112 9.5",
    level: "SHOULD",
    requirement: "Who sends content listens meanwhile, and stops for an error that closes",
    verdict: "followed",
    tests: [
      ...inFile("pool/early-response", "an early response > stops an endless source, and its connection is closed"),
      ...inFile("scenarios/early-response", "S37 megabytes with Content-Length > *"),
    ],
  },
  {
    id: "connection-13",
    section: "9110 7.5",
    level: "SHOULD",
    requirement: "After an early response the rest of the request goes out all the same",
    verdict: "not followed",
    tests: inFile(
      "scenarios/early-response",
      "S36 an early response > S36 of 200 is delivered at once though the source lets us wait for ever",
    ),
    reason:
      "The answer is there: the upload stops, and the connection is closed. A server that wants the rest says 100.",
  },
  {
    id: "connection-14",
    section: "9112 9.6",
    level: "SHOULD",
    requirement: "Who means to close says close in the last request",
    verdict: "not concerned",
    reason: CALLERS_FIELD,
  },
  {
    id: "connection-15",
    section: "9112 9.6",
    level: "MUST NOT",
    requirement: "No request follows one that said close; its response is read, then the connection closed",
    verdict: "followed",
    tests: [
      ...in93("9.6 MUST NOT: behind a request with close the connection is not used again"),
      ...inFile("scenarios/keep-alive", "S18 Connection: * in the request: we close, whatever comes back"),
    ],
  },
  {
    id: "connection-16",
    section: "9112 9.6",
    level: "MUST",
    requirement: "No request follows a response with close; the connection is closed behind it",
    verdict: "followed",
    tests: [
      ...in93("the close option ends persistence", "9.6 MUST: close in an interim response counts too"),
      ...inFile("pool/reuse", "a connection is not used again > after Connection: close, and it is we who close it"),
      ...inFile("scenarios/keep-alive", "S17 close in the response > *"),
    ],
  },
  {
    id: "connection-17",
    section: "9112 9.6",
    level: "SHOULD NOT",
    requirement: "Nobody counts on requests that were pipelined behind such an exchange",
    verdict: "not concerned",
    reason: NO_PIPELINING,
  },
  {
    id: "connection-18",
    section: "9112 9.7",
    level: "MUST",
    requirement: "Under https every octet of HTTP is application data of TLS",
    verdict: "followed",
    tests: inFile(
      "rfc9112/9.7-tls-connection-initiation",
      "MUST: every octet of HTTP goes as TLS application data, and nothing goes in the clear",
    ),
  },
  {
    id: "connection-19",
    section: "9112 9.8",
    level: "SHOULD",
    requirement: "When TLS is cut, only what a length or a last chunk delimits is whole",
    verdict: "in part",
    tests: [
      ...in98(
        "content that * delimits is complete, although TLS is cut behind it",
        "content that * delimits and that TLS was cut in is incomplete",
        "content that the close delimits is complete when the server has closed TLS",
      ),
      ...inFile("pool/tls", "as without TLS: > content is cut by a FIN underneath TLS"),
    ],
    reason:
      "Content that the close delimits is taken for whole, too: a FIN with a closure alert and one without look the same.",
  },
  {
    id: "connection-20",
    section: "9112 9.8",
    level: "MUST",
    requirement: "A closure alert goes out before a TLS connection is closed",
    verdict: "in part",
    tests: in98("MUST: a closure alert goes out before the connection is closed: *"),
    reason: "Not while octets of a request are stuck: the alert would have to wait behind them, and an abort must not.",
  },
  {
    id: "connection-21",
    section: "9110 9.2.2",
    level: "SHOULD NOT",
    requirement: "A method that is not idempotent is not sent again by itself",
    verdict: "followed",
    tests: inFile(
      "pool/repeat",
      "is never sent again > POST",
      "is never sent again > POST with bytes",
      "is never sent again > PATCH",
      "is never sent again > an unknown method",
    ),
  },
  {
    id: "connection-22",
    section: "9110 9.2.2",
    level: "SHOULD NOT",
    requirement: "What was sent again by itself is not sent a third time",
    verdict: "followed",
    tests: [
      ...inFile("pool/repeat", "is never sent again > a request that was sent again"),
      ...inFile(
        "scenarios/idle-and-reuse",
        "S03 a server that closes when it sees the second request > S03 does not get it a third time",
      ),
    ],
  },
  {
    id: "connection-23",
    section: "9110 7.6.1",
    level: "statement",
    requirement: "Connection options are tokens, and their case does not matter",
    verdict: "followed",
    tests: in93(
      "connection options are compared without case",
      "a Connection value that is no list of tokens ends persistence",
    ),
  },
  {
    id: "connection-24",
    section: "9110 15.5.9",
    level: "MAY",
    requirement: "A request that was answered with 408 is sent again on another connection",
    verdict: "not followed",
    tests: handedOver("408 to GET"),
    reason: "The response is the caller's, and so is the decision. A 408 that answers nothing is dropped.",
  },
  {
    id: "connection-25",
    section: "9110 15.5.20",
    level: "MAY",
    requirement: "A request that was answered with 421 is sent again on another connection",
    verdict: "not followed",
    tests: handedOver("421 to GET"),
    reason: "The response is the caller's, and so is the decision.",
  },
];
