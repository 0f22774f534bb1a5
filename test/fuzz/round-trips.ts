// Encoding and parsing undo each other: request heads, chunked content, response heads. And what the encoder lets
// through always reads back as what was given, whatever that was.

import { deepStrictEqual, fail, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  ChunkDecoder,
  ChunkEncoder,
  encodeRequestHead,
  LocalProtocolError,
  parseResponseHead,
} from "httpcore/protocol";
import { joined, octets, text } from "../octets.ts";
import { anyOctets, cuts, octet, SPLINTERS, split, target, token, valueText } from "./octet-arbitraries.ts";
import { record, type Target } from "./target.ts";

type Lines = [name: string, value: string][];

const value = valueText.map((given) => given.replace(/^[ \t]+|[ \t]+$/g, ""));
/** A name of its own kind, so that it never is a framing field. */
const plainName = token.map((name) => `x-${name}`);
const plainLines: fc.Arbitrary<Lines> = fc.array(fc.tuple(plainName, value), { maxLength: 8 });

// --- request heads ------------------------------------------------------------------------------------------------

interface RequestCase {
  parts: "right" | "any";
  method: string;
  target: string;
  lines: Lines;
}

const rightRequest = record<RequestCase>({
  parts: fc.constant("right"),
  method: token,
  target,
  lines: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.tuple(plainName, value) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<[string, string]>(["Connection", "close, x"], ["Expect", "100-continue"]),
      },
    ),
    { maxLength: 8 },
  ),
}).chain((request) =>
  fc
    .constantFrom<Lines>([], [["Host", "a.example:80"]], [["content-length", "5"]], [["Transfer-Encoding", "chunked"]])
    .map((framing) => ({ ...request, lines: [...framing, ...request.lines] })),
);

const part = fc.oneof(
  anyOctets.map((whole) => whole.slice(0, 8)),
  token,
  fc.constantFrom("Host", "Content-Length", "Transfer-Encoding", "GET", "/", "3", "chunked", ...SPLINTERS),
);
const anyRequest = record<RequestCase>({
  parts: fc.constant("any"),
  method: part,
  target: part,
  lines: fc.array(fc.tuple(part, part), { maxLength: 3 }),
});

function checkRequest({ parts, method, target: where, lines }: RequestCase): void {
  let head: Uint8Array;
  try {
    const given = lines.map(([name, value]) => [octets(name), octets(value)] as const);
    head = encodeRequestHead(method, where, given);
  } catch (error) {
    if (parts === "any" && error instanceof LocalProtocolError) return;
    throw error;
  }
  deepStrictEqual(parseRequestHead(text(head)), { method, target: where, lines });
}

// As plain as can be (RFC 9112 sections 3 and 5): CRLF ends lines, SP parts the request line, ": " name and value.
function parseRequestHead(head: string): Omit<RequestCase, "parts"> {
  const [requestLine = "", ...rest] = head.split("\r\n");
  deepStrictEqual(rest.splice(-2), ["", ""]);
  const [method = "", where = "", version, ...more] = requestLine.split(" ");
  deepStrictEqual([version, more], ["HTTP/1.1", []]);
  const lines = rest.map((line): [string, string] => {
    const colon = line.indexOf(": ");
    if (colon <= 0) fail(`"${line}" is no field line`);
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  return { method, target: where, lines };
}

export const requestHeads: Target<RequestCase> = {
  name: "request-heads",
  claim: "a request head reads back as what was given, or is refused",
  defaultRuns: 5_000,
  cases: fc.oneof(rightRequest, anyRequest),
  isAsync: false,
  check: checkRequest,
};

// --- chunked content ----------------------------------------------------------------------------------------------

interface ContentCase {
  pieces: string[];
  trailers: Lines;
  cuts: number[];
  rest: string;
}

const piece = fc.oneof(
  { weight: 6, arbitrary: fc.array(octet, { maxLength: 60 }).map((list) => list.join("")) },
  // Around the sizes at which content is copied, or goes out in pieces of its own.
  { weight: 1, arbitrary: fc.integer({ min: 2030, max: 2060 }).map((size) => "z".repeat(size)) },
  { weight: 1, arbitrary: fc.constantFrom(65_535, 65_536, 65_537).map((size) => "y".repeat(size)) },
);

function checkContent({ pieces, trailers, cuts: places, rest }: ContentCase): void {
  const encoder = new ChunkEncoder();
  const encoded = pieces.map((given) => text(encoder.encode(octets(given)))).join("") + text(encoder.end(trailers));
  const decoder = new ChunkDecoder();
  const decoded: Uint8Array[] = [];
  // What lies behind the message comes with its last octets.
  const parts = split(encoded, places);
  const last = parts.pop() ?? "";
  for (const part of [...parts, last + rest]) decoded.push(...decoder.decode(octets(part)));
  strictEqual(joined(decoded), pieces.join(""));
  strictEqual(decoder.done, true);
  deepStrictEqual(decoder.trailers.toJSON(), trailers);
  strictEqual(text(decoder.rest), rest);
}

export const chunkedContent: Target<ContentCase> = {
  name: "chunked-content",
  claim: "decoding undoes encoding, for any pieces and any cut",
  defaultRuns: 1_000,
  cases: record<ContentCase>({
    pieces: fc.array(piece, { maxLength: 6 }),
    trailers: plainLines.map((lines) => lines.map(([name, given]) => [name, given.replace(/[\x80-\xff]/g, "?")])),
    cuts,
    rest: anyOctets,
  }),
  isAsync: false,
  check: checkContent,
};

// --- response heads -----------------------------------------------------------------------------------------------

interface ResponseCase {
  minor: number;
  status: number;
  reason: string;
  lines: { name: string; value: string; before: string; after: string }[];
  rest: string;
}

const blanks = fc.constantFrom("", " ", "\t", "  \t ");

function checkResponse({ minor, status, reason, lines, rest }: ResponseCase): void {
  const fields = lines.map(({ name, value, before, after }) => `${name}:${before}${value}${after}\r\n`).join("");
  const head = `HTTP/1.${minor} ${status} ${reason}\r\n${fields}\r\n`;
  const parsed = parseResponseHead(octets(head + rest));
  if (parsed === "incomplete") fail("the head is complete");
  const { headers, framing, ...told } = parsed;
  const isBare = status < 200 || status === 204 || status === 304;
  deepStrictEqual(told, {
    status,
    reason,
    version: `HTTP/1.${minor}`,
    contentLength: null,
    keepAlive: isBare && minor > 0,
    size: head.length,
  });
  strictEqual(framing, isBare ? "none" : "close-delimited");
  deepStrictEqual(
    headers.toJSON(),
    lines.map(({ name, value }) => [name, value]),
  );
}

export const responseHeads: Target<ResponseCase> = {
  name: "response-heads",
  claim: "a response head gives back the status, reason and field lines that it was made of",
  defaultRuns: 3_000,
  cases: record<ResponseCase>({
    minor: fc.nat(9),
    status: fc.integer({ min: 100, max: 999 }),
    reason: valueText,
    lines: fc.array(record({ name: plainName, value, before: blanks, after: blanks }), { maxLength: 8 }),
    rest: anyOctets,
  }),
  isAsync: false,
  check: checkResponse,
};
