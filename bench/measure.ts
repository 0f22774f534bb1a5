// One measurement: a fresh client process of a runtime against the server of a case.

import { fileURLToPath } from "node:url";
import { bunBinary, denoBinary } from "../scripts/runtimes/binaries.ts";
import type { Case } from "./cases.ts";
import type { Settings } from "./client/run.mjs";
import type { ContestantName, Runtime } from "./contestants.ts";
import { type Measurement, median } from "./measurement.ts";
import { Child, PATIENCE } from "./processes.ts";
import { responseNamed } from "./responses.mjs";
import type { Server } from "./server.ts";
import { measureWorker } from "./worker.ts";

/** Where the programs for runtimes other than Node are made. */
export const BUILD: string = fileURLToPath(new URL(".build", import.meta.url));
const MAIN = fileURLToPath(new URL("client/main.mjs", import.meta.url));

const COMMANDS: Readonly<Record<Exclude<Runtime, "workerd">, () => string[]>> = {
  node: () => [process.execPath, MAIN],
  deno: () => [denoBinary(), "run", "--allow-all", "--no-lock", "--quiet", "./process.mjs"],
  bun: () => [bunBinary(), "run", "./process.mjs"],
};

/** A latency is taken of each so many-th small request; of requests that take long, of each. */
const SAMPLE_EVERY = 16;
const LARGE = 32_768;
/** So many responses have to come in a warm-up, as code is compiled that runs often; but not of those that are huge. */
const WARM_RESPONSES = 5000;
const HUGE = 200_000;

export interface Times {
  /** Milliseconds. */
  readonly warmUp: number;
  /** For a client that is slow, or gets little of the processor. */
  readonly mostWarmUp: number;
  readonly duration: number;
  /** Processes for one measurement of the kind `cold`. */
  readonly starts: number;
}

/** What is the same for all measurements of a case. */
export interface Setting {
  readonly case: Case;
  readonly server: Server;
  readonly times: Times;
  /** The file with the certificate to trust, where there is TLS. */
  readonly trusted: string | null;
}

/** @throws Error with what the client wrote to its standard error */
export async function measure(runtime: Runtime, contestant: ContestantName, setting: Setting): Promise<Measurement> {
  const settings = settingsFor(contestant, setting);
  if (runtime === "workerd") return measureWorker(BUILD, settings, setting);
  return setting.case.kind === "cold"
    ? measureStarts(runtime, settings, setting)
    : measureProcess(runtime, settings, setting);
}

function settingsFor(contestant: ContestantName, { case: one, server, times }: Setting): Settings {
  const { size, contentSize, headerOctets } = responseNamed(one.response);
  const { kind, connections, origins = 1, tls = false, requests = 0, content = null } = one;
  const { readsHeaders = false, readsPieces = false } = one;
  const octets = size + (content?.size ?? 0);
  return {
    ...{ contestant, kind, port: server.port, connections, origins, isTls: tls, readsHeaders, readsPieces },
    ...{ contentSize, responseSize: size, headerOctets, content },
    requests,
    sampleEvery: octets > LARGE ? 1 : SAMPLE_EVERY,
    warmUp: times.warmUp,
    mostWarmUp: times.mostWarmUp,
    warmResponses: octets > HUGE ? 0 : WARM_RESPONSES,
    duration: times.duration,
    patience: times.mostWarmUp + times.duration + 2 * PATIENCE,
  };
}

function start(runtime: Exclude<Runtime, "workerd">, settings: Settings, trusted: string | null): Child {
  const env = trusted ? { ...process.env, NODE_EXTRA_CA_CERTS: trusted } : process.env;
  const command = [...COMMANDS[runtime](), JSON.stringify(settings)];
  const options = runtime === "node" ? { env } : { env, cwd: BUILD };
  return new Child(`${settings.contestant} on ${runtime}`, command, options);
}

async function measureProcess(
  runtime: Exclude<Runtime, "workerd">,
  settings: Settings,
  { server, trusted }: Setting,
): Promise<Measurement> {
  const client = start(runtime, settings, trusted);
  try {
    const patience = settings.mostWarmUp + settings.duration + PATIENCE;
    const result = client.message<Measurement>("result", patience);
    result.catch(() => {}); // awaited below, unless what is awaited before fails first
    await client.message("begin", patience);
    const busy = await server.watch();
    const measurement = await result;
    const serverBusy = await busy();
    await client.ended(PATIENCE);
    return { ...measurement, serverBusy };
  } finally {
    await client.stop();
  }
}

/** The time from starting a process until it says that its response is there: medians of several processes. */
async function measureStarts(
  runtime: Exclude<Runtime, "workerd">,
  settings: Settings,
  { times, trusted }: Setting,
): Promise<Measurement> {
  const found: { milliseconds: number; cpuMicroseconds: number; peakMegabytes: number }[] = [];
  for (let i = 0; i < times.starts; i++) {
    const startedAt = performance.now();
    const client = start(runtime, settings, trusted);
    try {
      const result = await client.message<{ cpuMicroseconds: number; peakMegabytes: number }>("result", PATIENCE);
      found.push({ ...result, milliseconds: performance.now() - startedAt });
      await client.ended(PATIENCE);
    } finally {
      await client.stop();
    }
  }
  const milliseconds = median(found.map((one) => one.milliseconds));
  return {
    requestsPerSecond: 1000 / milliseconds,
    cpuMicroseconds: median(found.map((one) => one.cpuMicroseconds)),
    p50Milliseconds: milliseconds,
    p99Milliseconds: null,
    peakMegabytes: median(found.map((one) => one.peakMegabytes)),
    serverBusy: null,
  };
}
