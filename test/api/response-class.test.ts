// Response and Request as values: made by a caller, printed, and what a received response tells beside its content.

import { inspect } from "node:util";
import { HeaderList, Request, Response, ResponseNotRead, URL } from "httpcore";
import { describe, expect, test } from "vitest";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

describe("a Response made by a caller", () => {
  test("has what it was given, and nothing else", async () => {
    const response = new Response(201, {
      headers: [
        ["B", "1"],
        ["a", "2"],
      ],
      content: "x\u00e9",
      extensions: { httpVersion: "HTTP/1.0", mine: 1 },
    });
    expect([response.status, [...response.headers]]).toEqual([
      201,
      [
        ["B", "1"],
        ["a", "2"],
      ],
    ]);
    expect(response.extensions).toEqual({ httpVersion: "HTTP/1.0", mine: 1 });
    expect(() => response.content).toThrow(ResponseNotRead);
    expect(await response.text()).toBe("x\u00e9");
    expect(response.content).toEqual(new TextEncoder().encode("x\u00e9"));
    expect(response.trailers).toHaveLength(0);
  });

  test("has empty content and headers by itself", async () => {
    const response = new Response(200);
    expect(await response.read()).toHaveLength(0);
    expect(response.headers).toHaveLength(0);
    expect(response.extensions).toEqual({});
  });

  test("takes every type of content", async () => {
    async function* later(): AsyncGenerator<string | Uint8Array> {
      yield "a";
      yield Uint8Array.of(0x62);
    }
    const blob = new Blob(["ab"]);
    for (const content of [new Uint8Array([0x61, 0x62]), ["a", "b"], later(), blob, blob.stream(), "ab"]) {
      expect(await new Response(200, { content }).text()).toBe("ab");
    }
    for (const content of [null, "", new ArrayBuffer(0), []]) {
      expect(await new Response(200, { content }).read()).toHaveLength(0);
    }
  });

  test("gives its source up when it is closed", async () => {
    let returned = 0;
    function* source(): Generator<string> {
      try {
        while (true) yield "a";
      } finally {
        returned++;
      }
    }
    const response = new Response(200, { content: source() });
    for await (const _ of response) break;
    await response.close();
    expect(returned).toBe(1);
  });

  test.each([99, 1000, 200.5, Number.NaN, "200", undefined])("cannot have status %j", (status) => {
    expect(() => new Response(status as number)).toThrow(TypeError);
  });

  test("refuses headers and content of other types", () => {
    expect(() => new Response(200, { headers: "A: 1" as unknown as [] })).toThrow(TypeError);
    expect(() => new Response(200, { content: 1 as unknown as string })).toThrow(TypeError);
  });
});

describe("prints", () => {
  test("of a response", async () => {
    const server = await serve(answering());
    const response = await openPool().request("GET", server.url());
    for (const one of [response, new Response(200)]) {
      expect([String(one), inspect(one), `${one}`]).toEqual(Array(3).fill("<Response [200]>"));
    }
    expect(inspect({ response })).toBe("{ response: <Response [200]> }");
  });

  test("of a request", () => {
    const request = new Request("PATCH", "http://u:s3cret@a/");
    expect([String(request), inspect(request)]).toEqual(Array(2).fill("<Request [PATCH]>"));
  });

  test("of headers", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\nX-A: 1\r\nX-a: 2\r\nContent-Length: 0\r\n\r\n"));
    const { headers } = await openPool().request("GET", server.url());
    expect(inspect(headers)).toContain("[ 'X-A', '1' ]");
    expect(JSON.stringify(headers)).toBe('[["X-A","1"],["X-a","2"],["Content-Length","0"]]');
  });
});

