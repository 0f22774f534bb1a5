// HeaderList: what callers see of header lines, made from every kind of input and from parsed heads.

import { HeaderList, type HeadersInput, parseResponseHead } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets, text } from "../octets.ts";

const PAIRS: [string, string][] = [
  ["Set-Cookie", "a=1"],
  ["X-One", "1"],
  ["set-cookie", "b=2"],
  ["Empty", ""],
];

function parsed(lines: string): HeaderList {
  const head = parseResponseHead(octets(`HTTP/1.1 200 OK\r\n${lines}\r\n`));
  if (head === "incomplete") throw new Error("the head is incomplete");
  return head.headers;
}

describe.each([
  ["given", () => new HeaderList(PAIRS)],
  ["parsed", () => parsed("Set-Cookie: a=1\r\nX-One:1\r\nset-cookie:  b=2 \r\nEmpty:\r\n")],
])("HeaderList %s", (_kind, make) => {
  test("counts lines", () => {
    expect(make().length).toBe(4);
  });

  test("iterates over the pairs in order, with case and duplicates", () => {
    expect([...make()]).toEqual(PAIRS);
    expect(make().toJSON()).toEqual(PAIRS);
    expect(JSON.parse(JSON.stringify(make()))).toEqual(PAIRS);
  });

  test("can be iterated over again, and by two at once", () => {
    const list = make();
    const [a, b] = [list[Symbol.iterator](), list[Symbol.iterator]()];
    expect(a.next().value).toEqual(PAIRS[0]);
    expect(b.next().value).toEqual(PAIRS[0]);
    expect(a.next().value).toEqual(PAIRS[1]);
    expect([...list]).toEqual([...list]);
  });

  test("at gives one line, from the end when negative", () => {
    const list = make();
    expect(list.at(0)).toEqual(["Set-Cookie", "a=1"]);
    expect(list.at(3)).toEqual(["Empty", ""]);
    expect(list.at(-1)).toEqual(["Empty", ""]);
    expect(list.at(-4)).toEqual(["Set-Cookie", "a=1"]);
    for (const index of [4, -5, Number.NaN, Number.POSITIVE_INFINITY]) expect(list.at(index)).toBeUndefined();
  });

  test("get joins the values of a name with a comma, without regard to case", () => {
    const list = make();
    expect(list.get("X-ONE")).toBe("1");
    expect(list.get("set-Cookie")).toBe("a=1, b=2");
    expect(list.get("empty")).toBe("");
    expect(list.get("missing")).toBeNull();
  });

  test("getAll gives one value for each line", () => {
    expect(make().getAll("SET-COOKIE")).toEqual(["a=1", "b=2"]);
    expect(make().getAll("missing")).toEqual([]);
  });

  test("has tells whether there is a line", () => {
    expect(make().has("x-one")).toBe(true);
    expect(make().has("empty")).toBe(true);
    expect(make().has("x-on")).toBe(false);
    expect(make().has("")).toBe(false);
  });

  test("raw gives the exact octets, in arrays of their own", () => {
    const list = make();
    expect(list.raw.map(([name, value]) => [text(name), text(value)])).toEqual(PAIRS);
    list.raw[0]?.[0].fill(0);
    expect(list.at(0)?.[0]).toBe("Set-Cookie");
  });

  test("toWeb gives a WHATWG Headers with the same lines", () => {
    const headers = make().toWeb();
    expect(headers).toBeInstanceOf(Headers);
    expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(headers.get("x-one")).toBe("1");
    expect(headers.get("empty")).toBe("");
  });
});

describe("HeaderList and case", () => {
  test("names are folded as US-ASCII only", () => {
    const list = new HeaderList([["Cookie", "a"]]);
    expect(list.has("COOKIE")).toBe(true);
    expect(list.has("coo\u212aie")).toBe(false);
    expect(list.get("Coo\u212aie")).toBeNull();
  });

  test("characters that differ by 0x20 and are no letters are not the same", () => {
    const list = new HeaderList([
      ["a^b", "1"],
      ["a@b", "2"],
    ]);
    expect(list.has("a~b")).toBe(false);
    expect(list.has("a`b")).toBe(false);
    const latin1 = new HeaderList([[octets("\xc0"), "1"]]);
    expect(latin1.has("\xe0")).toBe(false);
  });
});

