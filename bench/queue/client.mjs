// One measurement of the queue's benchmark: `node client.mjs <queue> <origins> <connections> <callers> <requests> <port>`.
// Its message is the CPU time of a request in microseconds. `queue`: where callers wait that have no connection, in the
// `pool`, or `outside`, in the least that such a queue can be.

import process from "node:process";
import { ConnectionPool } from "../../dist/index.js";

const [queue, ...numbers] = process.argv.slice(2);
const [origins = 1, connections = 1, callers = 1, requests = 1, port = 0] = numbers.map(Number);
const pool = new ConnectionPool({
  maxConnections: connections,
  maxConnectionsPerOrigin: Math.max(1, Math.floor(connections / origins)),
});
// All of 127.0.0.0/8 is this machine.
const urls = Array.from({ length: origins }, (_, i) => `http://127.1.${i >> 8}.${i & 255}:${port}/`);

/** @param {string} url */
const perform = (url) => pool.request("GET", url);

let free = connections;
let at = 0;
/** @type {((value: unknown) => void)[]} */
const waiting = [];
/** @type {(value: unknown) => void} */
let latest = () => {};
/** @param {(value: unknown) => void} resolve */
const keep = (resolve) => {
  latest = resolve;
};

// A promise and an entry of an array for each that waits: no order among origins, no time limit, no abort.
/** @param {string} url */
async function performOutside(url) {
  if (free > 0) free--;
  else {
    const turn = new Promise(keep);
    waiting.push(latest);
    await turn;
  }
  await perform(url);
  const next = waiting[at];
  if (!next) free++;
  else {
    at++;
    if (at === 20_000) {
      waiting.splice(0, at);
      at = 0;
    }
    next(undefined);
  }
}

/** @param {number} count */
async function send(count) {
  const one = queue === "outside" ? performOutside : perform;
  let sent = 0;
  const call = async () => {
    while (sent < count) await one(urls[sent++ % origins] ?? "");
  };
  await Promise.all(Array.from({ length: callers }, call));
}

await send(Math.max(requests / 5, callers));
const before = process.cpuUsage();
await send(requests);
const { user, system } = process.cpuUsage(before);
process.send?.((user + system) / requests);
await pool.close();
process.disconnect?.();
