// RFC 9112 section 9.5: how the client ends a connection that has idled too long, and that it notices when the server
// ends one.

import { describe, expect, test } from "vitest";
import { eventually, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

describe("RFC 9112 9.5 failures and timeouts", () => {
  test("SHOULD: an idle connection whose time is over is closed gracefully: by a FIN and not by a reset", async () => {
    const server = await serve(answering());
    await openPool({ keepaliveExpiry: 20 }).request("GET", server.url());
    const peer = await server.peer(0);
    await peer.gone;
    expect(peer.fault).toBeNull();
  });

  test("a pool that is closed ends its idle connections by a FIN, too", async () => {
    const server = await serve(answering());
    const pool = openPool();
    await pool.request("GET", server.url());
    await pool.close();
    const peer = await server.peer(0);
    await peer.gone;
    expect(peer.fault).toBeNull();
  });

  test("SHOULD: the server's close of an idle connection is noticed, and answered by the client's own", async () => {
    const server = await serve(answering());
    const pool = openPool({ keepaliveExpiry: Number.POSITIVE_INFINITY });
    await pool.request("GET", server.url());
    const peer = await server.peer(0);
    peer.end();
    await peer.gone;
    expect(peer.fault).toBeNull();
    await eventually(() => pool.connections.length === 0);
  });
});
