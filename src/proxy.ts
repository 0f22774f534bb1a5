// A proxy as callers have it: made of its options, checked at once, and never printed with what is secret of it.

import { wrongType } from "./own-properties.ts";
import type { ProxySettings } from "./pool/route.ts";
import { printAsText } from "./printing.ts";
import { choiceOfEnvironment, type Environment, ProxyEnvironment } from "./proxy-environment.ts";
import { checkProxyOptions, type ProxyChoice, type ProxyOptions } from "./proxy-options.ts";
import { URL } from "./url.ts";

let settingsOf: (proxy: Proxy) => ProxySettings;

/** A proxy that a pool's requests go through. */
export class Proxy {
  static {
    printAsText(Proxy);
    settingsOf = (proxy) => proxy.#settings;
  }

  readonly #settings: ProxySettings;

  /**
   * @throws TypeError for unknown options, wrong types and options that do not go together; UnsupportedProtocol for a
   * scheme other than http, https, socks5 and socks5h; LocalProtocolError for a bad URL or headers that cannot be sent
   */
  constructor(options: ProxyOptions) {
    this.#settings = checkProxyOptions(options, "proxy");
  }

  /**
   * What HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY say, read now: a value for a pool's `proxy`, which decides for
   * each URL. `environment` stands for the variables of the process.
   * @throws as the constructor, for the variable that is named
   */
  static fromEnvironment(environment?: Environment): ProxyEnvironment {
    return new ProxyEnvironment(environment);
  }

  /** Where the proxy is; without user and password. */
  get url(): URL {
    const { scheme, host, port } = this.#settings.authority;
    return new URL({ scheme, host, port });
  }

  /** `<Proxy ['http://127.0.0.1:3128']>` */
  toString(): string {
    return `<Proxy ['${this.#settings.authority.origin}']>`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** Which proxies a pool's option `proxy` stands for; null for none. @throws as `Proxy` does */
export function choiceOf(given: unknown): ProxyChoice | null {
  if (given === undefined || given === null) return null;
  if (given instanceof ProxyEnvironment) return choiceOfEnvironment(given);
  const proxy = typeof given === "string" ? new Proxy({ url: given }) : given;
  if (proxy instanceof Proxy) {
    const settings = settingsOf(proxy);
    return { all: [settings], choose: () => settings };
  }
  throw wrongType("proxy", "a URL as a string, a Proxy, or what Proxy.fromEnvironment() gives", given);
}
