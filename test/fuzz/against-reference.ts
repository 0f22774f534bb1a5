// The parsers against slow ones written from the RFCs: heads, trailer sections, the chunked coding. Any difference in
// what is accepted, in a field, in a reason or in an offset is a failure.
//
// Each is parsed twice, outside the codec's memory and within its window, there at any address and with octets of
// something else around it, as the scan reads past the end of what it is given.

import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ChunkDecoder, ClientConnection, parseResponseHead, RemoteProtocolError } from "httpcore/protocol";
import { codec } from "../../src/wasm/codec.ts";
import { octets, text } from "../octets.ts";
import { anyOctets, chunked, cuts, head, mutated, split, trailerSection } from "./octet-arbitraries.ts";
import { type ReferenceMessage, referenceChunks } from "./reference-chunks.ts";
import { referenceHead, referenceTrailers } from "./reference-parser.ts";
import { record, type Target } from "./target.ts";

const NO_LIMIT = 65_536;

/** `whole` in the window from `shift` on, and all around it what could be taken for more of it. */
function inWindow(whole: string, shift: number, around: string): Uint8Array {
  const { window } = codec;
  const end = shift + whole.length;
  for (let at = 0; at < shift; at++) window[at] = around.charCodeAt(at % around.length);
  for (let at = 0; at < whole.length; at++) window[shift + at] = whole.charCodeAt(at);
  for (let at = 0; at < 64; at++) window[end + at] = around.charCodeAt(at % around.length);
  return window.subarray(shift, end);
}

const AROUND = ["a", ":", " ", "\r\n", "\n", "9", "\0", '"', "chunked", "\xff"];

/** What `parse` gives, or why it is refused. */
function outcomeOf<T extends object>(parse: () => T | null): object {
  try {
    return parse() ?? { kind: "incomplete" };
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    return { kind: "error", reason: error.reason, offset: error.offset };
  }
}

// --- heads --------------------------------------------------------------------------------------------------------

interface HeadCase {
  head: string;
  method: string;
  lineEnds: "strict" | "bare-lf";
  maxLines: number;
  maxSize: number;
  shift: number;
  around: string;
}

const headCases = record<HeadCase>({
  head: fc.oneof({ weight: 20, arbitrary: mutated(head) }, { weight: 1, arbitrary: anyOctets }),
  method: fc.constantFrom("GET", "GET", "GET", "HEAD", "CONNECT", "head"),
  lineEnds: fc.constantFrom("strict", "strict", "bare-lf"),
  maxLines: fc.oneof({ weight: 6, arbitrary: fc.constant(256) }, { weight: 1, arbitrary: fc.nat(4) }),
  maxSize: fc.oneof({ weight: 6, arbitrary: fc.constant(NO_LIMIT) }, { weight: 1, arbitrary: fc.nat(80) }),
  shift: fc.nat(40),
  around: fc.constantFrom(...AROUND),
});

function checkHead(sample: HeadCase): void {
  const { head: whole, method, lineEnds, maxLines, maxSize, shift, around } = sample;
  const expected = referenceHead(whole, { method, lineEnds, maxLines, maxSize });
  const leniency = lineEnds === "strict" ? [] : (["bare-lf"] as const);
  const options = { method, leniency, maxHeaderLines: maxLines, maxHeaderSize: maxSize };
  for (const given of [octets(whole), inWindow(whole, shift, around)]) {
    const found = outcomeOf(() => {
      const parsed = parseResponseHead(given, options);
      return parsed === "incomplete" ? null : { kind: "head", ...parsed, headers: parsed.headers.toJSON() };
    });
    if (expected.kind !== "head") deepStrictEqual(found, expected);
    else {
      const { keepAliveTimeout: _timeout, isSwitch: _isSwitch, ...told } = expected;
      deepStrictEqual(found, told);
    }
  }
  // A connection judges 101 by what had been offered; that is not the parser's affair.
  if (expected.kind === "head" && expected.status !== 101) deepStrictEqual(eventOf(sample), expected);
}

// A connection tells a little more of a head: for how long it is kept, and whether another protocol follows.
function eventOf({ head: whole, method, lineEnds, maxLines, maxSize }: HeadCase): object {
  const connection = new ClientConnection({
    leniency: lineEnds === "strict" ? [] : ["bare-lf"],
    limits: { maxHeaderLines: maxLines, maxHeaderSize: maxSize },
  });
  const target = method === "CONNECT" ? "example.com:443" : "/";
  const headers = { Host: "a", Connection: "upgrade", Upgrade: "x" };
  connection.send({ type: "request", method, target, headers });
  connection.send({ type: "end" });
  connection.receive(octets(whole));
  const event = connection.nextEvent();
  if (event.type !== "informational" && event.type !== "response") return event;
  const { type, headers: lines, ...told } = event;
  const isInterim = told.status < 200 && told.status !== 101;
  deepStrictEqual(type, isInterim ? "informational" : "response");
  return { kind: "head", ...told, headers: lines.toJSON() };
}

export const heads: Target<HeadCase> = {
  name: "heads",
  claim: "response heads are understood, or refused, as a plain parser written from the RFCs does it",
  defaultRuns: 20_000,
  cases: headCases,
  isAsync: false,
  check: checkHead,
};

