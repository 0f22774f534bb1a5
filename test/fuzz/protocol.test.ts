// Properties: the way octets are cut never matters, decoding undoes encoding, and what the encoder lets through reads
// back as what was given. Seeds are fixed, so that a run can be repeated; fast-check prints the smallest counterexample.

import fc from "fast-check";
import { ChunkDecoder, ChunkEncoder, encodeRequestHead } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { joined, octets, text } from "../octets.ts";
import { type CaseOptions, type Outcome, play } from "../protocol-cases.ts";

const RUNS = { numRuns: 400, seed: 9112 };

const MESSAGES = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\nhello",
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n c\r\n\r\n3;a="b"\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nX: y\r\n\r\n',
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
  "HTTP/1.0 404 Not Found\r\nServer: x\r\nConnection: keep-alive\r\n\r\nuntil the close",
  "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\0\x01\x02",
];

/** Texts that are worth putting into a message, where they break it or change what it means. */
const SPLINTERS = [
  "\r\n",
  "\r",
  "\n",
  "\r\n\r\n",
  "\r\n ",
  ":",
  " ",
  "\t",
  ",",
  ";",
  "=",
  '"',
  "0",
  "f",
  "\0",
  "\x7f",
  "\xff",
];
const FIELDS = [
  "Content-Length: 3\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Connection: close\r\n",
  "0\r\n\r\n",
  "HTTP/1.1 200 OK\r\n",
];

const anyOctet = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const anyOctets = fc.array(anyOctet, { maxLength: 120 }).map((list) => list.join(""));

const mutation = fc.record({
  at: fc.nat(200),
  removed: fc.nat(3),
  added: fc.oneof(fc.constantFrom(...SPLINTERS, ...FIELDS, ""), anyOctet),
});

const mutatedMessage = fc
  .tuple(fc.constantFrom(...MESSAGES), fc.array(mutation, { maxLength: 3 }))
  .map(([message, mutations]) => {
    let mutated = message;
    for (const { at, removed, added } of mutations) {
      const place = at % (mutated.length + 1);
      mutated = mutated.slice(0, place) + added + mutated.slice(place + removed);
    }
    return mutated;
  });

const cuts = fc.array(fc.nat(250), { maxLength: 6 });

function split(whole: string, places: readonly number[]): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (const place of [...places].sort((a, b) => a - b)) {
    if (place <= from || place >= whole.length) continue;
    pieces.push(whole.slice(from, place));
    from = place;
  }
  pieces.push(whole.slice(from));
  return pieces;
}

const options = fc.record({
  method: fc.constantFrom("GET", "HEAD", "POST"),
  closes: fc.boolean(),
  headers: fc.constantFrom<[string, string][]>([], [["Upgrade", "x"]]),
  connection: fc.constantFrom<NonNullable<CaseOptions["connection"]>>(
    {},
    { leniency: ["bare-lf"] },
    {
      limits: {
        maxHeaderSize: 60,
        maxHeaderLines: 3,
        maxTrailerSize: 20,
        maxChunkExtensionSize: 4,
        maxInformational: 1,
      },
    },
  ),
});

/** All but the content told before an error, which depends on how much was there at once. */
function withoutContent(outcome: Outcome): unknown {
  const { error, interim, final, isReusable } = outcome;
  return { error, interim, final, isReusable };
}

function agrees(whole: string, places: readonly number[], settings: CaseOptions): void {
  const reference = play([whole], settings);
  for (const way of ["copied", "borrowed", "borrowed within the codec"] as const) {
    for (const pieces of [split(whole, places), [...whole]]) {
      const outcome = play(pieces, settings, way);
      // Octets that wait for more may be wrong already: whether that is known yet is no difference before the close.
      const isOpen = !settings.closes && (reference.last === "need-data" || outcome.last === "need-data");
      if (isOpen && reference.last !== outcome.last) continue;
      const judged = reference.error ? withoutContent : (all: Outcome): unknown => all;
      const [shown, expected] = [judged(outcome), judged(reference)];
      if (JSON.stringify(shown) !== JSON.stringify(expected)) expect(shown).toEqual(expected);
      // What was told before an error is a front part of the same content.
      const [a, b] = [outcome.content, reference.content];
      expect(a.startsWith(b) || b.startsWith(a)).toBe(true);
    }
  }
}

