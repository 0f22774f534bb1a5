// Pools of workerd, in the real one: in one event, in several, in a Durable Object, and for one call.

import { describe, expect, test } from "vitest";
import { answering, OK, serve } from "../support/scripted-server.ts";
import { type Failed, type Failure, workerForFile } from "./workerd-runtime.ts";
import { counting, gate, response } from "./workerd-servers.ts";

const worker = workerForFile();

describe("a pool in one event", () => {
  test("uses its connection again", async () => {
    const server = await serve(answering());
    expect(await worker().run("sequence", { url: server.url(), count: 5 })).toEqual({
      contents: ["ok", "ok", "ok", "ok", "ok"],
      pool: "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 1 idle]>",
      connections: [`<HTTPConnection ['${server.origin}', HTTP/1.1, IDLE, Request Count: 5]>`],
    });
    expect(server.peers).toHaveLength(1);
  });

  test("queues what is over its limit", async () => {
    const server = await serve(answering());
    expect(await worker().run("parallel", { url: server.url(), pool: "narrow", count: 3 })).toEqual(["ok", "ok", "ok"]);
    expect(server.peers).toHaveLength(1);
  });

  test.each(["FIN", "RST", "octets"])("sees %s while its connection is idle", async (event) => {
    const server = await serve(async (peer) => {
      for (;;) {
        await peer.request();
        peer.send(OK);
      }
    });
    const other = await gate(async () => {
      const peer = await server.peer(0);
      if (event === "FIN") peer.end();
      else if (event === "RST") peer.reset();
      else peer.send(response("not asked for"));
      if (event !== "RST") await peer.gone;
      else await new Promise((resolve) => setTimeout(resolve, 100));
    });
    const result = await worker().run("around", { url: server.url(), other });
    expect(result).toEqual({ contents: ["ok", "ok"], connections: [] });
    expect(server.peers).toHaveLength(2);
  });

  test.each(["GET", "POST"])("%s looks at a connection that may have gone meanwhile", async (method) => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(OK);
      setTimeout(() => peer.end(), 5);
    });
    expect(await worker().run("work", { url: server.url(), method })).toMatchObject({ contents: ["ok", "ok"] });
    expect(server.peers).toHaveLength(2);
    // Nothing was sent on the one that had gone.
    expect(server.peers[0]?.received.split("HTTP/1.1")).toHaveLength(2);
  });

  test("closes what has been idle for long", async () => {
    const server = await serve(answering());
    const other = await gate(async () => (await server.peer(0)).gone);
    const result = await worker().run("around", { url: server.url(), other, pool: "expiring" });
    expect(result).toEqual({ contents: ["ok", "ok"], connections: [] });
  });

  test("closes each of several when its own time is over", async () => {
    const server = await serve(async (peer) => {
      if ((await peer.request()).includes("/late")) await new Promise((resolve) => setTimeout(resolve, 80));
      peer.send(OK);
    });
    const other = await gate(async () => {
      for (const peer of await server.connected(2)) await peer.gone;
    });
    const urls = [server.url("/"), server.url("/late")];
    expect(await worker().run("pairThen", { urls, other, pool: "expiring" })).toEqual([]);
  });
});

