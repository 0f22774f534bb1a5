// microsocks: the smallest SOCKS5 proxy that is in use.

import { afterAll, beforeAll } from "vitest";
import { type Daemon, startDaemon } from "./daemon.ts";
import { PASSWORD, USER } from "./http-proxy-cases.ts";
import { describeWith, MICROSOCKS } from "./program.ts";
import { socksProxyCases } from "./socks-proxy-cases.ts";

const START_TIMEOUT = 30_000;

describeWith([MICROSOCKS], "microsocks", () => {
  let open: Daemon;
  let guarded: Daemon;
  const start = (more: readonly string[]): Promise<Daemon> =>
    startDaemon(MICROSOCKS, 1, ({ ports: [port] }) => ({ options: ["-i", "127.0.0.1", "-p", String(port), ...more] }));

  beforeAll(async () => {
    open = await start([]);
    guarded = await start(["-u", USER, "-P", PASSWORD]);
  }, START_TIMEOUT);
  afterAll(async () => {
    await open?.close();
    await guarded?.close();
  });

  socksProxyCases(() => ({ open: open.port, guarded: guarded.port }));
});
