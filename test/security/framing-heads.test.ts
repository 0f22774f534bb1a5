// Response heads that others take and that RFC 9112 does not allow, or that others refuse and that it does. Each goes over
// a socket that stays open behind it, and through the protocol split at every octet: the verdict is the same.
//
// A lenient client is caught by a 200 where an error is due, a client that waits by the time limit of the request.

import { describe, expect, test } from "vitest";
import { accepts } from "../protocol-cases.ts";
import { openPool } from "../support/outcomes.ts";
import { BOUND, hostile, hostileError, refused } from "./hostile-server.ts";

const LENGTH = "Content-Length: 2\r\n";
const OK_LINE = "HTTP/1.1 200 OK\r\n";

/** A response whose header section starts with `lines`. */
const withLines = (lines: string): string => `${OK_LINE}${lines}${LENGTH}\r\nok`;

/** What a caller gets for `octets`, to be compared. */
async function taken(octets: string) {
  const server = await hostile(octets);
  const response = await openPool().request("GET", server.url(), BOUND);
  return { status: response.status, headers: response.headers.toJSON(), text: await response.text() };
}

// The fault: line ends and names are cut by rules that the peer in front does not share; one of the two sees another message.
describe("T-frame: lines end with CRLF, names are tokens, values hold no controls", () => {
  test.each<[string, string, string, number]>([
    ["a bare CR in a value", withLines("A: b\rX: y\r\n"), "bare-cr", 21],
    ["a bare CR as line end", withLines("A: b\r"), "bare-cr", 21],
    ["CR CR LF", withLines("A: b\r\r\n"), "bare-cr", 21],
    ["CR CR LF as the empty line", `${OK_LINE}${LENGTH}\r\r\nok`, "bare-cr", 36],
    ["a bare CR in a status line", "HTTP/1.1 200 O\rK\r\n\r\n", "bare-cr", 14],
    ["a bare LF as line end", withLines("A: b\n"), "bare-lf", 21],
    ["a bare LF behind the status line", `HTTP/1.1 200 OK\n${LENGTH}\r\nok`, "bare-lf", 15],
    ["a bare LF as the empty line", `${OK_LINE}${LENGTH}\nok`, "bare-lf", 36],
    ["bare LFs only", withLines("").replaceAll("\r", ""), "bare-lf", 15],
    ["a space before the colon", withLines("A : b\r\n"), "whitespace-before-colon", 18],
    ["a tab before the colon", withLines("A\t: b\r\n"), "whitespace-before-colon", 18],
    [
      "a space before the colon of a framing field",
      `${OK_LINE}Content-Length : 2\r\n\r\nok`,
      "whitespace-before-colon",
      31,
    ],
    ["a space before the first line", withLines(" A: b\r\n"), "whitespace-before-headers", 17],
    ["a tab before the first line", withLines("\tA: b\r\n"), "whitespace-before-headers", 17],
    [
      "a framing field behind a space",
      `${OK_LINE} Transfer-Encoding: chunked\r\n${LENGTH}\r\nok`,
      "whitespace-before-headers",
      17,
    ],
    ["a space in a name", withLines("A B: c\r\n"), "whitespace-before-colon", 18],
    ["no name", withLines(": b\r\n"), "empty-header-name", 17],
    ["no colon", withLines("Abc\r\n"), "missing-colon", 20],
    ["NUL in a name", withLines("A\0: b\r\n"), "invalid-header-name", 18],
    ["an octet above 0x7F in a name", withLines("\xe9: b\r\n"), "invalid-header-name", 17],
    ["NUL in a value", withLines("A: b\0c\r\n"), "invalid-header-value", 21],
    ["NUL in a status line", "HTTP/1.1 200 O\0K\r\n\r\n", "invalid-reason-phrase", 14],
  ])("%s", async (_what, octets, reason, offset) => {
    await refused(octets, reason, offset);
  });

  test("every control octet in a value, and DEL", async () => {
    const controls = [...Array(0x20).keys(), 0x7f].filter((code) => ![0x09, 0x0a, 0x0d].includes(code));
    for (const code of controls) {
      const error = await hostileError(withLines(`A: b${String.fromCharCode(code)}c\r\n`));
      expect([error.reason, error.offset]).toEqual(["invalid-header-value", 21]);
    }
  });

  test('a bare LF passes under "bare-lf", and nothing else does', async () => {
    const pool = { leniency: ["bare-lf" as const] };
    const server = await hostile("HTTP/1.1 200 OK\nA: b\nContent-Length: 2\n\nok");
    const response = await openPool(pool).request("GET", server.url(), BOUND);
    expect([await response.text(), response.headers.get("a")]).toEqual(["ok", "b"]);
    for (const [octets, reason] of [
      [withLines("A: b\rX: y\r\n"), "bare-cr"],
      [withLines("A: b\r\r\n"), "bare-cr"],
      [withLines(" A: b\n"), "whitespace-before-headers"],
      ["HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nok\n0\n\n", "invalid-chunk-size"],
    ] as const) {
      expect((await hostileError(octets, { pool })).reason).toBe(reason);
    }
  });
});

