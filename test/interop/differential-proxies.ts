// Cases of the differential test in which the server is a proxy.

import type { DifferentialCase, Step } from "./differential-case.ts";
import { answer, last, ok } from "./differential-steps.ts";

const ORIGIN = "http://origin.test:8080";
const AUTH = ["user", "secret"] as const;
/** Greeting and answer of SOCKS5 without, and with, user and password. */
const SOCKS_OPEN: Step = { after: 3, send: "\x05\x00" };
const SOCKS_GUARDED: Step = { after: 3, send: "\x05\x02" };
const SOCKS_PASSWORD = 1 + 1 + AUTH[0].length + 1 + AUTH[1].length;
/** Octets of a request for a name, and for an IPv4 address. */
const socksName = (name: string): number => 4 + 1 + name.length + 2;
const SOCKS_IPV4 = 4 + 4 + 2;
const socksReply = (code: number): string => `\x05${String.fromCharCode(code)}\x00\x01\x7f\x00\x00\x01\x00\x50`;

export const PROXY_CASES: readonly DifferentialCase[] = [
  {
    name: "forward: absolute-form, two requests",
    requests: [
      { method: "GET", url: `${ORIGIN}/a?b`, headers: [["X-Name", "value"]] },
      { method: "POST", url: `${ORIGIN}/`, content: "content" },
    ],
    steps: [ok, ok],
    proxy: { scheme: "http" },
  },
  {
    name: "forward: user and password",
    requests: [{ method: "GET", url: `${ORIGIN}/` }],
    steps: [ok],
    proxy: { scheme: "http", auth: AUTH },
  },
  {
    name: "forward: the scheme's own port",
    requests: [{ method: "GET", url: "http://origin.test/" }],
    steps: [ok],
    proxy: { scheme: "http" },
  },
  {
    name: "forward: an IPv6 address",
    differs: ["ipv6-brackets"],
    requests: [{ method: "GET", url: "http://[::1]:8080/" }],
    steps: [ok],
    proxy: { scheme: "http" },
  },
  {
    name: "forward: 407 is a response",
    requests: [{ method: "GET", url: `${ORIGIN}/` }],
    steps: [answer("HTTP/1.1 407 Who are you?\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nno")],
    proxy: { scheme: "http" },
  },
  {
    name: "CONNECT: https in a tunnel, two requests",
    differs: ["no-accept"],
    requests: ["/1", "/2"].map((path) => ({ method: "GET", url: `https://origin.test:8443${path}` })),
    steps: [{ after: "request", send: "HTTP/1.1 200 Connection established\r\n\r\n", next: "tls" }, ok, ok],
    proxy: { scheme: "http", auth: AUTH },
  },
  {
    name: "CONNECT: the scheme's own port",
    differs: ["no-accept"],
    requests: [{ method: "GET", url: "https://origin.test/" }],
    steps: [{ after: "request", send: "HTTP/1.1 200 OK\r\n\r\n", next: "tls" }, ok],
    proxy: { scheme: "http" },
  },
  {
    name: "CONNECT: refused",
    differs: ["no-accept"],
    requests: [{ method: "GET", url: "https://origin.test/" }],
    steps: [answer("HTTP/1.1 407 Who are you?\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nno")],
    proxy: { scheme: "http" },
  },
  {
    name: "CONNECT: an IPv6 address",
    differs: ["no-accept", "ipv6-brackets"],
    requests: [{ method: "GET", url: "https://[2001:db8::1]/" }],
    steps: [answer("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")],
    proxy: { scheme: "http" },
  },
  {
    name: "CONNECT: no HTTP in return",
    differs: ["no-accept"],
    requests: [{ method: "GET", url: "https://origin.test/" }],
    steps: [last("no such thing\r\n\r\n")],
    proxy: { scheme: "http" },
  },
  {
    name: "SOCKS5: a name, two requests",
    requests: ["/1", "/2"].map((path) => ({ method: "GET", url: ORIGIN + path })),
    steps: [SOCKS_OPEN, { after: socksName("origin.test"), send: socksReply(0) }, ok, ok],
    proxy: { scheme: "socks5" },
  },
  {
    name: "SOCKS5: an IPv4 address, user and password",
    requests: [{ method: "GET", url: "http://192.0.2.1/" }],
    steps: [SOCKS_GUARDED, { after: SOCKS_PASSWORD, send: "\x01\x00" }, { after: SOCKS_IPV4, send: socksReply(0) }, ok],
    proxy: { scheme: "socks5", auth: AUTH },
  },
  {
    name: "SOCKS5: https",
    requests: [{ method: "GET", url: "https://origin.test/" }],
    steps: [SOCKS_OPEN, { after: socksName("origin.test"), send: socksReply(0), next: "tls" }, ok],
    proxy: { scheme: "socks5" },
  },
  {
    name: "SOCKS5: refused, by each of its codes",
    requests: [1, 2, 3, 4, 5, 6, 7, 8].map(() => ({ method: "GET", url: `${ORIGIN}/` })),
    steps: [1, 2, 3, 4, 5, 6, 7, 8].flatMap((code) => [
      SOCKS_OPEN,
      { after: socksName("origin.test"), send: socksReply(code), next: "end" } as const,
    ]),
    proxy: { scheme: "socks5" },
  },
  {
    name: "SOCKS5: a wrong password",
    requests: [{ method: "GET", url: `${ORIGIN}/` }],
    steps: [SOCKS_GUARDED, { after: SOCKS_PASSWORD, send: "\x01\x01", next: "end" }],
    proxy: { scheme: "socks5", auth: AUTH },
  },
  {
    name: "SOCKS5: no method that it takes",
    requests: [{ method: "GET", url: `${ORIGIN}/` }],
    steps: [{ after: 3, send: "\x05\xff", next: "end" }],
    proxy: { scheme: "socks5" },
  },
  {
    name: "SOCKS5: another version in return",
    differs: ["socks-version"],
    requests: [{ method: "GET", url: `${ORIGIN}/` }],
    steps: [{ after: 3, send: "\x04\x00", next: "end" }],
    proxy: { scheme: "socks5" },
  },
];
