// The client's side of bun.test.ts: what runs in Bun, bundled with the package's entry for it.
//
// In: the name of a case and its values as JSON. Out: lines for the test to wait for (`say`), the last of them the case's
// result as JSON. Nothing ends the process: it has to end by itself, whatever connections are left.

import { ConnectionPool, type ConnectionPoolOptions, HTTPCoreError, type NetworkStream, request } from "httpcore";

interface Values {
  readonly url: string;
  readonly ca?: string;
  readonly options?: ConnectionPoolOptions;
}

const say = (line: string): void => console.log(line);

/** Of 64 KiB: together more than the buffers of both systems hold. */
const PIECES = 250;

/** Long enough for anything that happens by itself. */
const PATIENCE = 5000;

async function eventually(condition: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`still not so: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** What there is to know of a rejection, or `fulfilled`. */
async function outcome(promise: Promise<unknown>): Promise<object | string> {
  try {
    await promise;
    return "fulfilled";
  } catch (error) {
    if (!(error instanceof HTTPCoreError)) return String(error);
    const { name, code, phase, cause } = error;
    return { name, code, phase, cause: (cause as { code?: unknown } | undefined)?.code };
  }
}

async function readAll(stream: NetworkStream): Promise<string> {
  let text = "";
  for (let piece = await stream.read(); piece !== null; piece = await stream.read()) {
    text += new TextDecoder().decode(piece);
  }
  return text;
}

async function connect(pool: ConnectionPool, url: string): Promise<NetworkStream> {
  const response = await pool.stream("CONNECT", url, { extensions: { target: "localhost:443" } });
  const stream = response.extensions.networkStream;
  if (!stream) throw new Error("there is no network stream");
  return stream;
}

const cases: Readonly<Record<string, (values: Values) => Promise<unknown>>> = {
  /** Three requests, one behind the other, on one pool. */
  async three({ url, options }) {
    const pool = new ConnectionPool({ keepaliveExpiry: Infinity, ...options });
    const texts: string[] = [];
    for (const path of ["1", "2", "3"]) texts.push(await (await pool.request("GET", url + path)).text());
    return [...texts, pool.connections.length, pool.connections[0]?.requestCount];
  },

  async refused({ url, options }) {
    const pool = new ConnectionPool(options);
    return [await outcome(pool.request("GET", url)), String(pool)];
  },

  async defaultPool({ url }) {
    return (await request("GET", url)).text();
  },

  /** 5 MB up, and down again in pieces that are taken slowly. */
  async echo({ url, options }) {
    const content = new Uint8Array(5_000_000).map((_, index) => index % 251);
    const response = await new ConnectionPool(options).stream("POST", url, { content });
    let size = 0;
    let count = 0;
    for await (const piece of response.iterStream()) {
      if (count++ % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      if (piece.some((octet, index) => octet !== content[size + index])) throw new Error(`wrong behind ${size} octets`);
      size += piece.length;
    }
    return size;
  },

  /** The source is asked for no more than the connection takes while the server does not read. */
  async upload({ url }) {
    let pulled = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for (; pulled < PIECES; pulled++) yield new Uint8Array(65_536);
    }
    const call = new ConnectionPool().request("POST", url, { content: source() });
    let before = -1;
    while (pulled === 0 || pulled !== before) {
      before = pulled;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    say("stuck");
    return [before < PIECES, (await call).status, pulled];
  },

  /** Idle, the connection is broken by the server; the next request goes out on another. */
  async idle({ url, options }) {
    const pool = new ConnectionPool({ keepaliveExpiry: Infinity, ...options });
    const first = await (await pool.request("GET", url)).text();
    say("idle");
    await eventually(() => pool.connections.length === 0);
    return [first, await (await pool.request("GET", url)).text()];
  },

  /** The content is cut while it is read. */
  async cut({ url, options }) {
    const pool = new ConnectionPool(options);
    const response = await pool.stream("GET", url);
    const iterator = response.iterStream();
    const { value } = await iterator.next();
    const next = outcome(iterator.next());
    say("reading");
    return [value?.length, await next, String(pool)];
  },

  async abortConnecting({ url, options }) {
    const controller = new AbortController();
    const call = new ConnectionPool(options).request("GET", url, { signal: controller.signal });
    setTimeout(() => controller.abort("enough"), 100);
    return outcome(call);
  },

  async timeoutConnecting({ url, options }) {
    return outcome(new ConnectionPool({ ...options, timeout: { connect: 100 } }).request("GET", url));
  },

  async abortReading({ url, options }) {
    const controller = new AbortController();
    const pool = new ConnectionPool(options);
    const response = await pool.stream("GET", url, { signal: controller.signal });
    const reading = outcome(response.read());
    controller.abort("enough");
    return [await reading, String(pool)];
  },

  /** The server has closed its side: ours stays open, for 1 MB and the FIN. */
  async finFirst({ url, options }) {
    const stream = await connect(new ConnectionPool(options), url);
    const text = await readAll(stream);
    await stream.write(new Uint8Array(1_000_000).fill(0x61));
    await stream.writable.close();
    return text;
  },

  /** Ours is closed first: what the server says then is read. */
  async finLast({ url, options }) {
    const pool = new ConnectionPool(options);
    const stream = await connect(pool, url);
    await stream.write(new TextEncoder().encode("bye"));
    await stream.writable.close();
    const text = await readAll(stream);
    await eventually(() => pool.connections.length === 0);
    return text;
  },

  async startTLS({ url, options }) {
    const pool = new ConnectionPool();
    const plain = await connect(pool, url);
    const stream = await plain.startTLS(options?.tls ?? undefined);
    const greeting = new TextDecoder().decode((await stream.read()) ?? undefined);
    const isSecure = stream.getExtraInfo("tls") !== undefined;
    await stream.write(new TextEncoder().encode("again"));
    await stream.writable.close();
    return [greeting, await readAll(stream), isSecure];
  },

  async startTLSRefused({ url, options }) {
    const pool = new ConnectionPool();
    const plain = await connect(pool, url);
    return [await outcome(plain.startTLS(options?.tls ?? undefined)), String(pool)];
  },

  async facts({ url, options }) {
    const stream = await connect(new ConnectionPool(options), url);
    const tls = stream.getExtraInfo("tls") as Record<string, unknown> | undefined;
    const facts = {
      clientAddress: stream.getExtraInfo("clientAddress"),
      serverAddress: stream.getExtraInfo("serverAddress"),
      tls: tls && { ...tls, peerCertificate: (tls.peerCertificate as Uint8Array).length },
      raw: typeof stream.getExtraInfo("raw"),
    };
    await stream.close();
    return facts;
  },
};

const [name = "", values = "{}"] = process.argv.slice(2);
const run = cases[name];
if (!run) throw new Error(`there is no case '${name}'`);
run(JSON.parse(values) as Values).then((result) => say(JSON.stringify({ result })));
