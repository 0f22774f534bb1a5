// Limits: each passes at its number and fails one above it, with a reason that names it, whatever way the octets come.

import { ChunkDecoder, ClientConnection, DEFAULT_LIMITS, type Limits, parseResponseHead } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { resolveLimits } from "../../src/protocol/limits.ts";
import { octets } from "../octets.ts";
import { accepts, type CaseOptions, type Expected, refuses } from "../protocol-cases.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

function limitedTo(limits: Partial<Limits>): CaseOptions {
  return { connection: { limits } };
}

/** `response` needs exactly `size` of limit `name`. */
function needs(name: keyof Limits, size: number, response: string, reason: string, expected: Expected = {}): void {
  accepts(response, expected, limitedTo({ [name]: size }));
  refuses(response, reason, limitedTo({ [name]: size - 1 }));
}

describe("limits of a response", () => {
  test("maxHeaderSize: octets of the head, its empty line included", () => {
    needs("maxHeaderSize", OK.length, OK, "max-header-size", { status: 200 });
    const folded = "HTTP/1.1 204 X\r\nA: b\r\n c\r\n\r\n";
    needs("maxHeaderSize", folded.length, folded, "max-header-size", { status: 204 });
  });

  test("maxHeaderSize: content does not count", () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
    accepts(head + "x".repeat(100), { content: "x".repeat(100) }, limitedTo({ maxHeaderSize: head.length }));
  });

  test("maxHeaderSize: all interim heads count", () => {
    const interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(2);
    needs("maxHeaderSize", interim.length + OK.length, interim + OK, "max-header-size", { interim: [103, 103] });
  });

  test("maxHeaderSize: a head without an end is stopped, whatever part of it is endless", () => {
    const options = limitedTo({ maxHeaderSize: 64 });
    for (const start of [
      "HTTP/1.1 200 ",
      "HTTP/1.1 200 OK\r\n",
      "HTTP/1.1 200 OK\r\nA:",
      "HTTP/1.1 200 OK\r\nA: b\r\n ",
    ]) {
      refuses(start + "x".repeat(150), "max-header-size", options);
    }
    refuses(`HTTP/1.1 200 OK\r\nA:${" ".repeat(150)}`, "max-header-size", options);
    refuses(`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(25)}`, "max-header-size", options);
  });

  test("maxHeaderSize: the next response has the whole limit again", () => {
    const connection = new ClientConnection({ limits: { maxHeaderSize: OK.length } });
    for (let i = 0; i < 3; i++) {
      connection.send({ type: "request", method: "GET", target: "/", headers: { Host: "a" } });
      connection.send({ type: "end" });
      connection.receive(octets(OK));
      expect(connection.nextEvent().type).toBe("response");
      expect(connection.nextEvent().type).toBe("end");
      connection.startNextCycle();
    }
  });

  test("maxHeaderLines: field lines of one head", () => {
    const lines = "A: b\r\n".repeat(3);
    needs("maxHeaderLines", 4, OK.replace("OK\r\n", `OK\r\n${lines}`), "max-header-lines", { status: 200 });
    needs("maxHeaderLines", 1, OK, "max-header-lines", { status: 200 });
  });

  test("maxHeaderLines: each interim head counts for itself", () => {
    accepts(`HTTP/1.1 103 X\r\nA: b\r\n\r\n${OK}`, { interim: [103] }, limitedTo({ maxHeaderLines: 1 }));
    refuses(`HTTP/1.1 103 X\r\nA: b\r\nC: d\r\n\r\n${OK}`, "max-header-lines", limitedTo({ maxHeaderLines: 1 }));
  });

  test("maxInformational: interim responses before the final one", () => {
    const interim = "HTTP/1.1 100 C\r\n\r\n";
    needs("maxInformational", 3, interim.repeat(3) + OK, "max-informational", { interim: [100, 100, 100] });
    needs("maxInformational", 1, interim + OK, "max-informational", { interim: [100] });
  });

  test("maxChunkExtensionSize: octets of the extensions of a message", () => {
    const message = `${CHUNKED}1;a=b\r\nx\r\n0;c\r\n\r\n`;
    needs("maxChunkExtensionSize", 6, message, "max-chunk-extension-size", { content: "x" });
  });

  test("maxTrailerSize: octets of the trailer section, its empty line included", () => {
    needs("maxTrailerSize", 8, `${CHUNKED}0\r\nA: b\r\n\r\n`, "max-trailer-size", { trailers: [["A", "b"]] });
    refuses(`${CHUNKED}0\r\nA: ${"b".repeat(100)}`, "max-trailer-size", limitedTo({ maxTrailerSize: 40 }));
  });

  test("maxTrailerLines: lines of the trailer section", () => {
    const trailers: [string, string][] = [
      ["A", "b"],
      ["C", "d"],
    ];
    needs("maxTrailerLines", 2, `${CHUNKED}0\r\nA: b\r\nC: d\r\n\r\n`, "max-trailer-lines", { trailers });
  });

  test("maxContentSize: octets announced by Content-Length", () => {
    needs("maxContentSize", 3, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "max-content-size", {
      content: "abc",
    });
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "max-content-size", limitedTo({ maxContentSize: 3 }));
  });

  test("maxContentSize: octets of chunked content, framing left out", () => {
    needs("maxContentSize", 3, `${CHUNKED}1;a=b\r\na\r\n2\r\nbc\r\n0\r\nA: b\r\n\r\n`, "max-content-size", {
      content: "abc",
    });
  });

  test("maxContentSize: octets of content that runs to the close", () => {
    const response = "HTTP/1.1 200 OK\r\n\r\nabc";
    accepts(response, { content: "abc" }, { ...limitedTo({ maxContentSize: 3 }), closes: true });
    refuses(response, "max-content-size", limitedTo({ maxContentSize: 2 }));
  });

  test("maxContentSize: a message without content passes at 0, whatever it announces", () => {
    const response = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    accepts(response, { content: "" }, { ...limitedTo({ maxContentSize: 0 }), method: "HEAD" });
  });

  test("setLimits holds for the next response", () => {
    const connection = new ClientConnection();
    connection.setLimits({ ...DEFAULT_LIMITS, maxHeaderLines: 0 });
    connection.send({ type: "request", method: "GET", target: "/", headers: { Host: "a" } });
    connection.receive(octets(OK));
    expect(() => connection.nextEvent()).toThrow(expect.objectContaining({ reason: "max-header-lines" }));
  });

  test("the default limits hold at their numbers", () => {
    const fill = "x".repeat(DEFAULT_LIMITS.maxHeaderSize - OK.length - 5);
    const full = OK.replace("OK\r\n", `OK\r\nA: ${fill}\r\n`);
    expect(full.length).toBe(DEFAULT_LIMITS.maxHeaderSize);
    expect(parseResponseHead(octets(full))).toMatchObject({ status: 200, size: DEFAULT_LIMITS.maxHeaderSize });
    expect(() => parseResponseHead(octets(full.replace("OK", "OK!")))).toThrow(
      expect.objectContaining({ reason: "max-header-size" }),
    );
    const lines = (count: number) => octets(`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(count)}\r\n`);
    expect(parseResponseHead(lines(DEFAULT_LIMITS.maxHeaderLines))).toMatchObject({ status: 200 });
    expect(() => parseResponseHead(lines(DEFAULT_LIMITS.maxHeaderLines + 1))).toThrow(
      expect.objectContaining({ reason: "max-header-lines" }),
    );
  });

  test("the largest limits work: nothing is cut off", () => {
    const value = "v".repeat(262_144 - 17 - 5 - 2);
    const head = octets(`HTTP/1.1 200 OK\r\nA: ${value}\r\n\r\n`);
    expect(head.length).toBe(262_144);
    const parsed = parseResponseHead(head, { maxHeaderSize: 262_144 });
    expect(parsed !== "incomplete" && parsed.headers.get("a")).toBe(value);
    const lines = octets(`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(4096)}\r\n`);
    expect(parseResponseHead(lines, { maxHeaderLines: 4096 })).toMatchObject({ headers: { length: 4096 } });
  });
});

