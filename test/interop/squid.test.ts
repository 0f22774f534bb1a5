// squid: keeps connections on both sides, adds Via and X-Forwarded-For, and talks at length when it refuses.

import { afterAll, beforeAll, expect, test } from "vitest";
import { openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";
import { type Daemon, type Place, startDaemon } from "./daemon.ts";
import { httpProxyCases, PASSWORD, USER } from "./http-proxy-cases.ts";
import { describeWith, SQUID } from "./program.ts";

const START_TIMEOUT = 30_000;
const [OPEN, GUARDED] = [0, 1];

/** A helper that squid asks for each user and password. */
const CHECK = `#!/bin/sh
while read -r user password; do
  if [ "$user $password" = "${USER} ${PASSWORD}" ]; then echo OK; else echo ERR; fi
done
`;

describeWith([SQUID], "squid", () => {
  let squid: Daemon;
  const port = (index: number): number => squid.ports[index] ?? 0;

  beforeAll(async () => {
    squid = await startDaemon(SQUID, 2, (place) => ({
      files: { "squid.conf": configuration(place), "check.sh": CHECK },
      options: ["-N", "-f", `${place.folder}/squid.conf`],
    }));
  }, START_TIMEOUT);
  afterAll(() => squid?.close());

  httpProxyCases(() => ({
    open: port(OPEN),
    guarded: port(GUARDED),
    unreachable: 503,
    wrong: [407, "proxy-authenticate"],
  }));

  test("forwarded requests share a connection, and squid says that it was there", async () => {
    const origin = await serve(answering());
    const pool = openPool({ proxy: `http://127.0.0.1:${port(OPEN)}` });
    for (let i = 0; i < 3; i++) {
      expect((await pool.request("GET", origin.url())).headers.get("via")).toContain("squid");
    }
    expect(pool.connections.map(({ requestCount }) => requestCount)).toEqual([3]);
  });

  test("a chunked upload goes through", async () => {
    const origin = await serve(answering());
    const pool = openPool({ proxy: `http://127.0.0.1:${port(OPEN)}` });
    const content = ["one ", "two ", "three"];
    expect((await pool.request("POST", origin.url(), { content })).status).toBe(200);
    expect(origin.peers[0]?.received).toContain("three");
  });
});

// Without client_request_buffer_max_size squid 5.7 drops an upload whose origin is slower than its client, whoever the
// client is.
function configuration({ folder, ports: [open, guarded] }: Place): string {
  return `
http_port 127.0.0.1:${open}
http_port 127.0.0.1:${guarded}
auth_param basic program /bin/sh ${folder}/check.sh
auth_param basic children 1
auth_param basic realm test
acl open_port localport ${open}
acl known proxy_auth REQUIRED
http_access allow open_port
http_access allow known
http_access deny all
cache deny all
client_request_buffer_max_size 64 MB
cache_log ${folder}/cache.log
cache_store_log none
access_log none
pid_filename none
netdb_filename none
coredump_dir ${folder}
pinger_enable off
visible_hostname squid.test
`;
}
