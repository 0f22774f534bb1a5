// T-proto: somebody else's code has put properties on Object.prototype. Only own properties of what a caller gives
// count. Each case is a process of its own, since the pollution would hit the test runner too.

import { describe, expect, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { answering, serve, serveTLS } from "../support/scripted-server.ts";
import { runBuilt } from "./built-package.ts";

/** Puts every property of `evil` on Object.prototype, enumerable, as a merge of hostile JSON would. */
const POLLUTE = "const pollute = (evil) => { for (const name in evil) Object.prototype[name] = evil[name]; };";

// The fault: `options.headers` and the like are read through the prototype chain.
describe("T-proto: what is on Object.prototype was not said by the caller", () => {
  // Names of Node's own events are left out: with them on the prototype node:net itself breaks.
  const EVIL = `
    headers: [["Evil", "1"]], content: "evil", method: "DELETE", url: "http://127.0.0.1:1/", target: "/evil",
    signal: AbortSignal.abort("evil"), extensions: { target: "/evil" }, timeout: { total: 0, connect: 0 },
    total: 0, read: 0, write: 0, pool: 0, sniHostname: "evil", informational() { throw "evil"; },
    trailers() { throw "evil"; }, maxContentSize: 0, maxHeaderSize: 0, maxHeaderLines: 0, maxInformational: 0,
    limits: { maxHeaderSize: 0 }, maxConnections: 0, maxKeepaliveConnections: 0, keepaliveExpiry: 0,
    maxConnectionsPerOrigin: 0, leniency: ["bare-lf"], proxy: "http://127.0.0.1:1", trace() {}, retries: 99,
    uds: "/evil", localAddress: "127.0.0.9", networkBackend: { runtime: "evil", connectTcp() { throw "evil"; } },
    host: "127.0.0.2", port: 1, path: "/evil", lookup() { throw "evil"; }, family: 6, hints: 99, fd: 0,
    socket: {}, handle: {}, auth: "evil", Authorization: "evil", "Content-Length": "9",
    "Transfer-Encoding": "chunked", type: "text/evil", length: 9, size: 9, done: true, value: "evil"`;

  test("a request and a pool are as without it", async () => {
    const server = await serve(answering());
    const outcome = await runBuilt(
      `${POLLUTE}
       const { Request, request, stream, URL } = httpcore;
       pollute({ ${EVIL} });
       const pool = new httpcore.ConnectionPool();
       const own = new URL({ scheme: "http", host: "127.0.0.1", port: values.port });
       const texts = [];
       texts.push(await (await request("GET", values.url + "1")).text());
       texts.push(await (await pool.request("GET", values.url + "2", {})).text());
       texts.push(await (await pool.request("POST", own, { headers: {}, content: "x", extensions: {} })).text());
       texts.push(await (await pool.stream("GET", values.url + "4", { headers: { A: "1" } })).text());
       texts.push(await (await pool.handleRequest(new Request("GET", own, { headers: { Host: "a" } }))).text());
       report(texts);`,
      { url: server.url(), port: server.port },
    );
    expect(outcome).toEqual(["ok", "ok", "ok", "ok", "ok"]);
    const sent = server.peers.map(({ received }) => received).join("");
    const host = `Host: 127.0.0.1:${server.port}\r\n`;
    expect(sent).toBe(
      [
        `GET /1 HTTP/1.1\r\n${host}\r\n`,
        `GET /2 HTTP/1.1\r\n${host}\r\n`,
        `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\n\r\nx`,
        `GET /4 HTTP/1.1\r\n${host}A: 1\r\n\r\n`,
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      ].join(""),
    );
  });

  const TLS_EVIL: [string, string][] = [
    ["rejectUnauthorized", "false"],
    ["verify", "false"],
    ["checkServerIdentity", "() => undefined"],
    ["ca", "values.ca"],
    ["tls", "{ verify: false }"],
    ["servername", '"localhost"'],
    ["secureContext", "(await import('node:tls')).createSecureContext({ ca: values.ca })"],
    ["allowPartialTrustChain", "true"],
    ["requestCert", "false"],
    ["session", "Buffer.alloc(1)"],
  ];

  // The fault: node:tls reads the options that it is not given from the prototype, and an authority comes in with them.
  test.each(TLS_EVIL)("a certificate is checked as without it: %s", async (name, value) => {
    const server = await serveTLS(await leafFor("127.0.0.1", "localhost"), answering());
    const outcome = await runBuilt(
      `${POLLUTE}
       pollute({ ${name}: ${value} });
       report(await httpcore.request("GET", values.url).then(String, (error) => error.code));`,
      { url: server.url(), ca: (await certificateAuthority()).cert },
    );
    expect(outcome).toBe("ERR_CONNECT_ERROR");
  });

  test("names in answers are not found on the prototype", async () => {
    const server = await serve(
      answering("HTTP/1.1 200 OK\r\n__proto__: x\r\nConstructor: y\r\nContent-Length: 0\r\n\r\n"),
    );
    const outcome = await runBuilt(
      `const { headers } = await httpcore.request("GET", values.url);
       report([headers.get("__proto__"), headers.get("constructor"), headers.get("toString"), {}.x === undefined,
         Object.getPrototypeOf(headers.toJSON()) === Array.prototype]);`,
      { url: server.url() },
    );
    expect(outcome).toEqual(["x", "y", null, true, true]);
  });
});
