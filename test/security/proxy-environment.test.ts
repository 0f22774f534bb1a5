// Of the known faults about proxies those of the environment: what NO_PROXY names, and who may set HTTP_PROXY.

import { ConnectError, Proxy } from "httpcore";
import { describe, expect, test } from "vitest";
import { openPool } from "../support/outcomes.ts";
import { answering, serve } from "../support/scripted-server.ts";

// The fault: texts are compared, so that another spelling of a host that NO_PROXY names goes to the proxy, or one that it
// does not name goes past it.
describe("T-noproxy: hosts are compared by what they are, not by how they are written", () => {
  /** Does a request to this machine at `host` go past the proxy (where nobody listens)? */
  async function goesPast(host: string, list: string): Promise<boolean> {
    const server = await serve(answering(), host.startsWith("[") && !host.includes("7f00") ? "::1" : "127.0.0.1");
    const noProxy = list.replace("PORT", String(server.port));
    const proxy = Proxy.fromEnvironment({ ALL_PROXY: "http://127.0.0.1:1", NO_PROXY: noProxy });
    const call = openPool({ proxy }).request("GET", `http://${host}:${server.port}/`);
    const failure = await call.then(() => null).catch((error: Error) => error);
    // Not every system knows every spelling; what it was to be connected to is what counts.
    if (failure !== null) expect(failure).toBeInstanceOf(ConnectError);
    return !failure?.message.includes("the proxy 127.0.0.1:1");
  }

  test.each([
    ["localhost", "localhost"],
    ["localhost.", "localhost"],
    ["localhost", "localhost."],
    ["LOCALHOST", "localhost"],
    ["localhost", "LocalHost"],
    ["localhost", "*"],
    ["localhost", "other.example, localhost"],
    ["localhost", "other.example localhost"],
    ["localhost", "localhost:PORT"],
    ["127.0.0.1", "127.0.0.1"],
    ["127.0.0.1.", "127.0.0.1"],
    ["127.1", "127.0.0.1"],
    ["0x7f.0.0.1", "127.0.0.1"],
    ["127.0.0.1", "127.0.0.0/8"],
    ["127.0.0.1", "::ffff:7f00:1"],
    ["127.0.0.1", "::ffff:127.0.0.0/104"],
    ["127.0.0.1", "0.0.0.0/0"],
    ["127.0.0.1", "127.0.0.1:PORT"],
    ["[::1]", "::1"],
    ["[::1]", "[::1]"],
    ["[::1]", "[::1]:PORT"],
    ["[0:0:0:0:0:0:0:1]", "::1"],
    ["[::1]", "::/64"],
    ["[::1]", "[::]/127"],
    ["[::ffff:7f00:1]", "127.0.0.1"],
    ["[::ffff:127.0.0.1]", "127.0.0.0/8"],
  ])("%s goes past the proxy: %s", async (host, list) => {
    expect(await goesPast(host, list)).toBe(true);
  });

  test.each([
    ["localhost", ""],
    ["localhost", "127.0.0.1"],
    ["127.0.0.1", "localhost"],
    ["localhost", "host"],
    ["localhost", "*.localhost"],
    ["localhost", "localhost:1"],
    ["localhost", "a.localhost"],
    ["127.0.0.1", "127.0.0.1:1"],
    ["127.0.0.1", "0.0.1"],
    ["127.0.0.1", "128.0.0.0/1"],
    ["127.0.0.1", "127.0.0.2/31"],
    ["127.0.0.1", "::1"],
    ["127.0.0.1", "::/0"],
    ["[::1]", "127.0.0.1"],
    ["[::1]", "::2/127"],
    ["[::1]", "0.0.0.0/0"],
  ])("%s goes to the proxy: %j", async (host, list) => {
    expect(await goesPast(host, list)).toBe(false);
  });
});

// The fault: the client of a CGI program sends a header `Proxy`, which is the program's variable HTTP_PROXY (CVE-2016-5385).
describe("T-httpoxy: HTTP_PROXY does not count where a request's headers are variables", () => {
  const HTTP_PROXY = "http://127.0.0.1:1";

  async function answerOf(environment: Record<string, string>): Promise<string> {
    const server = await serve(answering());
    const proxy = await serve(answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy"));
    const url = proxy.origin;
    const variables = Object.entries(environment).map(([name, value]) => [name, value.replace("HERE", url)]);
    const pool = openPool({ proxy: Proxy.fromEnvironment(Object.fromEntries(variables)) });
    return (await pool.request("GET", server.url())).text();
  }

  test.each(["GET", ""])("REQUEST_METHOD is %j", async (method) => {
    expect(await answerOf({ HTTP_PROXY, REQUEST_METHOD: method })).toBe("ok");
  });

  test("what is no proxy at all does not even stop the program", async () => {
    expect(await answerOf({ HTTP_PROXY: "file:///etc/passwd", REQUEST_METHOD: "GET" })).toBe("ok");
  });

  test("http_proxy and ALL_PROXY count: no header has such names", async () => {
    expect(await answerOf({ HTTP_PROXY, http_proxy: "HERE", REQUEST_METHOD: "GET" })).toBe("proxy");
    expect(await answerOf({ HTTP_PROXY, ALL_PROXY: "HERE", REQUEST_METHOD: "GET" })).toBe("proxy");
    expect(await answerOf({ HTTP_PROXY: "HERE" })).toBe("proxy");
  });
});
