// Rows about chunked framing, chunk extensions and trailers.

import { chunked, type Group, OK } from "../anomaly.ts";

const GRAMMAR = "Sizes are hexadecimal digits and every line ends with CRLF; LF is allowed in heads at the most.";

const REFUSED_CHUNKS: readonly (readonly [id: string, title: string, content: string])[] = [
  ["chunk-size-lf", "LF behind the size", "2\nok\r\n0\r\n\r\n"],
  ["chunk-size-cr", "bare CR behind the size", "2\rok\r\n0\r\n\r\n"],
  ["chunk-data-lf", "LF behind the data", "2\r\nok\n0\r\n\r\n"],
  ["chunk-all-lf", "LF everywhere", "2\nok\n0\n\n"],
  ["chunk-last-lf", "LF behind the last chunk", "2\r\nok\r\n0\n\r\n"],
  ["chunk-end-lf", "LF is the empty line behind the last chunk", "2\r\nok\r\n0\r\n\n"],
  ["chunk-data-no-end", "nothing behind the data", "2\r\nok0\r\n\r\n"],
  ["chunk-data-long", "two octets instead of CRLF behind the data", "2\r\nokXX0\r\n\r\n"],
  ["chunk-plus", "a plus sign", "+2\r\nok\r\n0\r\n\r\n"],
  ["chunk-minus", "a minus sign", "-2\r\nok\r\n0\r\n\r\n"],
  ["chunk-0x", "0x before the digits", "0x2\r\nok\r\n0\r\n\r\n"],
  ["chunk-no-size", "no size", "\r\nok\r\n0\r\n\r\n"],
  ["chunk-sp-before", "SP before the size", " 2\r\nok\r\n0\r\n\r\n"],
  ["chunk-sp-behind", "SP behind the size", "2 \r\nok\r\n0\r\n\r\n"],
  ["chunk-underscore", "an underscore", "0_2\r\nok\r\n0\r\n\r\n"],
  ["chunk-no-hex", "a letter that is no digit behind the size", "2g\r\nok\r\n0\r\n\r\n"],
];

const HUGE_CHUNKS: readonly (readonly [id: string, title: string, size: string])[] = [
  ["chunk-2-32", "2^32 + 2 (wraps to 2 in 32 bits)", "100000002"],
  ["chunk-2-64", "2^64 + 2 (wraps to 2 in 64 bits)", "10000000000000002"],
];

export const CHUNKED_FRAMING: Group = {
  title: "Chunked framing",
  about: "Exact sizes and exact CRLFs: a lenient reader and a strict one part company within one message.",
  anomalies: [
    ...REFUSED_CHUNKS.map(([id, title, content]) => ({
      id,
      title,
      section: "9112 7.1",
      want: "refuse" as const,
      why: GRAMMAR,
      send: chunked(content),
    })),
    ...HUGE_CHUNKS.map(([id, title, size]) => ({
      id,
      title: `a size of ${title}`,
      section: "9112 7.1",
      want: "refuse" as const,
      why: "Huge sizes must be expected: no overflow, no loss of precision.",
      send: chunked(`${size}\r\nok\r\n0\r\n\r\n`),
      anyHarm: "overflow",
    })),
    {
      id: "chunk-zeros",
      title: "leading zeros, and a last chunk of several zeros",
      section: "9112 7.1",
      want: "accept",
      why: "Valid.",
      send: chunked("0002\r\nok\r\n000\r\n\r\n"),
      end: "open",
    },
    {
      id: "chunk-case",
      title: "hexadecimal digits in both cases",
      section: "9112 7.1",
      want: "accept",
      why: "Valid.",
      send: chunked("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n"),
      end: "open",
      reading: { status: 200, content: "01234567890123456789" },
    },
  ],
};

const MALFORMED = "Malformed; above all, no line end may be seen or overlooked in an extension.";

const REFUSED_EXTENSIONS: readonly (readonly [id: string, title: string, line: string])[] = [
  ["extension-lf", "LF in an extension", "2;a\nb\r\n"],
  ["extension-lf-end", "LF behind an extension", "2;a=b\n"],
  ["extension-cr", "bare CR in an extension", "2;a\rb\r\n"],
  ["extension-nul", "NUL in an extension", "2;a=\0\r\n"],
  ["extension-open-quote", "a quoted value that does not end", '2;a="b\r\n'],
  ["extension-empty", "a semicolon and nothing behind it", "2;\r\n"],
  ["extension-no-semicolon", "text behind the size, without a semicolon", "2 a=b\r\n"],
];

