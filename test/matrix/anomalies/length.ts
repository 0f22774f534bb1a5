// Rows about Content-Length, Transfer-Encoding, and both at once.

import { type Group, OK, POISON, type Reading, withCoding, withLength } from "../anomaly.ts";

const BAD_LENGTH =
  "Invalid, so an unrecoverable error: no guess at a number, and no reading until the connection ends.";
const IGNORED: Readonly<Record<string, Reading>> = { "length ignored": { content: "okEXTRA" } };

const BAD_LENGTHS: readonly (readonly [id: string, title: string, value: string])[] = [
  ["length-plus", "with a plus sign", " +2"],
  ["length-minus", "negative", " -2"],
  ["length-hex", "hexadecimal", " 0x2"],
  ["length-empty", "empty", ""],
  ["length-decimal", "with a decimal point", " 2.0"],
  ["length-underscore", "with an underscore", " 0_2"],
  ["length-inner-sp", "of two numbers with SP between them", " 2 7"],
  ["length-trailing-comma", "with a comma behind it", " 2,"],
  ["length-differs", "as a list of different numbers", " 2, 7"],
  ["length-differs-lines", "twice, with different numbers", " 2\r\nContent-Length: 7"],
];

const HUGE_LENGTHS: readonly (readonly [id: string, title: string, value: string])[] = [
  ["length-2-32", "2^32 + 2 (wraps to 2 in 32 bits)", " 4294967298"],
  ["length-2-53", "2^53 + 1 (no double can hold it)", " 9007199254740993"],
  ["length-2-64", "2^64 + 2 (wraps to 2 in 64 bits)", " 18446744073709551618"],
];

export const CONTENT_LENGTH: Group = {
  title: "Content-Length",
  about: "Decimal digits and nothing else. Behind the content stand five octets that show who has misread the number.",
  anomalies: [
    ...BAD_LENGTHS.map(([id, title, value]) => ({
      id,
      title: `Content-Length ${title}`,
      section: "9112 6.3",
      want: "refuse" as const,
      why: BAD_LENGTH,
      send: withLength(value),
      harm: IGNORED,
    })),
    ...HUGE_LENGTHS.map(([id, title, value]) => ({
      id,
      title: `Content-Length ${title}, of which 7 octets come`,
      section: "9110 8.6",
      want: "refuse" as const,
      why: "However large the number: no overflow, and what is shorter is incomplete.",
      send: withLength(value),
      anyHarm: "overflow",
    })),
    {
      id: "length-same",
      title: "Content-Length twice, with the same number",
      section: "9110 8.6",
      want: "either",
      why: "May be taken as one or refused.",
      send: withLength(" 2\r\nContent-Length: 2"),
      harm: IGNORED,
    },
    {
      id: "length-zeros",
      title: "Content-Length with leading zeros",
      section: "9110 8.6",
      want: "accept",
      why: "Valid: any number of digits.",
      send: withLength(" 0002"),
      harm: IGNORED,
    },
  ],
};

const NOT_CHUNKED = "chunked is not the final coding. Neither its framing nor Content-Length may be guessed at.";
const RAW: Readonly<Record<string, Reading>> = { "raw framing": { content: /0\r\n\r\n$/ } };
/** "ok" in gzip, as a stored block. */
const GZIP = "\x1f\x8b\b\0\0\0\0\0\0\x03\x01\x02\0\xfd\xffok\x47\xdd\xdc\x79\x02\0\0\0";

const BAD_CODINGS: readonly (readonly [id: string, title: string, line: string])[] = [
  ["coding-identity-last", "chunked, identity", "Transfer-Encoding: chunked, identity"],
  ["coding-unknown", "xchunked", "Transfer-Encoding: xchunked"],
  ["coding-quoted", "chunked in quotes", 'Transfer-Encoding: "chunked"'],
  ["coding-vt", "chunked behind a VT", "Transfer-Encoding: \x0bchunked"],
  ["coding-nul", "chunked and NUL", "Transfer-Encoding: chunked\0"],
  ["coding-sp", "chun ked", "Transfer-Encoding: chun ked"],
  ["coding-parameter", "chunked with a parameter", "Transfer-Encoding: chunked;a=b"],
  ["coding-twice", "chunked, chunked", "Transfer-Encoding: chunked, chunked"],
  ["coding-twice-lines", "chunked on two lines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"],
  ["coding-identity-first", "identity, chunked", "Transfer-Encoding: identity, chunked"],
];

