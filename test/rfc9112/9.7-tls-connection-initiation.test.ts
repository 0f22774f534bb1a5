// RFC 9112 section 9.7: with https the client opens TLS on the new connection, and all HTTP goes as TLS application
// data. Seen from underneath, by a relay that keeps every octet.

import { beforeAll, expect, test } from "vitest";
import { certificateAuthority, type Identity, leafFor } from "../support/certificates.ts";
import { openPool } from "../support/outcomes.ts";
import { answering, serve, serveTLS } from "../support/scripted-server.ts";
import { APPLICATION_DATA, recordTypes, relayTo } from "../support/tls-records.ts";

const HANDSHAKE = 22;

let ca: string;
let local: Identity;

beforeAll(async () => {
  ca = (await certificateAuthority()).cert;
  local = await leafFor("localhost", "127.0.0.1");
});

test("MUST: every octet of HTTP goes as TLS application data, and nothing goes in the clear", async () => {
  // In TLS 1.2 the type of a record is in the clear.
  const server = await serveTLS({ ...local, maxVersion: "TLSv1.2" }, answering());
  const relay = await relayTo(server.port);
  const pool = openPool({ tls: { ca } });
  const url = `https://127.0.0.1:${relay.port}/secret-path`;
  const headers = { "X-Secret": "secret-value" };
  const response = await pool.request("POST", url, { headers, content: ["secret-", "content"] });
  expect(response.status).toBe(200);
  const octets = relay.fromClient();
  expect(octets.toString("latin1")).not.toMatch(/POST|secret|HTTP|Host/);
  const types = recordTypes(octets);
  expect(types[0]).toBe(HANDSHAKE);
  expect(types.at(-1)).toBe(APPLICATION_DATA);
  const received = (await server.peer(0)).received;
  expect(received).toMatch(/^POST \/secret-path HTTP\/1\.1\r\n[\s\S]*X-Secret: secret-value\r\n[\s\S]*0\r\n\r\n$/);
});

test("MUST: a server that answers in the clear is not answered, and no octet of the request reaches it", async () => {
  const server = await serve(answering());
  const peer = server.peer(0);
  const call = openPool().request("GET", server.url("/secret").replace("http", "https"), {
    extensions: { timeout: { connect: 2000 } },
  });
  const refused = expect(call).rejects.toMatchObject({ code: "ERR_CONNECT_ERROR" });
  await (await peer).until("\x16\x03");
  (await peer).end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  await refused;
  expect((await peer).received).not.toMatch(/GET|secret/);
});