// The fault: a folded line starts a field of its own, keeps its CRLF, or hides a framing field from one of two parsers.
describe("T-fold: a fold is one SP, and framing fields have none", () => {
  test.each<[string, string, [string, string][]]>([
    ["one fold", "A: b\r\n c\r\n", [["A", "b c"]]],
    ["a tab", "A: b\r\n\tc\r\n", [["A", "b c"]]],
    ["whitespace around it", "A: b \t\r\n \t c\r\n", [["A", "b c"]]],
    ["what looks like a field", "A: b\r\n Content-Length: 9\r\n", [["A", "b Content-Length: 9"]]],
    [
      "what looks like a framing field",
      "A: b\r\n\tTransfer-Encoding: chunked\r\n",
      [["A", "b Transfer-Encoding: chunked"]],
    ],
    ["what looks like a response", "A: b\r\n HTTP/1.1 404 No\r\n", [["A", "b HTTP/1.1 404 No"]]],
  ])("%s", async (_what, lines, headers) => {
    const expected = [...headers, ["Content-Length", "2"]];
    expect(await taken(withLines(lines))).toEqual({ status: 200, headers: expected, text: "ok" });
    accepts(withLines(lines), {
      status: 200,
      content: "ok",
      headers: expected as [string, string][],
      isReusable: true,
    });
  });

  test("several folds of one value, none of which leaves a line end", async () => {
    const { headers } = await taken(withLines("A: b\r\n c\r\n \r\n\t\r\n d\r\n"));
    expect(headers[0]?.[1]).toMatch(/^b c[ ]+d$/);
  });

  test.each([
    "Content-Length: 2\r\n 0",
    "Content-Length:\r\n 2",
    "Content-Length: 2\r\n\t",
    "Transfer-Encoding:\r\n chunked",
    "Transfer-Encoding: chunked\r\n , identity",
    "Connection:\r\n close",
    "Connection: keep-alive,\r\n close",
    "cOnTeNt-LeNgTh: 2\r\n 0",
  ])("%j", async (lines) => {
    await refused(`${OK_LINE}${lines}\r\n\r\nok`, "folded-framing-header");
  });
});

// The fault: a value is compared with its optional whitespace, so that "2 " is no number and "close " no close.
describe("T-conn-ows: whitespace around a value is no part of it", () => {
  test.each(["Content-Length: 2 \t", "Content-Length:2", "Content-Length:\t \t2", "Content-Length: 2\t "])(
    "%j",
    async (line) => {
      expect((await taken(`${OK_LINE}${line}\r\n\r\nok`)).text).toBe("ok");
      accepts(`${OK_LINE}${line}\r\n\r\nok`, { contentLength: 2, content: "ok", isReusable: true });
    },
  );

  test.each(["close\t", " close ", "\tCLOSE", "keep-alive, close \t", "a ,\tclose\t, b"])(
    "Connection: %j",
    async (value) => {
      const server = await hostile(`${OK_LINE}Connection:${value}\r\n${LENGTH}\r\nok`);
      const pool = openPool();
      expect(await (await pool.request("GET", server.url(), BOUND)).text()).toBe("ok");
      // The server keeps its side open: it is the client that must close.
      await (await server.peer(0)).gone;
      expect(pool.connections).toEqual([]);
    },
  );

  test.each(["chunked ", "\tchunked\t", " CHUNKED \t"])("Transfer-Encoding: %j", async (value) => {
    const octets = `${OK_LINE}Transfer-Encoding:${value}\r\n\r\n2\r\nok\r\n0\r\n\r\n`;
    expect((await taken(octets)).text).toBe("ok");
    accepts(octets, { framing: "chunked", content: "ok", isReusable: true });
  });

  test("what a caller reads is trimmed, inside it is not", async () => {
    const { headers } = await taken(withLines("A: \t b \t c\t \r\nB:\r\nC: \t\r\n"));
    expect(headers).toEqual([
      ["A", "b \t c"],
      ["B", ""],
      ["C", ""],
      ["Content-Length", "2"],
    ]);
  });
});

