// The proxies that the environment names: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in lower case or upper case.
//
// In: the variables, read and checked once. Out: the proxy for a URL, or none. Where both cases are set the lower one
// counts, as it does in curl and Python; what is empty is not set.

import { NoProxy } from "./no-proxy.ts";
import { checkObject, wrongType } from "./own-properties.ts";
import type { ProxySettings } from "./pool/route.ts";
import { printAsText } from "./printing.ts";
import { checkProxyOptions, type ProxyChoice } from "./proxy-options.ts";

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

const NAMES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name.toLowerCase(), name]);
/** Set where the program answers a request by CGI: there headers of that request are variables, named HTTP_ and theirs. */
const CGI_NAME = "REQUEST_METHOD";

let choiceIn: (environment: ProxyEnvironment) => ProxyChoice;

/** What `Proxy.fromEnvironment` gives: a value for a pool's `proxy` that decides for each URL. */
export class ProxyEnvironment {
  static {
    printAsText(ProxyEnvironment);
    choiceIn = (environment) => environment.#choice;
  }

  readonly #plain: ProxySettings | null;
  readonly #secure: ProxySettings | null;
  readonly #noProxy: NoProxy;

  /** @throws as `Proxy` does, for values that name no proxy; TypeError for a NO_PROXY that is none */
  constructor(environment: Environment | undefined) {
    const variables = environment === undefined ? ownEnvironment() : copyOf(environment);
    // CVE-2016-5385: the client of a CGI program sends "Proxy: http://evil.example".
    if (variables[CGI_NAME] !== undefined) variables.HTTP_PROXY = undefined;
    const any = proxyOf(variables, "ALL_PROXY");
    this.#plain = proxyOf(variables, "HTTP_PROXY") ?? any;
    this.#secure = proxyOf(variables, "HTTPS_PROXY") ?? any;
    const [name, list] = lookUp(variables, "NO_PROXY");
    this.#noProxy = new NoProxy(list, name);
  }

  /** `<ProxyEnvironment [http: 'http://127.0.0.1:3128', https: none]>` */
  toString(): string {
    const [plain, secure] = [this.#plain, this.#secure].map((proxy) =>
      proxy ? `'${proxy.authority.origin}'` : "none",
    );
    return `<ProxyEnvironment [http: ${plain}, https: ${secure}]>`;
  }

  toJSON(): string {
    return this.toString();
  }

  get #choice(): ProxyChoice {
    const [plain, secure] = [this.#plain, this.#secure];
    return {
      all: [plain, secure].filter((proxy) => proxy !== null),
      choose: (authority) => {
        const isSecure = authority.scheme === "https" || authority.scheme === "wss";
        const proxy = isSecure ? secure : plain;
        return proxy === null || this.#noProxy.covers(authority) ? null : proxy;
      },
    };
  }
}

/** What `environment` chooses from. */
export function choiceOfEnvironment(environment: ProxyEnvironment): ProxyChoice {
  return choiceIn(environment);
}

type Variables = Record<string, string | undefined>;

// The name by which a variable was found, and its value; "" when it is not set.
function lookUp(variables: Variables, upperName: string): [name: string, value: string] {
  const lowerName = upperName.toLowerCase();
  const name = variables[lowerName] === undefined ? upperName : lowerName;
  return [name, variables[name]?.trim() ?? ""];
}

function proxyOf(variables: Variables, upperName: string): ProxySettings | null {
  const [name, value] = lookUp(variables, upperName);
  if (value === "") return null;
  // `proxy.example:3128` is how many write it.
  return checkProxyOptions({ url: value.includes("://") ? value : `http://${value}` }, name);
}

function copyOf(environment: Environment): Variables {
  checkObject(environment, "the environment");
  const copy: Variables = Object.create(null);
  for (const name of [...NAMES, CGI_NAME]) {
    const value: unknown = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (value !== undefined && typeof value !== "string") throw wrongType(name, "a string", value);
    copy[name] = value;
  }
  return copy;
}

// The environment of the process; there is none on workerd, nor where Deno refuses to show it.
function ownEnvironment(): Variables {
  try {
    const { process } = globalThis as { process?: { env?: Environment } };
    return copyOf(process?.env ?? {});
  } catch {
    return {};
  }
}
