// RFC 9110 section 15: a client need not know a status code, but its class; a code is then framed and handed over as
// x00 of its class is. Nothing is done for the caller: no redirect is followed, and nothing is sent a second time.

import { describe, expect, test } from "vitest";
import { accepts, type CaseOptions, type Expected, inEveryWay } from "../protocol-cases.ts";
import { openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

const FRAMINGS = [
  "Content-Length: 3\r\n\r\nabc",
  "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n",
  "\r\nabc",
  "Location: /elsewhere\r\nContent-Length: 0\r\n\r\n",
  "Connection: close\r\nContent-Length: 3\r\n\r\nabc",
];

const REQUESTS: CaseOptions[] = [
  { method: "GET" },
  { method: "POST" },
  { method: "HEAD" },
  { method: "CONNECT", target: "example.com:443" },
];

/** Everything that a client is told about a response but the code itself. */
function told(status: number, rest: string, options: CaseOptions): unknown {
  const outcome = inEveryWay(`HTTP/1.1 ${status} X\r\n${rest}`, { ...options, closes: true });
  return { ...outcome, final: outcome.final && { ...outcome.final, status: null } };
}

describe("RFC 9110 15 status codes", () => {
  test.each([
    [299, 200],
    [399, 300],
    [499, 400],
    [599, 500],
  ])("MUST: %d, which nobody knows, is treated as %d", (unknown, known) => {
    for (const rest of FRAMINGS) {
      for (const options of REQUESTS) expect(told(unknown, rest, options)).toEqual(told(known, rest, options));
    }
  });

  test("MUST: an unknown code of class 1 is an interim response, as 100 is", () => {
    const expected: Expected = { status: 200, content: "abc", isReusable: true };
    for (const status of [102, 104, 150, 199]) {
      const final = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
      accepts(`HTTP/1.1 ${status} X\r\nContent-Length: 9\r\n\r\n${final}`, { ...expected, interim: [status] });
    }
  });

  test("SHOULD: a code from 600 to 999 is treated as a server error", () => {
    for (const status of [600, 700, 999]) {
      for (const rest of FRAMINGS) {
        for (const options of REQUESTS) expect(told(status, rest, options)).toEqual(told(500, rest, options));
      }
    }
  });
});

describe("a response is handed over, and nothing is sent a second time", () => {
  test.each([
    [301, "GET"],
    [302, "POST"],
    [303, "PUT"],
    [307, "GET"],
    [308, "GET"],
    [399, "GET"],
    [401, "GET"],
    [403, "GET"],
    [407, "GET"],
    [408, "GET"],
    [417, "PUT"],
    [421, "GET"],
    [429, "GET"],
    [503, "GET"],
  ])("%d to %s", async (status, method) => {
    const fields = "Location: /next\r\nRetry-After: 0\r\nWWW-Authenticate: Basic realm=x\r\n";
    const server = await serve(answering(`HTTP/1.1 ${status} X\r\n${fields}Content-Length: 2\r\n\r\nok`));
    const response = await openPool().request(method, server.url("/first"));
    expect([response.status, response.headers.get("location"), await response.text()]).toEqual([status, "/next", "ok"]);
    expect(server.peers.map(({ received }) => received.match(/\S+ \S+ HTTP/g))).toEqual([[`${method} /first HTTP`]]);
  });
});
