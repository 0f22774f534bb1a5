// `trace`: which events come, in which order, and what a tracer may do to the exchange.

import { ConnectError, ReadTimeout, type Request, request, type Trace } from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { eventually, fails, openPool, pause, rejection, stateOf } from "../support/outcomes.ts";
import { answering, answeringEach, NOBODY, OK, serve, serveTLS } from "../support/scripted-server.ts";

const EMPTY = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>";

/** A tracer that keeps the names of events. */
function recorder(): { events: string[]; infos: Record<string, Readonly<Record<string, unknown>>>; trace: Trace } {
  const events: string[] = [];
  const infos: Record<string, Readonly<Record<string, unknown>>> = {};
  return {
    events,
    infos,
    trace: (event, info) => {
      events.push(event);
      infos[event] = info;
    },
  };
}

const ACQUIRED = ["pool.acquire.started", "pool.acquire.complete"];
const CONNECTED = ["connection.connect_tcp.started", "connection.connect_tcp.complete"];
const SENT = [
  "http11.send_request_headers.started",
  "http11.send_request_headers.complete",
  "http11.send_request_body.started",
  "http11.send_request_body.complete",
];
const RECEIVED = [
  "http11.receive_response_headers.started",
  "http11.receive_response_headers.complete",
  "http11.receive_response_body.started",
  "http11.receive_response_body.complete",
];
const CLOSED = ["http11.response_closed.started", "http11.response_closed.complete"];
const RELEASED = ["pool.release.started", "pool.release.complete"];
const CONNECTION_CLOSED = ["connection.close.started", "connection.close.complete"];

