// What a caller passes on (header names and values, methods, targets) can break no line and change no meaning: it goes
// out octet for octet, or the request fails before a connection is made. Each row of the list of known faults that is
// about injection is here; the fault that its test would catch stands above it.

import { type HeadersInput, LocalProtocolError, Request, type RequestOptions, URL } from "httpcore";
import { ClientConnection, encodeRequestHead } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets } from "../octets.ts";
import { fails, openPool, rejection } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";
import { BOUND } from "./hostile-server.ts";

/** Rejected before anything was connected, with a LocalProtocolError or the TypeError for text that is not ASCII. */
async function refusedBeforeConnecting(method: string | Uint8Array, options: RequestOptions, target = "/") {
  const server = await serve(answering());
  const pool = openPool();
  for (const call of ["request", "stream"] as const) {
    const error = await rejection(pool[call](method, server.url(target), { ...BOUND, ...options }));
    expect(error instanceof LocalProtocolError || error instanceof TypeError, String(error)).toBe(true);
  }
  expect([pool.connections.length, server.peers.length]).toEqual([0, 0]);
}

/** What the server received for a request that must go through. */
async function received(method: string, options: RequestOptions, target = "/"): Promise<string> {
  const server = await serve(answering());
  await openPool().request(method, server.url(target), { ...BOUND, ...options });
  return (await server.peer(0)).received.replaceAll(String(server.port), "PORT");
}

/** All octets that are controls but HTAB, which a value may hold. */
const CONTROLS = [...Array(0x20).keys(), 0x7f].filter((code) => code !== 0x09);
const RESPLIT = "x\r\nContent-Length: 0\r\n\r\nGET /evil HTTP/1.1\r\nHost: evil\r\n\r\n";

/** Every way to give a header. */
const FORMS: [string, (name: string, value: string) => HeadersInput][] = [
  ["an object", (name, value) => ({ [name]: value })],
  ["pairs", (name, value) => [[name, value]]],
  ["octets", (name, value) => [[octets(name), octets(value)]]],
  ["a Map", (name, value) => new Map([[name, value]])],
  ["an iterable", (name, value) => ({ [Symbol.iterator]: () => pairsOf(name, value) })],
];

function* pairsOf(name: string, value: string): Generator<[string, string]> {
  yield ["A", "1"];
  yield [name, value];
}

// The fault: values are checked on one way in (a string in an object), and octets, pairs or trailers go out unchecked.
describe("T-inj-header: nothing in a name or a value ends a line", () => {
  test.each(FORMS)("a second request in a value or a name, from %s", async (_form, headers) => {
    await refusedBeforeConnecting("GET", { headers: headers("A", RESPLIT) });
    await refusedBeforeConnecting("GET", { headers: headers(`A: ${RESPLIT}`, "1") });
  });

  test.each(FORMS)("every control octet, at every place of a value and a name, from %s", async (_form, headers) => {
    const pool = openPool();
    for (const code of CONTROLS) {
      const control = String.fromCharCode(code);
      for (const part of [`${control}ab`, `a${control}b`, `ab${control}`, control]) {
        for (const input of [headers("A", part), headers(part, "1")]) {
          const error = await fails(pool.request("GET", "http://127.0.0.1:1/", { headers: input }), LocalProtocolError);
          expect(error.reason).toMatch(/^(invalid-header-(name|value)|empty-header-name)$/);
        }
      }
    }
    expect(pool.connections).toEqual([]);
  });

  test("from a Request, and from trailers once content has been sent", async () => {
    const server = await serve(answering());
    const request = new Request("GET", server.url(), {
      headers: [
        ["Host", "a"],
        ["A", RESPLIT],
      ],
    });
    await fails(openPool().handleRequest(request), LocalProtocolError);
    expect(server.peers).toHaveLength(0);
    const extensions = { ...BOUND.extensions, trailers: () => ({ A: RESPLIT }) };
    await fails(openPool().request("POST", server.url(), { content: ["x"], extensions }), LocalProtocolError);
    const peer = await server.peer(0);
    await peer.gone;
    expect(peer.received).not.toContain("evil");
  });

  // The fault: an object is asked for its text twice, once for the check and once for the wire.
  test("an object that reads differently each time is read once, or not at all", async () => {
    let reads = 0;
    const changing = {
      get A(): string {
        return reads++ === 0 ? "good" : RESPLIT;
      },
    };
    expect(await received("GET", { headers: changing })).toContain("A: good\r\n\r\n");
    expect(reads).toBe(1);
    const value = { toString: () => (reads++ === 1 ? "good" : RESPLIT) } as unknown as string;
    await refusedBeforeConnecting("GET", { headers: [["A", value]] });
    await refusedBeforeConnecting("GET", { headers: { A: value } });
    await refusedBeforeConnecting("GET", { headers: { A: ["good", RESPLIT] as unknown as string } });
  });
});

