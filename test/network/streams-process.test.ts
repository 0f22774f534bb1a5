// What keeps a process alive whose network is a pair of streams: a request that is under way. Each case is a process of
// its own, which runs the package as it is built; its pairs are in memory, so nothing else keeps it alive.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const BUILT = new URL("../../dist/index.js", import.meta.url);

/** Runs `script`, which has `answer(text)`, `asked` (settles when a request has come) and a pool over pairs in memory. */
async function run(script: string): Promise<{ code: number | null; output: string }> {
  if (!existsSync(fileURLToPath(BUILT))) throw new Error("dist/index.js is missing: run `npm run build` first");
  const source = `
    import { ConnectionPool, streamsBackend } from ${JSON.stringify(BUILT.href)};
    let answer, ask;
    const asked = new Promise((resolve) => { ask = resolve; });
    const networkBackend = streamsBackend(() => ({
      readable: new ReadableStream({
        start(controller) {
          answer = (text) => controller.enqueue(new TextEncoder().encode(text));
        },
      }),
      writable: new WritableStream({ write: () => ask() }),
    }));
    const pool = new ConnectionPool({ networkBackend, keepaliveExpiry: Infinity });
    const OK = "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok";
    ${script}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill());
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code] = await once(child, "close");
  return { code: code as number | null, output };
}

const DONE = { code: 0, output: "ok\n" };

test("a process ends by itself with an idle connection", async () => {
  const script = `
    const promise = pool.request("GET", "http://a/");
    await asked;
    answer(OK);
    console.log(await (await promise).text());`;
  expect(await run(script)).toEqual(DONE);
});

test("a process stays alive while a head and content are awaited, for which nothing else does", async () => {
  // A timer that keeps no process alive has its turn only if something else does.
  const script = `
    pool.request("GET", "http://a/").then(async (response) => console.log(await response.text()));
    await asked;
    setTimeout(() => {
      answer(OK.slice(0, -1));
      setTimeout(() => answer("k"), 50).unref();
    }, 50).unref();`;
  expect(await run(script)).toEqual(DONE);
});

test("a process ends by itself after requests that were aborted, also while a pair is opened", async () => {
  const script = `
    const controller = new AbortController();
    const never = new ConnectionPool({ networkBackend: streamsBackend(() => new Promise(() => {})) });
    const calls = [pool, never].map((each) => each.request("GET", "http://a/", { signal: controller.signal }));
    setTimeout(() => controller.abort(), 50);
    for (const { status } of await Promise.allSettled(calls)) if (status !== "rejected") process.exitCode = 1;
    console.log("ok");`;
  expect(await run(script)).toEqual(DONE);
});
