// toFieldLines: what is no headers input is refused with a TypeError, each part is read once, only own properties count.

import { encodeRequestHead, HeaderList, type HeadersInput } from "httpcore/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { findField, toFieldLines } from "../../src/protocol/field-lines.ts";
import { octets } from "../octets.ts";

const wrong = (input: unknown) => () => toFieldLines(input as HeadersInput);

describe("toFieldLines", () => {
  test("gives name, value, name, value, in order", () => {
    expect(toFieldLines({ B: "1", a: "2" })).toEqual(["B", "1", "a", "2"]);
    expect(toFieldLines(null)).toEqual([]);
    expect(toFieldLines(undefined)).toEqual([]);
  });

  test("octets become one character each", () => {
    expect(toFieldLines([[octets("N"), octets("\x00\x7f\x80\xff")]])).toEqual(["N", "\x00\x7f\x80\xff"]);
  });

  test("views on part of a buffer are read from where they start", () => {
    expect(toFieldLines([["N", octets("xxabcxx").subarray(2, 5)]])).toEqual(["N", "abc"]);
  });

  test("a string beyond ASCII is a TypeError that says so, in values and in names", () => {
    for (const character of ["\x80", "\xe9", "\xff", "\u010d", "\u212a", "\u{1f600}"]) {
      expect(wrong({ a: `b${character}` })).toThrow(TypeError);
      expect(wrong({ a: `b${character}` })).toThrow("header value strings may not include unicode characters");
      expect(wrong([[`a${character}`, "b"]])).toThrow(TypeError);
      expect(wrong([[`a${character}`, "b"]])).toThrow("strings may not include unicode characters");
      expect(wrong({ [`a${character}`]: "b" })).toThrow(TypeError);
    }
  });

  test("the unicode TypeError comes before any judgement of tokens", () => {
    expect(() => encodeRequestHead("bad method", "/", { "bad name": "\u010d" })).toThrow(TypeError);
  });

  test("a value or name of another type is a TypeError", () => {
    for (const value of [
      1,
      true,
      null,
      undefined,
      {},
      [],
      ["x"],
      Symbol("x"),
      1n,
      () => "x",
      new Date(),
      new ArrayBuffer(1),
    ]) {
      expect(wrong({ a: value })).toThrow(TypeError);
      expect(wrong([[value, "b"]])).toThrow(TypeError);
    }
  });

  test("nothing is turned into a string: an object that would be one is refused", () => {
    let count = 0;
    const sly = { toString: () => `x${count++}` };
    expect(wrong({ a: sly })).toThrow(TypeError);
    expect(count).toBe(0);
  });

  test("what is no object and no iterable of pairs is a TypeError", () => {
    for (const input of ["a: b", 1, true, Symbol("x"), () => [], octets("ab"), new Uint16Array(2)]) {
      expect(wrong(input)).toThrow(TypeError);
    }
  });

  test("an iterable of anything but pairs is a TypeError", () => {
    for (const input of [["ab"], [["a"]], [["a", "b", "c"]], [[]], [null], [1], new Set(["ab"])]) {
      expect(wrong(input)).toThrow(TypeError);
    }
  });

  test("each property is read once", () => {
    let reads = 0;
    const lines = toFieldLines({
      get a() {
        reads++;
        return `value ${reads}`;
      },
    });
    expect(lines).toEqual(["a", "value 1"]);
    expect(reads).toBe(1);
  });

  test("an iterable is iterated over once", () => {
    let runs = 0;
    const input = {
      *[Symbol.iterator](): Generator<[string, string]> {
        runs++;
        yield ["a", "b"];
      },
    };
    expect(toFieldLines(input)).toEqual(["a", "b"]);
    expect(runs).toBe(1);
  });

  test("the lines of a HeaderList are taken as they are", () => {
    expect(toFieldLines(new HeaderList([["A", octets("\xff")]]))).toEqual(["A", "\xff"]);
  });
});

describe("toFieldLines and inherited properties", () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, "x-polluted");
  });

  test("inherited properties are no headers", () => {
    Reflect.set(Object.prototype, "x-polluted", "yes");
    expect(toFieldLines({ a: "b" })).toEqual(["a", "b"]);
    expect(toFieldLines(Object.create({ inherited: "yes" }))).toEqual([]);
  });
});

describe("findField", () => {
  test("gives the first value of a name, without regard to case", () => {
    const lines = ["A", "1", "B", "2", "a", "3"];
    expect(findField(lines, "a")).toBe("1");
    expect(findField(lines, "b")).toBe("2");
    expect(findField(lines, "c")).toBeUndefined();
  });

  test("values are never taken for names", () => {
    expect(findField(["a", "b", "c", "d"], "b")).toBeUndefined();
  });
});
