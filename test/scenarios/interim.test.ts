// Group C, interim responses: any number of 1xx, cut anywhere, is passed over and never taken for the response; content
// that waits for 100 (Continue) waits for a bounded time.

import { type InformationalResponse, ReadTimeout, RemoteProtocolError } from "httpcore";
import { describe, expect, test } from "vitest";
import { eventually, fails, openPool, pause, stateOf, turn } from "../support/outcomes.ts";
import { answering, OK, type Script, serve } from "../support/scripted-server.ts";

const EXPECT = { headers: { Expect: "100-continue" } };

/** Reads one request and plays each piece in a segment of its own. */
function inSegments(...pieces: string[]): Script {
  return async (peer) => {
    await peer.request();
    for (const piece of pieces) {
      peer.send(piece);
      await turn();
      await turn();
    }
  };
}

describe("S26 Expect: 100-continue", () => {
  test("S26 content of each kind waits for 100, then goes out; the connection is used again", async () => {
    const server = await serve(async (peer) => {
      for (let count = 1; ; count++) {
        while (peer.received.split("\r\n\r\n").length <= count) await turn();
        await pause(10);
        expect(peer.received.endsWith("\r\n\r\n")).toBe(true);
        peer.send("HTTP/1.1 100 Continue\r\n\r\n");
        await peer.request();
        peer.send(OK);
        // The last chunk ends with an empty line of its own.
        if (peer.received.endsWith("\r\n0\r\n\r\n")) count++;
        peer.received += "";
      }
    });
    const pool = openPool({ timeout: { continue: 60_000 } });
    for (const content of ["abc", new Blob(["abc"]), ["a", "bc"], "abc".repeat(100_000)]) {
      const response = await pool.request("POST", server.url(), { ...EXPECT, content });
      expect(await response.text()).toBe("ok");
    }
    expect(server.peers).toHaveLength(1);
  });
});

test.each(["", "HTTP/1.1 102 Processing\r\n\r\n", "HTTP/1.1 103 X\r\nLink: a\r\n\r\n"])(
  "S27 without 100 (%j instead) the content goes out after timeout.continue",
  async (instead) => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.send(instead);
      await peer.request();
      peer.send(OK);
    });
    const response = await openPool({ timeout: { continue: 30 } }).request("PUT", server.url(), {
      ...EXPECT,
      content: "abc",
    });
    expect(await response.text()).toBe("ok");
    expect((await server.peer(0)).received.endsWith("\r\n\r\nabc")).toBe(true);
  },
);

test.each([401, 403, 413, 417, 200])(
  "S28 S29 a final %d in place of 100: no content is sent, nothing is repeated, the connection is closed",
  async (status) => {
    const server = await serve(async (peer) => {
      await peer.until("\r\n\r\n");
      peer.send(`HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\nno`);
    });
    const pool = openPool({ timeout: { continue: 60_000 } });
    let pulls = 0;
    const content = {
      async *[Symbol.asyncIterator]() {
        pulls++;
        yield "abc";
      },
    };
    const response = await pool.request("POST", server.url(), { ...EXPECT, content });
    expect([response.status, await response.text(), pulls]).toEqual([status, "no", 0]);
    const peer = await server.peer(0);
    await peer.gone;
    expect(peer.received.endsWith("\r\n\r\n")).toBe(true);
    expect(pool.connections).toEqual([]);
    expect(server.peers).toHaveLength(1);
  },
);

describe("S30 interim responses that nobody asked for", () => {
  test("S30 are shown in order, apart from the final one, and do not spoil the connection", async () => {
    const interim =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: </a>\r\nX: 1\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 199\r\nX: 2\r\n\r\n";
    const server = await serve(answering(interim + OK));
    const pool = openPool();
    for (const way of ["request", "stream"] as const) {
      const shown: InformationalResponse[] = [];
      const response = await pool[way]("GET", server.url(), {
        extensions: { informational: (response) => shown.push(response) },
      });
      expect(shown.map(({ status }) => status)).toEqual([100, 103, 102, 199]);
      expect(shown.map(({ headers }) => headers.get("x"))).toEqual([null, "1", null, "2"]);
      expect([response.status, response.headers.length]).toEqual([200, 1]);
      expect(await response.text()).toBe("ok");
    }
    expect(server.peers).toHaveLength(1);
  });

  test("S30 to HEAD and before a response without content, too", async () => {
    const server = await serve(answering("HTTP/1.1 103 X\r\n\r\nHTTP/1.1 204 X\r\n\r\n"));
    const pool = openPool();
    for (const method of ["HEAD", "GET", "POST"]) expect((await pool.request(method, server.url())).status).toBe(204);
    expect(server.peers).toHaveLength(1);
  });
});

