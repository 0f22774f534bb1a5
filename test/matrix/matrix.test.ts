// The differential matrix against httpcore alone: every anomaly over a real loopback connection, and every one of them
// must be right. `npm run matrix` runs the same table against other clients too.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as httpcore from "httpcore";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { octets } from "../octets.ts";
import type { Anomaly } from "./anomaly.ts";
import { httpcoreClient } from "./client/httpcore-client.ts";
import { type Played, play } from "./client/play.ts";
import { judge } from "./judge.ts";
import { AnomalyServer } from "./server.ts";
import { ANOMALIES, GROUPS } from "./table.ts";

/** Reached only by a request that hangs: nothing is measured with it. */
const PATIENCE = 10_000;
const AT_ONCE = 8;

describe("the table", () => {
  test("has many rows, and each id once", () => {
    const ids = ANOMALIES.map(({ id }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(110);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(ids.filter((id) => !/^[a-z0-9-]+$/.test(id))).toEqual([]);
    expect(new Set(GROUPS.map(({ title }) => title)).size).toBe(GROUPS.length);
  });

  test("has octets that are the same every time, and only octets", async () => {
    const digest = (anomalies: readonly Anomaly[]): string =>
      createHash("sha256").update(JSON.stringify(anomalies)).digest("hex");
    vi.resetModules();
    const again = await import("./table.ts");
    expect(again.ANOMALIES).not.toBe(ANOMALIES);
    expect(digest(again.ANOMALIES)).toBe(digest(ANOMALIES));
    for (const { id, send, later = "" } of ANOMALIES) expect(() => octets(send + later), id).not.toThrow();
  });

  test("never sends octets later on a connection that it has closed", () => {
    const odd = ANOMALIES.filter(({ later, end }) => later !== undefined && end !== "open");
    expect(odd.map(({ id }) => id)).toEqual([]);
  });
});

describe("docs/matrix.md", () => {
  const document = readFileSync(new URL("../../docs/matrix.md", import.meta.url), "utf8");

  test("has every row of the table, and no other: npm run matrix writes it", () => {
    const shown = [...document.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, id]) => id);
    expect(shown).toEqual(ANOMALIES.map(({ id }) => id));
  });
});

describe("httpcore", () => {
  let server: AnomalyServer;
  const played = new Map<string, Played>();

  beforeAll(async () => {
    server = await AnomalyServer.start(ANOMALIES);
    const jobs = server.jobs(PATIENCE);
    const work = async (): Promise<void> => {
      for (let job = jobs.shift(); job; job = jobs.shift()) {
        played.set(job.id, await play(job, () => httpcoreClient(httpcore)));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }, 60_000);

  afterAll(() => server.close());

  test.each(ANOMALIES.map((anomaly) => [anomaly.id, anomaly] as const))("%s", (id, anomaly) => {
    const result = played.get(id);
    if (!result) throw new Error("the anomaly was not played");
    const record = { ...result, isReused: server.isReused(id) };
    expect(judge(anomaly, record).verdict, JSON.stringify({ ...record, why: anomaly.why }).slice(0, 2000)).toBe(
      "right",
    );
    // A refusal counts only when it is one: an error of ours that says what is wrong, or a broken connection.
    if (result.first.kind === "refused") {
      expect(result.first.error).toMatch(anomaly.end === "reset" ? /^ReadError / : /^RemoteProtocolError [a-z0-9-]+:/);
    }
  });
});
