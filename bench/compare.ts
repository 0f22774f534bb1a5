// The measurements of a run, in their order: case by case, round by round, contestants taking turns.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import cliProgress from "cli-progress";
import { generate } from "selfsigned";
import { makePrograms } from "../scripts/runtimes/programs.ts";
import type { Case } from "./cases.ts";
import { titleOf } from "./contestants.ts";
import { BUILD, measure, type Setting } from "./measure.ts";
import type { Comparison, Options } from "./options.ts";
import { type CaseResult, type Series, summarize } from "./results.ts";
import { Server } from "./server.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

type Show = (what: string) => void;

export async function compare(options: Options): Promise<CaseResult[]> {
  const { comparisons, rounds, times } = options;
  if (comparisons.some(({ runtime }) => runtime !== "node")) {
    await makePrograms(BUILD, { process: here("client/process.mjs"), worker: here("client/worker.mjs") });
  }
  const progress = new cliProgress.SingleBar({
    format: "{bar} {value}/{total} {what}, {eta_formatted} left",
    clearOnComplete: true,
    noTTYOutput: true,
    notTTYSchedule: 30_000,
  });
  const total = comparisons.reduce((sum, { contestants }) => sum + contestants.length, 0) * rounds;
  progress.start(total, 0, { what: "" });
  const results: CaseResult[] = [];
  try {
    for (const comparison of comparisons) {
      const { case: one, runtime } = comparison;
      const show: Show = (what) => progress.update({ what: `${one.name}, ${runtime}: ${what}` });
      results.push(
        await withServer(one, (server, trusted) => {
          const setting = { case: one, server, times, trusted };
          return compareIn(comparison, setting, rounds, show, () => progress.increment());
        }),
      );
    }
  } finally {
    progress.stop();
  }
  return results;
}

/** Compares on a server of its own, with a certificate of its own where there is TLS. */
async function withServer<T>(one: Case, work: (server: Server, trusted: string | null) => Promise<T>): Promise<T> {
  const tls = one.tls ? await certificate() : undefined;
  const server = await Server.start({ response: one.response, content: one.content, tls });
  const folder = tls ? mkdtempSync(join(tmpdir(), "httpcore-bench-")) : null;
  try {
    const trusted = folder && join(folder, "certificate.pem");
    if (trusted && tls) writeFileSync(trusted, tls.cert);
    return await work(server, trusted);
  } finally {
    await server.stop();
    if (folder) rmSync(folder, { recursive: true });
  }
}

async function certificate(): Promise<{ key: string; cert: string }> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  return { key, cert };
}

async function compareIn(
  comparison: Comparison,
  setting: Setting,
  rounds: number,
  show: Show,
  stepDone: () => void,
): Promise<CaseResult> {
  const series: Series[] = comparison.contestants.map((contestant) => ({ contestant, samples: [], failures: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const { contestant, samples, failures } of round % 2 === 0 ? series : series.toReversed()) {
      show(titleOf(contestant));
      try {
        samples.push(await measure(comparison.runtime, contestant, setting));
      } catch (error) {
        samples.push(null);
        failures.push(error instanceof Error ? error.message : String(error));
      }
      stepDone();
    }
  }
  return summarize(comparison, series);
}
