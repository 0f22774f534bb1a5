// Requirements on who reads the fields of a response, and on the sizes to be expected.

import { inFile, type Row } from "./row.ts";

const PARSING = "rfc9112/2.2-message-parsing";
const in22 = (...names: string[]) => inFile(PARSING, ...names.map((name) => `RFC 9112 2.2 message parsing > ${name}`));
const in5 = (...names: string[]) =>
  inFile("rfc9112/5.1-field-line-parsing", ...names.map((name) => `RFC 9112 5 and 5.1 field lines received > ${name}`));
const inLengths = (...names: string[]) =>
  inFile("rfc9110/2.3-length-requirements", ...names.map((name) => `RFC 9110 2.3 length requirements > ${name}`));

export const FIELDS: readonly Row[] = [
  {
    id: "field-01",
    section: "9112 5, 5.1",
    level: "statement",
    requirement: "A field line is a name, directly behind it a colon, and a value",
    verdict: "followed",
    tests: in5("whitespace in front of the colon is refused", "a line without a colon is refused"),
  },
  {
    id: "field-02",
    section: "9110 5.1, 5.6.2",
    level: "statement",
    requirement: "The name of a field is a token, so it is not empty",
    verdict: "followed",
    tests: in5(
      "a name is a token, and its case is kept",
      "an empty name is refused",
      "an octet that is no tchar in a name is refused",
    ),
  },
  {
    id: "field-03",
    section: "9110 5.5",
    level: "MUST",
    requirement: "Whitespace around a value is no part of it",
    verdict: "followed",
    tests: in5("MUST: whitespace around a value is left out"),
  },
  {
    id: "field-04",
    section: "9110 5.5",
    level: "MUST",
    requirement: "NUL, CR or LF within a value: the message is refused, or the octet replaced",
    verdict: "followed",
    tests: [
      ...in5("MUST: NUL in a value is refused"),
      ...in22(
        "MUST: a bare CR in a field line makes it invalid, wherever it stands",
        "a lone LF does not end a field line",
      ),
    ],
  },
  {
    id: "field-05",
    section: "9110 5.5",
    level: "MAY",
    requirement: "Other control octets, though invalid, are kept where they do no harm",
    verdict: "not followed",
    tests: in5("other control octets but HTAB in a value are refused"),
    reason: "Nobody here knows where they would do none.",
  },
  {
    id: "field-06",
    section: "9110 5.5",
    level: "SHOULD",
    requirement: "Octets from 0x80 on in a value mean nothing and stay as they are",
    verdict: "followed",
    tests: in5("SHOULD: obs-text in a value is kept as it came"),
  },
  {
    id: "field-07",
    section: "9112 5.2",
    level: "MUST",
    requirement: "A folded value is joined with SP before anybody reads it",
    verdict: "in part",
    tests: inFile(
      "rfc9112/5.2-obsolete-line-folding",
      "RFC 9112 5.2 obsolete line folding > MUST: a fold is replaced with one SP",
      "RFC 9112 5.2 obsolete line folding > each fold of a value is replaced",
      "RFC 9112 5.2 obsolete line folding > whatever the folds are, no CR and no LF is left in a value",
      "RFC 9112 5.2 obsolete line folding > trailer fields are unfolded as header fields are",
    ),
    reason: "A folded field that frames is not unfolded: the response is refused.",
  },
  {
    id: "field-08",
    section: "9110 5.1",
    level: "SHOULD",
    requirement: "Fields that are not known change nothing",
    verdict: "followed",
    tests: inFile("rfc9110/5.1-field-names", "SHOULD: unknown fields change nothing, in headers and in trailers"),
  },
  {
    id: "field-09",
    section: "9110 5.3",
    level: "MAY",
    requirement: "Lines of one name are joined with a comma, in their order; those of Set-Cookie are not",
    verdict: "in part",
    tests: inFile("rfc9110/5.3-field-order", "RFC 9110 5.3 field order > *"),
    reason: "The list, getAll() and toWeb() keep the lines of Set-Cookie apart; get() joins whatever it is asked for.",
  },
  {
    id: "field-10",
    section: "9110 2.3",
    level: "SHOULD",
    requirement: "Elements beyond the grammar, or beyond a sensible size, are expected and stopped",
    verdict: "followed",
    tests: inLengths("SHOULD: * without an end is stopped at a limit", "SHOULD: numbers without an end are stopped"),
  },
  {
    id: "field-11",
    section: "9110 2.3",
    level: "MUST",
    requirement: "What is as long as the longest that one sends can be received",
    verdict: "followed",
    tests: inLengths(
      "MUST: a value as long as the longest that can be sent can be received",
      "MUST: as many lines as can be sent can be received",
      "MUST: a chunk as large as one that is sent can be received",
    ),
  },
  {
    id: "field-12",
    section: "9110 4.1; 9112 3",
    level: "SHOULD",
    requirement: "URIs and request lines of 8000 octets work",
    verdict: "followed",
    tests: [
      ...inFile(
        "rfc9110/4.1-uri-references",
        "SHOULD: a URI of 8000 octets and more can be sent, and comes back in Location, without any limit set",
      ),
      ...inFile(
        "rfc9112/3-request-line",
        "RFC 9112 3 request line > SHOULD: a request line of 8000 octets can be sent",
      ),
    ],
  },
  {
    id: "field-13",
    section: "9110 5.4",
    level: "MAY",
    requirement: "A line that is too long is dropped, provided that it neither frames nor changes what is meant",
    verdict: "not followed",
    tests: inFile(
      "rfc9110/5.4-field-limits",
      "a framing line that is too long is an error, and never dropped",
      "any other line that is too long, or one too many, is an error as well",
    ),
    reason: "Nothing is ever dropped: passing a limit is an error.",
  },
  {
    id: "field-14",
    section: "9110 5.6.1.2",
    level: "MUST",
    requirement: "Empty elements of a list are passed over",
    verdict: "followed",
    tests: inFile("rfc9110/5.6.1-lists", "MUST: empty elements are passed over in > *"),
    reason: "Content-Length is no list by its grammar; an empty element there is refused.",
  },
  {
    id: "field-15",
    section: "9110 5.6.3",
    level: "MUST",
    requirement: "Bad whitespace is accepted and taken out",
    verdict: "followed",
    tests: inFile(
      "rfc9112/7.1.1-chunk-extensions",
      "RFC 9112 7.1.1 chunk extensions > MUST: BWS is removed around the semicolon and the equals sign",
    ),
    reason: "Chunk extensions are the only place with it that is read; a coding with parameters is an error anyway.",
  },
  {
    id: "field-16",
    section: "9110 5.6.4",
    level: "MUST",
    requirement: "A backslash in a quoted-string gives way to the octet behind it",
    verdict: "followed",
    tests: inFile(
      "rfc9112/7.1.1-chunk-extensions",
      "RFC 9112 7.1.1 chunk extensions > MUST: a quoted-pair stands for the octet behind the backslash",
    ),
  },
  {
    id: "field-17",
    section: "9110 5.6.7",
    level: "MUST",
    requirement: "All three forms of a date are understood",
    verdict: "not concerned",
    reason: "No date is read; the fields are handed on as text.",
  },
  {
    id: "field-18",
    section: "9110 2.4",
    level: "MAY",
    requirement: "Other faults of a message are put right",
    verdict: "not followed",
    tests: inFile("pool/broken-responses", "nonsense > * is refused at once, though the connection stays open"),
    reason: "Two readers that put things right differently are how requests get smuggled: faults are errors.",
  },
];