describe("what a response tells", () => {
  test.each([
    ["HTTP/1.1 200 OK", 200, "HTTP/1.1", "OK"],
    ["HTTP/1.0 200 OK", 200, "HTTP/1.0", "OK"],
    ["HTTP/1.1 204 ", 204, "HTTP/1.1", ""],
    ["HTTP/1.1 999 Far out, \xe9", 999, "HTTP/1.1", "Far out, \xe9"],
    ["HTTP/1.1 404 Not  Found", 404, "HTTP/1.1", "Not  Found"],
  ])("%j", async (line, status, httpVersion, reasonPhrase) => {
    const server = await serve(answering(`${line}\r\nContent-Length: 0\r\n\r\n`));
    const response = await openPool().request("GET", server.url());
    expect(response.status).toBe(status);
    expect(response.extensions).toMatchObject({ httpVersion, reasonPhrase });
    expect(response.extensions).toBe(response.extensions);
    await using streamed = await openPool().stream("GET", server.url());
    expect(streamed.extensions).toMatchObject({ httpVersion, reasonPhrase });
  });

  test("headers in wire order with the wire's case, duplicates and octets", async () => {
    const server = await serve(
      answering("HTTP/1.1 200 OK\r\nset-cookie: a\r\nX-B:\t\xff \r\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n"),
    );
    const { headers } = await openPool().request("GET", server.url());
    expect(headers).toBeInstanceOf(HeaderList);
    expect([...headers]).toEqual([
      ["set-cookie", "a"],
      ["X-B", "\xff"],
      ["Set-Cookie", "b"],
      ["Content-Length", "0"],
    ]);
    expect([headers.length, headers.at(-1), headers.at(9)]).toEqual([4, ["Content-Length", "0"], undefined]);
    expect([headers.get("SET-COOKIE"), headers.getAll("set-cookie"), headers.get("none")]).toEqual([
      "a, b",
      ["a", "b"],
      null,
    ]);
    expect(headers.raw[1]).toEqual([new TextEncoder().encode("X-B"), Uint8Array.of(0xff)]);
    expect(headers.toWeb().getSetCookie()).toEqual(["a", "b"]);
  });
});

describe("a Request", () => {
  test("has what it was given, and nothing else", () => {
    const request = new Request("GET", "http://a/x", {
      headers: { A: "1" },
      content: "x",
      extensions: { target: "*" },
    });
    expect(request.method).toBe("GET");
    expect(request.url).toBeInstanceOf(URL);
    expect(String(request.url)).toBe("http://a/x");
    expect([...request.headers]).toEqual([["A", "1"]]);
    expect([request.content, request.extensions]).toEqual(["x", { target: "*" }]);
    const bare = new Request(new TextEncoder().encode("GET"), new globalThis.URL("http://a/"));
    expect([bare.method, bare.headers.length, bare.content, bare.extensions]).toEqual(["GET", 0, null, {}]);
  });

  test("is sent by handleRequest as it is, and the response resolves like stream()", async () => {
    const server = await serve(answering());
    const headers: [string, string][] = [
      ["A", "1"],
      ["Host", "h"],
      ["Content-Length", "2"],
    ];
    const request = new Request("POST", server.url("/x"), { headers, content: "hi" });
    const response = await openPool().handleRequest(request);
    expect(() => response.content).toThrow(ResponseNotRead);
    expect(await response.text()).toBe("ok");
    expect((await server.peer(0)).received).toBe("POST /x HTTP/1.1\r\nA: 1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
  });

  test("extensions of a handled request count", async () => {
    const server = await serve(answering());
    const request = new Request("GET", server.url(), { headers: { Host: "h" }, extensions: { target: "/y" } });
    await (await openPool().handleRequest(request)).read();
    expect((await server.peer(0)).received).toMatch(/^GET \/y /);
  });

  test("without Host is refused: none is added", async () => {
    const server = await serve(answering());
    const error = await fails(openPool().handleRequest(new Request("GET", server.url())), Error);
    expect(error).toMatchObject({ code: "ERR_LOCAL_PROTOCOL_ERROR", reason: "missing-host" });
    expect(server.peers).toHaveLength(0);
  });

  test("content without a framing header is refused: none is added", async () => {
    const server = await serve(answering());
    for (const content of ["x", ["x"]]) {
      const request = new Request("POST", server.url(), { headers: { Host: "h" }, content });
      await expect(openPool().handleRequest(request)).rejects.toMatchObject({ code: "ERR_LOCAL_PROTOCOL_ERROR" });
    }
    expect(server.peers).toHaveLength(0);
  });

  test("anything else is a TypeError, as a rejection", async () => {
    for (const wrong of [undefined, null, {}, "http://a/", new globalThis.Request("http://a/")]) {
      await fails(openPool().handleRequest(wrong as unknown as Request), TypeError);
    }
  });
});