describe("the events", () => {
  test("of a new connection, and of one that is there", async () => {
    const server = await serve(answering());
    const { events, infos, trace } = recorder();
    const pool = openPool();
    await pool.request("GET", server.url("/a"), { extensions: { trace } });
    expect(events).toEqual([...ACQUIRED, ...CONNECTED, ...SENT, ...RECEIVED, ...CLOSED, ...RELEASED]);
    expect(infos["connection.connect_tcp.started"]).toMatchObject({ host: "127.0.0.1", port: server.port });
    expect(String(infos["http11.send_request_headers.started"]?.request)).toBe("<Request [GET]>");
    expect(infos["http11.receive_response_headers.complete"]).toMatchObject({
      returnValue: { httpVersion: "HTTP/1.1", status: 200, reasonPhrase: "OK" },
    });
    expect(infos["http11.receive_response_body.complete"]).toEqual({ returnValue: { contentSize: 2 } });
    const shown = `<HTTPConnection ['${server.origin}', HTTP/1.1, IDLE, Request Count: 1]>`;
    expect(JSON.stringify(infos["pool.acquire.complete"])).toBe(JSON.stringify({ returnValue: shown }));
    events.length = 0;
    await pool.request("GET", server.url("/b"), { extensions: { trace } });
    expect(events).toEqual([...ACQUIRED, ...SENT, ...RECEIVED, ...CLOSED, ...RELEASED]);
    expect(String(infos["pool.acquire.complete"]?.returnValue)).toContain("Request Count: 2");
  });

  test("of TLS", async () => {
    const server = await serveTLS(await leafFor("127.0.0.1"), answering());
    const { events, trace } = recorder();
    const pool = openPool({ trace, tls: { ca: (await certificateAuthority()).cert } });
    await pool.request("GET", server.url());
    const tls = ["connection.start_tls.started", "connection.start_tls.complete"];
    expect(events.slice(0, 6)).toEqual([...ACQUIRED, ...CONNECTED, ...tls]);
  });

  test("of a pool: all its requests, the wait for a connection, and the end of connections", async () => {
    const server = await serve(answering());
    const told: [string, unknown][] = [];
    const pool = openPool({ maxConnections: 1, trace: (event, { request }) => void told.push([event, request]) });
    const first = await pool.stream("GET", server.url("/1"));
    told.length = 0;
    const second = pool.request("GET", server.url("/2"));
    expect(told.map(([event]) => event)).toEqual(["pool.acquire.started", "pool.wait.started"]);
    await first.read();
    await second;
    const poolEventsOf = (path: string): string[] =>
      told
        .filter(([event, request]) => event.startsWith("pool.") && (request as Request).url.target === path)
        .map(([event]) => event);
    // When the one gives back and the other takes is for the connection to say: it may be looked at once more between.
    expect(poolEventsOf("/1")).toEqual(RELEASED);
    expect(poolEventsOf("/2")).toEqual([
      ...["pool.acquire.started", "pool.wait.started"],
      ...["pool.wait.complete", "pool.acquire.complete"],
      ...RELEASED,
    ]);
    told.length = 0;
    await pool.close();
    expect(told).toEqual(CONNECTION_CLOSED.map((event) => [event, null]));
  });

  test("of a request's own tracer, which takes the place of the pool's", async () => {
    const server = await serve(answering());
    const [all, one] = [recorder(), recorder()];
    const pool = openPool({ trace: all.trace });
    await pool.request("GET", server.url(), { extensions: { trace: one.trace } });
    expect(one.events).toContain("http11.receive_response_body.complete");
    expect(all.events).toEqual([]);
  });

  test("of requests at once: every event has the request that it is of, and the connection is one of the pool's", async () => {
    const server = await serve((peer, index) => (index === 0 ? answering()(peer, index) : peer.end()));
    const eventsOf = new Map<unknown, string[]>();
    const connections = new Map<unknown, unknown>();
    const trace: Trace = (event, info) => {
      eventsOf.set(info.request, [...(eventsOf.get(info.request) ?? []), event]);
      expect(Object.keys(info)).not.toContain("request");
      if (event === "pool.acquire.complete") connections.set(info.request, info.returnValue);
      if (event === "connection.close.started") connections.set(null, info.connection);
    };
    const pool = openPool({ trace, maxConnections: 2 });
    const refused = pool.request("GET", NOBODY);
    const sent = ["/a", "/b"].map((path) => pool.request("GET", server.url(path)));
    await Promise.allSettled([refused, ...sent]);
    const targets = [...eventsOf.keys()].map((request) => request && String((request as Request).url));
    expect(targets.sort()).toEqual([`${NOBODY}/`, server.url("/a"), server.url("/b"), null].sort());
    for (const [request, events] of eventsOf) {
      expect(events.filter((event) => event.startsWith("connection.close"))).toHaveLength(request ? 0 : events.length);
      if (request) expect(events.slice(0, 1)).toEqual(["pool.acquire.started"]);
      if (request) expect(events.slice(-2)).toEqual(RELEASED);
    }
    const [last] = pool.connections;
    expect([...connections.values()]).toContain(last);
    expect(connections.get(null)).not.toBe(last);
    expect(String(connections.get(null))).toMatch(/^<HTTPConnection \['http:.*CLOSED/);
  });

  test("of an upload from a source that waits: the head has gone before", async () => {
    const server = await serve(answering());
    const { events, trace } = recorder();
    const content = (async function* () {
      yield "a";
      await (await server.peer(0)).until("a");
      expect(events.at(-1)).toBe("http11.send_request_body.started");
      yield "b";
    })();
    await openPool().request("POST", server.url(), { content, extensions: { trace } });
    expect(events.slice(4, 8)).toEqual(SENT);
  });

  test("of a request that is sent again", async () => {
    const server = await serve(async (peer, index) => {
      await peer.request();
      peer.send(OK);
      await peer.request();
      if (index === 0) peer.end();
      else peer.send(OK);
    });
    const { events, trace } = recorder();
    const pool = openPool();
    await pool.request("GET", server.url());
    await pool.request("GET", server.url(), { extensions: { trace } });
    expect(events).toEqual([
      ...[...ACQUIRED, ...SENT, "http11.receive_response_headers.started", "http11.receive_response_headers.failed"],
      ...[...ACQUIRED, ...CONNECTED, ...SENT, ...RECEIVED, ...CLOSED, ...RELEASED],
    ]);
  });

  test("of a stream that is closed early", async () => {
    const server = await serve(answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfirst"));
    const { events, trace } = recorder();
    const response = await openPool().stream("GET", server.url(), { extensions: { trace } });
    await response.close();
    expect(events.slice(-6)).toEqual([
      ...["http11.receive_response_body.started", "http11.receive_response_body.failed"],
      ...CLOSED,
      ...RELEASED,
    ]);
  });
});

describe("failures", () => {
  test("of connecting", async () => {
    const { events, infos, trace } = recorder();
    const error = await fails(openPool().request("GET", NOBODY, { extensions: { trace } }), ConnectError);
    expect(events).toEqual([
      ...ACQUIRED,
      ...["connection.connect_tcp.started", "connection.connect_tcp.failed"],
      ...CLOSED,
      ...RELEASED,
    ]);
    expect(infos["connection.connect_tcp.failed"]?.exception).toBe(error);
  });

  test.each(["abort", "timeout"])("of reading: %s", async (way) => {
    const server = await serve(() => {});
    const { events, infos, trace } = recorder();
    const controller = new AbortController();
    const timeout = way === "timeout" ? { read: 30 } : {};
    const options = { signal: controller.signal, extensions: { trace, timeout } };
    const sent = openPool().request("GET", server.url(), options);
    await (await server.peer(0)).until("\r\n\r\n");
    if (way === "abort") controller.abort("enough");
    const error = await rejection(sent);
    if (way === "abort") expect(error).toBe("enough");
    else expect(error).toBeInstanceOf(ReadTimeout);
    expect(events.slice(-5)).toEqual(["http11.receive_response_headers.failed", ...CLOSED, ...RELEASED]);
    expect(infos["http11.receive_response_headers.failed"]?.exception).toBe(error);
  });

  test("of waiting for a connection", async () => {
    const server = await serve(answering());
    const pool = openPool({ maxConnections: 1 });
    await using _first = await pool.stream("GET", server.url());
    const { events, trace } = recorder();
    await rejection(pool.request("GET", server.url(), { extensions: { trace, timeout: { pool: 20 } } }));
    expect(events.slice(2)).toEqual(["pool.wait.failed", "pool.acquire.failed"]);
  });
});

/** All events that begin a step or end one well, of a request on a new connection. */
const ALL = [...ACQUIRED, ...CONNECTED, ...SENT, ...RECEIVED];

describe("a tracer", () => {
  test.each(ALL)("that throws at %s ends the exchange with what it threw", async (wrong) => {
    const server = await serve(answering());
    const broken = new Error("the tracer is broken");
    const pool = openPool();
    const trace: Trace = (event) => {
      if (event === wrong) throw broken;
    };
    const sent = pool.request("GET", server.url(), { extensions: { trace } });
    expect(await rejection(sent)).toBe(broken);
    await eventually(() => String(pool) === EMPTY);
    expect((await pool.request("GET", server.url())).status).toBe(200);
  });

  test.each(ALL)("that rejects at %s does the same", async (wrong) => {
    const server = await serve(answering());
    const broken = new Error("the tracer is broken");
    const pool = openPool();
    const trace: Trace = async (event) => {
      if (event === wrong) throw broken;
    };
    expect(await rejection(pool.request("GET", server.url(), { extensions: { trace } }))).toBe(broken);
    await eventually(() => String(pool) === EMPTY);
  });

  test.each([
    ["pool.acquire.started", "connection.connect_tcp.started"],
    ["connection.connect_tcp.started", "connection.connect_tcp.complete"],
    ["connection.connect_tcp.complete", "http11.send_request_headers.started"],
    ["http11.send_request_headers.started", "http11.receive_response_headers.complete"],
    ["http11.receive_response_headers.complete", "http11.response_closed.started"],
    ["http11.receive_response_body.complete", "http11.response_closed.started"],
  ])("that waits at %s holds %s back", async (held, next) => {
    const server = await serve(answering());
    const events: string[] = [];
    let goOn = (): void => {};
    const pool = openPool();
    const trace: Trace = (event) => {
      events.push(event);
      if (event !== held) return;
      return new Promise((resolve) => {
        goOn = resolve;
      });
    };
    const sent = pool.request("GET", server.url(), { extensions: { trace } });
    await eventually(() => events.includes(held));
    await pause(20);
    expect(await stateOf(sent)).toBe("pending");
    expect(events).not.toContain(next);
    goOn();
    expect(await (await sent).text()).toBe("ok");
    expect(events).toContain(next);
  });

  test("that waits for ever ends with an abort, and its connection is closed", async () => {
    for (const held of ALL) {
      const server = await serve(answering());
      const controller = new AbortController();
      const pool = openPool();
      const trace: Trace = (event) => (event === held ? new Promise(() => {}) : undefined);
      const sent = pool.request("GET", server.url(), { signal: controller.signal, extensions: { trace } });
      await pause(10);
      controller.abort("enough");
      expect(await rejection(sent)).toBe("enough");
      await eventually(() => String(pool) === EMPTY);
    }
  });

  test("that waits has the content kept, all of it and in order", async () => {
    const text = "0123456789".repeat(50_000);
    const server = await serve(answering(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`));
    const trace: Trace = () => pause(1);
    const pool = openPool({ trace });
    expect(await (await pool.request("GET", server.url())).text()).toBe(text);
    const response = await pool.stream("GET", server.url());
    let read = "";
    for await (const piece of response.iterStream()) read += new TextDecoder().decode(piece);
    expect(read).toBe(text);
    expect(server.peers).toHaveLength(1);
  });

  test("sees no secrets in what it prints", async () => {
    const server = await serve(answeringEach(OK));
    const printed: string[] = [];
    const trace: Trace = (event, info) => void printed.push(event, JSON.stringify(info), String(info));
    const headers = { Authorization: "Bearer hunter2" };
    await request("GET", server.url(), { headers, extensions: { trace } });
    expect(printed.join()).not.toContain("hunter2");
  });

  test("must be a function", async () => {
    expect(() => openPool({ trace: 1 as unknown as Trace })).toThrow(TypeError);
    const extensions = { trace: "x" as unknown as Trace };
    expect(await rejection(request("GET", NOBODY, { extensions }))).toBeInstanceOf(TypeError);
  });
});
