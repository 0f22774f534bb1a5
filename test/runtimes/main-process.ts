// The suite as a program, for node, deno and bun: the context in its argument, one line of output for each case.

import process from "node:process";
import { ConnectionPool } from "httpcore";
import type { Context } from "./suite/harness.ts";
import { runCase } from "./suite/harness.ts";
import { SUITE } from "./suite.ts";

const context: Context = JSON.parse(process.argv.at(-1) ?? "");
const unhandled: string[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(String(reason)));

for (const one of SUITE) {
  const outcome = await runCase(one, context);
  const error = unhandled.length > 0 ? `unhandled: ${unhandled.splice(0).join("; ")}` : null;
  console.log(`@@CASE ${JSON.stringify({ ...outcome, error: outcome.error ?? error })}`);
}

// The process has to end by itself although this connection stays open.
await new ConnectionPool({ keepaliveExpiry: 600_000 }).request("GET", `${context.plain}/hello`);
console.log("@@END");
