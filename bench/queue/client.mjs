// One measurement of the queue's benchmark: `node client.mjs <origins> <connections> <callers> <requests> <port>`.
// Its message is the CPU time of a request in microseconds.

import process from "node:process";
import { ConnectionPool } from "../../dist/index.js";

const [origins = 1, connections = 1, callers = 1, requests = 1, port = 0] = process.argv.slice(2).map(Number);
const pool = new ConnectionPool({
  maxConnections: connections,
  maxConnectionsPerOrigin: Math.max(1, Math.floor(connections / origins)),
});
// All of 127.0.0.0/8 is this machine.
const urls = Array.from({ length: origins }, (_, i) => `http://127.1.${i >> 8}.${i & 255}:${port}/`);

/** @param {number} count */
async function send(count) {
  let sent = 0;
  const call = async () => {
    while (sent < count) await pool.request("GET", urls[sent++ % origins] ?? "");
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
