// Where connections go, and where they come from: Unix sockets, look-up of one's own, racing, the local address.

import type { ConnectionPoolOptions } from "httpcore";
import { cases, equal, holds, latin1, recorded, rejects, type Tools } from "./harness.ts";

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
  resolve: (tools) => {
    const { open, openSecure, plain, secure } = tools;
    const asked: string[] = [];
    const resolve = async (host: string): Promise<string[]> => {
      asked.push(host);
      return ["127.0.0.1"];
    };
    return whereHad(tools, { resolve }, async () => {
      const { port } = new URL(plain);
      const pool = open({ resolve });
      const octets = await recorded(pool.request("GET", `http://named.example:${port}/octets`));
      equal(octets, `GET /octets HTTP/1.1\r\nHost: named.example:${port}\r\n\r\n`);
      equal((await pool.request("GET", `${plain}/hello`)).status, 200);
      // The certificate is asked for the URL's name, and is not for this one.
      const elsewhere = secure.replace("localhost", "named.example");
      await rejects(openSecure({ resolve }).request("GET", `${elsewhere}/hello`), "ConnectError");
      equal((await openSecure({ resolve }).request("GET", `${secure}/hello`)).status, 200);
      equal(asked, ["named.example", "named.example", "localhost"]);
    });
  },
  "resolve that fails, or gives no addresses": (tools) => {
    const { open } = tools;
    const mine = new Error("mine");
    const failing = (): never => {
      throw mine;
    };
    return whereHad(tools, { resolve: failing }, async () => {
      for (const url of ["http://named.example/", "https://named.example/"]) {
        const error = await rejects(open({ resolve: failing }).request("GET", url), "ConnectError");
        equal(error.cause === mine, true, "the cause is what was thrown");
        for (const given of [[], ["localhost"], "127.0.0.1"]) {
          const resolve = (() => given) as () => string[];
          const wrong = await rejects(open({ resolve }).request("GET", url), "ConnectError");
          holds(wrong.cause instanceof TypeError, String(wrong.cause));
        }
      }
    });
  },
  "an address that refuses, and one that never answers": (tools) => {
    const { open, full, besideFull, refused, ca } = tools;
    const resolve = (): string[] => ["127.0.0.3", new URL(full).hostname, "127.0.0.2"];
    return whereHad(tools, { resolve }, async () => {
      for (const url of besideFull) {
        const pool = open({ resolve, tls: { ca, servername: "localhost" } });
        equal((await pool.request("GET", url)).status, 200, url);
        // TLS of the runtime's own, where it has one.
        if (url.startsWith("https")) await rejects(open({ resolve }).request("GET", url), "ConnectError");
        const waiting = open({ resolve, happyEyeballs: false, timeout: { connect: 500 } });
        await rejects(waiting.request("GET", url), "ConnectTimeout");
      }
      const url = `http://named.example:${new URL(refused).port}/`;
      const error = await rejects(
        open({ resolve: () => ["127.0.0.1", "127.0.0.3"] }).request("GET", url),
        "ConnectError",
      );
      holds(error.message.includes("127.0.0.1") && error.message.includes("127.0.0.3"), error.message);
    });
  },
  localAddress: (tools) => {
    const { open, openSecure, plain, secure } = tools;
    const localAddress = "127.0.0.9";
    return whereHad(tools, { localAddress }, async () => {
      for (const url of [plain, plain.replace("127.0.0.1", "localhost"), secure]) {
        equal(latin1((await openSecure({ localAddress }).request("GET", `${url}/from`)).content), localAddress);
      }
      const error = await rejects(open({ localAddress: "::1" }).request("GET", plain), "ConnectError");
      holds(error.message.includes("::1"), error.message);
      const elsewhere = await rejects(open({ localAddress: "203.0.113.1" }).request("GET", plain), "ConnectError");
      holds(elsewhere.cause instanceof Error, "a cause");
      await rejects((async () => open({ localAddress: "localhost" }))(), "TypeError");
    });
  },
});
