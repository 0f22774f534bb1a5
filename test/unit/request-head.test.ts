// The request-head encoder: nothing that a caller passes on can inject octets or contradict the framing, from whatever
// type it comes; everything that is allowed goes out octet for octet.

import { ClientConnection, encodeRequestHead, type HeadersInput, LocalProtocolError } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets, text } from "../octets.ts";

type Pair = [name: string | Uint8Array, value: string | Uint8Array];

const HOST: Pair = ["Host", "a"];
const encode = (...lines: Pair[]) => text(encodeRequestHead("GET", "/", [HOST, ...lines]));
const refused = (...lines: Pair[]) => {
  const call = () => encodeRequestHead("GET", "/", [HOST, ...lines]);
  expect(call, JSON.stringify(lines)).toThrow(LocalProtocolError);
  return expect(call, JSON.stringify(lines));
};
const reason = (word: string) => expect.objectContaining({ reason: word });

/** Control octets that no part of a head may hold. */
const CONTROLS = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).filter((c) => c !== "\t");

describe("request-head encoder: values", () => {
  test("control octets in a value are refused, in front, within and behind, as text and as octets", () => {
    for (const control of [...CONTROLS, "\x7f"]) {
      for (const value of [control, `${control}b`, `a${control}b`, `a${control}`]) {
        refused(["X", value]);
        refused(["X", octets(value)]);
        refused(["X", value], ["Y", "z"]);
      }
    }
  });

  test("CRLF in a value cannot bring a header, a request or content", () => {
    for (const value of [
      "a\r\nEvil: 1",
      "a\nEvil: 1",
      "a\rEvil: 1",
      "a\r\n\r\nGET /evil HTTP/1.1\r\nHost: b\r\n\r\n",
    ]) {
      refused(["X", value]).toThrow(reason("invalid-header-value"));
      refused(["X", octets(value)]).toThrow(reason("invalid-header-value"));
    }
  });

  test("NUL cannot shift parts: names do not become values", () => {
    refused(["X", "a\0Evil\0b"]).toThrow(reason("invalid-header-value"));
    refused(["X", "a\0"], ["Y", "b"]);
    refused(["X\0a", "b"]);
    refused(["X", "a\0Content-Length"], ["5\0Y", "b"]);
    expect(() => encodeRequestHead("GET\0/evil", "x", [HOST])).toThrow(LocalProtocolError);
    expect(() => encodeRequestHead("GET", "/\0Host\0evil", [])).toThrow(LocalProtocolError);
    expect(() => encodeRequestHead("GET\0/evil\0Host", "a", [])).toThrow(LocalProtocolError);
  });

  test("NUL is blamed on the part that holds it", () => {
    expect(() => encodeRequestHead("G\0T", "/", [HOST])).toThrow(reason("invalid-method"));
    expect(() => encodeRequestHead("GET", "/\0", [HOST])).toThrow(reason("invalid-target"));
    refused(["X\0Y", "a"]).toThrow(reason("invalid-header-name"));
    refused(["X", "a\0b"], ["Y", "c"]).toThrow(reason("invalid-header-value"));
  });

  test("octets 0x80 to 0xFF in a Uint8Array pass exactly", () => {
    const all = Uint8Array.from({ length: 128 }, (_, i) => 0x80 + i);
    const head = encodeRequestHead("GET", "/", [HOST, ["X", all]]);
    expect(text(head)).toBe(`GET / HTTP/1.1\r\nHost: a\r\nX: ${text(all)}\r\n\r\n`);
  });

  test("a string beyond ASCII is a TypeError; nothing is cut down to an octet", () => {
    for (const value of ["\u010d\u010a", "\u0a0d", "a\u010ab", "\x80", "\xff", "\u{1f600}"]) {
      for (const pair of [
        ["X", value],
        [`X${value}`, "a"],
      ] as Pair[]) {
        expect(() => encodeRequestHead("GET", "/", [HOST, pair])).toThrow(TypeError);
      }
    }
  });

  test("HTAB and SP stand within a value and not at its ends", () => {
    expect(encode(["X", "a \t b"])).toContain("\r\nX: a \t b\r\n");
    for (const value of [" a", "\ta", "a ", "a\t", " ", "\t"])
      refused(["X", value]).toThrow(reason("invalid-header-value"));
  });

  test("the message names the header and keeps its value secret", () => {
    refused(["Authorization", "secret\n"]).toThrow(/Authorization/);
    refused(["Authorization", "secret\n"]).not.toThrow(/secret/);
  });
});

