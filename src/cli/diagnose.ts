// What can be told about the package on this runtime: each part looked at by a file of its own, gathered here. A part that
// does not work is a finding and not an exception: the rest is told all the same.

import process from "node:process";
import { defaultBackend } from "httpcore";
import { DEFAULT_LIMITS, type Limits } from "httpcore/protocol";
import { type CodecState, codecState } from "./codec-state.ts";
import { type EnvironmentProxies, environmentProxies } from "./environment-proxies.ts";
import { type SelfTest, selfTest } from "./self-test.ts";
import { unsupportedOptions } from "./unsupported-options.ts";

/** What `httpcore doctor --json` prints (docs/cli.md). */
export interface Diagnosis {
  /** Nothing was found that does not work. */
  readonly works: boolean;
  /** Of this package. */
  readonly version: string;
  readonly runtime: { readonly name: string; readonly version: string; readonly platform: string };
  /** The network that package.json has chosen for the runtime. */
  readonly adapter: string;
  readonly codec: CodecState;
  readonly selfTest: SelfTest;
  readonly proxies: EnvironmentProxies;
  /** Options that raise UnsupportedByRuntime here. */
  readonly unsupported: readonly string[];
  /** Octets and counts; null for no limit. */
  readonly limits: Readonly<Record<keyof Limits, number | null>>;
}

/** `version` is that of this package. Never rejects. */
export async function diagnose(version: string): Promise<Diagnosis> {
  const [codec, proxies, exchange] = [codecState(), environmentProxies(), await selfTest()];
  return {
    works: codec.problem === null && proxies.problem === null && exchange.outcome !== "failed",
    version,
    runtime: runtime(),
    adapter: defaultBackend.runtime,
    codec,
    selfTest: exchange,
    proxies,
    unsupported: unsupportedOptions(),
    limits: limits(),
  };
}

// Deno and Bun have a version of Node, too: the one that they are compatible with.
function runtime(): Diagnosis["runtime"] {
  const { versions, platform, arch } = process;
  const name = ["deno", "bun"].find((other) => versions[other] !== undefined) ?? "node";
  return { name, version: versions[name] ?? "unknown", platform: `${platform} ${arch}` };
}

function limits(): Diagnosis["limits"] {
  const numbers = Object.entries(DEFAULT_LIMITS).map(([name, limit]) => [name, limit === Infinity ? null : limit]);
  return Object.fromEntries(numbers) as Diagnosis["limits"];
}
