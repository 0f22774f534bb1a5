// Rows about responses without content, and about messages that are cut.

import { chunked, type Group, OK, POISON } from "../anomaly.ts";

const NO_CONTENT = "No content, whatever the fields say. What follows anyway belongs to nobody.";
const EMPTY = { status: 200, content: "" };

export const BODYLESS: Group = {
  title: "Responses without content",
  about: "HEAD, 204 and 304 end with their head. Content that is sent anyway must not answer the next request.",
  anomalies: [
    {
      id: "head-length",
      title: "HEAD, with Content-Length: 5",
      section: "9112 6.3",
      want: "accept",
      why: NO_CONTENT,
      method: "HEAD",
      send: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
      end: "open",
      reading: EMPTY,
    },
    {
      id: "head-chunked",
      title: "HEAD, with Transfer-Encoding: chunked",
      section: "9112 6.3",
      want: "accept",
      why: NO_CONTENT,
      method: "HEAD",
      send: chunked(""),
      end: "open",
      reading: EMPTY,
    },
    {
      id: "head-content",
      title: "HEAD, with a whole response as content",
      section: "9112 6.3, 9.2",
      want: "either",
      why: NO_CONTENT,
      method: "HEAD",
      send: `HTTP/1.1 200 OK\r\nContent-Length: ${POISON.length}\r\n\r\n${POISON}`,
      end: "open",
      reading: EMPTY,
      reuse: "never",
    },
    {
      id: "204-length",
      title: "204 with Content-Length: 5",
      section: "9112 6.3",
      want: "either",
      why: `${NO_CONTENT} A server must not send the field, so refusing is in order.`,
      send: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
      end: "open",
      reading: { status: 204, content: "" },
    },
    {
      id: "204-content",
      title: "204 with a whole response as content",
      section: "9112 6.3, 9.2",
      want: "either",
      why: NO_CONTENT,
      send: `HTTP/1.1 204 No Content\r\nContent-Length: ${POISON.length}\r\n\r\n${POISON}`,
      end: "open",
      reading: { status: 204, content: "" },
      reuse: "never",
    },
    {
      id: "304-length",
      title: "304 with Content-Length: 5",
      section: "9112 6.3",
      want: "accept",
      why: NO_CONTENT,
      send: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
      end: "open",
      reading: { status: 304, content: "" },
    },
    {
      id: "304-content",
      title: "304 with a whole response as content",
      section: "9112 6.3, 9.2",
      want: "either",
      why: NO_CONTENT,
      send: `HTTP/1.1 304 Not Modified\r\nContent-Length: ${POISON.length}\r\n\r\n${POISON}`,
      end: "open",
      reading: { status: 304, content: "" },
      reuse: "never",
    },
  ],
};

const CUT = "Incomplete, and must be told from a whole message.";
const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";

const CUT_MESSAGES: readonly (readonly [id: string, title: string, octets: string])[] = [
  ["cut-nothing", "a FIN instead of a response", ""],
  ["cut-status-line", "a FIN in the status line", "HTTP/1.1 20"],
  ["cut-head", "a FIN in the head", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n"],
  ["cut-interim", "a FIN behind an interim response", "HTTP/1.1 103 Early Hints\r\n\r\n"],
  ["cut-content", "a FIN in content with Content-Length", `${HEAD}ok`],
  ["cut-content-none", "a FIN before content with Content-Length", HEAD],
  ["cut-chunk-data", "a FIN in a chunk", chunked("4\r\nok")],
  ["cut-chunk-size", "a FIN in a chunk's size", chunked("2\r\nok\r\n1")],
  ["cut-no-last-chunk", "a FIN before the last chunk", chunked("2\r\nok\r\n")],
];

const CUT_ENDS: readonly (readonly [id: string, title: string, octets: string])[] = [
  ["cut-no-end", "a FIN before the empty line behind the last chunk", chunked("2\r\nok\r\n0\r\n")],
  ["cut-trailers", "a FIN in the trailers", chunked("2\r\nok\r\n0\r\nX-T: 1\r\n")],
];

const RESETS: readonly (readonly [id: string, title: string, octets: string])[] = [
  ["reset-content", "a RST in content with Content-Length", `${HEAD}ok`],
  ["reset-chunk", "a RST before the last chunk", chunked("2\r\nok\r\n")],
  ["reset-close-delimited", "a RST in content that ends with the connection", "HTTP/1.1 200 OK\r\n\r\nok"],
];

export const CUT_OFF: Group = {
  title: "Cut messages",
  about: "Half a message taken for a whole one is data loss that nobody notices.",
  anomalies: [
    ...CUT_MESSAGES.map(([id, title, send]) => ({
      id,
      title,
      section: "9112 8",
      want: "refuse" as const,
      why: CUT,
      send,
      anyHarm: "cut content",
    })),
    ...CUT_ENDS.map(([id, title, send]) => ({
      id,
      title,
      section: "9112 7.1, 8",
      want: "refuse" as const,
      why: "The content is all there, but the message is not: trailers may be missing.",
      send,
    })),
    ...RESETS.map(([id, title, send]) => ({
      id,
      title,
      section: "9112 8",
      want: "refuse" as const,
      why: CUT,
      send,
      end: "reset" as const,
      anyHarm: "cut content",
    })),
    {
      id: "close-delimited",
      title: "neither field: content ends with the connection",
      section: "9112 6.3",
      want: "accept",
      why: "Valid.",
      send: "HTTP/1.1 200 OK\r\n\r\nok",
      reading: OK,
    },
  ],
};
