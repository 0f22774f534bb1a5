// One suite, all runtimes: each real binary runs every case against one peer, and what the peer got is the same from all.

import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { certificateAuthority, clientNamed, leafFor, selfSigned } from "../support/certificates.ts";
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
  const client = await clientNamed("somebody");
  const passphrase = "open sesame";
  const encryption = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase } as const;
  const mutually = { ...localhost, ca: authority.cert, requestCert: true };
  const choosingly = { ...localhost, ALPNProtocols: ["h2", "http/1.1"] };
  const identities = [undefined, localhost, other, stranger, mutually, choosingly];
  const servers = identities.map((identity) => new PeerServer(identity));
  const [plain = "", secure = "", wrongName = "", untrusted = "", mutual = "", choosing = ""] = await Promise.all(
    servers.map((server) => server.listen()),
  );
  const sockets = mkdtempSync(join(tmpdir(), "httpcore-"));
  const behind = [new PeerServer(), new PeerServer(localhost)];
  const [unixPlain = "", unixSecure = ""] = await Promise.all(
    behind.map((server, index) => server.listenOn(join(sockets, String(index)))),
  );
  closing.push(...behind.map((server) => () => server.close()), () => rmSync(sockets, { recursive: true }));
  const [silent, full, socks] = [await listenSilently(), await listenFull(), await listenSocks()];
  closing.push(...servers.map((server) => () => server.close()), silent.close, full.close, socks.close);
  // Servers whose port has a queue that is full on another address.
  const answering = [new PeerServer(), new PeerServer(localhost)];
  const besideFull = await Promise.all(
    answering.map(async (server) => {
      const url = new URL(await server.listen("127.0.0.2"));
      const beside = await listenFull("127.0.0.1", Number(url.port));
      closing.push(() => server.close(), beside.close);
      return `${url.protocol}//named.example:${url.port}/hello`;
    }),
  );
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
    besideFull,
    ca: authority.cert,
    unixPlain,
    unixSecure,
    mutual,
    choosing,
    client,
    stranger,
    encryptedKey: String(createPrivateKey(client.key).export(encryption)),
    passphrase,
    pin: createHash("sha256").update(new X509Certificate(localhost.cert).raw).digest("hex"),
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
