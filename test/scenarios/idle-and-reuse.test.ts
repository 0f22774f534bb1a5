// Group A, idle connections and reuse: whatever a server does to a connection that nobody uses, or just as it is used
// again, no request is answered by the wrong response, lost without an error, or sent twice.
//
// Where the race is the point the server runs in a thread of its own, and the client's event loop is blocked meanwhile.

import { RemoteProtocolError } from "httpcore";
import { describe, expect, test, vi } from "vitest";
import { eventually, fails, openPool, pause, rejection } from "../support/outcomes.ts";
import { answering, OK, serve } from "../support/scripted-server.ts";
import { type Step, serveIndependently } from "./independent-server.ts";

const FORGED = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
const HEAD_END = { until: "\r\n\r\n" } as const;
/** Answers two requests. */
const GOOD: readonly Step[] = [HEAD_END, { send: OK }, HEAD_END, { send: OK }];

describe("while the event loop was blocked", () => {
  test.each<[string, Step[]]>([
    ["S01 the server has sent a FIN", ["end"]],
    ["S01 the server has closed", ["close"]],
    ["S01 the server has sent a RST", ["reset"]],
    ["S07 a whole response has come unasked", [{ send: FORGED }]],
    ["S08 408 has come, and the close", [{ send: "HTTP/1.1 408 X\r\nContent-Length: 0\r\n\r\n" }, "close"]],
  ])("%s: a POST goes out on a fresh connection, and on no other", async (_what, steps) => {
    const server = await serveIndependently([HEAD_END, { send: OK }, { pause: 20 }, ...steps, "mark"], GOOD);
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    server.blockUntil(1);
    const response = await pool.request("POST", server.url("/2"));
    expect(await response.text()).toBe("ok");
    const received = await server.received();
    expect(received.map((text) => text.split(" ")[1])).toEqual(["/1", "/2"]);
  });
});

test("S01 all idle connections closed at once, and as many requests at once", async () => {
  const server = await serve(answering());
  const pool = openPool();
  const all = () => Promise.all([..."abcdefgh"].map((name) => pool.request("POST", server.url(`/${name}`))));
  await all();
  for (const peer of server.peers) peer.end();
  await eventually(() => pool.connections.length === 0);
  for (const response of await all()) expect(await response.text()).toBe("ok");
  expect(server.peers).toHaveLength(16);
});

test("S02 a server that has closed its side only, and reads on, is not written to", async () => {
  const server = await serve(answering());
  const pool = openPool();
  await pool.request("GET", server.url("/1"));
  const peer = await server.peer(0);
  peer.end();
  await peer.gone;
  await pool.request("POST", server.url("/2"), { content: "x" });
  expect(peer.received).not.toContain("POST");
  expect(peer.fault).toBeNull();
});

describe("S03 a server that closes when it sees the second request", () => {
  const DYING: readonly Step[] = [HEAD_END, { send: OK }, HEAD_END, "close"];

  test("S03 gets a GET again, on a fresh connection", async () => {
    const server = await serveIndependently(DYING, GOOD);
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    expect(await (await pool.request("GET", server.url("/2"))).text()).toBe("ok");
    expect((await server.received()).map((text) => text.match(/(?<= )\/\d/g))).toEqual([["/1", "/2"], ["/2"]]);
  });

  test("S03 does not get it a third time", async () => {
    const server = await serveIndependently(DYING, [HEAD_END, "close"]);
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    await fails(pool.request("GET", server.url("/2")), RemoteProtocolError);
    expect(await server.received()).toHaveLength(2);
  });

  test("S04 gets a POST once, and the caller an error", async () => {
    const server = await serveIndependently(DYING, GOOD);
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    const error = await fails(pool.request("POST", server.url("/2"), { content: "x" }), RemoteProtocolError);
    expect(error.reason).toBe("no-response");
    expect(await server.received()).toHaveLength(1);
  });
});

