// RFC 9110 section 5.1: fields that nobody knows are passed over: handed on, and of no effect.

import { expect, test } from "vitest";
import { inEveryWay } from "../protocol-cases.ts";

const UNKNOWN = ["X-Unknown: close", "Content-Size: 99", "Frame-Length: 1", "Priority: u=1", "Proxy-Close: close"];

/** What is told of a message but its field lines. */
function told(headers: string, trailers: string): unknown {
  const head = `HTTP/1.1 200 OK\r\n${headers}Transfer-Encoding: chunked\r\n\r\n`;
  const outcome = inEveryWay(`${head}3\r\nabc\r\n0\r\n${trailers}\r\n`, {});
  return { ...outcome, trailers: null, final: outcome.final && { ...outcome.final, headers: null } };
}

test("SHOULD: unknown fields change nothing, in headers and in trailers", () => {
  const plain = told("", "");
  expect(plain).toMatchObject({ content: "abc", error: null, isReusable: true });
  for (const line of UNKNOWN) {
    expect(told(`${line}\r\n`, "")).toEqual(plain);
    expect(told("", `${line}\r\n`)).toEqual(plain);
  }
});

test("unknown fields are handed on as they came", () => {
  const lines = UNKNOWN.map((line) => `${line}\r\n`).join("");
  const pairs = UNKNOWN.map((line) => line.split(": "));
  const head = `HTTP/1.1 200 OK\r\n${lines}Transfer-Encoding: chunked\r\n\r\n`;
  const outcome = inEveryWay(`${head}0\r\n${lines}\r\n`, {});
  expect(outcome.final?.headers).toEqual([...pairs, ["Transfer-Encoding", "chunked"]]);
  expect(outcome.trailers).toEqual(pairs);
});
