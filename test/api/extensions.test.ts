// Request extensions that show on the wire or in what comes back: informational, reader, trailers, maxContentSize,
// maxHeaderSize. (target: request-line.test.ts; timeout: test/pool/timeouts.test.ts; sniHostname: test/pool/tls.test.ts.)

import {
  type HeadersInput,
  type InformationalResponse,
  LocalProtocolError,
  RemoteProtocolError,
  type RequestExtensions,
} from "httpcore";
import { describe, expect, test } from "vitest";
import { fails, openPool, rejection } from "../support/outcomes.ts";
import { answering, OK, serve } from "../support/scripted-server.ts";

const INTERIM = [
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n",
  "HTTP/1.1 199 \r\nX-A: \xe9\r\n\r\n",
].join("");

describe("informational", () => {
  test("gets every 1xx with its headers, in order, before the response", async () => {
    const server = await serve(answering(INTERIM + OK));
    const seen: unknown[] = [];
    const informational = ({ status, reasonPhrase, headers }: InformationalResponse): void => {
      seen.push([status, reasonPhrase, headers.getAll("link"), headers.get("x-a")]);
    };
    const response = await openPool().request("GET", server.url(), { extensions: { informational } });
    expect(seen).toEqual([
      [100, "Continue", [], null],
      [103, "Early Hints", ["</a>", "</b>"], null],
      [199, "", [], "\xe9"],
    ]);
    expect([response.status, response.headers.has("link")]).toEqual([200, false]);
  });

  test("need not be there: 1xx are passed over", async () => {
    const server = await serve(answering(INTERIM + OK));
    expect(await (await openPool().request("GET", server.url())).text()).toBe("ok");
  });

  test("what it throws rejects the request, and the connection is closed", async () => {
    const server = await serve(answering(INTERIM + OK));
    const mine = new Error("no hints");
    const informational = (): void => {
      throw mine;
    };
    const pool = openPool();
    expect(await rejection(pool.request("GET", server.url(), { extensions: { informational } }))).toBe(mine);
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
  });

  test("a promise that it returns is not awaited", async () => {
    const server = await serve(answering(INTERIM + OK));
    const informational = () => new Promise<void>(() => {});
    expect((await openPool().request("GET", server.url(), { extensions: { informational } })).status).toBe(200);
  });

  test("may send requests itself", async () => {
    const server = await serve(answering(INTERIM + OK));
    const pool = openPool();
    const inner: Promise<unknown>[] = [];
    const informational = (): void => {
      inner.push(pool.request("POST", server.url("/inner"), { content: "x".repeat(1000), headers: { A: "1" } }));
    };
    const outer = await pool.request("GET", server.url("/outer"), { extensions: { informational } });
    expect(await outer.text()).toBe("ok");
    expect(inner).toHaveLength(3);
    for (const response of await Promise.all(inner)) expect(response).toMatchObject({ status: 200 });
  });

  test("may abort its own request", async () => {
    const server = await serve(answering(INTERIM + OK));
    const controller = new AbortController();
    const informational = (): void => controller.abort("enough");
    const call = openPool().request("GET", server.url(), { signal: controller.signal, extensions: { informational } });
    expect(await rejection(call)).toBe("enough");
    await (await server.peer(0)).gone;
  });

  test("101 that nobody asked for is an error, and is not shown", async () => {
    const server = await serve(answering("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"));
    const seen: number[] = [];
    const informational = ({ status }: InformationalResponse): number => seen.push(status);
    await fails(openPool().request("GET", server.url(), { extensions: { informational } }), RemoteProtocolError);
    expect(seen).toEqual([]);
  });

  test("a flood of 1xx is stopped", async () => {
    const server = await serve(answering("HTTP/1.1 103 X\r\n\r\n".repeat(1000) + OK));
    const error = await fails(openPool().request("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toBe("max-informational");
    await (await server.peer(0)).gone;
  });
});

describe("reader", () => {
  const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\nX-T: 1\r\n\r\n";

  test("gets the content as it comes, and the response has none", async () => {
    const server = await serve(answering(chunked));
    const pieces: string[] = [];
    const reader = (octets: Uint8Array): void => void pieces.push(new TextDecoder().decode(octets));
    const response = await openPool().request("GET", server.url(), { extensions: { reader } });
    expect(pieces.join("")).toBe("onetwo");
    expect([response.content.length, response.trailers.get("x-t")]).toEqual([0, "1"]);
  });

  test("of a stream: the response is there first, and its content is read when all has come", async () => {
    const server = await serve(answering(chunked));
    const pool = openPool();
    let size = 0;
    const reader = (octets: Uint8Array): number => (size += octets.length);
    const response = await pool.stream("GET", server.url(), { extensions: { reader } });
    expect([(await response.read()).length, size, response.trailers.get("x-t")]).toEqual([0, 6, "1"]);
    expect(String(pool.connections)).toContain("IDLE");
  });

  test("nothing is copied for it: the next response comes at the same place", async () => {
    const server = await serve(answering(OK));
    const pool = openPool();
    const views: Uint8Array[] = [];
    const reader = (octets: Uint8Array): void => void views.push(octets);
    for (let i = 0; i < 2; i++) await pool.request("GET", server.url(), { extensions: { reader } });
    expect(views.map((view) => view.byteOffset)).toEqual([views[0]?.byteOffset, views[0]?.byteOffset]);
    expect(views[0]?.buffer).toBe(views[1]?.buffer);
  });

  test("what it throws rejects the request, and the connection is closed", async () => {
    const server = await serve(answering(OK));
    const mine = new Error("no more");
    const reader = (): void => {
      throw mine;
    };
    const pool = openPool();
    expect(await rejection(pool.request("GET", server.url(), { extensions: { reader } }))).toBe(mine);
    expect(pool.connections).toEqual([]);
  });

  test("a promise would read octets that are others by then: TypeError, whatever becomes of it", async () => {
    const server = await serve(answering(OK));
    const reader = (): Promise<void> => Promise.reject(new Error("too late"));
    const failed = await rejection(openPool().request("GET", server.url(), { extensions: { reader } }));
    expect(failed).toBeInstanceOf(TypeError);
    expect(String(failed)).toContain("reader must not return a promise");
  });

  test("limits hold, and an answer without content does not call it", async () => {
    const [server, empty] = [await serve(answering(OK)), await serve(answering("HTTP/1.1 204 No Content\r\n\r\n"))];
    let calls = 0;
    const reader = (): void => void calls++;
    const pool = openPool();
    await fails(pool.request("GET", server.url(), { extensions: { reader, maxContentSize: 1 } }), RemoteProtocolError);
    expect((await pool.request("GET", empty.url(), { extensions: { reader } })).status).toBe(204);
    expect(calls).toBe(0);
  });

  test("must be a function", async () => {
    const reader = "write" as never;
    await fails(openPool().request("GET", "http://127.0.0.1:9/", { extensions: { reader } }), TypeError);
  });
});

describe("trailers", () => {
  async function send(trailers: () => HeadersInput, content: string | string[], headers = {}): Promise<string> {
    const server = await serve(answering());
    await openPool().request("POST", server.url(), { content, headers, extensions: { trailers } });
    const { received } = await server.peer(0);
    return received.slice(received.indexOf("\r\n\r\n") + 4);
  }

  test("go out behind the last chunk", async () => {
    const trailers = (): HeadersInput => [
      ["X-B", "1"],
      ["x-b", Uint8Array.of(0xe9)],
    ];
    const expected = "2\r\nab\r\n0\r\nX-B: 1\r\nx-b: \xe9\r\n\r\n";
    expect(await send(trailers, ["ab"])).toBe(expected);
    expect(await send(trailers, "ab", { "Transfer-Encoding": "chunked" })).toBe(expected);
  });

  test("are asked for once, when the content has been sent", async () => {
    const order: string[] = [];
    function* content(): Generator<string> {
      order.push("first");
      yield "a";
      order.push("last");
      yield "b";
    }
    const trailers = (): HeadersInput => {
      order.push("trailers");
      return { A: "1" };
    };
    const server = await serve(answering());
    await openPool().request("POST", server.url(), { content: content(), extensions: { trailers } });
    expect(order).toEqual(["first", "last", "trailers"]);
  });

  test("none is none", async () => {
    expect(await send(() => null, ["ab"])).toBe("2\r\nab\r\n0\r\n\r\n");
  });

  test.each<[string, string | null]>([
    ["no content", null],
    ["content with a Content-Length", "ab"],
  ])("with %s are refused", async (_what, content) => {
    const server = await serve(answering());
    const extensions: RequestExtensions = { trailers: () => ({ A: "1" }) };
    const call = openPool().request("POST", server.url(), { content, extensions });
    expect((await fails(call, LocalProtocolError)).reason).toBe("trailers-without-chunked");
    expect(server.peers).toHaveLength(0);
  });

  // Content that is there and content that comes piece by piece take different ways, on a new connection and on one
  // that is used again.
  const mine = new Error("no sum");
  const failures: [string, () => HeadersInput, (error: unknown) => void][] = [
    [
      "what they throw",
      () => {
        throw mine;
      },
      (error) => expect(error).toBe(mine),
    ],
    [
      "a line break in them",
      () => ({ A: "x\r\ny" }),
      (error) => expect(error).toMatchObject({ code: "ERR_LOCAL_PROTOCOL_ERROR", reason: "invalid-header-value" }),
    ],
    ["a wrong type", () => "A: 1" as unknown as [], (error) => expect(error).toBeInstanceOf(TypeError)],
  ];

  for (const [what, trailers, check] of failures) {
    for (const content of ["ab", ["ab"]]) {
      test(`${what} rejects the request (content ${JSON.stringify(content)})`, async () => {
        const server = await serve(answering());
        const pool = openPool({ maxConnections: 1 });
        const options = { content, headers: { "Transfer-Encoding": "chunked" }, extensions: { trailers } };
        check(await rejection(pool.request("POST", server.url(), options)));
        expect(String(pool)).toContain("Connections: 0 active, 0 idle");
      });

      test(`${what} rejects the request on a connection used again (content ${JSON.stringify(content)})`, async () => {
        const server = await serve(answering());
        const pool = openPool({ maxConnections: 1 });
        await pool.request("GET", server.url());
        const options = { content, headers: { "Transfer-Encoding": "chunked" }, extensions: { trailers } };
        check(await rejection(pool.request("POST", server.url(), options)));
        expect(String(pool)).toContain("Connections: 0 active, 0 idle");
        expect((await server.peer(0)).received).not.toContain("0\r\n\r\n");
        const next = await pool.request("GET", server.url(), { extensions: { timeout: { pool: 500 } } });
        expect(next.status).toBe(200);
      });
    }
  }
});

describe("maxContentSize", () => {
  const framings: [string, string][] = [
    ["Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
    ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"],
    ["the close", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"],
  ];

  for (const [framing, response] of framings) {
    test(`is the most that content framed by ${framing} may be`, async () => {
      const server = await serve(async (peer) => {
        await peer.request();
        peer.end(response);
      });
      const pool = openPool();
      const within = await pool.request("GET", server.url(), { extensions: { maxContentSize: 5 } });
      expect(await within.text()).toBe("hello");
      const call = pool.request("GET", server.url(), { extensions: { maxContentSize: 4 } });
      expect((await fails(call, RemoteProtocolError)).reason).toBe("max-content-size");
      await eventuallyClosed(pool);
    });
  }

  async function eventuallyClosed(pool: { connections: unknown[] }): Promise<void> {
    expect(pool.connections).toEqual([]);
  }

  test("takes the place of the pool's limit, either way", async () => {
    const server = await serve(answering());
    const pool = openPool({ limits: { maxContentSize: 1 } });
    const error = await fails(pool.request("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toBe("max-content-size");
    const wider = await pool.request("GET", server.url(), { extensions: { maxContentSize: 2 } });
    expect(await wider.text()).toBe("ok");
  });

  test("holds for stream(), too", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n");
    });
    const response = await openPool().stream("GET", server.url(), { extensions: { maxContentSize: 4 } });
    const reading = rejection(response.read());
    (await server.peer(0)).send("2\r\nlo\r\n0\r\n\r\n");
    expect(await reading).toMatchObject({ code: "ERR_REMOTE_PROTOCOL_ERROR", reason: "max-content-size" });
  });

  test("of 0 lets empty content pass", async () => {
    const server = await serve(answering("HTTP/1.1 204 X\r\n\r\n"));
    const response = await openPool().request("GET", server.url(), { extensions: { maxContentSize: 0 } });
    expect(response.status).toBe(204);
  });
});

describe("maxHeaderSize", () => {
  test("counts all heads of a response", async () => {
    const server = await serve(answering(INTERIM + OK));
    const size = INTERIM.length + OK.length - 2;
    const pool = openPool();
    expect((await pool.request("GET", server.url(), { extensions: { maxHeaderSize: size } })).status).toBe(200);
    const call = pool.request("GET", server.url(), { extensions: { maxHeaderSize: size - 1 } });
    expect((await fails(call, RemoteProtocolError)).reason).toBe("max-header-size");
  });

  test("stops a head without an end", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\n");
      while (!peer.hasGone) {
        peer.send(`A: ${"x".repeat(1000)}\r\n`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const error = await fails(openPool().request("GET", server.url()), RemoteProtocolError);
    expect(["max-header-size", "max-header-lines"]).toContain(error.reason);
  });
});
