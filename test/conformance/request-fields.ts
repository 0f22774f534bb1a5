// Requirements on the fields of a request.

import { CALLERS_FIELD, inFile, type Row } from "./row.ts";

const in5 = (...names: string[]) =>
  inFile("rfc9112/5.1-field-line-parsing", ...names.map((name) => `RFC 9112 5 and 5.1 field lines sent > ${name}`));
const inFraming = (...names: string[]) =>
  inFile("unit/request-head", ...names.map((name) => `request-head encoder: fields that frame or route > ${name}`));
const NOTHING_ADDED = inFile("api/headers", "nothing but Host is added");

export const REQUEST_FIELDS: readonly Row[] = [
  {
    id: "request-22",
    section: "9110 5.3",
    level: "MUST NOT",
    requirement: "Only fields that are lists have several lines",
    verdict: "in part",
    tests: inFraming(
      "Host is given once, in whatever case",
      "Content-Length is given once, in whatever case, as a decimal number",
      "Transfer-Encoding is chunked, once",
    ),
    reason:
      "Held for the fields that frame or route. Of others the client does not know which are lists: the caller does.",
  },
  {
    id: "request-23",
    section: "9112 5.1, 5.2",
    level: "MUST NOT",
    requirement: "No whitespace goes out in front of a colon, and no value is folded",
    verdict: "followed",
    tests: in5(
      "MUST NOT: no whitespace goes out in front of a colon or in a name",
      "MUST NOT: no line folding goes out",
    ),
  },
  {
    id: "request-24",
    section: "9110 5.6.1.1",
    level: "MUST NOT",
    requirement: "No list goes out with empty elements",
    verdict: "not concerned",
    reason: "No list is ever made: values go out as the caller gives them, one line each.",
  },
  {
    id: "request-25",
    section: "9110 5.6.3",
    level: "SHOULD",
    requirement: "One SP stands behind a colon, and bad whitespace nowhere",
    verdict: "followed",
    tests: in5("SHOULD: a line is name, colon, one SP, value, CRLF"),
  },
  {
    id: "request-26",
    section: "9110 5.6.7",
    level: "MUST",
    requirement: "Dates go out in the fixed form",
    verdict: "not concerned",
    reason: "No date is ever made.",
  },
  {
    id: "request-27",
    section: "9110 7.6.1",
    level: "MUST",
    requirement: "Connection names the fields that are for the next hop alone, and no others",
    verdict: "not concerned",
    reason: CALLERS_FIELD,
  },
  {
    id: "request-28",
    section: "9112 7.4; 9110 10.1.4",
    level: "MUST",
    requirement: "TE is named in Connection, and does not list chunked",
    verdict: "not concerned",
    reason: CALLERS_FIELD,
  },
  {
    id: "request-29",
    section: "9110 12.4.2",
    level: "MUST NOT",
    requirement: "Weights have three decimals at most",
    verdict: "not concerned",
    reason: "No weight is ever made.",
  },
  {
    id: "request-30",
    section: "9110 12.5.1",
    level: "SHOULD",
    requirement: "The weight is a member's last parameter",
    verdict: "not concerned",
    reason: "No Accept is ever made.",
  },
  {
    id: "request-31",
    section: "9110 12.5.4",
    level: "MUST NOT",
    requirement: "Accept-Language is not sent unless the user has a say in it",
    verdict: "followed",
    tests: NOTHING_ADDED,
  },
  {
    id: "request-32",
    section: "9110 10.1.2",
    level: "SHOULD NOT",
    requirement: "From is not sent unless it was asked for",
    verdict: "followed",
    tests: NOTHING_ADDED,
  },
  {
    id: "request-33",
    section: "9110 5.6.4",
    level: "SHOULD NOT",
    requirement: "Backslashes escape only what needs it in a quoted-string",
    verdict: "not concerned",
    reason: "No quoted-string is ever made.",
  },
  {
    id: "request-34",
    section: "9110 10.1.5",
    level: "SHOULD",
    requirement: "User-Agent is sent, unless it is told not to be",
    verdict: "not followed",
    tests: NOTHING_ADDED,
    reason: "The client speaks for programs that are built on it, and leaves the name to them.",
  },
  {
    id: "request-35",
    section: "9110 10.1.3",
    level: "MUST NOT",
    requirement: "Referer carries neither fragment nor userinfo",
    verdict: "not concerned",
    reason: CALLERS_FIELD,
  },
  {
    id: "request-36",
    section: "9110 13.1.5",
    level: "MUST NOT",
    requirement: "If-Range needs Range, and takes no weak validator",
    verdict: "not concerned",
    reason: CALLERS_FIELD,
  },
];
