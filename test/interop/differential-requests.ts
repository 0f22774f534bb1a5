// Cases of the differential test about what is sent.

import type { DifferentialCase } from "./differential-case.ts";
import { ok } from "./differential-steps.ts";

export const REQUEST_CASES: readonly DifferentialCase[] = [
  { name: "GET", requests: [{ method: "GET", url: "/" }], steps: [ok] },
  {
    name: "headers: case, order and duplicates",
    requests: [
      {
        method: "GET",
        url: "/",
        headers: [
          ["x-Lower", "1"],
          ["ACCEPT", "a"],
          ["X-Twice", "1"],
          ["accept", "b"],
          ["X-Twice", "2"],
        ],
      },
    ],
    steps: [ok],
  },
  {
    name: "a Host of the caller, behind other headers",
    differs: ["host-stays"],
    requests: [
      {
        method: "GET",
        url: "/",
        headers: [
          ["X-First", "1"],
          ["host", "other.test"],
        ],
      },
    ],
    steps: [ok],
  },
  {
    name: "octets over 0x7f in a header",
    requests: [{ method: "GET", url: "/", headers: [["X-Name", "Zo\xeb"]] }],
    steps: [ok],
  },
  {
    name: "an empty header value",
    requests: [{ method: "GET", url: "/", headers: [["X-Empty", ""]] }],
    steps: [ok],
  },
  {
    name: "methods: lower case, and unknown",
    requests: [
      { method: "get", url: "/" },
      { method: "M-SEARCH", url: "/" },
      { method: "DELETE", url: "/" },
    ],
    steps: [ok, ok, ok],
  },
  {
    name: "targets: escapes, dots and slashes stay as they are",
    requests: [{ method: "GET", url: "//a/../b/%41%7e?q=%20&&x=[]" }],
    steps: [ok],
  },
  {
    name: "targets: parameters of the last segment",
    differs: ["parameters-stay"],
    requests: [{ method: "GET", url: "/a;b?c" }],
    steps: [ok],
  },
  {
    name: "targets: an empty query",
    differs: ["empty-query-stays"],
    requests: [{ method: "GET", url: "/a?" }],
    steps: [ok],
  },
  { name: "targets: a fragment", requests: [{ method: "GET", url: "/a?b#c" }], steps: [ok] },
  {
    name: "targets: asterisk-form",
    requests: [{ method: "OPTIONS", url: "/", target: "*" }],
    steps: [ok],
  },
  { name: "content: octets", requests: [{ method: "POST", url: "/", content: "a\0b\xff" }], steps: [ok] },
  { name: "content: empty", requests: [{ method: "POST", url: "/", content: "" }], steps: [ok] },
  {
    name: "content: none",
    differs: ["zero-length"],
    requests: [
      { method: "POST", url: "/" },
      { method: "PUT", url: "/" },
      { method: "PATCH", url: "/" },
      { method: "DELETE", url: "/" },
    ],
    steps: [ok, ok, ok, ok],
  },
  {
    name: "content: pieces go out chunked, empty ones not at all",
    requests: [{ method: "POST", url: "/", content: ["one", "", "twenty-six letters or more", "three"] }],
    steps: [ok],
  },
  {
    name: "content: pieces with a Content-Length",
    requests: [{ method: "POST", url: "/", headers: [["Content-Length", "6"]], content: ["one", "two"] }],
    steps: [ok],
  },
  {
    name: "content: octets with Transfer-Encoding",
    requests: [{ method: "POST", url: "/", headers: [["Transfer-Encoding", "chunked"]], content: "octets" }],
    steps: [ok],
  },
  {
    name: "content: Expect: 100-continue",
    requests: [{ method: "POST", url: "/", headers: [["Expect", "100-continue"]], content: "octets" }],
    steps: [{ after: "head", send: "HTTP/1.1 100 Continue\r\n\r\n" }, ok],
  },
  {
    name: "bad input: a line break in a header, a space in the method, a name that is none",
    differs: ["checked-first"],
    requests: [
      { method: "GET", url: "/", headers: [["X-Name", "a\r\nX-Injected: b"]] },
      { method: "GE T", url: "/" },
      { method: "GET", url: "/", headers: [["X Name", "a"]] },
    ],
    steps: [ok],
  },
  {
    name: "bad input: text beyond ASCII",
    requests: [{ method: "GET", url: "/", headers: [["X-Name", "Zo\xeb"]], asText: true }],
    steps: [ok],
  },
  {
    name: "bad input: schemes",
    requests: [
      { method: "GET", url: "ftp://origin.test/" },
      { method: "GET", url: "origin.test" },
    ],
    steps: [],
  },
  {
    name: "bad input: content shorter, and longer, than its Content-Length",
    requests: [
      { method: "POST", url: "/", headers: [["Content-Length", "7"]], content: ["short"] },
      { method: "POST", url: "/", headers: [["Content-Length", "3"]], content: ["longer"] },
    ],
    steps: [ok],
  },
];
