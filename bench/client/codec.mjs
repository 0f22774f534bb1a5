// No request at all: the protocol is imported, and its codec used for the first time.

import { parseResponseHead } from "httpcore/protocol";

/** @type {import("./measure.mjs").Contestant} */
export async function codec() {
  const head = parseResponseHead(new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
  if (head === "incomplete") throw new Error("the head is whole");
}
