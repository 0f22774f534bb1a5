// What goes out: the request line, header lines and content, octet for octet. What the peer got is compared between the
// runtimes as well.

import { type ConnectionPool, HeaderList, URL as OwnURL, Request, request, stream } from "httpcore";
import { cases, equal, holds, latin1, recorded, rejects, type Tools } from "./harness.ts";

/** The octets that arrive for a request, the port of the peer left out, as it differs from run to run. */
async function octetsOf(
  { open, plain }: Tools,
  method: string | Uint8Array,
  path: string,
  options: Parameters<ConnectionPool["request"]>[2] = {},
): Promise<string> {
  const octets = await recorded(open().request(method, `${plain}/octets${path}`, options));
  return octets.replaceAll(new globalThis.URL(plain).host, "HOST");
}

const PLAIN_HEAD = "GET /octets HTTP/1.1\r\nHost: HOST\r\n\r\n";

async function* slowly(...items: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const item of items) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    yield item;
  }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const requestLineCases = cases("request line", {
  async "nothing is added but Host"(tools) {
    const octets = await octetsOf(tools, "GET", "");
    equal(octets, PLAIN_HEAD);
    return octets;
  },
  "the default pool: request": async ({ plain }) => {
    const response = await request("GET", `${plain}/hello`);
    equal([response.status, latin1(response.content), String(response)], [200, "hello", "<Response [200]>"]);
  },
  "the default pool: stream": async ({ plain }) => {
    const response = await stream("GET", `${plain}/chunked`);
    equal(await response.text(), "abc0123456789");
    await response.close();
  },
  "a method is sent as given": (tools) => octetsOf(tools, "pAtch", "", { headers: { "Content-Length": "0" } }),
  "a method may be octets": (tools) => octetsOf(tools, bytes("M-SEARCH"), ""),
  "a method that is no token is refused": async ({ open, refused }) => {
    const error = await rejects(open().request("GE T", refused), "LocalProtocolError");
    equal(error.reason, "invalid-method");
  },
  async "the target is sent octet for octet"(tools) {
    const octets = await octetsOf(tools, "GET", "/a;p=1/..//%zz%20?", {});
    holds(octets.startsWith("GET /octets/a;p=1/..//%zz%20? HTTP/1.1\r\n"), octets);
    return octets;
  },
  "the fragment and userinfo are not sent": async ({ open, plain }) => {
    const url = `${plain.replace("http://", "http://me:secret@")}/octets#part`;
    const octets = await recorded(open().request("GET", url));
    holds(!/secret|part|uthoriz/.test(octets), octets);
  },
  "a URL of either kind is taken": async ({ open, plain }) => {
    const pool = open();
    const [own, web] = [new OwnURL(`${plain}/octets?x`), new globalThis.URL(`${plain}/octets?x`)];
    const octets = [await recorded(pool.request("GET", own)), await recorded(pool.request("GET", web))];
    equal(octets[0], octets[1]);
  },
  "the target can be given: *": (tools) => octetsOf(tools, "GET", "", { extensions: { target: "/octets/a%b?*" } }),
  "another scheme is refused by name": async ({ open }) => {
    const error = await rejects(open().request("GET", "ftp://127.0.0.1/"), "UnsupportedProtocol");
    holds(error.message.includes("ftp://"), error.message);
  },
  "no scheme is refused": async ({ open }) => {
    await rejects(open().request("GET", "127.0.0.1/"), "UnsupportedProtocol");
  },
  "a target with a space is refused": async ({ open, plain }) => {
    const error = await rejects(open().request("GET", `${plain}/a b`), "LocalProtocolError");
    equal(error.reason, "invalid-target");
  },
});