describe("request-head encoder: names", () => {
  test("what is no token is refused, as text and as octets", () => {
    for (const octet of [...CONTROLS, "\t", " ", "\x7f", ...'"(),/:;<=>?@[\\]{}']) {
      for (const name of [octet, `${octet}X`, `X${octet}Y`, `X${octet}`]) {
        refused([name, "a"]);
        refused([octets(name), "a"]);
      }
    }
    refused(["", "a"]).toThrow(reason("invalid-header-name"));
    refused([octets("\xff"), "a"]).toThrow(reason("invalid-header-name"));
  });

  test("each tchar is allowed", () => {
    for (let code = 0x21; code < 0x7f; code++) {
      const octet = String.fromCharCode(code);
      if (/[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(octet)) expect(encode([octet, "v"])).toContain(`\r\n${octet}: v\r\n`);
      else refused([octet, "v"]).toThrow(reason("invalid-header-name"));
    }
  });
});

describe("request-head encoder: what goes out", () => {
  test("order, case and duplicates are as given, and nothing is added", () => {
    expect(encode(["b", "1"], ["A", "2"], ["B", "3"], ["b", ""])).toBe(
      "GET / HTTP/1.1\r\nHost: a\r\nb: 1\r\nA: 2\r\nB: 3\r\nb: \r\n\r\n",
    );
    expect(text(encodeRequestHead("GET", "/"))).toBe("GET / HTTP/1.1\r\n\r\n");
  });

  test("every kind of headers input gives the same octets", () => {
    const expected = "GET / HTTP/1.1\r\nhost: a\r\nx: y\r\n\r\n";
    const inputs: HeadersInput[] = [
      { host: "a", x: "y" },
      new Map([
        ["host", "a"],
        ["x", "y"],
      ]),
      new Headers({ host: "a", x: "y" }),
      [
        ["host", "a"],
        ["x", octets("y")],
      ],
    ];
    for (const input of inputs) expect(text(encodeRequestHead("GET", "/", input))).toBe(expected);
  });

  test("the octets are the caller's own: the next head does not change them", () => {
    const first = encodeRequestHead("GET", "/first", [HOST]);
    encodeRequestHead("DELETE", "/second/and/longer", [HOST, ["X", "y"]]);
    expect(text(first)).toBe("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
  });

  test("parts of every size near a step of the scan go out whole", () => {
    for (let size = 1; size < 70; size++) {
      const [name, value, target] = ["n".repeat(size), "v".repeat(size), `/${"t".repeat(size)}`];
      expect(text(encodeRequestHead(name, target, [[name, value]]))).toBe(
        `${name} ${target} HTTP/1.1\r\n${name}: ${value}\r\n\r\n`,
      );
      refused(["X", `${value}\n`]);
      refused([`${name}\n`, value]);
    }
  });

  test("a head of up to 256 KiB goes out; a larger one is refused", () => {
    const value = "v".repeat(262_000);
    expect(encode(["X", value])).toBe(`GET / HTTP/1.1\r\nHost: a\r\nX: ${value}\r\n\r\n`);
    refused(["X", "v".repeat(262_144)]).toThrow(reason("max-header-size"));
  });

  test("up to 4096 lines go out; more are refused", () => {
    const lines = (count: number) => Array.from({ length: count }, (): Pair => ["X", "y"]);
    expect(encode(...lines(4095)).length).toBe("GET / HTTP/1.1\r\nHost: a\r\n\r\n".length + 4095 * 6);
    refused(...lines(4096)).toThrow(reason("max-header-lines"));
  });
});

describe("request-head encoder: fields that frame or route", () => {
  test("Host is given once, in whatever case", () => {
    for (const name of ["Host", "host", "HOST"]) refused([name, "a"]).toThrow(reason("duplicate-host"));
    refused([octets("hOsT"), octets("b")]).toThrow(reason("duplicate-host"));
  });

  test("a Host that is none is refused", () => {
    for (const host of ["a b", "a/b", "a@b", "a:b", "a:1:2", "[", "[]", "[::1", "a\\b", "a?b", "a#b", '"a"', "<a>"]) {
      expect(() => encodeRequestHead("GET", "/", [["Host", host]])).toThrow(reason("invalid-host"));
      expect(() => encodeRequestHead("GET", "/", [["Host", octets(host)]])).toThrow(reason("invalid-host"));
    }
    expect(() => encodeRequestHead("GET", "/", [["Host", octets("\xff")]])).toThrow(reason("invalid-host"));
  });

  test("Content-Length is given once, in whatever case, as a decimal number", () => {
    refused(["Content-Length", "1"], ["content-length", "1"]).toThrow(reason("conflicting-content-length"));
    refused(["Content-Length", "1"], [octets("CONTENT-LENGTH"), "2"]).toThrow(reason("conflicting-content-length"));
    for (const value of ["", "a", "-1", "+1", "1, 1", "0x1", "9007199254740992", "18446744073709551617"]) {
      refused(["Content-Length", value]).toThrow(reason("invalid-content-length"));
    }
    for (const value of ["0", "007", "9007199254740991"]) expect(encode(["Content-Length", value])).toContain(value);
  });

  test("Content-Length and Transfer-Encoding are not given together, in either order", () => {
    const [length, coding]: Pair[] = [
      ["content-length", "1"],
      ["TRANSFER-ENCODING", "chunked"],
    ];
    if (!length || !coding) throw new Error("both lines are there");
    refused(length, coding).toThrow(reason("content-length-with-transfer-encoding"));
    refused(coding, length).toThrow(reason("content-length-with-transfer-encoding"));
  });

  test("Transfer-Encoding is chunked, once", () => {
    expect(encode(["Transfer-Encoding", "chunked"])).toContain("\r\nTransfer-Encoding: chunked\r\n");
    for (const value of ["gzip", "identity", "gzip, chunked", "chunked, chunked", "chunked;q=1", "", ","]) {
      refused(["Transfer-Encoding", value]).toThrow(reason("unsupported-transfer-encoding"));
    }
    refused(["Transfer-Encoding", "chunked"], ["transfer-encoding", "chunked"]).toThrow(LocalProtocolError);
  });

  test("what the head means is told", () => {
    const facts = (...lines: Pair[]) => {
      const connection = new ClientConnection();
      connection.send({ type: "request", method: "POST", target: "/", headers: [HOST, ...lines] });
      return connection.requestFacts;
    };
    const plain = {
      framing: "none",
      contentLength: 0,
      hasHost: true,
      offers: [],
      closes: false,
      expectsContinue: false,
    };
    expect(facts()).toEqual(plain);
    expect(facts(["Content-Length", "5"])).toEqual({ ...plain, framing: "content-length", contentLength: 5 });
    expect(facts(["Transfer-Encoding", "chunked"])).toEqual({ ...plain, framing: "chunked" });
    const upgrade = facts(["Upgrade", "WebSocket, x/1"], ["Connection", "upgrade"], ["upgrade", ", y"]);
    expect(upgrade).toEqual({ ...plain, offers: ["websocket", "x/1", "y"] });
    expect(facts(["connection", "foo, CLOSE"])).toEqual({ ...plain, closes: true });
    expect(facts(["Expect", "100-Continue"], ["Content-Length", "5"])).toMatchObject({ expectsContinue: true });
    expect(facts(["Expect", "x, 100-continue"], ["Content-Length", "5"])).toMatchObject({ expectsContinue: true });
    expect(facts(["Expect", "100-continued, x"])).toMatchObject({ expectsContinue: false });
  });

  test("Expect: 100-continue without content is refused", () => {
    for (const lines of [[], [["Content-Length", "0"]]] as Pair[][]) {
      const headers: Pair[] = [HOST, ["Expect", "100-continue"], ...lines];
      expect(() => new ClientConnection().send({ type: "request", method: "POST", target: "/", headers })).toThrow(
        reason("expect-without-content"),
      );
    }
  });
});
