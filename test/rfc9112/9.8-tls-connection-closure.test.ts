// RFC 9112 section 9.8: an orderly end of TLS. The client says that it closes; what was cut without the server's saying
// so is complete only as far as Content-Length or the last chunk delimits it.

import { RemoteProtocolError } from "httpcore";
import { beforeAll, describe, expect, test } from "vitest";
import { certificateAuthority, type Identity, leafFor } from "../support/certificates.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, serveTLS } from "../support/scripted-server.ts";
import { ALERT, recordTypes, relayTo } from "../support/tls-records.ts";

let ca: string;
let local: Identity;

beforeAll(async () => {
  ca = (await certificateAuthority()).cert;
  local = await leafFor("localhost", "127.0.0.1");
});

/** A pool and the URL of a relay, in front of a server whose response to one request is `octets`, with no end. */
async function behindRelay(octets: string) {
  const server = await serveTLS({ ...local, maxVersion: "TLSv1.2" }, answering(octets));
  const relay = await relayTo(server.port);
  return { pool: openPool({ tls: { ca } }), relay, server, url: `https://127.0.0.1:${relay.port}/` };
}

describe("RFC 9112 9.8 TLS connection closure", () => {
  // In TLS 1.2 the type of a record is in the clear.
  test.each<[string, string, Record<string, string>]>([
    ["it is idle and the pool is closed", "Content-Length: 2\r\n", {}],
    ["the response has close", "Connection: close\r\nContent-Length: 2\r\n", {}],
    ["the request has close", "Content-Length: 2\r\n", { Connection: "close" }],
  ])("MUST: a closure alert goes out before the connection is closed: %s", async (_when, fields, headers) => {
    const { pool, relay, url } = await behindRelay(`HTTP/1.1 200 OK\r\n${fields}\r\nok`);
    expect(await (await pool.request("GET", url, { headers })).text()).toBe("ok");
    await pool.close();
    await relay.gone;
    const types = recordTypes(relay.fromClient());
    expect(types.at(-1)).toBe(ALERT);
    expect(types.filter((type) => type === ALERT)).toHaveLength(1);
  });

  test.each([
    ["Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"],
    ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"],
  ])("content that %s delimits is complete, although TLS is cut behind it", async (_framing, octets) => {
    const { pool, relay, url } = await behindRelay(octets);
    const response = await pool.stream("GET", url);
    relay.sockets[0]?.end();
    expect(await response.text()).toBe("ok");
  });

  test.each([
    ["Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"],
    ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"],
  ])("content that %s delimits and that TLS was cut in is incomplete", async (_framing, octets) => {
    const { pool, relay, url } = await behindRelay(octets);
    const response = await pool.stream("GET", url);
    relay.sockets[0]?.end();
    expect((await fails(response.read(), RemoteProtocolError)).reason).toBe("incomplete-content");
  });

  test("content that the close delimits is complete when the server has closed TLS", async () => {
    const server = await serveTLS(local, async (peer) => {
      await peer.request();
      peer.end("HTTP/1.1 200 OK\r\n\r\nall of it");
    });
    const response = await openPool({ tls: { ca } }).request("GET", server.url());
    expect(await response.text()).toBe("all of it");
  });
});
