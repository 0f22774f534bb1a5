// dante: the SOCKS5 proxy with rules, which refuses by name of its reason.
//
// It takes users and passwords from the system, or asks PAM. PAM is answered here by pam_wrapper, which reads its
// configuration and a list of users from the folder of the test.

import { readdirSync } from "node:fs";
import { ProxyError } from "httpcore";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fails, openPool } from "../support/outcomes.ts";
import { type Daemon, type Place, startDaemon } from "./daemon.ts";
import { PASSWORD, USER } from "./http-proxy-cases.ts";
import { DANTE, describeUnless, describeWith } from "./program.ts";
import { socksProxyCases } from "./socks-proxy-cases.ts";

const START_TIMEOUT = 30_000;
/** No rule of dante lets anybody go there. */
const FORBIDDEN_PORT = 2;
const SERVICE = "httpcore-test";

/** Debian has libraries in a folder for each architecture. */
const WRAPPER = readdirSync("/usr/lib", { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `/usr/lib/${name}`)
  .find((folder) => readdirSync(folder).includes("libpam_wrapper.so"));

describeUnless(WRAPPER ? [] : ["no libpam_wrapper.so: install libpam-wrapper"], "PAM of our own", () => {
  describeWith([DANTE], "dante", () => {
    let open: Daemon;
    let guarded: Daemon;
    const start = (method: string): Promise<Daemon> =>
      startDaemon(DANTE, 1, (place) => ({
        files: {
          "danted.conf": configuration(place, method),
          [`pam/${SERVICE}`]: pamConfiguration(place),
          users: `${USER}:${PASSWORD}:${SERVICE}\n`,
        },
        options: ["-f", `${place.folder}/danted.conf`, "-p", `${place.folder}/danted.pid`],
        environment: {
          LD_PRELOAD: `${WRAPPER}/libpam_wrapper.so`,
          PAM_WRAPPER: "1",
          PAM_WRAPPER_SERVICE_DIR: `${place.folder}/pam`,
        },
      }));

    beforeAll(async () => {
      open = await start("none");
      guarded = await start("pam.username");
    }, START_TIMEOUT);
    afterAll(async () => {
      await open?.close();
      await guarded?.close();
    });

    socksProxyCases(() => ({ open: open.port, guarded: guarded.port }));

    test("a target that its rules forbid is a ProxyError that says so", async () => {
      const pool = openPool({ proxy: `socks5://127.0.0.1:${open.port}` });
      const error = await fails(pool.request("GET", `http://127.0.0.1:${FORBIDDEN_PORT}/`), ProxyError);
      expect(error.message).toContain("not allowed by ruleset");
      expect(pool.connections).toEqual([]);
    });
  });
});

function configuration({ folder, ports: [port] }: Place, method: string): string {
  return `
logoutput: ${folder}/danted.log
internal: 127.0.0.1 port = ${port}
external: 127.0.0.1
clientmethod: none
socksmethod: ${method}
client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
socks block { from: 127.0.0.0/8 to: 127.0.0.1/32 port = ${FORBIDDEN_PORT} }
socks pass {
  from: 127.0.0.0/8 to: 0.0.0.0/0
  ${method === "none" ? "" : `pam.servicename: ${SERVICE}`}
}
`;
}

function pamConfiguration({ folder }: Place): string {
  const module = `${WRAPPER}/pam_wrapper/pam_matrix.so passdb=${folder}/users`;
  return ["auth", "account", "password", "session"].map((type) => `${type} required ${module}\n`).join("");
}
