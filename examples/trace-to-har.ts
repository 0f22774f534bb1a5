// A tracer that makes HAR 1.2 of what it hears, which browsers' developer tools open: an entry for each request.
//
//   npm run --silent example:har -- https://www.example.com/ https://www.example.com/a > out.har
//
// In: the events of a pool (docs/trace.md), of many exchanges at once, which are told apart by their request. Out: an object
// for JSON.stringify. Here is what the events mean; har-entry.ts knows the format.
//
// Exit code 0, or 1 with a line on stderr for each request that failed, and that the file tells of, too.

import { fileURLToPath } from "node:url";
import { ConnectionPool, ReadError, type Request, type Trace } from "httpcore";
import { type HAREntry, type Phase, type Recording, type ResponseHead, type Secrets, toEntry } from "./har-entry.ts";

/** The phase that an event begins; behind all others the one that there is goes on. */
const PHASES: Readonly<Record<string, Phase>> = {
  "pool.acquire.started": "blocked",
  "connection.retry.started": "blocked",
  "connection.connect_tcp.started": "connect",
  "connection.connect_unix_socket.started": "connect",
  "connection.start_tls.started": "connect",
  "socks.connect_tcp.started": "connect",
  "http11.send_request_headers.started": "send",
  "http11.receive_response_headers.started": "wait",
  "http11.receive_response_headers.complete": "receive",
};

export interface HAR {
  readonly log: {
    readonly version: "1.2";
    readonly creator: { readonly name: string; readonly version: string };
    readonly entries: readonly HAREntry[];
  };
}

/**
 * `trace` for a pool or for requests, and `har`, which tells what has been heard by now. `secrets` says whether values of
 * Authorization, Proxy-Authorization, Cookie and Set-Cookie are in the file.
 */
export function harTracer({ secrets = "hidden" }: { secrets?: Secrets } = {}): { trace: Trace; har(): HAR } {
  const exchanges: RecordedExchange[] = [];
  const current = new WeakMap<object, RecordedExchange>();
  const connections = new WeakMap<object, string>();
  let connectionCount = 0;

  function idOf(connection: object): string {
    const id = connections.get(connection) ?? String(++connectionCount);
    connections.set(connection, id);
    return id;
  }

  return {
    trace(event, info) {
      const request = info.request as Request | null;
      if (request === null) return;
      let exchange = current.get(request);
      if (!exchange || (exchange.isOver && event === "pool.acquire.started")) {
        exchange = new RecordedExchange(request);
        current.set(request, exchange);
        exchanges.push(exchange);
      }
      if (event === "pool.acquire.complete") exchange.connection = idOf(info.returnValue as object);
      exchange.hear(event, info);
    },
    har: () => ({
      log: {
        version: "1.2",
        creator: { name: "httpcore's trace-to-har", version: "1" },
        entries: exchanges.map((exchange) => toEntry(exchange, secrets)),
      },
    }),
  };
}

// What passes between two events belongs to the phase that the first one was in: phases always add up to the whole.
class RecordedExchange implements Recording {
  readonly request: Request;
  readonly startedAt = Date.now();
  readonly times: Record<Phase, number> = { blocked: 0, connect: 0, send: 0, wait: 0, receive: 0 };
  tls: number | null = null;
  isConnectionNew = false;
  connection: string | null = null;
  head: ResponseHead | null = null;
  contentSize: number | null = null;
  error: unknown = null;
  isOver = false;
  #phase: Phase = "blocked";
  #heardAt = performance.now();
  #tlsAt = 0;
  /** Proxies answer before there has been any content. */
  #isToOrigin = false;

  constructor(request: Request) {
    this.request = request;
  }

  hear(event: string, info: Readonly<Record<string, unknown>>): void {
    if (this.isOver) return;
    const now = performance.now();
    this.times[this.#phase] += now - this.#heardAt;
    this.#heardAt = now;
    const phase = PHASES[event];
    if (phase === "blocked" || phase === "connect" || phase === "send") this.#beginAnew(phase);
    if (phase) this.#phase = phase;
    if (phase === "connect") this.isConnectionNew = true;
    if (/\.start_tls\.started$/.test(event)) this.#tlsAt = now;
    else if (/\.start_tls\./.test(event)) this.tls = (this.tls ?? 0) + now - this.#tlsAt;
    if (event === "http11.send_request_body.started") this.#isToOrigin = true;
    if (phase === "receive" && this.#isToOrigin) this.head = info.returnValue as ResponseHead;
    if (event.endsWith(".failed")) this.error = info.exception;
    if (event === "http11.receive_response_body.complete") {
      this.contentSize = (info.returnValue as { contentSize: number }).contentSize;
    }
    this.isOver = isEnd(event, info.exception);
  }

  // What has been sent by now met a dead connection, or was for a proxy: it was part of getting there.
  #beginAnew(phase: "blocked" | "connect" | "send"): void {
    const { times } = this;
    times[phase === "send" ? "connect" : phase] += times.send + times.wait + times.receive;
    times.send = times.wait = times.receive = 0;
    this.#isToOrigin = false;
    this.head = null;
    this.error = null;
  }
}

// A connection that is found dead before anything has been sent is given back with a ReadError, and another one acquired.
function isEnd(event: string, exception: unknown): boolean {
  if (event === "pool.acquire.failed") return !(exception instanceof ReadError);
  return event === "http11.receive_response_body.complete" || event === "http11.response_closed.started";
}

async function main(urls: readonly string[]): Promise<number> {
  if (urls.length === 0) return fail("the URLs that are to be requested are missing");
  const { trace, har } = harTracer();
  await using pool = new ConnectionPool({ trace, timeout: { read: 30_000 } });
  const outcomes = await Promise.allSettled(urls.map((url) => pool.request("GET", url)));
  console.log(JSON.stringify(har(), null, 2));
  const failures = outcomes.filter((outcome) => outcome.status === "rejected");
  for (const { reason } of failures) fail(String(reason));
  return failures.length === 0 ? 0 : 1;
}

function fail(sentence: string): number {
  console.error(`har: ${sentence.replaceAll("\n", " ")}`);
  return 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
