// Where connections go and how, beside a host and a port: Unix sockets.

import type { ConnectionPoolOptions } from "httpcore";
import { cases, equal, holds, recorded, rejects, type Tools } from "./harness.ts";

/** Runs `test` where the option can be had; where not, it has to be refused, by name, when a pool is made. */
async function whereHad(
  { runtime, open }: Tools,
  options: ConnectionPoolOptions,
  test: () => Promise<void>,
): Promise<void> {
  if (runtime !== "workerd") return test();
  const error = await rejects((async () => open(options))(), "UnsupportedByRuntime");
  equal([error.option, error.runtime], [Object.keys(options)[0], "workerd"]);
}

export const socketCases = cases("sockets", {
  uds: (tools) => {
    const { open, unixPlain: uds } = tools;
    return whereHad(tools, { uds }, async () => {
      const pool = open({ uds });
      const octets = await recorded(pool.request("PUT", "http://one.example:81/octets", { content: "x" }));
      equal(octets, "PUT /octets HTTP/1.1\r\nHost: one.example:81\r\nContent-Length: 1\r\n\r\nx");
      equal((await pool.request("GET", "http://two.example/large")).content.length, 8 * 1024 * 1024);
      equal((await pool.request("GET", "http://two.example/hello")).status, 200);
      equal(pool.connections.length, 2);
    });
  },
  "uds, and TLS": (tools) => {
    const { open, openSecure, unixSecure: uds, pin } = tools;
    return whereHad(tools, { uds }, async () => {
      const pool = openSecure({ uds, tls: { pinnedCertificates: [pin] } });
      for (let count = 0; count < 2; count++) {
        equal((await pool.request("GET", "https://localhost/hello")).status, 200);
        equal((await pool.request("GET", "https://localhost/tls")).status, 200);
      }
      await rejects(openSecure({ uds }).request("GET", "https://other.example/hello"), "ConnectError");
      await rejects(open({ uds }).request("GET", "https://localhost/hello"), "ConnectError");
    });
  },
  "uds where nobody listens": (tools) => {
    const { open, unixPlain } = tools;
    const uds = `${unixPlain}.none`;
    return whereHad(tools, { uds }, async () => {
      for (const url of ["http://a/", "https://a/"]) {
        const error = await rejects(open({ uds }).request("GET", url), "ConnectError");
        holds(error.message.includes(uds) && error.cause instanceof Error, error.message);
      }
    });
  },
});
