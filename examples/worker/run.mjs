// Runs the worker of this folder under the real workerd: `node examples/worker/run.mjs`.
//
// It starts an origin that tells which connection a request came on, builds the worker, asks for each of its pages, and
// prints what came. Nothing leaves this machine.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import runtime from "workerd";
import { codecForEsbuild, compileCodec } from "../../scripts/codec-plugin.mjs";

const PAGES = ["/request", "/stream", "/pool", "/pool", "/object", "/object", "/refused"];

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** An origin that counts its connections, and the requests on each. */
async function startOrigin() {
  const connections = new WeakMap();
  let count = 0;
  const origin = http.createServer(({ socket }, answer) => {
    const connection = connections.get(socket) ?? { number: ++count, requests: 0 };
    connections.set(socket, connection);
    answer.end(`connection ${connection.number}, request ${++connection.requests}`);
  });
  origin.listen(0, "127.0.0.1");
  await once(origin, "listening");
  return origin;
}

/** Puts into `folder` what workerd needs. */
async function buildWorker(folder, origin) {
  await build({
    entryPoints: [here("worker.ts")],
    bundle: true,
    format: "esm",
    outfile: join(folder, "worker.js"),
    external: ["cloudflare:*"],
    alias: { httpcore: here("../../src/entry/workerd.ts") },
    plugins: [codecForEsbuild("module")],
  });
  writeFileSync(join(folder, "codec.wasm"), await compileCodec());
  const configuration = readFileSync(here("config.capnp"), "utf8").replace("@ORIGIN@", origin);
  writeFileSync(join(folder, "config.capnp"), configuration);
}

/** The port that workerd listens on, as it tells on its control pipe. */
async function portOf(control) {
  for await (const line of createInterface(control)) {
    const message = JSON.parse(line);
    if (message.event === "listen") return message.port;
  }
  throw new Error("workerd did not start");
}

const origin = await startOrigin();
const folder = mkdtempSync(join(tmpdir(), "httpcore-worker-"));
try {
  await buildWorker(folder, `http://127.0.0.1:${origin.address().port}/`);
  const child = spawn(runtime.default, ["serve", "--control-fd=3", join(folder, "config.capnp")], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const closed = once(child, "close");
  try {
    const port = await portOf(child.stdio[3]);
    for (const page of PAGES) {
      const answer = await fetch(`http://127.0.0.1:${port}${page}`, { signal: AbortSignal.timeout(10_000) });
      console.log(`${page.padEnd(9)} ${answer.status}  ${await answer.text()}`);
    }
  } finally {
    child.kill("SIGKILL");
    await closed;
  }
} finally {
  origin.close();
  origin.closeAllConnections();
  rmSync(folder, { recursive: true });
}
