// httpcore with content that is looked at as it comes, and kept by nobody: pieces of `pool.stream`, which are the caller's,
// or octets where the socket has put them, by the extension `reader`.

import { ConnectionPool } from "httpcore";
import { HEADERS, keepAsking } from "./run.mjs";

/** @param {import("./run.mjs").Run} run */
export async function stream(run) {
  const pool = new ConnectionPool({ maxConnections: run.connections });
  const options = { headers: HEADERS };
  await keepAsking(run, async () => {
    const response = await pool.stream("GET", run.nextUrl(), options);
    let size = 0;
    for await (const piece of response.iterStream()) size += piece.length;
    return size;
  });
  await pool.close();
}

/** @param {import("./run.mjs").Run} run */
export async function reader(run) {
  const pool = new ConnectionPool({ maxConnections: run.connections });
  const sizes = new Float64Array(run.connections);
  const options = Array.from({ length: run.connections }, (_, index) => ({
    headers: HEADERS,
    extensions: {
      /** @param {Uint8Array} octets */
      reader(octets) {
        sizes[index] = (sizes[index] ?? 0) + octets.length;
      },
    },
  }));
  await keepAsking(run, async (index) => {
    sizes[index] = 0;
    await pool.request("GET", run.nextUrl(), options[index]);
    return sizes[index] ?? 0;
  });
  await pool.close();
}
