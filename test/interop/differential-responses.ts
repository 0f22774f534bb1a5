// Cases of the differential test about what comes back.

import type { DifferentialCase } from "./differential-case.ts";
import { answer, last, OK, ok } from "./differential-steps.ts";

export const RESPONSE_CASES: readonly DifferentialCase[] = [
  {
    name: "HEAD, 204 and 304 on one connection",
    requests: ["HEAD", "GET", "GET", "GET"].map((method) => ({ method, url: "/" })),
    steps: [
      answer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
      answer("HTTP/1.1 204 No Content\r\n\r\n"),
      answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n"),
      ok,
    ],
  },
  {
    name: "response headers: case, duplicates, padding, empty values",
    requests: [{ method: "GET", url: "/" }],
    steps: [
      answer(
        "HTTP/1.1 200 OK\r\nX-CaSe:a\r\nx-case: \t b \t\r\nX-Empty:\r\nX-Latin: \xe9\r\ncontent-length: 0\r\n\r\n",
      ),
    ],
  },
  {
    name: "response headers: a folded line",
    requests: [{ method: "GET", url: "/" }],
    steps: [answer("HTTP/1.1 200 OK\r\nX-Long: one\r\n \t two\r\nContent-Length: 0\r\n\r\n")],
  },
  {
    name: "chunked with extensions and trailers",
    requests: [
      { method: "GET", url: "/" },
      { method: "GET", url: "/" },
    ],
    steps: [
      answer(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a="b"\r\nabc\r\n00A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n',
      ),
      ok,
    ],
  },
  {
    name: "content until the end of the connection, in HTTP/1.1 and HTTP/1.0",
    requests: [
      { method: "GET", url: "/" },
      { method: "GET", url: "/" },
    ],
    steps: [last("HTTP/1.1 200 OK\r\n\r\nuntil the end"), last("HTTP/1.0 200 OK\r\n\r\nuntil the end")],
  },
  {
    name: "interim responses",
    requests: [{ method: "GET", url: "/" }],
    steps: [
      answer(
        `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`,
      ),
    ],
  },
  {
    name: "keep-alive: three requests share a connection",
    requests: ["/1", "/2", "/3"].map((url) => ({ method: "GET", url })),
    steps: [ok, ok, ok],
  },
  {
    name: "keep-alive: Connection: close of the server",
    requests: ["/1", "/2"].map((url) => ({ method: "GET", url })),
    steps: [answer(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok`), ok],
  },
  {
    name: "keep-alive: Connection: close of the caller",
    requests: ["/1", "/2"].map((url) => ({ method: "GET", url, headers: [["Connection", "close"] as const] })),
    steps: [ok, ok],
  },
  {
    name: "keep-alive: HTTP/1.0 that keeps its connection",
    differs: ["http-1.0-kept"],
    requests: ["/1", "/2"].map((url) => ({ method: "GET", url })),
    steps: [answer("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"), ok],
  },
  {
    name: "keep-alive: octets behind a response are no response",
    differs: ["octets-behind-a-response"],
    requests: ["/1", "/2"].map((url) => ({ method: "GET", url })),
    steps: [answer(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong`), ok],
  },
  {
    name: "status lines: no reason, strange reasons, strange statuses",
    requests: ["/1", "/2", "/3"].map((url) => ({ method: "GET", url })),
    steps: [
      answer("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"),
      answer("HTTP/1.1 299 D\xe9j\xe0 \t vu!\r\nContent-Length: 0\r\n\r\n"),
      answer("HTTP/1.1 599 Beyond\r\nContent-Length: 0\r\n\r\n"),
    ],
  },
  {
    name: "status lines: nothing behind the status",
    requests: [{ method: "GET", url: "/" }],
    steps: [answer("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n")],
  },
  { name: "faults: no response", requests: [{ method: "POST", url: "/", content: "a" }], steps: [last("")] },
  {
    name: "faults: content that is cut, by length and by chunks",
    requests: ["/1", "/2"].map((url) => ({ method: "GET", url })),
    steps: [
      last("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"),
      last("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nshort"),
    ],
  },
  {
    name: "faults: no HTTP",
    requests: [{ method: "GET", url: "/" }],
    steps: [last("220 mail.test ESMTP\r\n\r\n")],
  },
  {
    name: "faults: two lengths",
    requests: [{ method: "GET", url: "/" }],
    steps: [last("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk")],
  },
  {
    name: "faults: a length that is no number",
    requests: [{ method: "GET", url: "/" }],
    steps: [last("HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok")],
  },
  {
    name: "faults: Content-Length with Transfer-Encoding",
    differs: ["two-framings"],
    requests: [{ method: "GET", url: "/" }],
    steps: [last("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")],
  },
  {
    name: "faults: a transfer coding that nobody knows",
    requests: [{ method: "GET", url: "/" }],
    steps: [last("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")],
  },
  {
    name: "faults: lines that end with LF alone",
    differs: ["bare-lf"],
    requests: [{ method: "GET", url: "/" }],
    steps: [last("HTTP/1.1 200 OK\nContent-Length: 2\n\nok")],
  },
  {
    name: "faults: a space in front of the colon",
    requests: [{ method: "GET", url: "/" }],
    steps: [last("HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok")],
  },
  {
    name: "faults: a chunk size that is none",
    requests: [{ method: "GET", url: "/" }],
    steps: [last("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nok\r\n0\r\n\r\n")],
  },
];
