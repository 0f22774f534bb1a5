// The same requests by Python's httpcore and by us, to the same server: what is on the wire, and what comes of it.
//
// Where we differ on purpose the case names the difference, which turns what Python did into what we did. Anything else
// that differs is a failure, and so is a difference that makes none.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { certificateAuthority, type Identity, leafFor } from "../support/certificates.ts";
import { DIFFERENCES } from "./differences.ts";
import type { DifferentialCase, Observation, Result } from "./differential-case.ts";
import { PythonClient, runOurs } from "./differential-clients.ts";
import { PROXY_CASES } from "./differential-proxies.ts";
import { REQUEST_CASES } from "./differential-requests.ts";
import { RESPONSE_CASES } from "./differential-responses.ts";
import { StepServer } from "./differential-server.ts";
import { describeUnless, findPython } from "./program.ts";

const CASES: readonly DifferentialCase[] = [...REQUEST_CASES, ...RESPONSE_CASES, ...PROXY_CASES];

const python = findPython(["httpcore", "h11", "socksio"]);
const HINT = "no Python with httpcore: install python3-httpcore python3-h11 python3-socksio";

describeUnless(python === null ? [HINT] : [], "Python's httpcore and we", () => {
  let client: PythonClient;
  let identity: Identity;
  let ca: string;

  beforeAll(async () => {
    client = new PythonClient(String(python));
    expect(await client.version()).toMatch(/^\d/);
    identity = await leafFor("origin.test");
    ca = (await certificateAuthority()).cert;
  });
  afterAll(() => client?.close());

  async function observe(
    { steps }: DifferentialCase,
    run: (port: number) => Promise<readonly Result[]>,
  ): Promise<Observation> {
    const server = new StepServer(steps, identity);
    const port = await server.listen();
    const results = await run(port);
    await server.close();
    return { wire: server.wire.map((octets) => octets.replaceAll(`127.0.0.1:${port}`, "127.0.0.1:PORT")), results };
  }

  test.each(CASES)("$name", async (given) => {
    let expected = await observe(given, (port) => client.run(given, port, ca));
    const ours = await observe(given, (port) => runOurs(given, port, ca));
    for (const name of given.differs ?? []) {
      const changed = differenceOf(name).apply(expected);
      expect(changed, `'${name}' makes no difference any more`).not.toEqual(expected);
      expected = changed;
    }
    expect(ours).toEqual(expected);
  });
});

describe("the table of differences", () => {
  test("has an entry for each name, and a case for each entry", () => {
    const named = new Set(CASES.flatMap(({ differs = [] }) => differs));
    expect([...named].sort()).toEqual(DIFFERENCES.map(({ name }) => name).sort());
  });

  test("is the one in docs/interop.md", () => {
    const page = readFileSync(new URL("../../docs/interop.md", import.meta.url), "utf8");
    for (const { python, ours, reason } of DIFFERENCES) expect(page).toContain(`| ${python} | ${ours} | ${reason} |`);
  });

  test("no two cases have the same name", () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
  });
});

function differenceOf(wanted: string): (typeof DIFFERENCES)[number] {
  const found = DIFFERENCES.find(({ name }) => name === wanted);
  if (!found) throw new Error(`there is no difference '${wanted}'`);
  return found;
}