export const TRANSFER_ENCODING: Group = {
  title: "Transfer-Encoding",
  about:
    "`chunked`, once. Who reads on to the end of the connection hands out sizes and CRLFs as if they were content.",
  anomalies: [
    ...BAD_CODINGS.map(([id, title, line]) => ({
      id,
      title: `Transfer-Encoding: ${title}`,
      section: "9112 6.1, 6.3",
      want: "refuse" as const,
      why: NOT_CHUNKED,
      send: withCoding(line),
      harm: RAW,
    })),
    {
      id: "coding-empty",
      title: "Transfer-Encoding, empty",
      section: "9112 6.1",
      want: "refuse",
      why: "The field is there and says nothing; readers differ.",
      send: "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\nok",
    },
    {
      id: "coding-empty-element",
      title: "Transfer-Encoding: , chunked",
      section: "9110 5.6.1.2",
      want: "either",
      why: "Empty elements are to be ignored; refusing is safe, too.",
      send: withCoding("Transfer-Encoding: , chunked"),
      harm: RAW,
    },
    {
      id: "coding-case",
      title: "Transfer-Encoding: Chunked",
      section: "9112 7",
      want: "accept",
      why: "Names of codings have no case.",
      send: withCoding("Transfer-Encoding: Chunked"),
      harm: RAW,
    },
    {
      id: "coding-tab",
      title: "Transfer-Encoding: HTAB chunked HTAB",
      section: "9110 5.5",
      want: "accept",
      why: "Optional whitespace.",
      send: withCoding("Transfer-Encoding:\tchunked\t"),
      harm: RAW,
    },
    {
      id: "coding-gzip-chunked",
      title: "Transfer-Encoding: gzip, chunked, not asked for",
      section: "9112 6.1, 7.4",
      want: "either",
      why: "Refuse, or decode. Coded octets are not the content.",
      send: `HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n${GZIP.length.toString(16)}\r\n${GZIP}\r\n0\r\n\r\n`,
      spoilt: { "coded octets": { content: GZIP } },
    },
    {
      id: "coding-http-1-0",
      title: "Transfer-Encoding: chunked in an HTTP/1.0 response",
      section: "9112 6.1",
      want: "refuse",
      why: "Faulty framing by definition; the connection must not be used again.",
      send: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      end: "fin",
      harm: RAW,
      reuse: "never",
    },
  ],
};

const BOTH = "Transfer-Encoding overrides; the message ought to be an error. Content-Length must never decide.";
const CHUNKS = "2\r\nok\r\n0\r\n\r\n";
const DECIDES: Readonly<Record<string, Reading>> = { "length decides": { content: "2\r\no" }, ...RAW };

export const BOTH_FRAMINGS: Group = {
  title: "Content-Length and Transfer-Encoding",
  about: "The classic of request smuggling, in responses: two framings, two ends, and something in between.",
  anomalies: [
    {
      id: "both-length-first",
      title: "Content-Length: 4, then chunked",
      section: "9112 6.3",
      want: "refuse",
      why: BOTH,
      send: `HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
      end: "open",
      harm: DECIDES,
      reuse: "never",
    },
    {
      id: "both-coding-first",
      title: "chunked, then Content-Length: 4",
      section: "9112 6.3",
      want: "refuse",
      why: BOTH,
      send: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${CHUNKS}`,
      end: "open",
      harm: DECIDES,
      reuse: "never",
    },
    {
      id: "both-smuggle",
      title: "chunked ends early, Content-Length covers a second response",
      section: "9112 6.3, 9.2",
      want: "refuse",
      why: `${BOTH} What stands behind the last chunk must not answer anything.`,
      send: `HTTP/1.1 200 OK\r\nContent-Length: ${POISON.length + CHUNKS.length}\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}${POISON}`,
      end: "open",
      harm: RAW,
      reading: OK,
      reuse: "never",
    },
    {
      id: "both-identity",
      title: "Content-Length: 2 and Transfer-Encoding: identity",
      section: "9112 6.3",
      want: "refuse",
      why: BOTH,
      send: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: identity\r\n\r\nokEXTRA",
      harm: { "length decides": { content: "ok" } },
      reading: { status: 200, content: "okEXTRA" },
    },
    {
      id: "both-unknown",
      title: "Content-Length: 4 and Transfer-Encoding: xchunked",
      section: "9112 6.3",
      want: "refuse",
      why: BOTH,
      send: `HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: xchunked\r\n\r\n${CHUNKS}`,
      harm: DECIDES,
    },
  ],
};
