// Defects of what goes out: URLs, Host, headers, content, and what happens while it is being sent.

import { inFile } from "../conformance/row.ts";
import { type Defect, SEEN } from "./defect.ts";

export const REQUEST_DEFECTS: readonly Defect[] = [
  {
    id: "host-ipv6",
    wrong: "An IPv6 address in Host and in printed URLs has no brackets",
    reported: "pydantic/httpx2 #1091",
    tests: [...inFile("api/host-header", "an added Host > for * is *"), ...inFile("api/url", "parts > *")],
  },
  {
    id: "lost-params",
    wrong: "What stands behind a semicolon in the last segment of a path is lost, as is an empty query",
    reported: SEEN,
    tests: [
      ...inFile("api/request-line", "the target > of http://host* is *"),
      ...inFile("proxy/forward", "the target > of * is *"),
    ],
  },
  {
    id: "raw-target",
    wrong: "A target that the caller has encoded is encoded anew, or cannot be sent",
    reported: "encode/httpx #1405 #2949 #3101, encode/httpcore #888, pydantic/httpx2 #676 #896",
    tests: inFile("api/request-line", "extensions.target > * goes out as it is", "the target > of http://host* is *"),
  },
  {
    id: "port-zero",
    wrong: "Port 0 counts as no port",
    reported: SEEN,
    tests: inFile("upstream/requests", "port 0 is a port like any other: it is not the scheme's own"),
    naive: "Asking whether the port is truthy",
  },
  {
    id: "unknown-scheme",
    wrong: "A scheme that has no port of its own is a KeyError",
    reported: SEEN,
    tests: inFile("api/url", "schemes at the request > * is UnsupportedProtocol, which names the scheme"),
  },
  {
    id: "written-port",
    wrong: "URLs with and without the scheme's own port are different, though they name one origin",
    reported: SEEN,
    tests: inFile(
      "pool/reuse",
      "a connection is used again > by the origin, whatever the case of the host and whether the port is written",
    ),
  },
  {
    id: "headers-iterable",
    wrong: "Headers from a generator are refused, and pairs of the wrong length are an error without a name",
    reported: SEEN,
    tests: [
      ...inFile("api/headers", "inputs > a generator of pairs"),
      ...inFile("unit/field-lines", "toFieldLines > an iterable of anything but pairs is a TypeError"),
    ],
  },
  {
    id: "content-types",
    wrong: "Text and views of octets fail as content, and only once the connection is there",
    reported: SEEN,
    tests: inFile(
      "api/content",
      "content that is there gets a Content-Length, at the end > *",
      "of no accepted type > * is a TypeError at once",
    ),
  },
  {
    id: "content-unframed",
    wrong: "Content of a request without a framing field is dropped without a word",
    reported: SEEN,
    tests: inFile("api/response-class", "a Request > content without a framing header is refused: none is added"),
  },
  {
    id: "empty-post",
    wrong: "A POST without content says nothing of its length, and some servers wait or refuse",
    reported: SEEN,
    tests: inFile("api/content", "no content > * says Content-Length: 0"),
  },
  {
    id: "length-unmapped",
    wrong: "Content that is not as long as Content-Length says is an error of the parser's own class",
    reported: SEEN,
    tests: [
      ...inFile(
        "api/content-length",
        "content that is there and has the wrong length reaches no server > *",
        "content that comes piece by piece > * too short: refused, and the connection is closed",
        "content that comes piece by piece > * too long: no octet beyond the length is sent",
      ),
    ],
  },
  {
    id: "header-value",
    wrong:
      "CR and LF in a header value are not refused everywhere (HTTP/2), and are found when the connection is there",
    reported: SEEN,
    tests: inFile("api/injection", "header values > * from an object", "header values > * from octets"),
  },
  {
    id: "early-response",
    wrong: "A response is not read before the whole content has been sent, whatever the server says meanwhile",
    reported: "encode/httpcore #527, encode/httpx #30 #877 #1150 #1475, pydantic/httpx2 #333",
    tests: [
      ...inFile("pool/early-response", "an early response > stops an endless source, and its connection is closed"),
      ...inFile(
        "scenarios/early-response",
        "S36 an early response > S36 of * is delivered at once though the source lets us wait for ever",
      ),
    ],
  },
  {
    id: "write-error-lost",
    wrong: "A write that fails is passed over, and the error says only that no response came",
    reported: SEEN,
    tests: [
      ...inFile(
        "pool/early-response",
        "no response and a broken connection while sending is a WriteError with its cause",
      ),
      ...inFile(
        "scenarios/failing-writes",
        "S37 a write that fails behind a * does not lose the response that is there",
      ),
    ],
  },
  {
    id: "expect",
    wrong: "Expect: 100-continue is not waited for: the content follows at once",
    reported: "encode/httpcore #581 #605",
    tests: inFile(
      "rfc9110/10.1.1-expect",
      "content waits > for 100, and not an octet is sent before: *",
      "content is not sent > behind a final response, and the connection is closed: *",
    ),
  },
  {
    id: "request-trailers",
    wrong: "No trailers can be sent",
    reported: "encode/httpx #1149, encode/httpcore #582 #912 #1012, pydantic/httpx2 #435",
    tests: inFile("api/extensions", "trailers > go out behind the last chunk"),
  },
  {
    id: "mock-forgets",
    wrong: "The mock of a network keeps nothing of what is written to it, so a test cannot see the request",
    reported: SEEN,
    tests: inFile("api/host-header", "an added Host > for * is *"),
    naive: "A mock whose writes go nowhere: these tests read the request from it",
  },
];