// The fault: whatever starts with "HTTP" (or with nothing of it) is read as HTTP/1.1 with the framing of HTTP/1.1.
describe("T-version: HTTP/1. and a digit, and nothing else", () => {
  test.each([
    "HTTP/0.9 200 OK",
    "HTTP/2.0 200 OK",
    "HTTP/2 200 OK",
    "HTTP/1 200 OK",
    "HTTP/1. 200 OK",
    "HTTP/1.10 200 OK",
    "HTTP/1.x 200 OK",
    "HTTP/01.1 200 OK",
    "HTTP/+1.1 200 OK",
    "http/1.1 200 OK",
    "Http/1.1 200 OK",
    "ICY 200 OK",
    "HTTPS/1.1 200 OK",
    "HTTP 200 OK",
    "HTTP\\1.1 200 OK",
    " HTTP/1.1 200 OK",
    "<html>hello</html>",
    "SSH-2.0-x",
    "\x16\x03\x01\x02\x00",
    "220 mail",
    "HTTP/1.1\t200 OK",
    "HTTP/1.1  200 OK",
    "\0HTTP/1.1 200 OK",
  ])("%j", async (line) => {
    const error = await hostileError(`${line}\r\n${LENGTH}\r\nok`);
    expect(error.reason).toMatch(/^invalid-(version|status)$/);
    expect(error.offset).toBeLessThanOrEqual(9);
  });

  test("is found at its first wrong octet, not behind a line end that never comes", async () => {
    expect((await hostileError("SSH-")).reason).toBe("invalid-version");
    expect((await hostileError("<")).reason).toBe("invalid-version");
  });

  test.each(["HTTP/1.2", "HTTP/1.9"])("%s is treated as HTTP/1.1", async (version) => {
    const octets = `${version} 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`;
    expect((await taken(octets)).text).toBe("ok");
    accepts(octets, { content: "ok", isReusable: true });
  });

  test("HTTP/1.0 persists only when it says so", async () => {
    accepts(`HTTP/1.0 200 OK\r\n${LENGTH}\r\nok`, { content: "ok", isReusable: false });
    accepts(`HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n${LENGTH}\r\nok`, { content: "ok", isReusable: true });
  });
});

// The fault: "099" meets an assertion, "20" or "2000" a lenient number parser, and a reason phrase ends with its packet.
describe("T-status: three digits from 100 to 999, however the line is split", () => {
  const bad = [
    "099",
    "000",
    "20",
    "2000",
    "2",
    "",
    "+20",
    "-20",
    "2x0",
    "0x2",
    "20 ",
    " 200",
    "2 0",
    "\u00b2\u00b30",
    "1e2",
    "200OK",
  ];
  test.each(bad)("%j", async (status) => {
    const error = await hostileError(`HTTP/1.1 ${status} OK\r\n${LENGTH}\r\nok`);
    expect(error.reason).toBe("invalid-status");
  });

  test.each(["200", "299", "418", "600", "999"])("%s", async (status) => {
    expect((await taken(`HTTP/1.1 ${status} OK\r\n${LENGTH}\r\nok`)).status).toBe(Number(status));
  });

  test.each(["OK", "", "Not Found At All", "\xe9\t\xff", "200 200", ":"])("reason phrase %j", async (reason) => {
    const octets = `HTTP/1.1 200 ${reason}\r\n${LENGTH}\r\nok`;
    const server = await hostile(octets);
    const response = await openPool().request("GET", server.url(), BOUND);
    expect(response.extensions.reasonPhrase).toBe(reason);
    accepts(octets, { status: 200, reason, content: "ok" });
  });
});