// The fault: Host is written by another piece of code than the other fields, without the check.
describe("T-inj-host: Host is checked as every other field, and as a host", () => {
  test.each([`a\r\nX: y`, "a\nb", "a\0", "a b", "a/b", "user@a", "a:port", "a#", "a?", "\\", "[::1", "h\xe9"])(
    "%j",
    async (host) => {
      await refusedBeforeConnecting("GET", { headers: [["Host", octets(host)]] });
      await refusedBeforeConnecting("GET", { headers: [["hOST", octets(host)]] });
    },
  );

  test("from the URL, in every form that one can be given", async () => {
    const pool = openPool();
    for (const host of ["a\r\nX:y", "a b", "a\0", "a\\b", "[::1]x", "a\u010D\u010Ab"]) {
      const calls = [
        async () => pool.request("GET", `http://${host}/`, BOUND),
        async () => pool.request("GET", new URL({ scheme: "http", host, target: "/" }), BOUND),
      ];
      for (const call of calls) expect((await fails(call(), LocalProtocolError)).reason).toBe("invalid-url");
    }
  });
});

// The fault: Content-Type, filled in from a Blob's type, is taken for the library's own text and not checked.
describe("T-inj-special: no field has a way around the check", () => {
  const special = ["Content-Type", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Expect", "Cookie"];
  test.each([...special, "Authorization", "TE", "Trailer", "Keep-Alive", "Proxy-Authorization"])("%s", async (name) => {
    await refusedBeforeConnecting("POST", { headers: { [name]: `x\r\nEvil: 1` }, content: "x" });
    await refusedBeforeConnecting("POST", { headers: [[name, octets("chunked\0")]], content: "x" });
  });

  test("a Blob's type is sent in no form", async () => {
    for (const type of ["text/plain", "text/evil"]) {
      const content = new Blob(["hello"], { type });
      Object.defineProperty(content, "type", { value: `${type}\r\nEvil: 1` });
      const octets = await received("POST", { content });
      expect(octets).toBe("POST / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 5\r\n\r\nhello");
    }
  });
});

// The fault: text is cut down to octets after the check, and U+010D U+010A arrive as CR LF.
describe("T-inj-path: a target holds 0x21 to 0x7E, and nothing is cut down to it", () => {
  const bad = [
    "/\u010D\u010AX:y",
    "/a b",
    "/\t",
    "/\r\nX: y",
    "/\n",
    "/\0",
    "/\x7f",
    "/\xe9",
    "/\u2028",
    "/\u{1f600}",
    "/\ud800",
  ];

  test.each(bad)("%j", async (target) => {
    await refusedBeforeConnecting("GET", {}, target);
    await refusedBeforeConnecting("GET", { extensions: { target } });
    await refusedBeforeConnecting("GET", { extensions: { target: new TextEncoder().encode(target) } });
    expect(() => new URL({ scheme: "http", host: "a", target })).toThrow(LocalProtocolError);
    expect(() => encodeRequestHead("GET", target, { Host: "a" })).toThrow(LocalProtocolError);
  });

  test("every octet is sent as it is, or refused", async () => {
    for (let code = 0; code <= 0xff; code++) {
      const send = (): Uint8Array => encodeRequestHead("GET", `/${String.fromCharCode(code)}`, { Host: "a" });
      if (code < 0x21 || code > 0x7e) expect(send).toThrow(LocalProtocolError);
      else expect(Buffer.from(send()).toString("latin1")).toContain(`GET /${String.fromCharCode(code)} HTTP/1.1\r\n`);
    }
  });
});

// The fault: the method is pasted into the request line, and brings a target and a version of its own.
describe("T-inj-method: a method is a token", () => {
  const bad = [
    "GET / HTTP/1.1\r\nX: y\r\n\r\nGET",
    "GET\r\n",
    "GE T",
    "",
    " GET",
    "GET\t",
    "G\0T",
    "GET\x7f",
    "(GET)",
    "G\u010D\u010AT",
  ];

  test.each(bad)("%j", async (method) => {
    await refusedBeforeConnecting(method, {});
    await refusedBeforeConnecting(new TextEncoder().encode(method), {});
    expect(() => new ClientConnection().send({ type: "request", method, target: "/", headers: { Host: "a" } })).toThrow(
      LocalProtocolError,
    );
  });

  test("every octet is sent as it is, or refused", () => {
    for (let code = 0; code <= 0xff; code++) {
      const character = String.fromCharCode(code);
      const send = (): Uint8Array => encodeRequestHead(`A${character}`, "/", { Host: "a" });
      if (/[A-Za-z0-9!#$%&'*+.^_`|~-]/.test(character)) {
        expect(Buffer.from(send()).toString("latin1")).toMatch(/^A. \/ HTTP\/1.1\r\n/);
      } else expect(send).toThrow(LocalProtocolError);
    }
  });
});

// The fault: U+212A folds to "k" (and U+017F to "s") under Unicode's rules, passes as a letter, and is cut to one octet.
describe("T-unicode-fold: letters are those of ASCII", () => {
  test.each(["coo\u212Aie", "\u017Fet-cookie", "ho\u017Ft", "content-\u013Aength", "\uFF28ost", "x\u0130"])(
    "the name %j",
    async (name) => {
      await refusedBeforeConnecting("GET", { headers: { [name]: "1" } });
      await refusedBeforeConnecting("GET", { headers: [[name, "1"]] });
      await refusedBeforeConnecting("GET", { headers: [[new TextEncoder().encode(name), "1"]] });
    },
  );

  test.each(["chun\u212Aed", "clo\u017Fe", "100-continue\u010D"])("the value %j", async (value) => {
    await refusedBeforeConnecting("POST", { headers: { "Transfer-Encoding": value }, content: "x" });
    await refusedBeforeConnecting("POST", { headers: { "X-Any": value }, content: "x" });
  });

  test("schemes and hosts are not folded into ASCII", async () => {
    const pool = openPool();
    for (const url of ["http\u017F://127.0.0.1:1/", "http://\u212Aelvin.example/", "http://127。0。0。1:1/"]) {
      const error = await rejection(pool.request("GET", url, BOUND));
      expect((error as { code: string }).code).toMatch(/^ERR_(UNSUPPORTED_PROTOCOL|LOCAL_PROTOCOL_ERROR)$/);
    }
  });

  test("a response's names are looked up by ASCII's rules", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\nCookie: 1\r\nContent-Length: 0\r\n\r\n"));
    const { headers } = await openPool().request("GET", server.url(), BOUND);
    expect([headers.get("COOKIE"), headers.get("coo\u212Aie"), headers.has("coo\u212Aie")]).toEqual(["1", null, false]);
  });
});
