// Requirements on who reads a message of a server: its octets, its lines, and the first of them.

import { inFile, type Row } from "./row.ts";

const PARSING = "rfc9112/2.2-message-parsing";
const in22 = (...names: string[]) => inFile(PARSING, ...names.map((name) => `RFC 9112 2.2 message parsing > ${name}`));
const in23 = (...names: string[]) =>
  inFile("rfc9112/2.3-http-version", ...names.map((name) => `RFC 9112 2.3 HTTP version > ${name}`));
const in4 = (...names: string[]) =>
  inFile("rfc9112/4-status-line", ...names.map((name) => `RFC 9112 4 status line > ${name}`));
const in15 = (...names: string[]) =>
  inFile("rfc9110/15-status-codes", ...names.map((name) => `RFC 9110 15 status codes > ${name}`));

export const HEAD: readonly Row[] = [
  {
    id: "head-01",
    section: "9112 2.2",
    level: "MUST",
    requirement: "A message is parsed octet by octet and never first decoded as Unicode",
    verdict: "followed",
    tests: in22(
      "a message is octets, not Unicode text: each octet of a value is one character",
      "octets that are no UTF-8 pass through the reason phrase and the content unchanged",
    ),
  },
  {
    id: "head-02",
    section: "9112 2.2",
    level: "MAY",
    requirement: "LF without CR ends a line of the head, but never one of the chunked coding",
    verdict: "followed",
    tests: in22(
      "a lone LF does not end the status line",
      "a lone LF does not end a field line",
      "MAY: under the leniency bare-lf a lone LF ends every line of a head",
      "the leniency bare-lf does not extend to chunk framing",
    ),
    reason: "Only when the leniency bare-lf is asked for.",
  },
  {
    id: "head-03",
    section: "9112 2.2",
    level: "MUST",
    requirement: "A CR without LF makes its element invalid, or is replaced",
    verdict: "followed",
    tests: in22(
      "MUST: a bare CR in the status line makes it invalid",
      "MUST: a bare CR in a field line makes it invalid, wherever it stands",
      "MUST: a bare CR is invalid under the leniency bare-lf too",
    ),
  },
  {
    id: "head-04",
    section: "9112 2.2",
    level: "MUST",
    requirement: "A line that starts with whitespace behind the status line is refused, or dropped unread",
    verdict: "followed",
    tests: in22(
      "MUST: a line led by whitespace right behind the status line is refused",
      "MUST: a line of whitespace alone right behind the status line is refused",
      "a whitespace-led framing field behind the status line never counts",
    ),
  },
  {
    id: "head-05",
    section: "9112 2.2, 9.2",
    level: "statement",
    requirement: "Only servers pass over empty lines before a message; a client may drop CRLF while nothing is asked",
    verdict: "followed",
    tests: [
      ...in22("empty lines in front of a status line are refused: to skip them is for servers"),
      ...inFile(
        "rfc9112/9.2-associating-responses",
        "RFC 9112 9.2 associating a response to a request > CRLF between two exchanges is discarded, however it comes",
      ),
    ],
  },
  {
    id: "head-06",
    section: "9112 2.3",
    level: "statement",
    requirement: "A version is HTTP in capitals, a slash, and one digit on either side of a dot",
    verdict: "followed",
    tests: in23("HTTP-name is case-sensitive", "a version has one digit on each side of the dot"),
  },
  {
    id: "head-07",
    section: "9110 6.2",
    level: "SHOULD",
    requirement: "A minor version that is not known yet is read as the highest that is",
    verdict: "followed",
    tests: in23(
      "SHOULD: a higher minor version is processed as HTTP/1.1 and told as it came",
      "a higher minor version has chunked content as HTTP/1.1 has",
    ),
  },
  {
    id: "head-08",
    section: "9110 2.5, 6.2",
    level: "statement",
    requirement: "A message of another major version is not parsed",
    verdict: "followed",
    tests: in23("another major version is another syntax and is not parsed"),
  },
  {
    id: "head-09",
    section: "9112 4",
    level: "MAY",
    requirement: "Other whitespace than one SP splits the status line",
    verdict: "not followed",
    tests: in4("MAY, not used: whitespace but a single SP does not split the line"),
    reason: "It invites response splitting: such a line is refused.",
  },
  {
    id: "head-10",
    section: "9112 4",
    level: "SHOULD",
    requirement: "Nothing depends on the reason phrase, which may be empty",
    verdict: "followed",
    tests: in4(
      "SHOULD: the reason phrase steers nothing",
      "the reason phrase may be empty",
      "the SP in front of an empty reason phrase may be missing",
    ),
  },
  {
    id: "head-11",
    section: "9112 4",
    level: "statement",
    requirement: "Three digits make a status code, neither fewer nor more",
    verdict: "followed",
    tests: in4("the status code is three digits"),
  },
  {
    id: "head-12",
    section: "9110 15",
    level: "MUST",
    requirement: "A code nobody knows is treated as the first of its class",
    verdict: "followed",
    tests: in15(
      "MUST: *, which nobody knows, is treated as *",
      "MUST: an unknown code of class 1 is an interim response, as 100 is",
    ),
  },
  {
    id: "head-13",
    section: "9110 15",
    level: "SHOULD",
    requirement: "A code below 100 or above 599 counts as an error of the server",
    verdict: "in part",
    tests: [
      ...in15("SHOULD: a code from 600 to 999 is treated as a server error"),
      ...in4("the status code starts at 100"),
    ],
    reason: "Above 599 it does; below 100 the whole response is refused.",
  },
];
