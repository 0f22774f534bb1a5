// tinyproxy: takes one request for each connection, and has statuses of its own.

import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { httpProxyCases, PASSWORD, USER } from "./http-proxy-cases.ts";
import { describeWith, TINYPROXY } from "./program.ts";

const START_TIMEOUT = 30_000;
/** It asks for a password with 407, and calls a wrong one 401. */
const WRONG = [401, "www-authenticate"] as const;

describeWith([TINYPROXY], "tinyproxy", () => {
  let open: Daemon;
  let guarded: Daemon;

  beforeAll(async () => {
    open = await startTinyproxy("");
    guarded = await startTinyproxy(`BasicAuth ${USER} ${PASSWORD}`);
  }, START_TIMEOUT);
  afterAll(async () => {
    await open?.close();
    await guarded?.close();
  });

  httpProxyCases(() => ({ open: open.port, guarded: guarded.port, unreachable: 500, wrong: WRONG }));

  test("a connection that it closes without having said so leaves the pool", async () => {
    const origin = await serve(answering());
    const pool = openPool({ proxy: `http://127.0.0.1:${open.port}` });
    const response = await pool.request("GET", origin.url());
    expect(response.headers.has("connection")).toBe(false);
    await eventually(() => pool.connections.length === 0, "no connection is left");
  });
});

function startTinyproxy(more: string): Promise<Daemon> {
  return startDaemon(TINYPROXY, 1, ({ folder, ports: [port] }) => ({
    files: { "tinyproxy.conf": `Port ${port}\nListen 127.0.0.1\nTimeout 30\nMaxClients 200\n${more}\n` },
    options: ["-d", "-c", `${folder}/tinyproxy.conf`],
  }));
}