test.each([16, 17, 1000])("S31 %d interim responses: the limit is 16", async (count) => {
  const server = await serve(answering("HTTP/1.1 102 X\r\n\r\n".repeat(count) + OK));
  const pool = openPool();
  if (count <= 16) {
    expect((await pool.request("GET", server.url())).status).toBe(200);
    return;
  }
  const error = await fails(pool.request("GET", server.url()), RemoteProtocolError);
  expect(error.reason).toBe("max-informational");
  await (await server.peer(0)).gone;
});

test("S31 few but fat interim responses are bounded by octets", async () => {
  const fat = `HTTP/1.1 103 X\r\nA: ${"x".repeat(8000)}\r\n\r\n`;
  const server = await serve(answering(fat.repeat(15) + OK));
  const error = await fails(openPool().request("GET", server.url()), RemoteProtocolError);
  expect(error.reason).toBe("max-header-size");
});

describe("S32 100 and nothing else", () => {
  const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

  test("S32 then silence is a ReadTimeout", async () => {
    const server = await serve(answering(CONTINUE));
    const pool = openPool({ timeout: { read: 50 } });
    await fails(pool.request("POST", server.url(), { content: "x" }), ReadTimeout);
    expect(pool.connections).toEqual([]);
  });

  test("S32 then a FIN is no response, on a used connection too, where nothing is repeated", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(OK);
      await peer.request();
      peer.end(CONTINUE);
    });
    const pool = openPool();
    await pool.request("GET", server.url());
    const error = await fails(pool.request("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toBe("no-response");
    expect(server.peers).toHaveLength(1);
  });

  test("S32 then a FIN in the next head is an incomplete head", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end(`${CONTINUE}HTTP/1.1 200 OK\r\n`);
    });
    const error = await fails(openPool().stream("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toBe("incomplete-head");
  });
});

test.each(["Content-Length: 1\r\n\r\na", "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "\r\n\r\n\0"])(
  "S33 content with 1xx (%j) is the begin of the next status line, and wrong",
  async (rest) => {
    const server = await serve(answering(`HTTP/1.1 103 X\r\n${rest}${OK}`));
    const pool = openPool();
    const error = await fails(pool.request("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toMatch(/invalid-version|transfer-encoding|content-length/);
    await (await server.peer(0)).gone;
    expect(pool.connections).toEqual([]);
  },
);

describe("S34 an interim response in several segments", () => {
  const octets = `HTTP/1.1 100 Continue\r\nA: b\r\n\r\n${OK}`;

  test("S34 cut at every octet", async () => {
    const server = await serve(async (peer, index) =>
      inSegments(octets.slice(0, index + 1), octets.slice(index + 1))(peer, index),
    );
    const all = octets.split("").map(async () => {
      const shown: number[] = [];
      const informational = ({ status }: InformationalResponse): unknown => shown.push(status);
      const response = await openPool().request("GET", server.url(), { extensions: { informational } });
      return `${shown} ${response.status} ${await response.text()} ${response.headers.get("a")}`;
    });
    expect(new Set(await Promise.all(all))).toEqual(new Set(["100 200 ok null"]));
  });

  test("S34 nonsense in the third segment is an error, not a response", async () => {
    const server = await serve(inSegments("HTTP/1.1 100 Continue\r\n", "\r\n", "nonsense\r\n"));
    const error = await fails(openPool().request("GET", server.url()), RemoteProtocolError);
    expect(error.reason).toBe("invalid-version");
  });
});

test("S35 a 102 starts no timer: silence behind it, without limits, is waited out", async () => {
  const server = await serve(async (peer) => {
    await peer.until("\r\n\r\n");
    peer.send("HTTP/1.1 102 Processing\r\n\r\n");
  });
  const pool = openPool();
  let isShown = false;
  const informational = (): void => {
    isShown = true;
  };
  // A limit on 100 (Continue) that has been met, or has passed, is none on the response.
  const options = { ...EXPECT, content: "x", extensions: { informational, timeout: { continue: 20 } } };
  const call = pool.request("POST", server.url(), options);
  await eventually(() => isShown);
  await pause(300);
  expect(await stateOf(call)).toBe("pending");
  (await server.peer(0)).send(OK);
  expect((await call).status).toBe(200);
});
