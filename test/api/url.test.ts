// The URL class and what the functions make of URLs: nothing is normalised but the case of scheme and host, userinfo
// and fragment are dropped, and what cannot be a URL is refused with a reason.

import { inspect } from "node:util";
import { LocalProtocolError, UnsupportedProtocol, URL } from "httpcore";
import { describe, expect, test } from "vitest";
import { fails, openPool } from "../support/outcomes.ts";

/** What `make` throws. */
function thrown(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

function reasonOf(make: () => unknown): string {
  const error = thrown(make);
  expect(error).toBeInstanceOf(LocalProtocolError);
  return (error as LocalProtocolError).reason;
}

const facts = ({ scheme, host, port, target, origin }: URL): unknown[] => [scheme, host, port, target, origin];

describe("parts", () => {
  test.each<[string, unknown[], string]>([
    ["http://a", ["http", "a", null, "/", "http://a:80"], "http://a/"],
    ["HTTP://A.Example/B", ["http", "a.example", null, "/B", "http://a.example:80"], "http://a.example/B"],
    ["https://a:8443/x?y", ["https", "a", 8443, "/x?y", "https://a:8443"], "https://a:8443/x?y"],
    ["http://a:80/", ["http", "a", 80, "/", "http://a:80"], "http://a:80/"],
    ["http://a:0080/", ["http", "a", 80, "/", "http://a:80"], "http://a:80/"],
    ["ws://a/", ["ws", "a", null, "/", "ws://a:80"], "ws://a/"],
    ["wss://a/", ["wss", "a", null, "/", "wss://a:443"], "wss://a/"],
    ["http://[::1]:81/", ["http", "::1", 81, "/", "http://[::1]:81"], "http://[::1]:81/"],
    ["http://a:/x", ["http", "a", null, "/x", "http://a:80"], "http://a/x"],
    ["http://a?b", ["http", "a", null, "/?b", "http://a:80"], "http://a/?b"],
    ["http://a/?", ["http", "a", null, "/?", "http://a:80"], "http://a/?"],
    ["http://a/x#y?z", ["http", "a", null, "/x", "http://a:80"], "http://a/x"],
    ["http://u:p@a:81/x@y", ["http", "a", 81, "/x@y", "http://a:81"], "http://a:81/x@y"],
    ["http://u@v:p@a/", ["http", "a", null, "/", "http://a:80"], "http://a/"],
    [
      "http://xn--bcher-kva.example/",
      ["http", "xn--bcher-kva.example", null, "/", "http://xn--bcher-kva.example:80"],
      "http://xn--bcher-kva.example/",
    ],
    ["http://a.example./", ["http", "a.example.", null, "/", "http://a.example.:80"], "http://a.example./"],
  ])("%s", (text, expected, printed) => {
    const url = new URL(text);
    expect(facts(url)).toEqual(expected);
    expect(String(url)).toBe(printed);
    expect(JSON.stringify(url)).toBe(JSON.stringify(printed));
    expect(facts(new URL(url))).toEqual(expected);
  });

  test("from an object", () => {
    expect(facts(new URL({ scheme: "https", host: "A.example", port: 1, target: "*" }))).toEqual([
      "https",
      "a.example",
      1,
      "*",
      "https://a.example:1",
    ]);
    expect(facts(new URL({ scheme: "http", host: "::1" }))).toEqual(["http", "::1", null, "/", "http://[::1]:80"]);
    expect(new URL({ scheme: "http", host: "[::1]" }).host).toBe("::1");
    expect(new URL({ scheme: "http", host: "a", port: null }).port).toBeNull();
  });

  test("from a WHATWG URL", () => {
    const url = new URL(new globalThis.URL("http://u:p@\u00fcber.example:81/a b?\u00e9#f"));
    expect(facts(url)).toEqual(["http", "xn--ber-goa.example", 81, "/a%20b?%C3%A9", "http://xn--ber-goa.example:81"]);
  });

  test("are read-only", () => {
    const url = new URL("http://a/");
    expect(() => Object.assign(url, { host: "b" })).toThrow(TypeError);
    expect(url.host).toBe("a");
  });
});

describe("what is no URL", () => {
  test.each(["", "a", "/path", "a.example/x", "//a/", "http:/a", "http:a", ":80", "://a", "1http://a", "mailto:a@b"])(
    "%j has no protocol",
    (text) => {
      const error = thrown(() => new URL(text));
      expect(error).toBeInstanceOf(UnsupportedProtocol);
      expect(String(error)).toContain("missing an 'http://' or 'https://' protocol");
    },
  );

  test.each([
    "http://",
    "http:///x",
    "http://?x",
    "http://u:p@/",
    "http://:80/",
    "http://a b/",
    "http://a\r\nb/",
    "http://a\0/",
    "http://\u00fcber.example/",
    "http://a:b/",
    "http://a:-1/",
    "http://a:65536/",
    "http://a:123456/",
    "http://a:1:2/",
    "http://a:8 0/",
    "http://::1/",
    "http://[::1/",
    "http://[::1]x/",
    "http://[]/",
    "http://[g]/",
    "http://a]/",
    "http://a<b/",
    "http://a%zz/",
  ])("%j is invalid-url", (text) => {
    expect(reasonOf(() => new URL(text))).toBe("invalid-url");
  });

  test.each([
    { scheme: "", host: "a" },
    { scheme: "h ttp", host: "a" },
    { scheme: "http", host: "" },
    { scheme: "http", host: "a/b" },
    { scheme: "http", host: "a:1:g" },
    { scheme: "http", host: "a", port: -1 },
    { scheme: "http", host: "a", port: 1.5 },
    { scheme: "http", host: "a", port: 65536 },
    { scheme: "http", host: "u@a" },
  ])("%j is invalid-url", (parts) => {
    expect(reasonOf(() => new URL(parts))).toBe("invalid-url");
  });

  test.each(["/a b", "/\r\n", "\u00e9", "", "/\x7f"])("the target %j is invalid-target", (target) => {
    expect(reasonOf(() => new URL({ scheme: "http", host: "a", target }))).toBe("invalid-target");
  });

  test.each([undefined, null, 1, {}, { scheme: "http" }, [], { href: "http://a/" }])(
    "%j is a TypeError",
    async (value) => {
      const wrong = value as unknown as string;
      expect(thrown(() => new URL(wrong))).toBeInstanceOf(TypeError);
      await fails(openPool().request("GET", wrong), TypeError);
    },
  );

  test("a backslash hides no second host", () => {
    expect(reasonOf(() => new URL("http://evil.example\\@good.example/"))).toBe("invalid-url");
  });
});

describe("schemes at the request", () => {
  test.each([
    ["ftp://a/", "ftp", "ftp://a"],
    ["httpx://a:0/", "httpx", "httpx://a:0"],
    ["socks5://a/", "socks5", "socks5://a:1080"],
    ["file:///etc/passwd", "file", undefined],
  ])("%s is UnsupportedProtocol, which names the scheme", async (url, scheme, origin) => {
    const pool = openPool();
    for (const given of [url, new globalThis.URL(url)]) {
      const error = await fails(pool.request("GET", given), UnsupportedProtocol);
      expect(error.message).toContain(scheme);
      expect(error.origin).toBe(origin);
    }
    expect(pool.connections).toEqual([]);
  });

  test("a WHATWG URL without a host names its scheme, too", async () => {
    const error = await fails(openPool().request("GET", new globalThis.URL("data:text/plain,x")), UnsupportedProtocol);
    expect(error.message).toContain("data:");
  });
});

describe("a URL stands for itself, whatever was seen before", () => {
  const KNOWN = "http://a.example:81/known";

  test.each([
    ["http://a.example:81/", "http://a.example:81", "/"],
    ["http://a.example:81", "http://a.example:81", "/"],
    ["http://a.example:81?q", "http://a.example:81", "/?q"],
    ["http://a.example:81#f/", "http://a.example:81", "/"],
    ["http://a.example:811/x", "http://a.example:811", "/x"],
    ["http://a.example:8/1/x", "http://a.example:8", "/1/x"],
    ["http://a.example:81@evil.example/x", "http://evil.example:80", "/x"],
    ["http://a.example/:81/x", "http://a.example:80", "/:81/x"],
    ["https://a.example:81/x", "https://a.example:81", "/x"],
  ])("%s", (text, origin, target) => {
    expect(new URL(KNOWN).origin).toBe("http://a.example:81");
    const url = new URL(text);
    expect([url.origin, url.target]).toEqual([origin, target]);
  });

  test.each(["/x", "", "a.example:81/known", "http:/a.example:81/known", "http://a.example:81 /x", "http:///x"])(
    "%j is still none",
    (text) => {
      expect(() => new URL(KNOWN)).not.toThrow();
      expect(() => new URL(text)).toThrow();
      expect(new URL(KNOWN).origin).toBe("http://a.example:81");
    },
  );
});

describe("userinfo is shown nowhere", () => {
  const secret = /s3cret|hunter2/;

  test("in prints", () => {
    const url = new URL("http://hunter2:s3cret@a/");
    for (const print of [String(url), JSON.stringify(url), inspect(url), url.origin, url.host, url.target]) {
      expect(print).not.toMatch(secret);
    }
  });

  test.each([
    "http://hunter2:s3cret@a b/",
    "http://hunter2:s3cret@a:99999/",
    "http://hunter2:s3cret@/",
    "http://hunter2:s3cret@a/ ",
    "http://x:hunter2@s3cret@a:x/",
    "hunter2:s3cret@a",
    "x:hunter2@s3cret@a",
    "ftp://hunter2:s3cret@a/",
    "http//hunter2:s3cret@a/",
    "http://x:hunter2/s3cret@a/",
  ])("in the error for %s", async (url) => {
    const error = await fails(openPool().request("GET", url), Error);
    expect(inspect(error)).not.toMatch(secret);
  });
});
