// What keeps a process alive: an exchange that is under way, and nothing else. Each case is a process of its own, which
// runs the package as it is built.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { answering, OK, serve, serveTLS } from "../support/scripted-server.ts";

const BUILT = new URL("../../dist/index.js", import.meta.url);

/** Runs `script`, which finds the package's exports in `httpcore`, and `url`; gives its exit code and output. */
function run(url: string, script: string, values: Record<string, string> = {}) {
  if (!existsSync(fileURLToPath(BUILT))) throw new Error("dist/index.js is missing: run `npm run build` first");
  const source = `
    import * as httpcore from ${JSON.stringify(BUILT.href)};
    const { url, ...values } = ${JSON.stringify({ url, ...values })};
    ${script}
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill());
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, output }));
  return { child, ended };
}

const DONE = { code: 0, output: "ok\n" };

describe("a process ends by itself", () => {
  test("with an idle connection of the default pool", async () => {
    const server = await serve(answering());
    const { ended } = run(server.url(), "console.log(await (await httpcore.request('GET', url)).text());");
    expect(await ended).toEqual(DONE);
  });

  test("with an idle connection of a pool that keeps it for ever", async () => {
    const server = await serve(answering());
    const { ended } = run(
      server.url(),
      `const pool = new httpcore.ConnectionPool({ keepaliveExpiry: Infinity });
       await Promise.all([1, 2, 3].map(() => pool.request("GET", url)));
       console.log(await (await pool.request("GET", url)).text());`,
    );
    expect(await ended).toEqual(DONE);
  });

  test("with an idle TLS connection", async () => {
    const server = await serveTLS(await leafFor("127.0.0.1"), answering());
    const { ended } = run(
      server.url(),
      `const pool = new httpcore.ConnectionPool({ tls: { ca: values.ca } });
       console.log(await (await pool.request("GET", url)).text());`,
      { ca: (await certificateAuthority()).cert },
    );
    expect(await ended).toEqual(DONE);
  });

  test("with time limits that have not passed", async () => {
    const server = await serve(answering());
    const { ended } = run(
      server.url(),
      `const timeout = { connect: 60_000, read: 60_000, write: 60_000, pool: 60_000, total: 60_000 };
       console.log(await (await httpcore.request("GET", url, { extensions: { timeout } })).text());`,
    );
    expect(await ended).toEqual(DONE);
  });

  test("with a response that is complete and was never read", async () => {
    const server = await serve(answering());
    const { ended } = run(
      server.url(),
      `await httpcore.stream("GET", url);
       await new Promise((resolve) => setTimeout(resolve, 50));
       console.log("ok");`,
    );
    expect(await ended).toEqual(DONE);
  });

  test("after a request that failed, was aborted, or timed out", async () => {
    const server = await serve(() => {});
    const { ended } = run(
      server.url(),
      `const controller = new AbortController();
       const calls = [
         httpcore.request("GET", "http://127.0.0.1:1/"),
         httpcore.request("GET", url, { signal: controller.signal }),
         httpcore.request("GET", url, { extensions: { timeout: { read: 50 } } }),
       ];
       setTimeout(() => controller.abort(), 50);
       for (const { status } of await Promise.allSettled(calls)) if (status !== "rejected") process.exitCode = 1;
       console.log("ok");`,
    );
    expect(await ended).toEqual(DONE);
  });
});

describe("a process stays alive", () => {
  test("while a head is awaited, also on a connection that was idle before", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send(OK);
      await peer.request();
    });
    const { child, ended } = run(
      server.url(),
      `await httpcore.request("GET", url);
       httpcore.request("GET", url).then(async (response) => console.log(await response.text()));`,
    );
    const peer = await server.peer(0);
    await peer.until("\r\n\r\nGET");
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(child.exitCode).toBeNull();
    peer.send(OK);
    expect(await ended).toEqual(DONE);
  });

  test("while content is awaited", async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    });
    const { child, ended } = run(
      server.url(),
      `httpcore.stream("GET", url).then(async (response) => console.log(await response.text()));`,
    );
    const peer = await server.peer(0);
    await peer.until("\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(child.exitCode).toBeNull();
    peer.send("k");
    expect(await ended).toEqual(DONE);
  });

  test("while requests wait in the queue, until the last has been answered", async () => {
    const server = await serve(answering());
    const { ended } = run(
      server.url(),
      `const pool = new httpcore.ConnectionPool({ maxConnections: 1 });
       const all = Array.from({ length: 20 }, () => pool.request("GET", url));
       Promise.all(all).then(() => console.log("ok"));`,
    );
    expect(await ended).toEqual(DONE);
  });

  test("until a time limit ends a request that is never answered", async () => {
    const server = await serve(() => {});
    const { ended } = run(
      server.url(),
      `httpcore.request("GET", url, { extensions: { timeout: { read: 100 } } }).catch((error) =>
         console.log(error.code === "ERR_READ_TIMEOUT" ? "ok" : error));`,
    );
    expect(await ended).toEqual(DONE);
  });
});