describe("setting limits", () => {
  const name = (limits: object) => () => resolveLimits(limits);

  test("what is not given stays at its default, or at what it was", () => {
    expect(resolveLimits(undefined)).toEqual(DEFAULT_LIMITS);
    expect(resolveLimits({ maxHeaderSize: 1 })).toEqual({ ...DEFAULT_LIMITS, maxHeaderSize: 1 });
    const base = { ...DEFAULT_LIMITS, maxInformational: 3 };
    expect(resolveLimits({ maxHeaderLines: 2 }, base)).toEqual({ ...base, maxHeaderLines: 2 });
    expect(name({ maxHeaderSize: undefined })()).toEqual(DEFAULT_LIMITS);
  });

  test("the defaults are not changed by it", () => {
    const before = { ...DEFAULT_LIMITS };
    resolveLimits({ maxHeaderSize: 1, maxContentSize: 2 });
    expect(DEFAULT_LIMITS).toEqual(before);
  });

  test("an unknown name is a TypeError that tells it", () => {
    for (const unknown of ["maxHeadersSize", "toString", "__proto__x", "maxheadersize"]) {
      expect(name({ [unknown]: 1 })).toThrow(TypeError);
      expect(name({ [unknown]: 1 })).toThrow(unknown);
    }
  });

  test("what is no whole number from 0 on is a RangeError", () => {
    for (const value of [-1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, "1", true, 1n]) {
      expect(name({ maxHeaderSize: value }), String(value)).toThrow(RangeError);
      expect(name({ maxInformational: value }), String(value)).toThrow(RangeError);
    }
  });

  test("null stands for a limit that is not given, as it does for every option; what is no object is a TypeError", () => {
    expect(name({ maxHeaderSize: null })).not.toThrow();
    for (const limits of [5, "x", [], () => {}]) {
      expect(() => new ClientConnection({ limits: limits as object }), String(limits)).toThrow(TypeError);
    }
  });

  test("a limit cannot be set beyond what memory holds", () => {
    for (const [key, ceiling] of [
      ["maxHeaderSize", 262_144],
      ["maxHeaderLines", 4096],
      ["maxTrailerSize", 262_144],
      ["maxTrailerLines", 4096],
    ] as const) {
      expect(resolveLimits({ [key]: ceiling })[key]).toBe(ceiling);
      expect(name({ [key]: ceiling + 1 })).toThrow(RangeError);
      expect(name({ [key]: Number.POSITIVE_INFINITY })).toThrow(RangeError);
    }
  });

  test("limits that memory does not bound can be lifted", () => {
    const endless = Number.POSITIVE_INFINITY;
    expect(resolveLimits({ maxContentSize: endless, maxInformational: endless })).toMatchObject({
      maxContentSize: endless,
      maxInformational: endless,
    });
  });

  test("a connection, a chunk decoder and parseResponseHead judge their limits alike", () => {
    const wrong = { maxHeaderSize: 262_145 };
    expect(() => new ClientConnection({ limits: wrong })).toThrow(RangeError);
    expect(() => new ChunkDecoder({ maxTrailerSize: 262_145 })).toThrow(RangeError);
    expect(() => new ChunkDecoder({ unknown: 1 } as Partial<Limits>)).toThrow(TypeError);
    expect(() => parseResponseHead(octets(OK), wrong)).toThrow(RangeError);
  });
});
