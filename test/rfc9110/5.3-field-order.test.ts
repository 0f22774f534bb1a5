// RFC 9110 section 5.3: lines of one name may be joined in their order, all but Set-Cookie, whose lines must be had one
// by one. Lines are kept as they came, and joined only when somebody asks.

import { describe, expect, test } from "vitest";
import { openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

const COOKIES = ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2", "c=3, d"];
const LINES = ["Via: 1.1 a", "Set-Cookie: ", "VIA: 1.0 b, 1.1 c", "Set-Cookie: ", "set-cookie: ", "via: 1.1 d"];

async function received() {
  let cookie = 0;
  const lines = LINES.map((line) => (/cookie/i.test(line) ? line + COOKIES[cookie++] : line));
  const server = await serve(answering(`HTTP/1.1 204 X\r\n${lines.join("\r\n")}\r\n\r\n`));
  const { headers } = await openPool().request("GET", server.url());
  return { headers, lines };
}

describe("RFC 9110 5.3 field order", () => {
  test("lines are kept apart, in the order they came in", async () => {
    const { headers, lines } = await received();
    expect(headers.toJSON().map(([name, value]) => `${name}: ${value}`)).toEqual(lines);
  });

  test("MAY: lines of one name are joined with a comma and a space, in their order", async () => {
    const { headers } = await received();
    expect(headers.get("Via")).toBe("1.1 a, 1.0 b, 1.1 c, 1.1 d");
    expect(headers.toWeb().get("Via")).toBe("1.1 a, 1.0 b, 1.1 c, 1.1 d");
  });

  test("the lines of Set-Cookie can be had one by one", async () => {
    const { headers } = await received();
    expect(headers.getAll("set-cookie")).toEqual(COOKIES);
    expect(headers.toWeb().getSetCookie()).toEqual(COOKIES);
  });
});
