// RFC 9112 section 5.2: each fold becomes SP before a value is interpreted; that of Keep-Alive, too.

import { expect, test } from "vitest";
import { play } from "../protocol-cases.ts";

test.each(["a,\r\n timeout=0", "timeout=0\r\n , a"])("a folded Keep-Alive is interpreted: %j", (value) => {
  const { isReusable } = play([`HTTP/1.1 200 OK\r\nKeep-Alive: ${value}\r\nContent-Length: 0\r\n\r\n`], {});
  expect(isReusable).toBe(false);
});
