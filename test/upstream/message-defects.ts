// Defects of what comes in: where a response ends, what is taken for one, what is kept of it, and the errors of it all.

import { inFile } from "../conformance/row.ts";
import { type Defect, SEEN } from "./defect.ts";

export const MESSAGE_DEFECTS: readonly Defect[] = [
  {
    id: "poisoned-leftover",
    wrong: "Octets behind a response stay in the parser's buffer and answer the next request",
    reported: SEEN,
    tests: [
      ...inFile(
        "security/poisoning",
        "T-poison-same-segment: what comes behind a response in the same octets answers nobody > *",
        "T-poison-tls: the same within TLS > behind a response, in the same record",
      ),
      ...inFile("pool/reuse", "octets behind a response > (*) do not fail it, and never answer the next request"),
    ],
    naive: "Looking at the socket alone: these octets have been read already",
  },
  {
    id: "close-delimited-idle",
    wrong: "A response that ends with its connection makes that idle for a moment",
    reported: SEEN,
    tests: inFile("pool/reuse", "a connection is not used again > after content that ended with the close"),
  },
  {
    id: "length-and-chunked",
    wrong: "Content-Length beside Transfer-Encoding is accepted",
    reported: SEEN,
    tests: inFile("security/framing-content", "T-cl-te: Content-Length with Transfer-Encoding is an error > *"),
  },
  {
    id: "chunk-ends-unchecked",
    wrong: "What stands between a chunk and the next is not looked at",
    reported: "GHSA-vqfr-h8mv-ghfj of python-hyper/h11",
    tests: inFile(
      "rfc9112/7.1-chunked-coding",
      "RFC 9112 7.1 chunked coding received > chunk data is followed by CRLF and nothing else",
    ),
  },
  {
    id: "bare-lf",
    wrong: "A lone LF ends lines of a head, whoever talks to whom",
    reported: "python-hyper/h11 #96 #113 #130, encode/httpx #767 #1363",
    tests: inFile(
      "security/framing-heads",
      'T-frame: lines end with CRLF, names are tokens, values hold no controls > a bare LF passes under "bare-lf", and nothing else does',
    ),
  },
  {
    id: "control-octets",
    wrong: "Control octets in header values are handed on",
    reported: SEEN,
    tests: inFile(
      "security/framing-heads",
      "T-frame: lines end with CRLF, names are tokens, values hold no controls > every control octet in a value, and DEL",
    ),
  },
  {
    id: "any-version",
    wrong: "HTTP/2.0 as text on a connection for HTTP/1.1 is accepted",
    reported: SEEN,
    tests: inFile("security/framing-heads", "T-version: HTTP/1. and a digit, and nothing else > *"),
  },
  {
    id: "limit-by-luck",
    wrong: "A head over the limit passes when it comes in one read; lines, chunk extensions and content have no limit",
    reported: SEEN,
    tests: inFile(
      "security/limits",
      "T-limit-head: octets and lines of a head are bounded, and nothing is cut off > a complete head beyond the limit is refused however it is split",
      "T-limit-head: octets and lines of a head are bounded, and nothing is cut off > at the limits everything is there, one beyond them it is an error",
      "T-chunk-ext-flood: at most 16 KiB of extensions a message > at the limit the content is there, one octet more is an error (%#)",
    ),
  },
  {
    id: "content-without-limit",
    wrong: "There is no limit on the octets of a response's content",
    reported: "encode/httpx #1450, pydantic/httpx2 #557",
    tests: inFile("api/extensions", "maxContentSize > is the most that content framed by * may be"),
  },
  {
    id: "http10-keep-alive",
    wrong: "A server of HTTP/1.0 that keeps its connection open gets it closed",
    reported: SEEN,
    tests: inFile(
      "rfc9112/9.3-persistence",
      "RFC 9112 9.3 persistence > HTTP/1.0 persists with keep-alive and not without",
    ),
  },
  {
    id: "cut-head-as-none",
    wrong: "A head that is cut in the middle is told as no response at all",
    reported: SEEN,
    tests: inFile(
      "rfc9112/8-incomplete-messages",
      "RFC 9112 8 incomplete messages > MUST: a head that is cut, at whatever octet, is incomplete",
    ),
  },
  {
    id: "interim-lost",
    wrong: "Interim responses are dropped with their headers",
    reported: "encode/httpcore #581 #605",
    tests: inFile("api/extensions", "informational > gets every 1xx with its headers, in order, before the response"),
  },
  {
    id: "trailers-lost",
    wrong: "Trailers are parsed and thrown away",
    reported: "encode/httpx #1149, encode/httpcore #582 #912 #1012, pydantic/httpx2 #435",
    tests: inFile(
      "api/response-content",
      "trailers > are there with request()",
      "trailers > are there after the content, and ResponseNotRead before",
    ),
  },
  {
    id: "upgrade-leftover",
    wrong: "Octets that came behind the head of 101 have to be put in front of the stream, whatever is read at once",
    reported: "encode/httpcore #625 #882",
    tests: [
      ...inFile(
        "rfc9110/7.8-upgrade",
        "101 hands the connection over > with the octets behind the head first, and what is written goes out as it is",
        "101 hands the connection over > request() resolves without content and closes",
      ),
      ...inFile(
        "scenarios/upgrade-and-connect",
        "* > S68 S72 cut at every octet: what stands behind the empty line is handed over, and nothing else",
      ),
    ],
  },
  {
    id: "header-lookup",
    wrong: "Headers cannot be looked up without regard to case",
    reported: SEEN,
    tests: inFile(
      "unit/header-list",
      "HeaderList * > get joins the values of a name with a comma, without regard to case",
    ),
  },
  {
    id: "read-after-close",
    wrong: "read() of a response that was closed may give the part that had come",
    reported: SEEN,
    tests: inFile(
      "api/response-content",
      "read() > after close() is a ReadError",
      "read() > cut by close() is a ReadError",
    ),
  },
  {
    id: "status-unchecked",
    wrong: "A response can be made with any status",
    reported: SEEN,
    tests: inFile("api/response-class", "a Response made by a caller > cannot have status *"),
  },
  {
    id: "no-common-error",
    wrong: "The errors have no class in common",
    reported: SEEN,
    tests: inFile("api/errors", "the tree > *"),
  },
  {
    id: "lost-cause",
    wrong: "The cause of an error is lost when it comes before the response",
    reported: SEEN,
    tests: [
      ...inFile("api/errors", "an error that reaches a caller > of connecting: cause, origin, phase and request"),
      ...inFile("pool/broken-responses", "cut by a reset > * is a ReadError with its cause"),
    ],
  },
  {
    id: "unread-warnings",
    wrong: "Connections that nobody closes keep the event loop, or warn when it has gone",
    reported: "encode/httpx #825 #1813",
    tests: inFile(
      "pool/process",
      "a process ends by itself > with an idle connection of the default pool",
      "a process ends by itself > with a response that is complete and was never read",
    ),
  },
];
