// One exchange with a server of the runtime's own, on the loopback: content goes out in chunks and comes back as it was.
// Where the runtime may not listen there is nothing to try it with, which says nothing against the client.

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConnectionPool } from "httpcore";

/** What became of the exchange, with a line that tells more. */
export interface SelfTest {
  readonly outcome: "passed" | "failed" | "skipped";
  readonly detail: string;
}

/** What is needed of Deno's API (https://docs.deno.com/api/deno/~/Deno.Permissions). */
interface DenoPermissions {
  readonly permissions: { querySync(wanted: { name: "net"; host: string }): { readonly state: string } };
}

const LOOPBACK = "127.0.0.1";
/** Milliseconds. A loopback that takes longer does not work. */
const PATIENCE = 10_000;
const CONTENT = "the octets of a self-test";

/** Never rejects, and leaves nothing open. */
export async function selfTest(): Promise<SelfTest> {
  let server: Server;
  try {
    server = await listen();
  } catch (error) {
    return { outcome: "skipped", detail: `cannot listen on ${LOOPBACK}: ${messageOf(error)}` };
  }
  const pool = new ConnectionPool({ timeout: { total: PATIENCE } });
  try {
    const { port } = server.address() as AddressInfo;
    const response = await pool.request("POST", `http://${LOOPBACK}:${port}/`, { content: [CONTENT] });
    const text = await response.text();
    if (response.status !== 200 || text !== CONTENT) throw new Error(`${response.status} with ${JSON.stringify(text)}`);
    return { outcome: "passed", detail: `POST to ${LOOPBACK}: 200, ${text.length} octets there and back` };
  } catch (error) {
    return { outcome: "failed", detail: `POST to ${LOOPBACK}: ${messageOf(error)}` };
  } finally {
    await pool.close();
    server.closeAllConnections();
    server.close();
  }
}

async function listen(): Promise<Server> {
  // Deno's refusal comes where nobody can catch it.
  const { Deno: deno } = globalThis as { Deno?: DenoPermissions };
  const permission = deno?.permissions.querySync({ name: "net", host: LOOPBACK });
  if (permission && permission.state !== "granted") throw new Error(`Deno has not been given --allow-net=${LOOPBACK}`);
  const server = createServer((incoming, outgoing) => incoming.pipe(outgoing));
  server.listen(0, LOOPBACK);
  await once(server, "listening");
  return server;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
