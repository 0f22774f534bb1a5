// A limit holds at its number, and not at the next time that the octets are looked at.

import { RemoteProtocolError } from "httpcore";
import { expect, test } from "vitest";
import { fails, openPool, turn } from "../support/outcomes.ts";
import { type Script, serve } from "../support/scripted-server.ts";

const inPieces =
  (octets: string): Script =>
  async (peer) => {
    await peer.request();
    for (let at = 0; at < octets.length; at += 4000) {
      peer.send(octets.slice(at, at + 4000));
      await turn();
    }
  };

test.each([
  ["head", "HTTP/1.1 200 OK\r\n", "max-header-size"],
  ["trailer section", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "max-trailer-size"],
])(
  "S57 a %s that has passed its limit is refused then, and not when twice as much has come",
  async (_what, before, reason) => {
    const server = await serve(inPieces(`${before}A: ${"x".repeat(70_000)}`));
    const extensions = { timeout: { read: 500 } };
    const error = await fails(openPool().request("GET", server.url(), { extensions }), RemoteProtocolError);
    expect(error.reason).toBe(reason);
  },
);
