// A write that fails because the server has closed: the response that it had sent before is there, and is delivered. The
// server closes while the client's event loop is blocked, so that the failing write comes before the next read.

import { expect, test } from "vitest";
import { openPool } from "../support/outcomes.ts";
import { type Step, serveIndependently } from "./independent-server.ts";

const REFUSED = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno!";

test.each<[string, Step[]]>([
  ["close", ["stop reading", { send: REFUSED }, "close", "mark"]],
  ["RST", [{ send: REFUSED }, "reset", "mark"]],
])("S37 a write that fails behind a %s does not lose the response that is there", async (_how, steps) => {
  const server = await serveIndependently([{ until: "first" }, ...steps]);
  async function* content(): AsyncGenerator<string> {
    yield "first";
    server.blockUntil(1);
    yield "second";
    yield "third";
  }
  const response = await openPool().request("POST", server.url(), { content: content() });
  expect([response.status, await response.text()]).toEqual([413, "no!"]);
});
