// Requirements on what a client does with the response that it has.

import { inFile, type Row } from "./row.ts";

const REDIRECTS = "Redirects are not followed: that is for the layer above.";
const RANGES = "Ranges are neither asked for nor put together: 206 is a response like any other.";
const CREDENTIALS = "No credentials are ever made: that is for the layer above.";

export const AFTER: readonly Row[] = [
  {
    id: "after-01",
    section: "9110 15.4",
    level: "SHOULD",
    requirement: "Redirects that lead in a circle are noticed",
    verdict: "not concerned",
    reason: REDIRECTS,
  },
  {
    id: "after-02",
    section: "9110 15.4",
    level: "SHOULD",
    requirement: "A redirected request loses the fields that were for the first server",
    verdict: "not concerned",
    reason: REDIRECTS,
  },
  {
    id: "after-03",
    section: "9110 15.4.8, 15.4.9",
    level: "MUST NOT",
    requirement: "307 and 308 do not change the method",
    verdict: "not concerned",
    reason: REDIRECTS,
  },
  {
    id: "after-04",
    section: "9110 10.2.2",
    level: "MUST",
    requirement: "A Location without a fragment takes that of the URL before",
    verdict: "not concerned",
    reason: REDIRECTS,
  },
  {
    id: "after-05",
    section: "9110 15.3.7",
    level: "MUST",
    requirement: "A 206 is not taken for the whole",
    verdict: "not concerned",
    reason: RANGES,
  },
  {
    id: "after-06",
    section: "9110 14.4",
    level: "MUST NOT",
    requirement: "A 206 whose Content-Range is not valid is not put together with others",
    verdict: "not concerned",
    reason: RANGES,
  },
  {
    id: "after-07",
    section: "9110 14.3",
    level: "MUST NOT",
    requirement: "Accept-Ranges is not relied on",
    verdict: "not concerned",
    reason: RANGES,
  },
  {
    id: "after-08",
    section: "9110 15.3.7.2",
    level: "MUST NOT",
    requirement: "Who cannot read several parts does not ask for several ranges",
    verdict: "not concerned",
    reason: RANGES,
  },
  {
    id: "after-09",
    section: "9110 15.3.7.3",
    level: "MUST",
    requirement: "Parts are put together only under one strong validator",
    verdict: "not concerned",
    reason: RANGES,
  },
  {
    id: "after-10",
    section: "9110 15.5.4",
    level: "SHOULD NOT",
    requirement: "After 403 the request is not sent again with the same credentials",
    verdict: "followed",
    tests: inFile(
      "rfc9110/15-status-codes",
      "a response is handed over, and nothing is sent a second time > 403 to GET",
    ),
  },
  {
    id: "after-11",
    section: "9110 14.1.2",
    level: "MUST",
    requirement: "Large numbers in a range do not overflow",
    verdict: "not concerned",
    reason: RANGES,
  },
  {
    id: "after-12",
    section: "9110 14.2",
    level: "SHOULD NOT",
    requirement: "No set of ranges is asked for that costs more than one range",
    verdict: "not concerned",
    reason: RANGES,
  },
  {
    id: "after-13",
    section: "9110 11.2, 11.5",
    level: "MUST",
    requirement: "realm is sent as a quoted-string, and each parameter once",
    verdict: "not concerned",
    reason: CREDENTIALS,
  },
  {
    id: "after-14",
    section: "9112 10.1",
    level: "MUST",
    requirement: "Folds in content of the type message/http are replaced",
    verdict: "not concerned",
    reason: "Content is octets, whatever its type.",
  },
];
