// httpcore with `pool.stream`: each piece of the content is looked at as it comes, and kept by nobody.

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
