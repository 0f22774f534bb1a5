// TLS options where the runtime has them, and their refusal where it has not.

import type { ConnectionPool, ConnectionPoolOptions, TLSOptions } from "httpcore";
import { cases, equal, holds, rejects, type Tools } from "./harness.ts";

/** What the peer says of a connection that is closed behind it: see the route `tls`. */
interface Seen {
  readonly client: string | null;
  readonly alpn: string | null;
  readonly protocol: string;
  readonly isReused: boolean;
}

async function seenBy(pool: ConnectionPool, origin: string): Promise<Seen> {
  return (await pool.request("GET", `${origin}/tls`)).json<Seen>();
}

/** Runs `test` where these options can be had; where not, they have to be refused, by name, when a pool is made. */
async function whereHad({ runtime, open }: Tools, tls: TLSOptions, test: () => Promise<void>): Promise<void> {
  if (runtime !== "workerd") return test();
  const make = async (options: ConnectionPoolOptions): Promise<unknown> => open(options);
  const error = await rejects(make({ tls }), "UnsupportedByRuntime");
  equal([`tls.${Object.keys(tls)[0]}`, "workerd"], [error.option, error.runtime]);
}

export const tlsOptionCases = cases("TLS options", {
  "a client's certificate": (tools) => {
    const { client, encryptedKey, passphrase, mutual, ca, open } = tools;
    const { cert, key } = client;
    const octets = new TextEncoder();
    return whereHad(tools, { cert, key }, async () => {
      for (const given of [
        { cert, key },
        { cert: octets.encode(cert), key: [octets.encode(key)] },
        { cert: [cert, ca], key: encryptedKey, passphrase },
      ]) {
        equal((await seenBy(open({ tls: { ca, ...given } }), mutual)).client, "somebody");
      }
    });
  },
  "a client's certificate that is missing": async ({ openSecure, mutual }) => {
    // In TLS 1.3 only the first read tells, and then it is no error of connecting.
    let error: unknown = null;
    await openSecure()
      .request("GET", `${mutual}/tls`)
      .catch((thrown: unknown) => {
        error = thrown;
      });
    holds(error instanceof Error, "an error");
    holds(["ConnectError", "ReadError", "WriteError"].includes(error.name), String(error));
    holds(error.cause instanceof Error, "a cause");
  },
  "keys that cannot be read, or belong to another": (tools) => {
    const { client, encryptedKey, ca, stranger, open, plain, mutual } = tools;
    const { cert, key } = client;
    return whereHad(tools, { cert, key }, async () => {
      for (const [name, tls] of [
        ["tls.key", { cert, key: encryptedKey }],
        ["tls.passphrase", { cert, key: encryptedKey, passphrase: "wrong" }],
        ["tls.key", { cert, key: stranger.key }],
        ["tls.cert", { key }],
        ["tls.ca", { ca: ca.replace(/\n[^-]{9}/, "\nAAAAAAAAA") }],
      ] as [string, TLSOptions][]) {
        const error = await rejects((async () => open({ tls }))(), "TypeError");
        holds(error.message.includes(name), `${name} in '${error.message}'`);
      }
      // In a tunnel they are only known when TLS begins.
      const extensions = { target: new URL(mutual).host };
      const { networkStream } = (await open().stream("CONNECT", plain, { extensions })).extensions;
      holds(networkStream, "a network stream");
      const error = await rejects(networkStream.startTLS({ ca, cert, key: stranger.key }), "ConnectError");
      holds(error.cause instanceof TypeError, String(error.cause));
    });
  },
  alpnProtocols: (tools) => {
    const { ca, choosing, open } = tools;
    return whereHad(tools, { alpnProtocols: ["http/1.1"] }, async () => {
      for (const own of [{ ca }, {}]) {
        const trusting = own.ca === undefined ? { verify: false } : own;
        equal((await seenBy(open({ tls: trusting }), choosing)).alpn, "http/1.1");
        const pool = open({ tls: { ...trusting, alpnProtocols: ["h2", "http/1.1"] } });
        const error = await rejects(pool.request("GET", `${choosing}/tls`), "ConnectError");
        holds(error.message.includes("'h2'") && error.cause instanceof Error, error.message);
      }
    });
  },
  "minVersion and maxVersion": (tools) => {
    const { ca, secure, open, runtime } = tools;
    return whereHad(tools, { maxVersion: "TLSv1.2" }, async () => {
      for (const protocol of ["TLSv1.2", "TLSv1.3"] as const) {
        const pool = open({ tls: { ca, minVersion: protocol, maxVersion: protocol } });
        equal((await seenBy(pool, secure)).protocol, protocol);
      }
      const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1" } as const;
      if (runtime === "deno") await rejects((async () => open({ tls: old }))(), "UnsupportedByRuntime");
      else await rejects(open({ tls: { ca, ...old } }).request("GET", secure), "ConnectError");
    });
  },
  pinnedCertificates: (tools) => {
    const { ca, secure, pin, plain, open } = tools;
    const wrong = "00".repeat(32);
    return whereHad(tools, { pinnedCertificates: [pin] }, async () => {
      const right = open({ tls: { ca, pinnedCertificates: [wrong, pin.toUpperCase()] } });
      for (let count = 0; count < 2; count++) await seenBy(right, secure);
      for (const verify of [true, false]) {
        const pool = open({ tls: { ca, verify, pinnedCertificates: [wrong] } });
        const error = await rejects(pool.request("GET", `${secure}/tls`), "ConnectError");
        holds(error.cause instanceof Error && error.message.includes(pin), error.message);
      }
      // Within a tunnel, too.
      const extensions = { target: new URL(secure).host };
      const { networkStream } = (await open().stream("CONNECT", plain, { extensions })).extensions;
      holds(networkStream, "a network stream");
      await rejects(
        networkStream.startTLS({ ca, pinnedCertificates: [wrong], servername: "localhost" }),
        "ConnectError",
      );
    });
  },
  "sessions are taken up again where the runtime can": async ({ openSecure, open, secure, pin, ca, runtime }) => {
    const pool = runtime === "workerd" ? openSecure() : open({ tls: { ca, pinnedCertificates: [pin] } });
    const reused: boolean[] = [];
    for (let count = 0; count < 3; count++) reused.push((await seenBy(pool, secure)).isReused);
    equal(reused, runtime === "deno" ? [false, false, false] : [false, true, true]);
    // Those of workerd are its own.
    if (runtime !== "workerd") equal((await seenBy(openSecure(), secure)).isReused, false);
  },
});
