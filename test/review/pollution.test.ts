// What is on Object.prototype is no option of node:tls either, where nobody gives it.

import { expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { openPool } from "../support/outcomes.ts";
import { answering, serveTLS } from "../support/scripted-server.ts";

// An engine of OpenSSL is a library that is loaded: whoever could pollute a prototype could run code. The others
// ended every handshake.
test.each([
  ["clientCertEngine", "/nowhere/engine.so"],
  ["ticketKeys", "no keys"],
  ["sessionTimeout", "no number"],
  ["sessionIdContext", 1],
])("%s", async (name, value) => {
  const server = await serveTLS(await leafFor("127.0.0.1"), answering());
  const pool = openPool({ tls: { ca: (await certificateAuthority()).cert } });
  Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
  try {
    expect((await pool.request("GET", server.url())).status).toBe(200);
  } finally {
    Reflect.deleteProperty(Object.prototype, name);
  }
});