describe("HeaderList and octets", () => {
  test("strings hold one character per octet", () => {
    const value = "\x80\xa0\xe9\xff";
    for (const list of [parsed(`A: ${value}\r\n`), new HeaderList([["A", octets(value)]])]) {
      expect(list.get("a")).toBe(value);
      expect(text(list.raw[0]?.[1] ?? octets(""))).toBe(value);
      expect(list.toWeb().get("a")).toBe(value);
    }
  });

  test("a list outlives the next head that is parsed", () => {
    const first = parsed("A: first\r\nB: one\r\n");
    parsed("Cccccccc: dddddddddddddd\r\nE: f\r\n");
    expect(first.toJSON()).toEqual([
      ["A", "first"],
      ["B", "one"],
    ]);
  });

  test("octets given are copied: changing them later changes nothing", () => {
    const value = octets("abc");
    const list = new HeaderList([["A", value]]);
    value.fill(0x78);
    expect(list.get("A")).toBe("abc");
  });

  test("a folded value is told with SP for each fold", () => {
    const list = parsed("A: b\r\n\tc \r\n  d\r\nE: f  g\r\n");
    expect(list.get("a")).toBe("b c d");
    expect(list.getAll("a")).toEqual(["b c d"]);
    expect(list.at(0)).toEqual(["A", "b c d"]);
    expect(text(list.raw[0]?.[1] ?? octets(""))).toBe("b c d");
    expect(list.toWeb().get("a")).toBe("b c d");
    expect(list.get("e")).toBe("f  g");
  });

  test("a fold at either end of a value leaves no line break in it", () => {
    const list = parsed("A: b\r\n \r\nC:\r\n d\r\nE:\r\n \r\n");
    expect(list.toJSON()).toEqual([
      ["A", "b"],
      ["C", "d"],
      ["E", ""],
    ]);
  });
});

describe("HeaderList from every kind of input", () => {
  const simple: [string, string][] = [
    ["b", "1"],
    ["A", "2"],
  ];
  const inputs: [string, HeadersInput][] = [
    ["a plain object", { b: "1", A: "2" }],
    ["an object without prototype", Object.assign(Object.create(null), { b: "1", A: "2" })],
    ["an object with octets", { b: octets("1"), A: "2" }],
    ["a Map", new Map(simple)],
    ["an array of pairs", simple],
    ["pairs of octets", simple.map(([name, value]) => [octets(name), octets(value)] as const)],
    ["a HeaderList", new HeaderList(simple)],
    [
      "a generator",
      (function* () {
        yield* simple;
      })(),
    ],
  ];

  test.each(inputs)("%s", (_kind, input) => {
    expect(new HeaderList(input).toJSON()).toEqual(simple);
  });

  test("a WHATWG Headers gives its lower-case, sorted lines", () => {
    const headers = new Headers(simple);
    headers.append("Set-Cookie", "a=1");
    headers.append("Set-Cookie", "b=2");
    expect(new HeaderList(headers).toJSON()).toEqual([
      ["a", "2"],
      ["b", "1"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
  });

  test("nothing gives no lines", () => {
    for (const input of [undefined, null, {}, [], new Map()]) {
      expect(new HeaderList(input as HeadersInput).length).toBe(0);
      expect(new HeaderList(input as HeadersInput).toJSON()).toEqual([]);
    }
  });

  test("a HeaderList of octets above 0x7F can be given on", () => {
    expect(new HeaderList(new HeaderList([["A", octets("\xff")]])).get("a")).toBe("\xff");
  });

  test("it prints readably", async () => {
    const { inspect } = await import("node:util");
    expect(inspect(new HeaderList([["A", "b"]]))).toBe("HeaderList [ [ 'A', 'b' ] ]");
  });
});
