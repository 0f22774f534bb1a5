// The demo: every example of the quickstart, with its code, its octets on the wire and its outcome.
//
//   npm run demo                              against a server of its own
//   npm run demo -- http://127.0.0.1:8080/    against that server, which must have httpbin's endpoints
//
// Exit code 0 when all examples ran, 1 with one line on stderr when the argument is wrong or an example failed.

import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConnectionPool, defaultBackend } from "httpcore";
import { type DemoServer, startDemoServer } from "./demo-server.ts";
import { printCode, printFacts, printHeading, printNote, printTitle, printWire } from "./print.ts";
import { quickstart } from "./quickstart.ts";
import { WireTap } from "./wire-tap.ts";

/** Milliseconds: nobody watches a demo that does not move. */
const TIMEOUT = { connect: 5_000, read: 15_000 };

process.stdout.on("error", () => process.exit(0)); // the reader has left: `npm run demo | head`
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let server: DemoServer | null = null;
  try {
    const given = parseArguments(args);
    if (given === null) server = await startDemoServer();
    const base = given ?? server?.url ?? "";
    printTitle(`httpcore: the quickstart against ${base}${given === null ? " (a server of its own)" : ""}`);
    await runAll(base);
    return 0;
  } catch (error) {
    console.error(`demo: ${(error instanceof Error ? error.message : String(error)).replaceAll("\n", " ")}`);
    return 1;
  } finally {
    await server?.close();
  }
}

/** The base URL, with a slash at its end; null when none was given. */
function parseArguments([text, ...more]: readonly string[]): string | null {
  if (text === undefined) return null;
  if (more.length > 0) throw new Error("at most one argument is taken, the URL of a server with httpbin's endpoints");
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Error(`'${text}' is no URL that starts with http:// or https://`);
  }
  return `${url.origin}${url.pathname.replace(/\/?$/, "/")}`;
}

async function runAll(base: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "httpcore-demo-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  process.once("SIGINT", () => process.exit(130));
  const tap = new WireTap(defaultBackend);
  await using pool = new ConnectionPool({ networkBackend: tap, timeout: TIMEOUT });
  const examples = quickstart({ pool, folder, url: (path) => base + path });
  for (const [index, { title, code, run }] of examples.entries()) {
    printHeading(`${index + 1}. ${title}`);
    printCode(code);
    const facts = await run();
    printWire(tap.take());
    printFacts(facts);
  }
  printHeading("Done");
  printNote(`${examples.length} examples on ${String(pool)}`);
  console.log();
}
