// RFC 9110 section 4.1: URIs of at least 8000 octets, sent in a request line and received in a field.

import { expect, test } from "vitest";
import { openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

test("SHOULD: a URI of 8000 octets and more can be sent, and comes back in Location, without any limit set", async () => {
  const target = `/${"a".repeat(8000)}?${"b".repeat(8000)}`;
  const server = await serve(answering(`HTTP/1.1 201 Created\r\nLocation: ${target}\r\nContent-Length: 0\r\n\r\n`));
  const response = await openPool().request("PUT", server.url(target));
  expect((await server.peer(0)).received.split("\r\n")[0]).toBe(`PUT ${target} HTTP/1.1`);
  expect(response.headers.get("location")).toBe(target);
});
