// The proxies that the environment names, as the package reads them: a pool has them when it is given
// `Proxy.fromEnvironment()`. User and password never come in here.

import process from "node:process";
import { Proxy } from "httpcore";

/** Origins of proxies; null for none. */
export interface EnvironmentProxies {
  /** Deno may hide the environment; then nothing is set for the package, either. */
  readonly readable: boolean;
  /** For `http` and `ws`. */
  readonly http: string | null;
  /** For `https` and `wss`. */
  readonly https: string | null;
  /** NO_PROXY as it is set; null also where something is wrong. */
  readonly noProxy: string | null;
  /** What is wrong with a variable; null when nothing is. */
  readonly problem: string | null;
}

/** How the package prints them. */
const PRINTED = /\[http: (?:none|'(.*)'), https: (?:none|'(.*)')\]/;

export function environmentProxies(): EnvironmentProxies {
  const nothing = { readable: true, http: null, https: null, noProxy: null, problem: null };
  let noProxy: string | null;
  try {
    noProxy = (process.env.no_proxy ?? process.env.NO_PROXY)?.trim() || null;
  } catch {
    return { ...nothing, readable: false };
  }
  try {
    const [, http = null, https = null] = PRINTED.exec(String(Proxy.fromEnvironment())) ?? [];
    return { ...nothing, http, https, noProxy };
  } catch (error) {
    // Without NO_PROXY, which may be what is wrong, and hold anything.
    return { ...nothing, problem: String(error) };
  }
}