describe("a pool in several events", () => {
  test("one after the other: each has connections of its own, which end with it", async () => {
    const server = await counting();
    for (let event = 0; event < 20; event++) {
      const { contents } = await worker().run<{ contents: string[] }>("sequence", {
        url: server.url(),
        pool: "sequential",
        method: event % 2 === 0 ? "GET" : "POST",
        count: 2,
      });
      expect(contents).toEqual([String(2 * event + 1), String(2 * event + 2)]);
    }
    expect(server.peers).toHaveLength(20);
    for (const peer of server.peers) await peer.gone;
  });

  test("at the same time, with a limit of one connection: each is served, and none waits for another", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      // Nobody is answered before all are there.
      await server.connected(5);
      peer.send(OK);
      await peer.request();
      peer.send(OK);
    });
    const argument = { url: server.url(), pool: "narrow", count: 2 };
    const runs = Array.from({ length: 5 }, () => worker().run<{ contents: string[] }>("sequence", argument));
    for (const { contents } of await Promise.all(runs)) expect(contents).toEqual(["ok", "ok"]);
    expect(server.peers).toHaveLength(5);
  });

  test("limits of a later event pass, whatever became of earlier ones", async () => {
    const server = await serve(async (peer) => {
      if ((await peer.request()).includes("/answer")) peer.send(OK);
    });
    const sequence = (target: string): Promise<Failed> =>
      worker().run<Failed>("sequence", { url: server.url(target), pool: "limited", count: 1 });
    expect(await sequence("/answer")).toMatchObject({ contents: ["ok"] });
    const waiting = [sequence("/"), sequence("/"), sequence("/")];
    for (const { failure } of await Promise.all(waiting)) expect(failure.name).toBe("ReadTimeout");
    expect((await sequence("/")).failure.name).toBe("ReadTimeout");
  });

  test("an event that is broken off takes nothing away from others", async () => {
    const server = await serve(async (peer) => {
      if ((await peer.request()).includes("/answer")) peer.send(OK);
    });
    const argument = { url: server.url(), pool: "narrow", count: 1 };
    const breakOff = worker().start("sequence", argument);
    await (await server.peer(0)).until("\r\n\r\n");
    breakOff();
    await (await server.peer(0)).gone;
    const result = await worker().run("sequence", { ...argument, url: server.url("/answer") });
    expect(result).toMatchObject({ contents: ["ok"] });
  });

  test("a signal of all events, aborted in one, ends the requests of the others", async () => {
    const server = await serve(() => {});
    const closed = await gate(() => Promise.all(server.peers.map((peer) => peer.gone)));
    const runs = [1, 2].map(() => worker().run("abortedByAll", { url: server.url(), closed }));
    for (const peer of await server.connected(2)) await peer.until("\r\n\r\n");
    await worker().run("abortAll");
    expect(await Promise.all(runs)).toEqual(["all of you, go on", "all of you, go on"]);
  });

  test("outside of all events a request rejects with what the runtime says of it, and harms no other", async () => {
    for (const failure of await worker().run<Failure[]>("early")) {
      expect(failure).toMatchObject({ name: "ConnectError", cause: expect.stringContaining("global scope") });
    }
    const server = await serve(answering());
    expect(await worker().run("sequence", { url: server.url(), pool: "early", count: 2 })).toMatchObject({
      contents: ["ok", "ok"],
      pool: "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 1 idle]>",
    });
  });

  /** Runs `count` events on `pool`, each with a connection of its own. */
  async function crowd(pool: string, count: number): Promise<void> {
    const server = await serve(answering());
    for (let event = 0; event < count; event++) await worker().run("sequence", { url: server.url(), pool, count: 1 });
  }

  test("an event finds its connection again when many others have used the pool meanwhile", async () => {
    const server = await serve(answering());
    const other = await gate(() => crowd("crowded", 24));
    const { contents, connections } = await worker().run<{ contents: string[]; connections: string[] }>("around", {
      url: server.url(),
      other,
      pool: "crowded",
    });
    expect(contents).toEqual(["ok", "ok"]);
    expect(connections).toEqual([`<HTTPConnection ['${server.origin}', HTTP/1.1, IDLE, Request Count: 1]>`]);
    expect(server.peers).toHaveLength(1);
  });

  test("close() reaches an event, however many others have used the pool since", async () => {
    const server = await serve(() => {});
    const argument = { url: server.url(), pool: "crowdedClosing", count: 1 };
    const waiting = worker().run<Failed>("sequence", argument);
    await (await server.peer(0)).until("\r\n\r\n");
    await crowd("crowdedClosing", 100);
    await worker().run("closePool", "crowdedClosing");
    expect((await waiting).failure.name).toBe("ReadError");
  });

  test("close() in one event closes what the others keep, and the runtime has nothing to warn of", async () => {
    const server = await serve(answering());
    const argument = { url: server.url(), pool: "closingKept" };
    const other = await gate(async () => {
      await worker().run("sequence", { ...argument, count: 1 });
      await worker().run("closePool", "closingKept");
      await (await server.peer(0)).gone;
    });
    expect((await worker().run<Failed>("around", { ...argument, other })).failure.name).toBe("PoolClosed");
    expect(worker().log).not.toContain("different request context");
  });

  test("close() in one event ends the requests of the others, and is final", async () => {
    const server = await serve(() => {});
    const argument = { url: server.url(), pool: "closing", count: 1 };
    const waiting = worker().run<Failed>("sequence", argument);
    await (await server.peer(0)).until("\r\n\r\n");
    await worker().run("closePool", "closing");
    expect((await waiting).failure.name).toBe("ReadError");
    expect((await worker().run<Failed>("sequence", argument)).failure.name).toBe("PoolClosed");
  });
});

describe("a pool in a Durable Object", () => {
  const kept = (name: string, url: string) => ({ name, job: "kept", argument: { url } });

  test("keeps its connection from request to request", async () => {
    const server = await counting();
    for (const text of ["1", "2", "3"]) {
      const result = await worker().run("inObject", kept("one", server.url()));
      const pool = "<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 1 idle]>";
      expect(result).toEqual({ text, pool });
    }
    expect(server.peers).toHaveLength(1);
  });

  test("does so with a pool that other events use, too", async () => {
    const server = await counting();
    const argument = { url: server.url(), pool: "plain", count: 1 };
    for (let round = 0; round < 3; round++) {
      await worker().run("inObject", { name: "two", job: "sequence", argument });
      await worker().run("sequence", argument);
    }
    // One for the object, and one for each of the others.
    expect(server.peers).toHaveLength(4);
  });

  test("sees between requests that its connection has gone", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.end(OK);
    });
    for (let round = 0; round < 2; round++) {
      const result = await worker().run<{ text: string }>("inObject", kept("three", server.url()));
      expect(result.text).toBe("ok");
      await (await server.peer(round)).gone;
    }
    expect(server.peers).toHaveLength(2);
  });
});

describe("request() and stream()", () => {
  test("close their connection with the response", async () => {
    const server = await serve(answering(response("some content")));
    const other = await gate(async () => (await server.peer(0)).gone);
    expect(await worker().run("requestThen", { url: server.url(), other })).toBe("some content, go on");
    expect(await worker().run("stream", { url: server.url() })).toEqual({ status: 200, size: 12 });
    await (await server.peer(1)).gone;
  });

  test("stream() closes it when the response is closed early", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nfirst");
    });
    const other = await gate(async () => (await server.peer(0)).gone);
    expect(await worker().run("streamAndClose", { url: server.url(), other })).toEqual({ size: 5 });
  });
});
