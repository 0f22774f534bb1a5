// Connections: reuse, limits of their number, what ends them, what is sent again.

import { cases, equal, eventually, holds, latin1, rejects, sleep } from "./harness.ts";

export const poolCases = cases("pool", {
  "a connection is used again": async ({ open, plain }) => {
    const pool = open();
    const answers: string[] = [];
    for (let i = 0; i < 3; i++) answers.push(latin1((await pool.request("GET", `${plain}/count`)).content));
    const [first = ""] = answers;
    const number = first.split(".")[0];
    equal(answers, [`${number}.1`, `${number}.2`, `${number}.3`]);
    equal(pool.connections.length, 1);
  },
  "a connection is listed with its state": async ({ open, plain }) => {
    const pool = open();
    const response = await pool.stream("GET", `${plain}/large`);
    equal(String(pool), "<ConnectionPool [Requests: 1 active, 0 queued | Connections: 1 active, 0 idle]>");
    await response.close();
    await pool.request("GET", `${plain}/hello`);
    equal(String(pool.connections[0]), `<HTTPConnection ['${plain}', HTTP/1.1, IDLE, Request Count: 1]>`);
  },
  "many requests on few connections": async ({ open, plain }) => {
    const pool = open({ maxConnections: 4 });
    const responses = await Promise.all(Array.from({ length: 40 }, () => pool.request("GET", `${plain}/count`)));
    const numbers = new Set(responses.map(({ content }) => latin1(content).split(".")[0]));
    holds(numbers.size <= 4, `${numbers.size} connections`);
  },
  "requests queue first in, first out": async ({ open, plain }) => {
    const pool = open({ maxConnections: 1 });
    const order: number[] = [];
    const ask = async (i: number): Promise<void> => {
      await pool.request("GET", `${plain}/hello`);
      order.push(i);
    };
    await Promise.all([0, 1, 2, 3, 4].map(ask));
    equal(order, [0, 1, 2, 3, 4]);
  },
  "Connection: close": async ({ open, plain }) => {
    const pool = open();
    equal(latin1((await pool.request("GET", `${plain}/closing`)).content), "bye");
    equal(pool.connections.length, 0);
  },
  "Keep-Alive: timeout=0": async ({ open, plain }) => {
    const pool = open();
    equal(latin1((await pool.request("GET", `${plain}/keep-alive-0`)).content), "brief");
    equal(pool.connections.length, 0);
  },
  keepaliveExpiry: async ({ open, plain }) => {
    const pool = open({ keepaliveExpiry: 30 });
    await pool.request("GET", `${plain}/hello`);
    equal(pool.connections.length, 1);
    await eventually(() => pool.connections.length === 0, "the idle connection is closed");
  },
  "maxKeepaliveConnections: 0": async ({ open, plain }) => {
    const pool = open({ maxKeepaliveConnections: 0 });
    await pool.request("GET", `${plain}/hello`);
    equal(pool.connections.length, 0);
  },
  "a peer that leaves an idle connection": async ({ open, plain }) => {
    for (const path of ["leaving", "resetting", "unasked"]) {
      const pool = open();
      const before = latin1((await pool.request("GET", `${plain}/${path}`)).content);
      await eventually(() => pool.connections.length === 0, `${path}: the connection is gone`);
      const after = latin1((await pool.request("POST", `${plain}/count`)).content);
      holds(before.split(".")[0] !== after.split(".")[0] && after.endsWith(".1"), `${path}: ${before}, ${after}`);
    }
  },
  "octets behind a response answer no request": async ({ open, plain }) => {
    const pool = open();
    equal(latin1((await pool.request("GET", `${plain}/behind`)).content), "mine");
    equal(pool.connections.length, 0);
    equal(latin1((await pool.request("GET", `${plain}/hello`)).content), "hello");
  },
  "what met a dead connection is sent again, if it may": async ({ open, plain }) => {
    const pool = open();
    const answers: string[] = [];
    for (let i = 0; i < 2; i++) answers.push(latin1((await pool.request("GET", `${plain}/once`)).content));
    holds(answers[0] !== answers[1] && answers.every((answer) => answer.endsWith(".1")), answers.join());
    await rejects(pool.request("POST", `${plain}/once`), "RemoteProtocolError");
  },
  "close() ends everything": async ({ open, plain }) => {
    const pool = open({ maxConnections: 1 });
    const inFlight = rejects(pool.request("GET", `${plain}/stall`), "ReadError");
    const queued = rejects(pool.request("GET", `${plain}/hello`), "PoolClosed");
    await sleep(30);
    await pool.close();
    await Promise.all([inFlight, queued]);
    await rejects(pool.request("GET", `${plain}/hello`), "PoolClosed");
    equal(pool.connections.length, 0);
  },
  "a pool ends with its scope": async ({ open, plain }) => {
    const pool = open();
    await pool.request("GET", `${plain}/hello`);
    await pool[Symbol.asyncDispose]();
    await rejects(pool.request("GET", `${plain}/hello`), "PoolClosed");
  },
  "options that are wrong": async ({ open }) => {
    const wrong = [{ maxConnections: 0 }, { keepaliveExpiry: -1 }, { none: 1 }, { limits: { maxHeaderSize: -1 } }];
    for (const options of wrong) {
      let name = "no error";
      try {
        open(options as object);
      } catch (error) {
        name = (error as Error).name;
      }
      holds(name === "TypeError" || name === "RangeError", `${JSON.stringify(options)}: ${name}`);
    }
  },
});
