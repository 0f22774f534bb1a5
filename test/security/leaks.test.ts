// T-leak-errors: thousands of failures leave nothing behind. Each case is a process of its own, with the package as it is
// built, that fails again and again and looks at its heap, handles and listeners after each round.

import { describe, expect, test } from "vitest";
import { leafFor } from "../support/certificates.ts";
import { serve, serveTLS } from "../support/scripted-server.ts";
import { runBuilt } from "./built-package.ts";

/** The first round is for what is made once. Then one must leave the heap as it was, or what is left is a leak. */
const MOST_ROUNDS = 8;

const SCRIPT = `
  const { getEventListeners } = await import("node:events");
  const pool = new httpcore.ConnectionPool({ maxConnections: 50, timeout: { connect: 60_000, total: 60_000 } });
  const { signal } = new AbortController();
  const codes = {};
  const send = (url, options = {}) => pool.request("GET", url, { signal, ...options });
  async function fail(count) {
    let left = count;
    const worker = async () => {
      while (left-- > 0) {
        const code = await attempt().then(() => "it worked", (reason) => reason?.code ?? String(reason));
        codes[code] = (codes[code] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: 50 }, worker));
  }
  async function look() {
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      gc();
    }
    const handles = process.getActiveResourcesInfo().sort();
    const listeners = [getEventListeners(signal, "abort").length, ...process.eventNames().map(String)];
    return { heap: process.memoryUsage().heapUsed, rest: { handles, listeners, pool: String(pool) } };
  }
  const states = [];
  const grows = () => states.length < 2 || states.at(-1).heap - states.at(-2).heap >= values.bound;
  while (states.length < values.rounds && grows()) {
    await fail(values.count);
    states.push(await look());
  }
  report({ states, codes });
`;

interface Outcome {
  states: { heap: number; rest: { handles: string[]; listeners: (number | string)[]; pool: string } }[];
  codes: Record<string, number>;
}

/** Runs `attempt`, which must fail with one of `codes`, `count` times a round. */
async function leavesNothing(
  attempt: string,
  count: number,
  codes: string[],
  url = "",
  rounds = MOST_ROUNDS,
): Promise<void> {
  const script = `const attempt = () => ${attempt};\n${SCRIPT}`;
  // The smallest object that is kept for each failure takes more than this.
  const bound = Math.max(count * 100, 50_000);
  const outcome = (await runBuilt(script, { url, count, bound, rounds })) as Outcome;
  const { states } = outcome;
  expect(codes).toEqual(expect.arrayContaining(Object.keys(outcome.codes)));
  expect(Object.values(outcome.codes).reduce((sum, n) => sum + n, 0)).toBe(count * states.length);
  for (const { rest } of states) expect(rest).toEqual(states[0]?.rest);
  expect(states[0]?.rest.pool).toBe("<ConnectionPool [Requests: 0 active, 0 queued | Connections: 0 active, 0 idle]>");
  expect(states[0]?.rest.listeners[0]).toBe(0);
  // What leaks does so in every round; what is compiled or cached does not.
  const growths = states.slice(1).map(({ heap }, index) => heap - (states[index]?.heap ?? 0));
  expect(Math.min(...growths), `growth of the heap: ${growths.join()}`).toBeLessThan(bound);
}

// The fault: a socket, a timer, a listener or a closure stays behind each time that something fails.
describe("T-leak-errors: heap, handles and listeners stay flat", () => {
  test("the measure tells one small object for each failure", async () => {
    const kept = "send('http://127.0.0.1:1/').catch((error) => { (globalThis.kept ??= []).push(error); throw error; })";
    await expect(leavesNothing(kept, 500, ["ERR_CONNECT_ERROR"], "", 3)).rejects.toThrow("growth of the heap");
  });

  test("connects that are refused", async () => {
    await leavesNothing("send('http://127.0.0.1:1/')", 1200, ["ERR_CONNECT_ERROR"]);
  });

  test("connections that are closed or reset before an answer", async () => {
    const server = await serve((peer, index) => (index % 2 === 0 ? peer.socket.destroy() : peer.reset()));
    const codes = ["ERR_CONNECT_ERROR", "ERR_READ_ERROR", "ERR_REMOTE_PROTOCOL_ERROR"];
    await leavesNothing("send(values.url)", 500, codes, server.url());
  });

  test("answers that break HTTP", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/2.0 200 OK\r\n\r\n");
    });
    await leavesNothing("send(values.url)", 500, ["ERR_REMOTE_PROTOCOL_ERROR"], server.url());
  });

  test("TLS handshakes with a server that speaks no TLS", async () => {
    const server = await serve((peer) => peer.end("220 hello\r\n"));
    await leavesNothing("send(values.url)", 250, ["ERR_CONNECT_ERROR"], server.url().replace("http:", "https:"));
  });

  test("TLS handshakes with a certificate that nobody knows", async () => {
    const server = await serveTLS(await leafFor("127.0.0.1"), () => {});
    await leavesNothing("send(values.url)", 150, ["ERR_CONNECT_ERROR"], server.url());
  });

  test("time limits that end a request in the middle", async () => {
    const server = await serve(() => {});
    const attempt = "send(values.url, { extensions: { timeout: { read: 1 } } })";
    await leavesNothing(attempt, 500, ["ERR_READ_TIMEOUT"], server.url());
  });

  test("aborts in every phase", async () => {
    const server = await serve(() => {});
    const attempt = `(() => {
      const own = new AbortController();
      const abort = () => own.abort("aborted");
      [queueMicrotask, setImmediate, (f) => setTimeout(f, 1), (f) => setTimeout(f, 3)][globalThis.turn++ & 3](abort);
      return send(values.url, { signal: own.signal });
    })()`;
    await leavesNothing(`(globalThis.turn ??= 0, ${attempt})`, 500, ["aborted"], server.url());
  });
});
