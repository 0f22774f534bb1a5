// Requirements around interim responses, upgrades and tunnels.

import { inFile, type Row } from "./row.ts";

const UPGRADE = "rfc9110/7.8-upgrade";
const EXPECT = "rfc9110/10.1.1-expect";

export const INTERIM: readonly Row[] = [
  {
    id: "interim-01",
    section: "9110 15.2",
    level: "MUST",
    requirement: "Interim responses before the final one are read, however many and whether asked for or not",
    verdict: "followed",
    tests: [
      ...inFile(
        "rfc9112/9.2-associating-responses",
        "RFC 9112 9.2 associating a response to a request > any number of interim responses comes before the final one, asked for or not",
      ),
      ...inFile(
        "scenarios/interim",
        "S31 16 interim responses: the limit is 16",
        "S30 interim responses that nobody asked for > *",
      ),
    ],
    reason: "Up to limits.maxInformational, so that a server cannot go on for ever.",
  },
  {
    id: "interim-02",
    section: "9110 15.2",
    level: "MAY",
    requirement: "Interim responses that nobody expects are passed over",
    verdict: "followed",
    tests: inFile("api/extensions", "informational > need not be there: 1xx are passed over"),
  },
  {
    id: "interim-03",
    section: "9110 15.2.2, 7.8",
    level: "statement",
    requirement: "101 changes the protocol, to one that the request has offered",
    verdict: "followed",
    tests: inFile(
      UPGRADE,
      "101 hands the connection over > with the octets behind the head first, and what is written goes out as it is",
      "101 is an error > when nobody asked",
      "101 is an error > when another protocol was offered",
    ),
  },
  {
    id: "interim-04",
    section: "9110 7.8",
    level: "MUST",
    requirement: "Upgrade goes with the connection option upgrade",
    verdict: "not concerned",
    reason: "The caller's duty: fields go out as given, and none is added.",
  },
  {
    id: "interim-05",
    section: "9110 7.8",
    level: "SHOULD",
    requirement: "Case does not matter in the names of protocols",
    verdict: "followed",
    tests: inFile(UPGRADE, "101 is an error > for the protocol alone, too"),
    reason: "The test offers a/1 and is switched to A/1.",
  },
  {
    id: "interim-06",
    section: "9110 7.8",
    level: "statement",
    requirement: "The new protocol is not spoken before the request is out",
    verdict: "followed",
    tests: inFile(
      UPGRADE,
      "101 hands the connection over > after content, too",
      "101 is an error > when the request is not complete",
    ),
  },
  {
    id: "interim-07",
    section: "9110 10.1.1",
    level: "MUST NOT",
    requirement: "A request without content does not expect 100",
    verdict: "followed",
    tests: [
      ...inFile("api/injection", "framing > Expect: 100-continue without content"),
      ...inFile(
        "unit/request-head",
        "request-head encoder: fields that frame or route > Expect: 100-continue without content is refused",
      ),
    ],
  },
  {
    id: "interim-08",
    section: "9110 10.1.1",
    level: "MUST",
    requirement: "Only who has said so waits for 100",
    verdict: "followed",
    tests: inFile(EXPECT, "MUST: content that nobody said to wait with does not wait for 100"),
  },
  {
    id: "interim-09",
    section: "9110 10.1.1",
    level: "SHOULD NOT",
    requirement: "Nobody waits for 100 for ever",
    verdict: "followed",
    tests: inFile(
      EXPECT,
      "content waits > no longer than timeout.continue",
      "content waits > a second at most unless told otherwise",
    ),
  },
  {
    id: "interim-10",
    section: "9110 10.1.1",
    level: "SHOULD",
    requirement: "After 417 the request is sent again, without the expectation",
    verdict: "not followed",
    tests: inFile(
      "rfc9110/15-status-codes",
      "a response is handed over, and nothing is sent a second time > 417 to PUT",
    ),
    reason: "Nothing that was answered is ever sent again; the caller has the response and decides.",
  },
  {
    id: "interim-11",
    section: "9110 9.3.6",
    level: "MUST",
    requirement: "All that comes behind the head of a 2xx to CONNECT belongs to the tunnel",
    verdict: "followed",
    tests: inFile("rfc9110/9.3.6-connect", "2xx > makes a tunnel: *"),
  },
];