test("S03 S04 under closes at all moments every GET is answered and no POST arrives twice", async () => {
  let moment = 0;
  const server = await serve(async (peer) => {
    await peer.request();
    peer.send(OK);
    // From before the next request to after it, in steps of a quarter of a turn.
    const delay = moment++ % 8;
    if (delay > 3) await pause(delay - 3);
    else for (let i = 0; i < delay; i++) await new Promise((resolve) => setImmediate(resolve));
    if (delay % 2 === 0) peer.end();
    else peer.socket.destroy();
  });
  const pool = openPool();
  let failed = 0;
  for (let i = 0; i < 150; i++) {
    expect(await (await pool.request("GET", server.url(`/get/${i}/`))).text()).toBe("ok");
    if (i % 7 > 0) await pause(i % 7);
    const posting = pool.request("POST", server.url(`/post/${i}/`), { content: ["x"] });
    await posting.catch((error: { code?: string }) => {
      failed++;
      expect(error.code).toMatch(/ERR_(REMOTE_PROTOCOL|READ|WRITE)_ERROR/);
    });
  }
  expect(failed).toBeLessThan(150);
  const received = server.peers.map((peer) => peer.received).join("");
  for (let i = 0; i < 150; i++) expect(received.split(`POST /post/${i}/ `).length).toBeLessThanOrEqual(2);
});

describe("S05 a body that is cut off half-way on a used connection", () => {
  const content = "0123456789".repeat(300_000);
  const dying = () =>
    serve(async (peer, index) => {
      if (index > 0) return answering()(peer, index);
      await peer.request();
      peer.send(OK);
      await peer.until("9012");
      return peer.socket.destroy();
    });

  test("S05 is sent again from its start when it can be had again", async () => {
    const server = await dying();
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    expect((await pool.request("PUT", server.url("/2"), { content: new Blob([content]) })).status).toBe(200);
    expect(server.peers).toHaveLength(2);
    expect(server.peers[1]?.received.endsWith(`\r\n\r\n${content}`)).toBe(true);
  });

  test("S05 is not sent again when it cannot, and its source is asked no more", async () => {
    const server = await dying();
    const pool = openPool();
    await pool.request("GET", server.url("/1"));
    let opened = 0;
    async function* source(): AsyncGenerator<string> {
      opened++;
      while (true) yield content.slice(0, 100_000);
    }
    const error = await rejection(pool.request("PUT", server.url("/2"), { content: source() }));
    expect(error).toMatchObject({ code: expect.stringMatching(/ERR_(REMOTE_PROTOCOL|READ|WRITE)_ERROR/) });
    expect([opened, server.peers.length]).toEqual([1, 1]);
  });
});

test("S08 408 on an idle connection is silent: nothing is printed, nothing rejected", async () => {
  const prints = (["error", "warn", "log"] as const).map((name) => vi.spyOn(console, name));
  const strays: unknown[] = [];
  const note = (reason: unknown): void => {
    strays.push(reason);
  };
  process.on("unhandledRejection", note).on("warning", note);
  const server = await serve(answering());
  const pool = openPool();
  await pool.request("GET", server.url());
  (await server.peer(0)).end("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\ntoo late");
  await eventually(() => pool.connections.length === 0);
  await pause(5);
  process.off("unhandledRejection", note).off("warning", note);
  expect(strays).toEqual([]);
  for (const print of prints) expect(print).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

test("S09 CRLFs without number behind responses, and between them, are passed over", async () => {
  const server = await serve(answering(`${OK}${"\r\n".repeat(500)}`));
  const pool = openPool();
  for (let i = 0; i < 5; i++) {
    expect(await (await pool.request("POST", server.url())).text()).toBe("ok");
    (await server.peer(0)).send("\r\n".repeat(50_000));
    await pause(2);
  }
  expect(server.peers).toHaveLength(1);
});

test("S09 CRLF does not hide the response behind it", async () => {
  const server = await serve(answering());
  const pool = openPool();
  await pool.request("GET", server.url("/1"));
  const peer = await server.peer(0);
  peer.send("\r\n\r\n");
  await pause(5);
  peer.send(`\r\n${FORGED}`);
  await peer.gone;
  expect(await (await pool.request("GET", server.url("/2"))).text()).toBe("ok");
});
