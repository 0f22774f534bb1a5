// Rows about line ends, the status line and the version.

import { type Group, OK, withFields } from "../anomaly.ts";

const LF =
  "RFC 9112 lets a recipient take a lone LF for a line end, but whoever stands in between may not: two readings.";
const CR = "A bare CR must make the line invalid or count as SP. It is never a line end.";
const SHAPE = "Not what the grammar of a status line allows; guessing is how responses are split.";

export const LINE_ENDS: Group = {
  title: "Line ends",
  about: "Who takes something else than CRLF for a line end sees fields that others do not see.",
  anomalies: [
    {
      id: "lf-status-line",
      title: "LF ends the status line",
      section: "9112 2.2",
      want: "refuse",
      why: LF,
      send: "HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok",
    },
    {
      id: "lf-field-line",
      title: "LF ends a field line",
      section: "9112 2.2",
      want: "refuse",
      why: LF,
      send: "HTTP/1.1 200 OK\r\nX-A: 1\nContent-Length: 2\r\n\r\nok",
    },
    {
      id: "lf-head-end",
      title: "LF is the empty line behind the head",
      section: "9112 2.2",
      want: "refuse",
      why: LF,
      send: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nok",
    },
    {
      id: "lf-all",
      title: "LF ends every line",
      section: "9112 2.2",
      want: "refuse",
      why: LF,
      send: "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    },
    {
      id: "cr-in-value",
      title: "bare CR in a value, followed by what looks like a field",
      section: "9112 2.2",
      want: "refuse",
      why: CR,
      send: withFields("X-A: 1\rX-Injected: yes"),
      reading: { ...OK, headers: { "x-injected": null, "x-a": /^1 X-Injected: yes$/ } },
    },
    {
      id: "cr-in-status-line",
      title: "bare CR in the reason phrase, followed by what looks like a field",
      section: "9112 2.2",
      want: "refuse",
      why: CR,
      send: "HTTP/1.1 200 OK\rX-Injected: yes\r\nContent-Length: 2\r\n\r\nok",
      reading: { ...OK, headers: { "x-injected": null } },
    },
    {
      id: "cr-all",
      title: "bare CR ends every line",
      section: "9112 2.2",
      want: "refuse",
      why: CR,
      send: "HTTP/1.1 200 OK\rContent-Length: 2\r\rok",
      anyHarm: "CR as line end",
    },
    {
      id: "cr-cr-lf",
      title: "CR CR LF ends a field line",
      section: "9112 2.2",
      want: "refuse",
      why: CR,
      send: "HTTP/1.1 200 OK\r\nX-A: 1\r\r\nContent-Length: 2\r\n\r\nok",
      reading: { ...OK, headers: { "x-a": "1" } },
    },
    {
      id: "cr-head-end",
      title: "the head ends with CR LF CR, without the last LF",
      section: "9112 2.2",
      want: "refuse",
      why: CR,
      send: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\rok",
    },
    {
      id: "crlf-first",
      title: "an empty line before the status line",
      section: "9112 2.2, 9.2",
      want: "either",
      why: "The robustness rule is for servers; for clients CRLF is harmless, and nothing else is.",
      send: "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    },
    {
      id: "sp-first",
      title: "SP before the status line",
      section: "9112 4",
      want: "refuse",
      why: SHAPE,
      send: " HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    },
  ],
};

function status(line: string): string {
  return `${line}\r\nContent-Length: 2\r\n\r\nok`;
}

export const STATUS_LINE: Group = {
  title: "Status line",
  about: "Three digits, one SP on either side, and a reason phrase without control octets.",
  anomalies: [
    {
      id: "status-two-sp",
      title: "two SP before the status code",
      section: "9112 4",
      want: "refuse",
      why: SHAPE,
      send: status("HTTP/1.1  200 OK"),
    },
    {
      id: "status-tab",
      title: "HTAB instead of SP",
      section: "9112 4",
      want: "refuse",
      why: SHAPE,
      send: status("HTTP/1.1\t200\tOK"),
    },
    {
      id: "status-no-sp",
      title: "no SP behind the status code",
      section: "9112 4",
      want: "either",
      why: "The sender must send the SP, but many do not, and there is only one reading.",
      send: status("HTTP/1.1 200"),
    },
    {
      id: "status-no-reason",
      title: "empty reason phrase",
      section: "9112 4",
      want: "accept",
      why: "Valid: the reason phrase is optional.",
      send: status("HTTP/1.1 200 "),
    },
    {
      id: "status-2-digits",
      title: "status code of two digits",
      section: "9112 4",
      want: "refuse",
      why: SHAPE,
      send: status("HTTP/1.1 20 OK"),
      anyHarm: "made-up status",
    },
    {
      id: "status-4-digits",
      title: "status code of four digits",
      section: "9112 4",
      want: "refuse",
      why: SHAPE,
      send: status("HTTP/1.1 2000 OK"),
      anyHarm: "made-up status",
    },
    {
      id: "status-sign",
      title: "status code with a sign",
      section: "9112 4",
      want: "refuse",
      why: SHAPE,
      send: status("HTTP/1.1 +200 OK"),
    },
    {
      id: "status-099",
      title: "status code 099",
      section: "9110 15",
      want: "refuse",
      why: "Outside 100 to 599; below 100 no class tells what framing it has.",
      send: status("HTTP/1.1 099 Odd"),
      reading: { status: 99, content: "ok" },
    },
    {
      id: "status-700",
      title: "status code 700",
      section: "9110 15",
      want: "either",
      why: "Invalid, and to be treated as a 5xx: handing it out as it came lets the caller do that.",
      send: status("HTTP/1.1 700 Odd"),
      reading: { status: 700, content: "ok" },
    },
    {
      id: "reason-nul",
      title: "NUL in the reason phrase",
      section: "9112 4",
      want: "refuse",
      why: "Outside the grammar; C programs cut at it.",
      send: status("HTTP/1.1 200 O\0K"),
    },
    {
      id: "reason-obs-text",
      title: "octets over 0x7F in the reason phrase",
      section: "9112 4",
      want: "accept",
      why: "Valid: obs-text.",
      send: status("HTTP/1.1 200 Gr\xfc\xdfe"),
    },
  ],
};

const NO_HTTP = "Not a version that this parser speaks: what follows may have any syntax.";

export const VERSION: Group = {
  title: "Version",
  about: "`HTTP/1.` and a digit, in capitals. Everything else is another language.",
  anomalies: [
    {
      id: "version-0-9",
      title: "HTTP/0.9",
      section: "9112 2.3",
      want: "refuse",
      why: NO_HTTP,
      send: status("HTTP/0.9 200 OK"),
    },
    {
      id: "version-2-0",
      title: "HTTP/2.0",
      section: "9110 2.5",
      want: "refuse",
      why: NO_HTTP,
      send: status("HTTP/2.0 200 OK"),
    },
    {
      id: "version-1-9",
      title: "HTTP/1.9",
      section: "9110 6.2",
      want: "accept",
      why: "A higher minor version is to be processed as HTTP/1.1.",
      send: status("HTTP/1.9 200 OK"),
    },
    {
      id: "version-1-10",
      title: "HTTP/1.10",
      section: "9112 2.3",
      want: "refuse",
      why: NO_HTTP,
      send: status("HTTP/1.10 200 OK"),
    },
    {
      id: "version-case",
      title: "http/1.1",
      section: "9112 2.3",
      want: "refuse",
      why: NO_HTTP,
      send: status("http/1.1 200 OK"),
    },
    {
      id: "version-icy",
      title: "ICY 200 OK",
      section: "9112 2.3",
      want: "refuse",
      why: NO_HTTP,
      send: status("ICY 200 OK"),
    },
    {
      id: "version-none",
      title: "no head at all, only text",
      section: "9112 4",
      want: "refuse",
      why: "Another protocol answers; its octets must not reach the caller as content.",
      send: "220 mail.example ESMTP\r\nok",
      anyHarm: "no HTTP",
    },
  ],
};
