// The worker that tests of workerd give jobs to: a job's name is the path, its argument the body, its answer JSON.
//
// In: a request from workerd-runtime.ts, each an event of its own. Out: what the job returned, or how it failed. It
// judges nothing. What rejected with nobody to hear it is kept, and told by the job `rejections`.

import { ConnectionPool, type ConnectionPoolOptions, type Response as HTTPResponse, request, stream } from "httpcore";

interface Environment {
  readonly POOLS: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(url: string, init: RequestInit): Promise<Response> };
  };
}

type Job = (argument: never, environment: Environment) => Promise<unknown>;

/** Pools that live as long as the worker, by name. Made here, outside of all events. */
const pools: Readonly<Record<string, ConnectionPool>> = {
  plain: new ConnectionPool(),
  early: new ConnectionPool(),
  sequential: new ConnectionPool(),
  narrow: new ConnectionPool({ maxConnections: 1 }),
  limited: new ConnectionPool({ timeout: { read: 150 } }),
  closing: new ConnectionPool(),
  closingKept: new ConnectionPool(),
  crowded: new ConnectionPool(),
  crowdedClosing: new ConnectionPool(),
  expiring: new ConnectionPool({ keepaliveExpiry: 150 }),
};

function poolOf(name: string): ConnectionPool {
  const pool = pools[name];
  if (!pool) throw new Error(`there is no pool ${name}`);
  return pool;
}

const rejections: string[] = [];
addEventListener("unhandledrejection", (event) => {
  rejections.push(String((event as PromiseRejectionEvent).reason));
});

/** What a pool makes of a request outside of all events; and the same pool is used in events later. */
const early = poolOf("early").request("GET", "http://127.0.0.1:1/").then(shown, failureOf);

/** The same without a pool. */
const earlyCalls = [request, stream].map((send) => send("GET", "http://127.0.0.1:1/").then(shown, failureOf));

/** A signal of all events. */
let shared = new AbortController();

interface Target {
  readonly url: string;
  readonly pool?: string;
}