export const headerCases = cases("headers", {
  "order, case and duplicates stay": (tools) =>
    octetsOf(tools, "GET", "", {
      headers: [
        ["b", "1"],
        ["A", "2"],
        ["b", "3"],
        ["Host", "example.com"],
      ],
    }),
  "an object": (tools) => octetsOf(tools, "GET", "", { headers: { "X-B": "1", "x-a": "2" } }),
  "a Map": (tools) => octetsOf(tools, "GET", "", { headers: new Map([["X-B", "1"]]) }),
  "a Headers": (tools) => octetsOf(tools, "GET", "", { headers: new Headers({ "X-B": "1" }) }),
  "a HeaderList": (tools) => octetsOf(tools, "GET", "", { headers: new HeaderList([["X-B", "1"]]) }),
  async "octets 0x80 to 0xFF travel as octets"(tools) {
    const octets = await octetsOf(tools, "GET", "", { headers: [["X", Uint8Array.of(0x63, 0xe9, 0xff)]] });
    holds(octets.includes("X: c\xe9\xff\r\n"), octets);
    return octets;
  },
  "an empty value": (tools) => octetsOf(tools, "GET", "", { headers: { X: "" } }),
  "unicode is a TypeError": async ({ open, refused }) => {
    await rejects(open().request("GET", refused, { headers: { X: "\u20ac" } }), "TypeError");
    await rejects(open().request("GET", refused, { headers: { "\u20ac": "x" } }), "TypeError");
  },
  "CR, LF and NUL are refused": async ({ open, refused }) => {
    for (const value of ["a\r\nEvil: 1", "a\nb", "a\0b", " a", "a "]) {
      await rejects(open().request("GET", refused, { headers: { X: value } }), "LocalProtocolError");
    }
  },
  "contradictions are refused": async ({ open, refused }) => {
    const contradictions = [
      { "Content-Length": "1", "Transfer-Encoding": "chunked" },
      { "Transfer-Encoding": "gzip" },
      { "Content-Length": "+1" },
      { Host: "a", host: "a" },
    ];
    for (const headers of contradictions) {
      await rejects(open().request("POST", refused, { headers, content: "x" }), "LocalProtocolError");
    }
  },
  "handleRequest adds nothing": async ({ open, plain }) => {
    const headers = { host: "x", "X-A": "1" };
    const response = await open().handleRequest(new Request("GET", `${plain}/octets`, { headers }));
    return latin1(await response.read());
  },
});

export const contentCases = cases("content", {
  octets: (tools) => octetsOf(tools, "POST", "", { content: bytes("h\u00e9") }),
  text: (tools) => octetsOf(tools, "POST", "", { content: "h\u00e9" }),
  "an ArrayBuffer": (tools) => octetsOf(tools, "POST", "", { content: bytes("abc").slice().buffer as ArrayBuffer }),
  "a Blob, whose type adds nothing": (tools) =>
    octetsOf(tools, "POST", "", { content: new Blob(["abc"], { type: "text/x" }) }),
  "an iterable goes in chunks": (tools) =>
    octetsOf(tools, "POST", "", { content: ["a", "", bytes("0123456789abcdef")] }),
  "an async iterable goes in chunks": (tools) => octetsOf(tools, "PUT", "", { content: slowly("one", "two") }),
  "a ReadableStream goes in chunks": (tools) =>
    octetsOf(tools, "POST", "", { content: new Blob(["streamed"]).stream() as ReadableStream<Uint8Array> }),
  "octets go in one chunk when that is asked for": (tools) =>
    octetsOf(tools, "POST", "", { headers: { "transfer-encoding": "chunked" }, content: "0123456789abcdef" }),
  "an iterable with its length": (tools) =>
    octetsOf(tools, "POST", "", { headers: { "content-length": "6" }, content: slowly("abc", "def") }),
  "trailers are sent": (tools) =>
    octetsOf(tools, "POST", "", { content: slowly("x"), extensions: { trailers: () => ({ "X-Sum": "1" }) } }),
  "empty text has a length": (tools) => octetsOf(tools, "POST", "", { content: "" }),
  "POST without content has a length, GET has none": async (tools) =>
    (await octetsOf(tools, "POST", "")) + (await octetsOf(tools, "GET", "")),
  "too short and too long are refused": async ({ open, plain }) => {
    for (const length of ["2", "4"]) {
      const content = slowly("abc");
      const call = open().request("POST", `${plain}/octets`, { headers: { "content-length": length }, content });
      await rejects(call, "LocalProtocolError");
    }
  },
  "anything else is a TypeError": async ({ open, refused }) => {
    for (const content of [1, {}, new Map(), new URLSearchParams("a=b")]) {
      await rejects(open().request("POST", refused, { content: content as unknown as string }), "TypeError");
    }
  },
  "much, to a peer that takes it slowly": async ({ open, plain }) => {
    const piece = new Uint8Array(100_000).map((_, i) => i & 0xff);
    const pieces = Array.from({ length: 50 }, () => piece);
    const response = await open().request("POST", `${plain}/sink`, {
      headers: { "Content-Length": String(50 * piece.length) },
      content: slowly(...pieces),
    });
    return await response.text();
  },
  "much, in one piece": async ({ open, plain }) => {
    const content = new Uint8Array(5_000_000).map((_, i) => (i * 7) & 0xff);
    return await (await open().request("POST", `${plain}/sink`, { content })).text();
  },
  "a final response stops the upload": async ({ open, plain }) => {
    let isReturned = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        while (true) yield new Uint8Array(10_000);
      } finally {
        isReturned = true;
      }
    }
    const pool = open();
    const response = await pool.request("POST", `${plain}/refuse`, { content: endless() });
    equal([response.status, latin1(response.content)], [413, "no!"]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    equal([isReturned, pool.connections.length], [true, 0]);
  },
});
