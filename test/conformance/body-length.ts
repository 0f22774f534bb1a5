// Requirements on who finds out where a response ends.

import { inFile, type Row } from "./row.ts";

const in61 = (...names: string[]) =>
  inFile("rfc9112/6.1-transfer-encoding", ...names.map((name) => `RFC 9112 6.1 Transfer-Encoding received > ${name}`));
const in62 = (...names: string[]) =>
  inFile("rfc9112/6.2-content-length", ...names.map((name) => `RFC 9112 6.2 Content-Length received > ${name}`));
const in63 = (...names: string[]) =>
  inFile(
    "rfc9112/6.3-message-body-length",
    ...names.map((name) => `RFC 9112 6.3 message body length of responses > ${name}`),
  );
const in8 = (...names: string[]) =>
  inFile("rfc9112/8-incomplete-messages", ...names.map((name) => `RFC 9112 8 incomplete messages > ${name}`));

export const BODY_LENGTH: readonly Row[] = [
  {
    id: "length-01",
    section: "9110 6",
    level: "MUST",
    requirement: "How a response is read depends on the method that it answers",
    verdict: "followed",
    tests: in63(
      "(1) a response to HEAD has no content, whatever its fields say",
      "(1) only HEAD is HEAD: methods are case-sensitive",
      "(2) MUST: 2xx to CONNECT is a tunnel: framing fields are ignored, even faulty ones",
    ),
  },
  {
    id: "length-02",
    section: "9112 6.3 (1)",
    level: "statement",
    requirement: "1xx, 204, 304 and answers to HEAD end with their head",
    verdict: "followed",
    tests: in63(
      "(1) a response to HEAD has no content, whatever its fields say",
      "(1) 204 and 304 have no content, whatever their fields say",
      "(1) an interim response has no content, whatever its fields say",
    ),
  },
  {
    id: "length-03",
    section: "9112 6.3 (2); 9110 9.3.6",
    level: "MUST",
    requirement: "Behind a 2xx to CONNECT is a tunnel, whatever Content-Length or Transfer-Encoding say",
    verdict: "followed",
    tests: [
      ...in63("(2) MUST: 2xx to CONNECT is a tunnel: framing fields are ignored, even faulty ones"),
      ...inFile("rfc9110/9.3.6-connect", "2xx > makes a tunnel: *"),
    ],
  },
  {
    id: "length-04",
    section: "9112 6.3 (3)",
    level: "statement",
    requirement: "Transfer-Encoding beside Content-Length wins, and had better be an error",
    verdict: "followed",
    tests: [
      ...in63("(3) Transfer-Encoding with Content-Length is handled as an error"),
      ...in62("with Transfer-Encoding beside it the message is an error, in either order"),
    ],
    reason: "It is the error.",
  },
  {
    id: "length-05",
    section: "9112 6.3 (4)",
    level: "statement",
    requirement: "Content in chunks ends with them; content of another coding ends with the connection",
    verdict: "in part",
    tests: [
      ...in63("(4) chunked is read to its last chunk"),
      ...in61("a final coding other than chunked is refused: it is neither de-chunked nor handed on"),
    ],
    reason: "Chunks are read so; any other coding is refused, as this client cannot undo it.",
  },
  {
    id: "length-06",
    section: "9112 6.3 (5)",
    level: "MUST",
    requirement: "An invalid Content-Length ends response and connection, except for one number several times",
    verdict: "followed",
    tests: [
      ...in63("(5) MUST: an invalid Content-Length is an unrecoverable error"),
      ...in62("numbers that differ are refused", "a value that is no number is refused"),
      ...inFile("pool/broken-responses", "nonsense > two lengths is refused at once, though the connection stays open"),
    ],
  },
  {
    id: "length-07",
    section: "9112 6.3 (6)",
    level: "MUST",
    requirement: "Content that stops before its Content-Length is incomplete",
    verdict: "followed",
    tests: [
      ...in8("MUST: content cut before Content-Length is incomplete", "a cut response is not reusable"),
      ...inFile("pool/broken-responses", "cut by a FIN > in the content"),
    ],
  },
  {
    id: "length-08",
    section: "9112 6.3 (8)",
    level: "statement",
    requirement: "A response that says nothing of its length ends with the connection",
    verdict: "followed",
    tests: in63("(8) with neither field the content runs to the close"),
  },
  {
    id: "length-09",
    section: "9112 6.1",
    level: "MUST",
    requirement: "The chunked coding is understood",
    verdict: "followed",
    tests: in61("MUST: chunked is understood"),
  },
  {
    id: "length-10",
    section: "9112 6.1",
    level: "MUST",
    requirement: "Transfer-Encoding in HTTP/1.0 is bad framing, and the connection is not used on",
    verdict: "followed",
    tests: in61("MUST: Transfer-Encoding in HTTP/1.0 is faulty framing, with or without Content-Length"),
    reason: "The response is refused.",
  },
  {
    id: "length-11",
    section: "9110 8.6",
    level: "MUST",
    requirement: "Large lengths neither overflow nor lose their last digits",
    verdict: "followed",
    tests: [
      ...in62(
        "MUST: numbers up to 2^53-1 are exact",
        "MUST: no number overflows or loses precision: above 2^53-1 is an error",
      ),
      ...in8("MUST: a huge Content-Length that is cut never succeeds early"),
    ],
  },
  {
    id: "length-12",
    section: "9110 8.6",
    level: "MAY",
    requirement: "A length that is given several times, always the same, is refused or counts once",
    verdict: "followed",
    tests: in62("MAY: the same number given again counts once"),
  },
  {
    id: "length-13",
    section: "9112 6.3",
    level: "MUST NOT",
    requirement: "Octets behind the end of a response answer no request",
    verdict: "followed",
    tests: [
      ...inFile(
        "rfc9112/9.2-associating-responses",
        "RFC 9112 9.2 associating a response to a request > MUST NOT: a response in the same read behind a response is not the next one",
      ),
      ...inFile(
        "scenarios/idle-time",
        "S10 a second response in the segment of the first does not serve the request that waits already",
        "S11 what stands behind Content-Length is neither content nor the next response",
      ),
    ],
  },
  {
    id: "length-14",
    section: "9112 8",
    level: "MUST",
    requirement: "A response that is cut, or whose chunks cannot be read, never passes for a whole one",
    verdict: "followed",
    tests: [
      ...in8(
        "MUST: a head that is cut, at whatever octet, is incomplete",
        "MUST: chunked content cut before the end of the trailer section, at whatever octet, is incomplete",
      ),
      ...inFile(
        "rfc9112/7.1-chunked-coding",
        "RFC 9112 7.1 chunked coding received > a chunked message that breaks never becomes reusable",
      ),
      ...inFile("pool/broken-responses", "cut by a FIN > *"),
    ],
  },
  {
    id: "length-15",
    section: "9112 8",
    level: "statement",
    requirement: "Chunks need their last one; content that ends with the connection is whole if its head was",
    verdict: "followed",
    tests: in8(
      "the last chunk without its empty line is incomplete",
      "close-delimited content is complete when the head was",
    ),
  },
];