const jobs: Readonly<Record<string, Job>> = {
  rejections: async () => rejections,

  early: async () => [await early, ...(await Promise.all(earlyCalls))],

  rejectUnheard: async () => {
    Promise.reject(new Error("on purpose"));
  },

  /** One request on the default pool. */
  request: async ({ url }: Target) => shown(await request("GET", url)),

  /** As many requests as asked for on a named pool, one after the other; and the pool's look behind them. */
  sequence: async ({ url, pool = "plain", method = "GET", count }: Target & { method?: string; count: number }) => {
    const contents: string[] = [];
    for (let i = 0; i < count; i++) contents.push(await (await poolOf(pool).request(method, url)).text());
    return { contents, pool: String(poolOf(pool)), connections: poolOf(pool).connections.map(String) };
  },

  /** Requests at the same time on a named pool. */
  parallel: async ({ url, pool = "plain", count }: Target & { count: number }) => {
    const sent = Array.from({ length: count }, () => poolOf(pool).request("GET", url));
    return Promise.all(sent.map(async (response) => (await response).text()));
  },

  /** A request on a pool of its own, with options. */
  withOptions: async ({
    url,
    options,
    extensions,
  }: Target & { options: ConnectionPoolOptions; extensions: object }) => {
    await using pool = new ConnectionPool(options);
    return shown(await pool.request("GET", url, { extensions }));
  },

  construct: async (options: ConnectionPoolOptions) => String(new ConnectionPool(options)),

  post: async ({ url, size, expect = false }: Target & { size: number; expect?: boolean }) => {
    const headers = expect ? { Expect: "100-continue" } : {};
    return shown(await request("POST", url, { headers, content: new Uint8Array(size).fill(97) }));
  },

  /** A request whose content goes on until the server has had enough. */
  postForEver: async ({ url, timeout = {} }: Target & { timeout?: object }) => {
    let isGivenUp = false;
    async function* content(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(65_536);
      } finally {
        isGivenUp = true;
      }
    }
    const response = await request("POST", url, { content: content(), extensions: { timeout } });
    return { ...(await shown(response)), isGivenUp };
  },

  stream: async ({ url }: Target) => {
    await using response = await stream("GET", url);
    const sizes: number[] = [];
    for await (const piece of response.iterStream()) sizes.push(piece.length);
    return { status: response.status, size: sizes.reduce((sum, size) => sum + size, 0) };
  },

  /** Closes the response behind its first piece. */
  streamAndClose: async ({ url, other }: Target & { other: string }) => {
    const response = await stream("GET", url);
    let size = 0;
    for await (const piece of response.iterStream()) {
      size = piece.length;
      break;
    }
    await (await fetch(other)).text();
    return { size };
  },

  /** A request on the default pool, and then one by the runtime's own client in the same event. */
  requestThen: async ({ url, other }: Target & { other: string }) => {
    const response = await request("GET", url);
    return `${await response.text()}, ${await (await fetch(other)).text()}`;
  },

  /** Reads a piece, waits until `other` has answered, reads on. */
  readSlowly: async ({ url, other }: Target & { other: string }) => {
    await using response = await stream("GET", url);
    let size = 0;
    for await (const piece of response.iterStream()) {
      if (size === 0) await (await fetch(other)).text();
      size += piece.length;
    }
    return { size };
  },

  /** A request, then one to `other` by the runtime's own client, then a request again. */
  around: async ({ url, other, pool = "plain" }: Target & { other: string }) => {
    const first = await poolOf(pool).request("GET", url);
    await (await fetch(other)).text();
    const connections = poolOf(pool).connections.map(String);
    const second = await poolOf(pool).request("GET", url);
    return { contents: [await first.text(), await second.text()], connections };
  },

  /** Two requests at once, answered one after the other, and then one to `other` by the runtime's own client. */
  pairThen: async ({ urls, other, pool }: { urls: string[]; other: string; pool: string }) => {
    await Promise.all(urls.map(async (url) => (await poolOf(pool).request("GET", url)).text()));
    await (await fetch(other)).text();
    return poolOf(pool).connections.map(String);
  },

  /** Works for a while without letting the event loop turn, between two requests. */
  work: async ({ url, method }: Target & { method: string }) => {
    await using pool = new ConnectionPool();
    const first = await pool.request(method, url);
    let sum = 0;
    for (let i = 0; i < 100_000_000; i++) sum += i;
    const second = await pool.request(method, url);
    return { contents: [await first.text(), await second.text()], sum };
  },

  /** Aborts when `other` has answered, and then asks `closed`, while the event goes on. */
  abort: async ({ url, other, closed }: Target & { other: string; closed: string }) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const sent = request("GET", url, { signal: controller.signal });
    const outcome = sent.then(
      () => "answered",
      (error) => (error === reason ? "the reason" : String(error)),
    );
    await (await fetch(other)).text();
    controller.abort(reason);
    return `${await outcome}, ${await (await fetch(closed)).text()}`;
  },

  abortedByAll: async ({ url, closed }: Target & { closed: string }) => {
    const sent = poolOf("plain").request("GET", url, { signal: shared.signal });
    return `${await sent.then(shown, (error) => String(error))}, ${await (await fetch(closed)).text()}`;
  },

  abortAll: async () => {
    shared.abort("all of you");
    shared = new AbortController();
    return true;
  },

  closePool: async (name: string) => {
    await poolOf(name).close();
    return String(poolOf(name));
  },

  /** CONNECT, then octets in the clear, or TLS and octets in it. */
  tunnel: async ({ url, target, tls }: Target & { target: string; tls: object | null }) => {
    await using response = await stream("CONNECT", url, { extensions: { target } });
    let network = response.extensions.networkStream;
    if (!network) throw new Error(`status ${response.status}`);
    if (tls) network = await network.startTLS(tls);
    await network.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    let text = "";
    while (!text.includes("\r\n\r\nok")) {
      const piece = await network.read();
      if (!piece) break;
      text += new TextDecoder().decode(piece);
    }
    return { text, address: network.getExtraInfo("serverAddress") };
  },

  /** Says something on the network stream, closes its writable side, and reads to the end. */
  halfClose: async ({ url }: Target) => {
    await using response = await stream("GET", url, { headers: { Connection: "upgrade", Upgrade: "echo" } });
    const network = response.extensions.networkStream;
    const writer = network?.writable.getWriter();
    await writer?.write(new TextEncoder().encode("all there is"));
    await writer?.close();
    let text = "";
    for (let piece = await network?.read(); piece; piece = await network?.read())
      text += new TextDecoder().decode(piece);
    return text;
  },

  /** A job in the Durable Object `name`. */
  inObject: async ({ name, job, argument }: { name: string; job: string; argument: unknown }, { POOLS }) => {
    const body = JSON.stringify(argument);
    const response = await POOLS.get(POOLS.idFromName(name)).fetch(`http://object/${job}`, { method: "POST", body });
    return response.json();
  },
};

async function shown(response: HTTPResponse): Promise<{ status: number; text: string }> {
  return { status: response.status, text: await response.text() };
}

async function answer(web: Request, environment: Environment): Promise<Response> {
  const job = jobs[new URL(web.url).pathname.slice(1)];
  if (!job) return new Response("there is no such job", { status: 404 });
  try {
    return Response.json((await job((await web.json()) as never, environment)) ?? null);
  } catch (error) {
    return Response.json({ failure: failureOf(error) });
  }
}

function failureOf(error: unknown): object {
  const fields = error as Partial<Record<string, unknown>>;
  const text = (value: unknown): string | null => (value === undefined || value === null ? null : String(value));
  return {
    name: text(fields.name),
    code: text(fields.code),
    message: text(fields.message),
    cause: text(fields.cause),
    phase: text(fields.phase),
    option: text(fields.option),
    runtime: text(fields.runtime),
  };
}

export default {
  fetch: (web: Request, environment: Environment): Promise<Response> => answer(web, environment),
};

/** A Durable Object: the same jobs, on pools that are its own. */
export class PoolKeeper {
  readonly #pool = new ConnectionPool();
  readonly #environment: Environment;

  constructor(_state: unknown, environment: Environment) {
    this.#environment = environment;
  }

  async fetch(web: Request): Promise<Response> {
    if (!web.url.endsWith("/kept")) return answer(web, this.#environment);
    const { url } = (await web.json()) as Target;
    const response = await this.#pool.request("GET", url);
    return Response.json({ text: await response.text(), pool: String(this.#pool) });
  }
}
