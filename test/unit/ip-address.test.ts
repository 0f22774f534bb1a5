// What is an IP address, against what Node takes for one.

import { isIP } from "node:net";
import { expect, test } from "vitest";
import { familyOf } from "../../src/ip-address.ts";

const TEXTS = [
  "127.0.0.1 0.0.0.0 255.255.255.255 1.2.3 1.2.3.4.5 256.1.1.1 01.2.3.4 1.2.3.4. 1..2.3 0x7f.0.0.1 2130706433 1.2.3.a",
  ":: ::1 1:: 1:2:3:4:5:6:7:8 1:2:3:4:5:6:7:8:9 1:2:3:4:5:6:7 ::ffff:1.2.3.4 ::1.2.3 fe80::1%eth0 fe80::1% 1::2::3",
  ":1 : ::g [::1] ::1]:80/[::1 localhost a.b ::1/64 12345::",
]
  .join(" ")
  .split(" ");

test.each(["", " ::1", "::1 ", "127.0.0.1\n", ...TEXTS])("%j", (text) => {
  expect(familyOf(text) ?? 0).toBe(isIP(text));
});
