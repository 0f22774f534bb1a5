// What is secret of a proxy must not come out where nobody looks for it.

import { inspect } from "node:util";
import { Request, type Trace } from "httpcore";
import { expect, test } from "vitest";
import { HangingBackend } from "../support/backends.ts";
import { openPool, rejection, turn } from "../support/outcomes.ts";
import { NOBODY } from "../support/scripted-server.ts";

const BASIC = Buffer.from("user:hunter2").toString("base64");

/** All text and octets that can be reached from `root` by properties, enumerable or not. */
function reachable(root: unknown): string {
  const seen = new Set<unknown>();
  const texts: string[] = [];
  const visit = (value: unknown): void => {
    if (value instanceof Uint8Array) texts.push(Buffer.from(value).toString("latin1"));
    else if (typeof value === "string") texts.push(value);
    if (typeof value !== "object" || value === null || seen.has(value) || ArrayBuffer.isView(value)) return;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) visit(Reflect.get(value, key));
  };
  visit(root);
  return texts.join("\n");
}

// A header without Host moved the proxy's lines by one: their values became names, and the error quoted the credentials.
test.each(["GET", "POST"])("a %s request without Host is refused without a word of the proxy's", async (method) => {
  const pool = openPool({ proxy: NOBODY.replace("//", "//user:hunter2@") });
  const error = await rejection(
    pool.handleRequest(new Request(method, "http://x.example/", { headers: { "X-A": "1" } })),
  );
  expect(error).toMatchObject({ reason: "missing-host" });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(BASIC);
});

// `connection.route.proxy` had Proxy-Authorization, SOCKS credentials and the keys of TLS, one spread or a console that
// ignores custom prints away from a log.
test.each(["http:", "socks5:"])(
  "no property of a connection, nor of an event, leads to secrets of a %s proxy",
  async (scheme) => {
    const infos: unknown[] = [];
    const trace: Trace = (_event, info) => void infos.push({ ...info, request: info.request });
    const pool = openPool({
      proxy: `${scheme}//user:hunter2@127.0.0.1:1`,
      networkBackend: new HangingBackend(),
      trace,
    });
    pool.request("GET", "http://x.example/").catch(() => {});
    await turn();
    expect(pool.connections.length).toBe(1);
    const all = reachable([pool, pool.connections, infos]);
    expect(all).toContain("http://x.example:80");
    expect(all).not.toContain("hunter2");
    expect(all).not.toContain(BASIC);
  },
);
