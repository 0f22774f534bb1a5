// RFC 9110 section 4.3.4: with https the certificate must be for the host of the URL: a name among its DNS names, an IP
// address among its IP addresses, and its common name counts for nothing.

import { ConnectError } from "httpcore";
import { beforeAll, describe, expect, test } from "vitest";
import { type AltName, certificateAuthority, leafWith } from "../support/certificates.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, serveTLS } from "../support/scripted-server.ts";

let ca: string;

beforeAll(async () => {
  ca = (await certificateAuthority()).cert;
});

/** A server whose certificate has these names, and a pool that trusts who signed it. */
async function certified(commonName: string, altNames: AltName[]) {
  const server = await serveTLS(await leafWith(commonName, altNames), answering());
  const pool = openPool({ tls: { ca } });
  return { server, get: (host: string) => pool.request("GET", `https://${host}:${server.port}/secret`) };
}

const DNS = (value: string): AltName => ({ type: 2, value });
const IP = (ip: string): AltName => ({ type: 7, ip });

describe("RFC 9110 4.3.4 https certificate verification", () => {
  test("MUST: a host name is looked for among the certificate's DNS names", async () => {
    const { get } = await certified("x", [DNS("other.example"), DNS("localhost")]);
    expect((await get("localhost")).status).toBe(200);
  });

  test("MUST: an IP address is looked for among the certificate's IP addresses", async () => {
    const { get } = await certified("x", [IP("192.0.2.1"), IP("127.0.0.1")]);
    expect((await get("127.0.0.1")).status).toBe(200);
  });

  test.each<[string, string, AltName[], string]>([
    ["another DNS name", "x", [DNS("localhost.example")], "localhost"],
    ["a wildcard that is only part of a label's parent", "x", [DNS("*.example")], "localhost"],
    ["an IP address for a name", "x", [IP("127.0.0.1")], "localhost"],
    ["a DNS name for an IP address", "x", [DNS("localhost")], "127.0.0.1"],
    ["a DNS name that reads like the IP address", "x", [DNS("127.0.0.1")], "127.0.0.1"],
    ["another IP address", "x", [IP("127.0.0.2")], "127.0.0.1"],
    ["the name as common name, and other DNS names", "localhost", [DNS("other.example")], "localhost"],
    ["the IP address as common name", "127.0.0.1", [], "127.0.0.1"],
  ])("MUST: %s does not match, and nothing of the request is sent", async (_what, commonName, altNames, host) => {
    const { server, get } = await certified(commonName, altNames);
    const error = await fails(get(host), ConnectError);
    expect(error.cause).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    for (const peer of server.peers) {
      await peer.gone;
      expect(peer.received).toBe("");
    }
  });

  test("MUST NOT: a common name is no name, even where there is no other", async () => {
    const { server, get } = await certified("localhost", []);
    const error = await fails(get("localhost"), ConnectError);
    expect(error.cause).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(server.peers.map(({ received }) => received).join("")).toBe("");
  });
});
