// Content in front of a fault is told, whether it comes in the same read as the fault or in one before.

import { expect, test } from "vitest";
import { play } from "../protocol-cases.ts";

const HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

test("content in front of a broken chunk end is told in one read as in two", () => {
  expect(play([`${HEAD}3\r\nabcX`], {})).toMatchObject({ content: "abc", error: { reason: "invalid-chunk-end" } });
  expect(play([HEAD, "3\r\nabcX"], {}).content).toBe(play([HEAD, "3\r\nabc", "X"], {}).content);
});

test("the limit that the content passes is what is told, however it is cut", () => {
  const options = { connection: { limits: { maxContentSize: 2 } } };
  for (const pieces of [[`${HEAD}3\r\nabcX`], [`${HEAD}3\r\nabc`, "X"]]) {
    expect(play(pieces, options).error?.reason).toBe("max-content-size");
  }
});
