// RFC 9110 section 7.1: the targets of CONNECT and of a server-wide OPTIONS belong to these methods. They go with others
// only as raw targets, which a caller has to ask for: no URL makes one.

import { encodeRequestHead } from "httpcore/protocol";
import { expect, test } from "vitest";
import { text } from "../octets.ts";
import { openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

test.each(["*", "example.com:443"])(
  "the target of another method goes out raw when the caller gives it: %s",
  async (target) => {
    const server = await serve(answering());
    await openPool().request("GET", server.url("/x"), { extensions: { target } });
    expect((await server.peer(0)).received).toBe(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
    expect(text(encodeRequestHead("GET", target, { Host: "a" }))).toBe(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
  },
);