const ACCEPTED_EXTENSIONS: readonly (readonly [id: string, title: string, line: string])[] = [
  ["extension-name", "a name", "2;a\r\n"],
  ["extension-quoted", "a quoted value with a semicolon and a quoted quote", '2;a="b;\\"c"\r\n'],
  ["extension-bws", "blanks around semicolon and equals sign", "2 ; a = b\r\n"],
];

export const CHUNK_EXTENSIONS: Group = {
  title: "Chunk extensions",
  about:
    "Well-formed ones are to be ignored. Malformed ones have hidden line ends from one reader and shown them to another.",
  anomalies: [
    ...REFUSED_EXTENSIONS.map(([id, title, line]) => ({
      id,
      title,
      section: "9112 7.1.1",
      want: "refuse" as const,
      why: MALFORMED,
      send: chunked(`${line}ok\r\n0\r\n\r\n`),
    })),
    ...ACCEPTED_EXTENSIONS.map(([id, title, line]) => ({
      id,
      title,
      section: "9112 7.1.1",
      want: "accept" as const,
      why: "Valid, and to be ignored.",
      send: chunked(`${line}ok\r\n0\r\n\r\n`),
      end: "open" as const,
    })),
  ],
};

function withTrailers(lines: string): string {
  return chunked(`2\r\nok\r\n0\r\n${lines}\r\n\r\n`);
}

const TRAILER = "A trailer section has the grammar of a header section.";

export const TRAILERS: Group = {
  title: "Trailers",
  about: "Kept apart from the header section or dropped; a framing field among them does nothing.",
  anomalies: [
    {
      id: "trailer",
      title: "a trailer",
      section: "9112 7.1.2",
      want: "accept",
      why: "Valid; it must not turn up among the headers.",
      send: withTrailers("X-T: 1"),
      end: "open",
      reading: { ...OK, headers: { "x-t": null }, trailers: { "x-t": "1" } },
    },
    {
      id: "trailer-set-cookie",
      title: "Set-Cookie as a trailer",
      section: "9110 6.5.1",
      want: "either",
      why: "Not for trailers; it must not turn up among the headers.",
      send: withTrailers("Set-Cookie: a=1"),
      end: "open",
      reading: { ...OK, headers: { "set-cookie": null } },
    },
    {
      id: "trailer-length",
      title: "Content-Length as a trailer",
      section: "9110 6.5.1",
      want: "either",
      why: "Forbidden there; refuse, or let it do nothing.",
      send: withTrailers("Content-Length: 5"),
      end: "open",
      reading: { ...OK, headers: { "content-length": null } },
    },
    {
      id: "trailer-lf",
      title: "LF ends a trailer line",
      section: "9112 2.2, 7.1.2",
      want: "refuse",
      why: TRAILER,
      send: withTrailers("X-T: 1\nX-U: 2"),
    },
    {
      id: "trailer-cr",
      title: "bare CR in a trailer, followed by what looks like a field",
      section: "9112 2.2",
      want: "refuse",
      why: TRAILER,
      send: withTrailers("X-T: 1\rX-Injected: yes"),
      reading: { ...OK, headers: { "x-injected": null }, trailers: { "x-injected": null, "x-t": "1 X-Injected: yes" } },
    },
    {
      id: "trailer-no-colon",
      title: "a trailer without a colon",
      section: "9112 5",
      want: "refuse",
      why: TRAILER,
      send: withTrailers("X-T"),
    },
    {
      id: "trailer-nul",
      title: "NUL in a trailer",
      section: "9110 5.5",
      want: "refuse",
      why: TRAILER,
      send: withTrailers("X-T: \0"),
    },
    {
      id: "trailer-sp-before-colon",
      title: "SP between a trailer's name and its colon",
      section: "9112 5.1",
      want: "refuse",
      why: TRAILER,
      send: withTrailers("X-T : 1"),
    },
  ],
};
