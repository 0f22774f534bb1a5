// A process does not end while a connection through a proxy is set up, without a time limit whose timer would hold it; and
// what is on Object.prototype is no option of a proxy. Each case is a process of its own, with the package as it is built.

import { describe, expect, test } from "vitest";
import { runBuilt } from "../security/built-package.ts";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { pause } from "../support/outcomes.ts";
import { join, socksing, tunnelling } from "../support/proxies.ts";
import { answering, type Peer, type Script, serve, serveTLS } from "../support/scripted-server.ts";

/** Long enough for a process that nothing holds to end. */
const LATE = 300;

const late = async (peer: Peer, octets: string): Promise<void> => {
  await pause(LATE);
  peer.send(octets);
};

describe("a process waits", () => {
  const proxies: Record<string, Script> = {
    http: tunnelling(undefined, late),
    https: tunnelling(undefined, late),
    socks5: socksing({ send: late }),
  };

  test.each(Object.keys(proxies))("for the replies of a proxy: %s", async (scheme) => {
    const { cert: ca } = await certificateAuthority();
    const origin = await serveTLS(await leafFor("localhost"), answering());
    const script = proxies[scheme] as Script;
    const server = scheme === "https" ? await serveTLS(await leafFor("127.0.0.1"), script) : await serve(script);
    const text = await runBuilt(
      `const proxy = new httpcore.Proxy({ url: values.proxy, tls: values.proxy.startsWith("https") ? values.tls : null });
       const pool = new httpcore.ConnectionPool({ proxy, tls: values.tls, timeout: { connect: Infinity } });
       report(await (await pool.request("GET", values.url)).text());`,
      {
        proxy: `${scheme}://127.0.0.1:${server.port}`,
        url: `https://localhost:${origin.port}/`,
        tls: { ca },
      },
    );
    expect(text).toBe("ok");
  });

  test("for the origin's TLS in a tunnel", async () => {
    const { cert: ca } = await certificateAuthority();
    const origin = await serveTLS(await leafFor("localhost"), answering());
    const server = await serve(async (peer) => {
      const request = await peer.request();
      peer.send("HTTP/1.1 200 OK\r\n\r\n");
      await peer.until("\x16\x03");
      await pause(LATE);
      join(peer, origin.port, request.length);
    });
    const text = await runBuilt(
      `const pool = new httpcore.ConnectionPool({ proxy: values.proxy, tls: values.tls, timeout: { connect: Infinity } });
       report(await (await pool.request("GET", values.url)).text());`,
      { proxy: server.origin, url: `https://localhost:${origin.port}/`, tls: { ca } },
    );
    expect(text).toBe("ok");
  });
});

test("T-proto: what is on Object.prototype is no option of a proxy, and no variable", async () => {
  const server = await serve(answering());
  const outcome = await runBuilt(
    `const evil = { url: "http://127.0.0.1:1/", auth: ["evil", "evil"], headers: { Evil: "1" }, tls: { verify: false },
       HTTP_PROXY: "evil://", no_proxy: "*", REQUEST_METHOD: "GET", reply: { status: 1 }, proxy: "http://127.0.0.1:1" };
     for (const name in evil) Object.prototype[name] = evil[name];
     const { ConnectionPool, Proxy } = httpcore;
     const send = async (proxy) => (await new ConnectionPool({ proxy }).request("GET", "http://x.example/")).status;
     report([
       await send(new Proxy({ url: values.url })),
       await send(Proxy.fromEnvironment({ HTTP_PROXY: values.url })),
       String(Proxy.fromEnvironment({})),
     ]);`,
    { url: server.origin },
  );
  expect(outcome).toEqual([200, 200, "<ProxyEnvironment [http: none, https: none]>"]);
  for (const { received } of server.peers)
    expect(received).toBe("GET http://x.example/ HTTP/1.1\r\nHost: x.example\r\n\r\n");
});
