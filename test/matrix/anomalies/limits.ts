// Rows about limits: more than any honest server sends, but bounded, so that every client can be seen to end.

import { chunked, type Group, OK } from "../anomaly.ts";

const MIB = 1024 * 1024;
const BOUND =
  "Who accepts this has no limit that we could find, or a very high one: memory or time are the server's to spend.";
const KEPT = "Harmless in itself. A line that is dropped without a word may be the one that matters.";

const filler = (size: number): string => "x".repeat(size);

function manyLines(count: number): string {
  return Array.from({ length: count }, (_, i) => `X-${i}: 1\r\n`).join("");
}

export const LIMITS: Group = {
  title: "Limits",
  about: "Everything that a server can make a client hold or count needs a bound, and passing it is an error.",
  anomalies: [
    {
      id: "limit-lines-200",
      title: "200 field lines",
      section: "9110 5.4",
      want: "either",
      why: KEPT,
      send: `HTTP/1.1 200 OK\r\n${manyLines(200)}X-Last: 1\r\nContent-Length: 2\r\n\r\nok`,
      reading: { ...OK, headers: { "x-last": "1" } },
    },
    {
      id: "limit-lines",
      title: "10,000 field lines",
      section: "9110 5.4",
      want: "refuse",
      why: `${BOUND} ${KEPT}`,
      send: `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${manyLines(10_000)}X-Last: 1\r\n\r\nok`,
      reading: { ...OK, headers: { "x-last": "1" } },
    },
    {
      id: "limit-lines-framing",
      title: "10,000 field lines, and Content-Length is the last",
      section: "9110 5.4",
      want: "refuse",
      why: `${BOUND} ${KEPT}`,
      send: `HTTP/1.1 200 OK\r\n${manyLines(10_000)}Content-Length: 2\r\n\r\nokEXTRA`,
      harm: { "length ignored": { content: "okEXTRA" } },
      reading: { ...OK, headers: { "content-length": "2" } },
    },
    {
      id: "limit-value-8k",
      title: "a value of 8,000 octets",
      section: "9110 4.1",
      want: "accept",
      why: "As long as the longest URIs that everyone is asked to support.",
      send: `HTTP/1.1 200 OK\r\nX-A: ${filler(8000)}\r\nContent-Length: 2\r\n\r\nok`,
      reading: { ...OK, headers: { "x-a": filler(8000) } },
    },
    {
      id: "limit-value",
      title: "a value of 2 MiB",
      section: "9110 2.3",
      want: "refuse",
      why: BOUND,
      send: `HTTP/1.1 200 OK\r\nX-A: ${filler(2 * MIB)}\r\nContent-Length: 2\r\n\r\nok`,
    },
    {
      id: "limit-name",
      title: "a name of 2 MiB",
      section: "9110 2.3",
      want: "refuse",
      why: BOUND,
      send: `HTTP/1.1 200 OK\r\n${filler(2 * MIB)}: 1\r\nContent-Length: 2\r\n\r\nok`,
    },
    {
      id: "limit-reason",
      title: "a reason phrase of 2 MiB",
      section: "9110 2.3",
      want: "refuse",
      why: BOUND,
      send: `HTTP/1.1 200 ${filler(2 * MIB)}\r\nContent-Length: 2\r\n\r\nok`,
    },
    {
      id: "limit-empty-lines",
      title: "a million octets of CRLF before the status line",
      section: "9112 2.2",
      want: "refuse",
      why: BOUND,
      send: `${"\r\n".repeat(500_000)}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
    },
    {
      id: "limit-interim",
      title: "20,000 interim responses",
      section: "9110 15.2",
      want: "refuse",
      why: BOUND,
      send: `${"HTTP/1.1 103 Early Hints\r\nX-A: 1\r\n\r\n".repeat(20_000)}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
    },
    {
      id: "limit-extension",
      title: "a chunk extension of 2 MiB",
      section: "9112 7.1.1",
      want: "refuse",
      why: BOUND,
      send: chunked(`2;a=${filler(2 * MIB)}\r\nok\r\n0\r\n\r\n`),
    },
    {
      id: "limit-extensions",
      title: "20,000 chunks of one octet with 100 octets of extension each",
      section: "9112 7.1.1",
      want: "refuse",
      why: BOUND,
      send: chunked(`${`1;a=${filler(98)}\r\nx\r\n`.repeat(20_000)}0\r\n\r\n`),
      reading: { status: 200, content: filler(20_000) },
    },
    {
      id: "limit-size-zeros",
      title: "a chunk size with 2 MiB of leading zeros",
      section: "9112 7.1",
      want: "refuse",
      why: BOUND,
      send: chunked(`${"0".repeat(2 * MIB)}2\r\nok\r\n0\r\n\r\n`),
    },
    {
      id: "limit-trailers",
      title: "trailers of 2 MiB",
      section: "9112 7.1.2",
      want: "refuse",
      why: BOUND,
      send: chunked(`2\r\nok\r\n0\r\nX-T: ${filler(2 * MIB)}\r\n\r\n`),
    },
    {
      id: "limit-trailer-lines",
      title: "10,000 trailer lines",
      section: "9112 7.1.2",
      want: "refuse",
      why: BOUND,
      send: chunked(`2\r\nok\r\n0\r\n${manyLines(10_000)}\r\n`),
    },
    {
      id: "limit-tiny-chunks",
      title: "20,000 chunks of one octet",
      section: "9112 7.1",
      want: "accept",
      why: "Valid, and no more than slow.",
      send: chunked(`${"1\r\nx\r\n".repeat(20_000)}0\r\n\r\n`),
      end: "open",
      reading: { status: 200, content: filler(20_000) },
    },
  ],
};
