// Requirements on the content of a request.

import { CALLERS_FIELD, inFile, type Row } from "./row.ts";

const in61 = (...names: string[]) =>
  inFile("rfc9112/6.1-transfer-encoding", ...names.map((name) => `RFC 9112 6.1 Transfer-Encoding sent > ${name}`));
const in63 = (...names: string[]) =>
  inFile(
    "rfc9112/6.3-message-body-length",
    ...names.map((name) => `RFC 9112 6.3 message body length of requests > ${name}`),
  );
const inContent = (...names: string[]) => inFile("api/content", ...names);

export const REQUEST_CONTENT: readonly Row[] = [
  {
    id: "content-01",
    section: "9112 6.1",
    level: "MUST NOT",
    requirement: "Content is not chunked twice",
    verdict: "followed",
    tests: in61("MUST NOT: chunked is not applied twice"),
  },
  {
    id: "content-02",
    section: "9112 6.1",
    level: "MUST",
    requirement: "Where there are transfer codings, chunked is the last",
    verdict: "followed",
    tests: in61("MUST: a coding that is not chunked, or does not end with it, is refused"),
    reason: "It is the only one that can be sent.",
  },
  {
    id: "content-03",
    section: "9112 6.1",
    level: "MUST NOT",
    requirement: "No transfer coding goes to a server that is not known to understand HTTP/1.1",
    verdict: "in part",
    tests: inFile(
      "rfc9112/6.1-transfer-encoding",
      "a server that has answered with HTTP/1.0 gets no chunks > from the protocol",
      "a server that has answered with HTTP/1.0 gets no chunks > from the pool: content of unknown length fails before an octet is sent, any other goes out",
    ),
    reason:
      "A connection that has answered with HTTP/1.0 gets none. One that has not answered yet is taken to understand it.",
  },
  {
    id: "content-04",
    section: "9112 6.2",
    level: "MUST NOT",
    requirement: "Content-Length and Transfer-Encoding do not go out together",
    verdict: "followed",
    tests: inFile(
      "rfc9112/6.2-content-length",
      "RFC 9112 6.2 Content-Length sent > MUST NOT: Content-Length does not go out beside Transfer-Encoding",
    ),
  },
  {
    id: "content-05",
    section: "9112 6.3",
    level: "MUST",
    requirement: "Content goes with a valid Content-Length, or in chunks",
    verdict: "followed",
    tests: [
      ...in63("(7) MUST: a request with neither field has no content"),
      ...inContent(
        "content that is there gets a Content-Length, at the end > *",
        "content that comes piece by piece goes out chunked, an item a chunk > *",
      ),
      ...inFile("api/response-class", "a Request > content without a framing header is refused: none is added"),
    ],
  },
  {
    id: "content-06",
    section: "9112 6.3",
    level: "SHOULD",
    requirement: "Content-Length is sent when the length is known",
    verdict: "followed",
    tests: inContent("content that is there gets a Content-Length, at the end > *"),
    reason: "Unless the caller asks for chunks.",
  },
  {
    id: "content-07",
    section: "9110 8.6",
    level: "SHOULD",
    requirement: "A method that is expected to have content says Content-Length: 0 without; others say nothing",
    verdict: "followed",
    tests: inContent(
      "no content > * says Content-Length: 0",
      "no content > GET says nothing",
      "no content > DELETE says nothing",
    ),
  },
  {
    id: "content-08",
    section: "9110 8.6",
    level: "MUST NOT",
    requirement: "A Content-Length that is known to be wrong does not go out",
    verdict: "followed",
    tests: [
      ...inFile("api/content-length", "content that is there and has the wrong length reaches no server > *"),
      ...inFile("scenarios/uploads", "S42 Content-Length and content differ > *"),
    ],
    reason: "Where a source turns out to differ, not one octet goes beyond the length, and the connection is closed.",
  },
  {
    id: "content-09",
    section: "9110 9.3.1, 9.3.2, 9.3.5",
    level: "SHOULD NOT",
    requirement: "GET, HEAD and DELETE have no content unless both sides agree",
    verdict: "not concerned",
    reason: "The caller's decision: content goes out when it is given, and only then.",
  },
  {
    id: "content-10",
    section: "9110 9.3.7",
    level: "MUST",
    requirement: "OPTIONS with content says of what type it is",
    verdict: "not concerned",
    reason: CALLERS_FIELD,
  },
  {
    id: "content-11",
    section: "9110 9.3.8",
    level: "MUST NOT",
    requirement: "TRACE has no content, and no fields that are secret",
    verdict: "in part",
    tests: [...in63("MUST NOT: TRACE carries no content"), ...inFile("api/injection", "framing > content with TRACE")],
    reason: "Content is refused. What is secret in a field, only the caller knows.",
  },
  {
    id: "content-12",
    section: "9110 8.3",
    level: "SHOULD",
    requirement: "Content goes with its type",
    verdict: "not concerned",
    reason: CALLERS_FIELD,
  },
  {
    id: "content-13",
    section: "9110 6.5.1",
    level: "MUST NOT",
    requirement: "Only fields that may be trailers are sent as trailers",
    verdict: "in part",
    tests: inFile(
      "rfc9112/7.1.2-trailer-section",
      "RFC 9112 7.1.2 trailer section sent > MUST NOT: fields for framing and routing do not go out as trailers",
    ),
    reason: "Fields that frame or route are refused. What the definitions of others say is the caller's to know.",
  },
  {
    id: "content-14",
    section: "9110 6.6.2",
    level: "SHOULD",
    requirement: "Trailers are announced",
    verdict: "not concerned",
    reason: CALLERS_FIELD,
  },
  {
    id: "content-15",
    section: "9110 8.4",
    level: "MUST",
    requirement: "Content-Encoding has the codings in the order in which they were applied",
    verdict: "not concerned",
    reason: "Nothing is compressed here.",
  },
  {
    id: "content-16",
    section: "9110 8.4",
    level: "SHOULD NOT",
    requirement: "Content-Encoding does not name identity",
    verdict: "not concerned",
    reason: "Nothing is compressed here.",
  },
  {
    id: "content-17",
    section: "9110 8.3.3",
    level: "MUST",
    requirement: "CRLF alone separates the parts of a multipart",
    verdict: "not concerned",
    reason: "No multipart is ever made: content is octets.",
  },
];
