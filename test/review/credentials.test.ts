// What is secret of a proxy must not come out where nobody looks for it.

import { inspect } from "node:util";
import { Request } from "httpcore";
import { expect, test } from "vitest";
import { openPool, rejection } from "../support/outcomes.ts";
import { NOBODY } from "../support/scripted-server.ts";

const BASIC = Buffer.from("user:hunter2").toString("base64");

// A header without Host moved the proxy's lines by one: their values became names, and the error quoted the credentials.
test.each(["GET", "POST"])("a %s request without Host is refused without a word of the proxy's", async (method) => {
  const pool = openPool({ proxy: NOBODY.replace("//", "//user:hunter2@") });
  const error = await rejection(
    pool.handleRequest(new Request(method, "http://x.example/", { headers: { "X-A": "1" } })),
  );
  expect(error).toMatchObject({ reason: "missing-host" });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(BASIC);
});