describe("properties of receiving", () => {
  test("any cut of any octets gives the same events or the same error", () => {
    fc.assert(
      fc.property(anyOctets, cuts, options, (whole, places, settings) => agrees(whole, places, settings)),
      RUNS,
    );
  });

  test("any cut of a response with faults put in gives the same events or the same error", () => {
    fc.assert(
      fc.property(mutatedMessage, cuts, options, (whole, places, settings) => agrees(whole, places, settings)),
      { ...RUNS, numRuns: 1500 },
    );
  });

  test("no header value ever holds CR, LF or NUL", () => {
    fc.assert(
      fc.property(mutatedMessage, options, (whole, settings) => {
        const { interim, final, trailers } = play([whole], settings);
        const values = [...interim, ...(final ? [final] : [])].flatMap(({ headers }) => headers);
        for (const [name, value] of [...values, ...(trailers ?? [])]) {
          expect(name).toMatch(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/);
          expect(value).not.toMatch(/[\0\r\n]|^[ \t]|[ \t]$/);
        }
      }),
      { ...RUNS, numRuns: 1500 },
    );
  });
});

describe("properties of the chunked coding", () => {
  test("decoding undoes encoding, for any pieces and any cut", () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 });
    const trailers = fc.array(fc.tuple(fc.constantFrom("X-A", "x-b"), fc.constantFrom("", "v", "a b")), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(
        pieces,
        trailers,
        fc.array(fc.nat(400), { maxLength: 8 }),
        anyOctets,
        (content, fields, places, rest) => {
          const encoder = new ChunkEncoder();
          const encoded = content.map((piece) => text(encoder.encode(piece))).join("") + text(encoder.end(fields));
          const decoder = new ChunkDecoder();
          const decoded: Uint8Array[] = [];
          // What lies behind the message comes with its last octets.
          const parts = split(encoded, places);
          const last = parts.pop() ?? "";
          for (const part of [...parts, last + rest]) decoded.push(...decoder.decode(octets(part)));
          expect(joined(decoded)).toBe(joined(content));
          expect(decoder.done).toBe(true);
          expect(decoder.trailers.toJSON()).toEqual(fields);
          expect(text(decoder.rest)).toBe(rest);
        },
      ),
      RUNS,
    );
  });
});

// A reference parser for request heads, as plain as can be: RFC 9112 sections 2.1, 3 and 5.
function parseRequestHead(head: string): { method: string; target: string; lines: [string, string][] } {
  const [requestLine = "", ...rest] = head.split("\r\n");
  expect(rest.slice(-2)).toEqual(["", ""]);
  const [method = "", target = "", version, ...more] = requestLine.split(" ");
  expect(version).toBe("HTTP/1.1");
  expect(more).toEqual([]);
  const lines = rest.slice(0, -2).map((line): [string, string] => {
    const colon = line.indexOf(": ");
    expect(colon).toBeGreaterThan(0);
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  return { method, target, lines };
}

describe("properties of the request-head encoder", () => {
  const tchar = fc.constantFrom(..."!#$%&'*+-.^_`|~0123456789abcxyzABCXYZ");
  const token = fc.array(tchar, { minLength: 1, maxLength: 20 }).map((list) => list.join(""));
  const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
  const target = fc.array(visible, { minLength: 1, maxLength: 60 }).map((list) => list.join(""));
  const valueOctet = fc.oneof(visible, fc.constantFrom(" ", "\t", "\x80", "\xff"));
  const value = fc.array(valueOctet, { maxLength: 60 }).map((list) => list.join("").replace(/^[ \t]+|[ \t]+$/g, ""));
  // A name of its own kind, so that it never is a framing field.
  const line = fc.tuple(
    token.map((name) => `x-${name}`),
    value,
  );

  test("a head of right parts parses back to the same parts", () => {
    fc.assert(
      fc.property(token, target, fc.array(line, { maxLength: 8 }), (method, where, lines) => {
        const head = encodeRequestHead(
          method,
          where,
          lines.map(([n, v]) => [n, octets(v)] as const),
        );
        expect(parseRequestHead(text(head))).toEqual({ method, target: where, lines });
      }),
      RUNS,
    );
  });

  test("a head of any parts is refused, or parses back to the same parts", () => {
    const part = fc.oneof(
      anyOctets.map((whole) => whole.slice(0, 8)),
      token,
      fc.constantFrom(...SPLINTERS),
    );
    fc.assert(
      fc.property(part, part, fc.array(fc.tuple(part, part), { maxLength: 3 }), (method, where, lines) => {
        let head: Uint8Array;
        try {
          head = encodeRequestHead(
            method,
            where,
            lines.map(([n, v]) => [octets(n), octets(v)] as const),
          );
        } catch (error) {
          expect(error).toMatchObject({ code: "ERR_LOCAL_PROTOCOL_ERROR" });
          return;
        }
        expect(parseRequestHead(text(head))).toEqual({ method, target: where, lines });
      }),
      { ...RUNS, numRuns: 2000 },
    );
  });
});