// --- trailer sections ---------------------------------------------------------------------------------------------

interface TrailerCase {
  section: string;
  maxLines: number;
  maxSize: number;
  shift: number;
  around: string;
}

const trailerCases = record<TrailerCase>({
  section: fc.oneof({ weight: 8, arbitrary: mutated(trailerSection) }, { weight: 1, arbitrary: anyOctets }),
  maxLines: fc.oneof({ weight: 6, arbitrary: fc.constant(256) }, { weight: 1, arbitrary: fc.nat(3) }),
  maxSize: fc.oneof({ weight: 6, arbitrary: fc.constant(NO_LIMIT) }, { weight: 1, arbitrary: fc.nat(60) }),
  shift: fc.nat(40),
  around: fc.constantFrom(...AROUND),
});

const LAST_CHUNK = "0\r\n";

function checkTrailers({ section, maxLines, maxSize, shift, around }: TrailerCase): void {
  const expected = referenceTrailers(section, { maxLines, maxSize });
  if (expected.kind === "error" && expected.offset !== undefined) {
    deepStrictEqual(found(), { ...expected, offset: expected.offset + LAST_CHUNK.length });
  } else deepStrictEqual(found(), expected);

  function found(): object {
    const message = LAST_CHUNK + section;
    const outcomes = [octets(message), inWindow(message, shift, around)].map((given) =>
      outcomeOf(() => {
        const decoder = new ChunkDecoder({ maxTrailerLines: maxLines, maxTrailerSize: maxSize });
        decoder.decode(given);
        const size = section.length - decoder.rest.length;
        return decoder.done ? { kind: "trailers", headers: decoder.trailers.toJSON(), size } : null;
      }),
    );
    deepStrictEqual(outcomes[1], outcomes[0]);
    return outcomes[0] ?? {};
  }
}

export const trailers: Target<TrailerCase> = {
  name: "trailers",
  claim: "trailer sections are understood, or refused, as a plain parser written from the RFCs does it",
  defaultRuns: 6_000,
  cases: trailerCases,
  isAsync: false,
  check: checkTrailers,
};

// --- the chunked coding -------------------------------------------------------------------------------------------

interface ChunkCase {
  message: string;
  cuts: number[];
  maxExtensionSize: number;
  maxTrailerSize: number;
  maxTrailerLines: number;
}

const chunkCases = record<ChunkCase>({
  message: fc.oneof({ weight: 8, arbitrary: mutated(chunked) }, { weight: 1, arbitrary: anyOctets }),
  cuts,
  maxExtensionSize: fc.oneof({ weight: 4, arbitrary: fc.constant(16_384) }, { weight: 1, arbitrary: fc.nat(12) }),
  maxTrailerSize: fc.oneof({ weight: 8, arbitrary: fc.constant(NO_LIMIT) }, { weight: 1, arbitrary: fc.nat(40) }),
  maxTrailerLines: fc.oneof({ weight: 8, arbitrary: fc.constant(256) }, { weight: 1, arbitrary: fc.nat(3) }),
});

function checkChunks({ message, cuts: places, maxExtensionSize, maxTrailerSize, maxTrailerLines }: ChunkCase): void {
  const limits = { maxChunkExtensionSize: maxExtensionSize, maxTrailerSize, maxTrailerLines };
  const { trailerAt, ...expected } = referenceChunks(message, { maxExtensionSize, maxTrailerSize, maxTrailerLines });
  const { content, error } = expected;
  deepStrictEqual(decoded([message], limits), { ...expected, content: error ? "" : content });
  const inPieces = decoded(split(message, places), limits);
  // In pieces, the content in front of a fault comes out; and a faulty trailer section may not have been looked at yet.
  const isUnseen = error !== null && trailerAt !== null && inPieces.error === null;
  const told = { ...expected, content: error ? content.slice(0, inPieces.content.length) : content };
  deepStrictEqual(inPieces, isUnseen ? { ...told, error: null } : told);
}

type Decoded = Omit<ReferenceMessage, "trailerAt">;

function decoded(pieces: readonly string[], limits: object): Decoded {
  const decoder = new ChunkDecoder(limits);
  const result: Decoded = { content: "", trailers: null, rest: "", error: null };
  for (const piece of pieces) {
    // Once it is done, what comes is not its own any more.
    if (decoder.done) result.rest += piece;
    else {
      result.error = errorOf(() => {
        for (const content of decoder.decode(octets(piece))) result.content += text(content);
      });
    }
    if (result.error) break;
  }
  if (!decoder.done) return result;
  return { ...result, trailers: decoder.trailers.toJSON(), rest: text(decoder.rest) + result.rest };
}

function errorOf(decode: () => void): Decoded["error"] {
  try {
    decode();
    return null;
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    return { reason: error.reason, offset: error.offset };
  }
}

export const chunks: Target<ChunkCase> = {
  name: "chunks",
  claim: "chunked messages are decoded, or refused, as a plain decoder written from the RFC does it",
  defaultRuns: 6_000,
  cases: chunkCases,
  isAsync: false,
  check: checkChunks,
};
