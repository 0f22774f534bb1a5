// A proxy that is spoken to with TLS: haproxy ends it, and tinyproxy behind it does what a proxy does.
//
// An https origin through it is TLS in TLS, by three programs that do not know each other.

import { ConnectError, type ConnectionPool, Proxy, ProxyError } from "httpcore";
import { afterAll, beforeAll, expect, test } from "vitest";
import { certificateAuthority } from "../support/certificates.ts";
import { fails, openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";
import { type Daemon, DEAD_PORT, startDaemon } from "./daemon.ts";
import { PASSWORD, secureOrigin, trustingPool, USER } from "./http-proxy-cases.ts";
import { describeWith, HAPROXY, TINYPROXY } from "./program.ts";
import { LARGE, sha256, tlsFiles } from "./site.ts";

const START_TIMEOUT = 30_000;

describeWith([HAPROXY, TINYPROXY], "a proxy with TLS: haproxy in front of tinyproxy", () => {
  let tinyproxy: Daemon;
  let haproxy: Daemon;
  const pool = async (user: string, password: string): Promise<ConnectionPool> => {
    const { cert } = await certificateAuthority();
    const url = `https://localhost:${haproxy.port}`;
    return trustingPool({ proxy: new Proxy({ url, auth: [user, password], tls: { ca: cert } }) });
  };

  beforeAll(async () => {
    tinyproxy = await startDaemon(TINYPROXY, 1, ({ folder, ports: [port] }) => ({
      files: { "tinyproxy.conf": `Port ${port}\nListen 127.0.0.1\nBasicAuth ${USER} ${PASSWORD}\n` },
      options: ["-d", "-c", `${folder}/tinyproxy.conf`],
    }));
    const { files } = await tlsFiles();
    haproxy = await startDaemon(HAPROXY, 1, ({ folder, ports: [port] }) => ({
      files: { ...files, "haproxy.cfg": configuration(folder, port, tinyproxy.port) },
      options: ["-db", "-f", `${folder}/haproxy.cfg`],
    }));
  }, START_TIMEOUT);
  afterAll(async () => {
    await haproxy?.close();
    await tinyproxy?.close();
  });

  test("http is forwarded", async () => {
    const origin = await serve(answering());
    const own = await pool(USER, PASSWORD);
    for (let i = 0; i < 3; i++) expect((await own.request("GET", origin.url())).status).toBe(200);
  });

  test("https is TLS in TLS: small and large content, and the tunnel is used again", async () => {
    const origin = await secureOrigin(async (peer) => {
      while (true) {
        await peer.request();
        peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE.length}\r\n\r\n`);
        peer.send(LARGE);
      }
    });
    const own = await pool(USER, PASSWORD);
    for (let i = 0; i < 2; i++) {
      expect(sha256((await own.request("GET", origin.url())).content)).toBe(sha256(LARGE));
    }
    expect(own.connections.map(({ requestCount }) => requestCount)).toEqual([2]);
  });

  test("a refused CONNECT is a ProxyError", async () => {
    const own = await pool(USER, PASSWORD);
    const error = await fails(own.request("GET", `https://127.0.0.1:${DEAD_PORT}/`), ProxyError);
    expect(error.status).toBe(500);
    const wrong = await pool(USER, "incorrect");
    expect((await fails(wrong.request("GET", "https://127.0.0.1:1/"), ProxyError)).status).toBe(401);
  });

  test("the certificate of the proxy is checked with the proxy's options, not with the pool's", async () => {
    const own = await trustingPool({ proxy: `https://${USER}:${PASSWORD}@localhost:${haproxy.port}` });
    await fails(own.request("GET", "https://127.0.0.1:1/"), ConnectError);
    expect(own.connections).toEqual([]);
  });

  test("the certificate of the origin is checked with the pool's options, not with the proxy's", async () => {
    const origin = await secureOrigin(answering());
    const { cert } = await certificateAuthority();
    const url = `https://localhost:${haproxy.port}`;
    const own = openPool({ proxy: new Proxy({ url, auth: [USER, PASSWORD], tls: { ca: cert } }) });
    await fails(own.request("GET", origin.url()), ConnectError);
    expect(own.connections).toEqual([]);
  });
});

function configuration(folder: string, port: number | undefined, backendPort: number): string {
  return `
defaults
  mode tcp
  timeout connect 2s
  timeout client 10s
  timeout server 10s
listen proxy
  bind 127.0.0.1:${port} ssl crt ${folder}/tls/both.pem
  server one 127.0.0.1:${backendPort}
`;
}
