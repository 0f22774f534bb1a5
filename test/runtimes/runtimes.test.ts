// One suite, all runtimes: each real binary runs every case against one peer, and what the peer got is the same from all.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { certificateAuthority, leafFor, selfSigned } from "../support/certificates.ts";
import { prepare, RUNTIMES, type Run, type RuntimeName, run } from "./launch.ts";
import { listenFull, listenSilently, PeerServer } from "./peer.ts";
import { listenSocks } from "./socks-peer.ts";
import { SUITE } from "./suite.ts";

const NAMES = SUITE.map(({ name }) => name);
const closing: (() => void)[] = [];
const runs = new Map<RuntimeName, Run>();

beforeAll(async () => {
  await prepare();
  const authority = await certificateAuthority();
  const [localhost, other] = [await leafFor("localhost"), await leafFor("other.example")];
  const stranger = await selfSigned();
  const servers = [undefined, localhost, other, stranger].map((identity) => new PeerServer(identity));
  const [plain = "", secure = "", wrongName = "", untrusted = ""] = await Promise.all(
    servers.map((server) => server.listen()),
  );
  const [silent, full, socks] = [await listenSilently(), await listenFull(), await listenSocks()];
  closing.push(...servers.map((server) => () => server.close()), silent.close, full.close, socks.close);
  const nobody = new PeerServer();
  const refused = await nobody.listen();
  nobody.close();
  const context = {
    plain,
    secure,
    wrongName,
    untrusted,
    silent: silent.origin,
    full: full.origin,
    socks: socks.origin,
    refused,
    ca: authority.cert,
  };
  await Promise.all(RUNTIMES.map(async (name) => runs.set(name, await run(name, context))));
}, 240_000);

afterAll(() => {
  for (const close of closing) close();
});

test("the suite has no two cases of one name", () => {
  expect(new Set(NAMES).size).toBe(NAMES.length);
  expect(NAMES.length).toBeGreaterThanOrEqual(100);
});

describe.each(RUNTIMES)("%s", (runtime) => {
  test("runs every case and ends by itself", () => {
    const { outcomes, fault } = runs.get(runtime) ?? { outcomes: [], fault: "was not run" };
    if (fault !== null) throw new Error(fault);
    expect(outcomes.map(({ name }) => name)).toEqual(NAMES);
  });

  test.each(NAMES)("%s", (name) => {
    const outcome = runs.get(runtime)?.outcomes.find((one) => one.name === name);
    expect(outcome, "the case was not run").toBeDefined();
    if (outcome?.error) throw new Error(outcome.error);
  });
});

describe("the same octets from every runtime", () => {
  test.each(NAMES)("%s", (name) => {
    const recordings = RUNTIMES.map((runtime) => {
      const outcome = runs.get(runtime)?.outcomes.find((one) => one.name === name);
      return [runtime, outcome?.recording];
    });
    const [, first] = recordings[0] ?? [];
    expect(first, "the case was not run").not.toBeUndefined();
    expect(Object.fromEntries(recordings)).toEqual(Object.fromEntries(RUNTIMES.map((runtime) => [runtime, first])));
  });
});
