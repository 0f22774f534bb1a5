// A proxy that is spoken to within TLS: TLS within TLS, forwarded requests, plain tunnels, and whose certificate counts.

import { ConnectError, Proxy } from "httpcore";
import { describe, expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { tunnelling } from "../support/proxies.ts";
import { answering, OK, type Script, serve, serveTLS } from "../support/scripted-server.ts";

/** A TLS origin for `localhost`, and what trusts it. */
async function secureOrigin(script: Script = answering()) {
  const { cert: ca } = await certificateAuthority();
  const origin = await serveTLS(await leafFor("localhost"), script);
  return { origin, url: `https://localhost:${origin.port}/`, tls: { ca } };
}

describe("an https proxy", () => {
  async function secureProxy(script: Script) {
    const { cert: ca } = await certificateAuthority();
    const server = await serveTLS(await leafFor("proxy.example", "127.0.0.1"), script);
    return { server, proxy: new Proxy({ url: server.origin, auth: ["u", "p"], tls: { ca } }) };
  }

  test("TLS within TLS, each with options of its own", async () => {
    const { url, tls } = await secureOrigin();
    const { server, proxy } = await secureProxy(tunnelling());
    const pool = openPool({ proxy, tls });
    for (let i = 0; i < 3; i++) expect(await (await pool.request("GET", url)).text()).toBe("ok");
    expect(server.peers.length).toBe(1);
    // The pool's `ca` is not the proxy's, nor the other way round.
    await fails(openPool({ proxy }).request("GET", url), ConnectError);
    await fails(openPool({ proxy: server.origin, tls: { verify: false } }).request("GET", url), ConnectError);
  });

  test("much, both ways", async () => {
    const size = 3_000_000;
    const { url, tls } = await secureOrigin(async (peer) => {
      await peer.request();
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      peer.send(new Uint8Array(size).fill(0x61));
    });
    const { proxy } = await secureProxy(tunnelling());
    const response = await openPool({ proxy, tls }).request("POST", url, { content: new Uint8Array(size) });
    expect(response.content.length).toBe(size);
    expect(response.content.every((octet) => octet === 0x61)).toBe(true);
  });

  test("forwards http, and opens plain tunnels", async () => {
    const origin = await serve(answering());
    const { server, proxy } = await secureProxy(async (peer) => {
      if (peer.received.startsWith("CONNECT")) return;
      const request = await peer.request();
      if (request.startsWith("GET")) peer.send(OK);
    });
    expect((await openPool({ proxy }).request("GET", origin.url("/x"))).status).toBe(200);
    expect((await server.peer(0)).received).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/x HTTP\/1\.1\r\n/);
    const tunnel = await secureProxy(tunnelling());
    const url = origin.url().replace("http:", "ws:");
    expect((await openPool({ proxy: tunnel.proxy }).request("GET", url)).status).toBe(200);
  });

  test("its certificate is checked, for its own name or the one that is given", async () => {
    const { server, proxy } = await secureProxy(answering());
    await fails(openPool({ proxy: server.origin }).request("GET", "http://x.example/"), ConnectError);
    const { cert: ca } = await certificateAuthority();
    const at = (servername: string) => new Proxy({ url: server.origin, tls: { ca, servername } });
    await fails(openPool({ proxy: at("other.example") }).request("GET", "http://x.example/"), ConnectError);
    for (const good of [proxy, at("proxy.example")]) {
      expect((await openPool({ proxy: good }).request("GET", "http://x.example/")).status).toBe(200);
    }
  });
});
