// What tells connections apart: origin, name in TLS, proxy; and which requests a proxy is asked to forward.

import { expect, test } from "vitest";
import { isForwarded, type ProxySettings, routeTo } from "../../src/pool/route.ts";
import { toParsedURL } from "../../src/url.ts";

const at = (url: string) => toParsedURL(url).authority;

function proxyOf(kind: "http" | "socks5"): ProxySettings {
  return { kind, key: `key of ${kind}`, authority: at("http://proxy:3128"), tls: null, lines: [], credentials: null };
}

test.each([
  ["http://a/", null, "http://a:80", null],
  ["ws://a/", null, "ws://a:80", null],
  ["http://a/", "b", "http://a:80", null],
  ["https://a/", null, "https://a:443", "a"],
  ["wss://a/", null, "wss://a:443", "a"],
  ["https://a/", "b", "https://a:443 b", "b"],
  ["https://a./", null, "https://a.:443", "a"],
  ["https://a.example./", "b.", "https://a.example.:443 b.", "b."],
  ["https://a.b/", null, "https://a.b:443", "a.b"],
])("%s, sniHostname %s: %s, and %s in TLS", (url, sniHostname, key, servername) => {
  const authority = at(url);
  expect(routeTo(authority, sniHostname, null)).toEqual({ key, authority, servername, proxy: null });
});

test("a proxy makes a route of its own", () => {
  const proxy = proxyOf("http");
  expect(routeTo(at("http://a/"), null, proxy)).toMatchObject({ key: "http://a:80 key of http", proxy });
  expect(routeTo(at("https://a/"), "b", proxy)).toMatchObject({ key: "https://a:443 key of http b", proxy });
});

test.each([
  ["http://a/", "http", true],
  ["https://a/", "http", false],
  ["ws://a/", "http", false],
  ["http://a/", "socks5", false],
] as const)("%s through a proxy of the kind %s is forwarded: %s", (url, kind, answer) => {
  expect(isForwarded(routeTo(at(url), null, proxyOf(kind)))).toBe(answer);
});

test("without a proxy nothing is forwarded", () => {
  expect(isForwarded(routeTo(at("http://a/"), null, null))).toBe(false);
});
