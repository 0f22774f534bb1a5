// Requirements on who reads transfer codings.

import { inFile, type Row } from "./row.ts";

const in61 = (...names: string[]) =>
  inFile("rfc9112/6.1-transfer-encoding", ...names.map((name) => `RFC 9112 6.1 Transfer-Encoding received > ${name}`));
const in71 = (...names: string[]) =>
  inFile("rfc9112/7.1-chunked-coding", ...names.map((name) => `RFC 9112 7.1 chunked coding received > ${name}`));
const in711 = (...names: string[]) =>
  inFile("rfc9112/7.1.1-chunk-extensions", ...names.map((name) => `RFC 9112 7.1.1 chunk extensions > ${name}`));
const in712 = (...names: string[]) =>
  inFile("rfc9112/7.1.2-trailer-section", ...names.map((name) => `RFC 9112 7.1.2 trailer section received > ${name}`));

export const CHUNKED: readonly Row[] = [
  {
    id: "chunked-01",
    section: "9112 7.1",
    level: "MUST",
    requirement: "Chunks are put together; sizes are hexadecimal in either case, with any zeros in front",
    verdict: "followed",
    tests: in71(
      "MUST: chunks are taken together, the last chunk ends the message",
      "chunk-size is hexadecimal in both cases",
      "leading zeros do not change a size",
    ),
  },
  {
    id: "chunked-02",
    section: "9112 7.1",
    level: "MUST",
    requirement: "Huge chunk sizes neither overflow nor lose precision",
    verdict: "followed",
    tests: in71(
      "MUST: huge sizes are waited for and lose no precision",
      "MUST: no size overflows: above 2^53-1 is an error",
    ),
  },
  {
    id: "chunked-03",
    section: "9112 7.1",
    level: "SHOULD",
    requirement: "The coding chunked has no parameters; with some it is an error",
    verdict: "followed",
    tests: in61("SHOULD: parameters of chunked are an error"),
  },
  {
    id: "chunked-04",
    section: "9112 7.1",
    level: "statement",
    requirement: "A size is hexadecimal digits and nothing else; CRLF, exactly, stands behind a chunk's octets",
    verdict: "followed",
    tests: in71(
      "a size that does not begin with a hexadecimal digit is refused",
      "a size that goes on with anything else is refused: no valid front part counts",
      "whitespace behind a size without an extension is refused",
      "chunk data is followed by CRLF and nothing else",
    ),
  },
  {
    id: "chunked-05",
    section: "9112 7.1.1",
    level: "MUST",
    requirement: "Chunk extensions that are not known are passed over",
    verdict: "followed",
    tests: in711(
      "MUST: unknown extensions are ignored, with and without a value",
      "a quoted value may hold anything that a quoted-string holds",
    ),
    reason: "Those that break the grammar are refused.",
  },
  {
    id: "chunked-06",
    section: "9112 7.1.2; 9110 6.5.1",
    level: "MUST NOT",
    requirement: "Trailers do not mix with the headers of their own accord",
    verdict: "followed",
    tests: in712(
      "MUST NOT: trailer fields are not merged into the header section",
      "framing, routing and connection fields in trailers do not act",
    ),
  },
  {
    id: "chunked-07",
    section: "9112 7.1.2",
    level: "MAY",
    requirement: "Trailers are kept, or thrown away",
    verdict: "followed",
    tests: in712("MAY: trailer fields are kept, in order, with case and duplicates"),
    reason: "Kept.",
  },
  {
    id: "chunked-08",
    section: "9112 7.2",
    level: "SHOULD",
    requirement: "Parameters of the compressing codings are an error",
    verdict: "followed",
    tests: in61("another coding below chunked is refused: its octets are no content"),
    reason: "These codings are refused with parameters and without.",
  },
  {
    id: "chunked-09",
    section: "9110 8.4.1.1, 8.4.1.3",
    level: "SHOULD",
    requirement: "x-gzip and x-compress are other names of gzip and compress",
    verdict: "not concerned",
    reason: "Content codings are for the layer above; content is handed on as it came.",
  },
  {
    id: "chunked-10",
    section: "9112 6.1",
    level: "statement",
    requirement: "Octets of a coding that is not understood are not handed on as content",
    verdict: "followed",
    tests: in61(
      "another coding below chunked is refused: its octets are no content",
      "chunked twice is refused, in one line or in two",
    ),
  },
];
