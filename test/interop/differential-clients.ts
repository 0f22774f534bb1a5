// The two clients of the differential test: Python's httpcore in a process of its own, and ours. Both turn a case and
// the port of a server into the results of its requests.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ConnectionPool, Proxy, URL } from "httpcore";
import type { DifferentialCase, Exchange, Result } from "./differential-case.ts";

const SCRIPT = fileURLToPath(new globalThis.URL("differential-client.py", import.meta.url));
const TIMEOUT = { connect: 5000, read: 5000, write: 5000, pool: 5000 };

const octets = (text: string): Uint8Array => Buffer.from(text, "latin1");
const latin1 = (content: Uint8Array): string => Buffer.from(content).toString("latin1");

/** A URL that starts with a slash is one of the server. */
const absolute = ({ url }: Exchange, port: number): string =>
  url.startsWith("/") ? `http://127.0.0.1:${port}${url}` : url;

export class PythonClient {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #log = "";

  constructor(python: string) {
    this.#child = spawn(python, [SCRIPT], { stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#log += text;
    });
    const lines: Interface = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** The version of httpcore; the first thing that it tells. */
  async version(): Promise<string> {
    return ((await this.#next()) as { version: string }).version;
  }

  async run({ requests, proxy }: DifferentialCase, port: number, ca: string): Promise<readonly Result[]> {
    const message = {
      ca: requests.some(({ url }) => url.startsWith("https:")) ? ca : null,
      proxy: proxy ? { url: `${proxy.scheme}://127.0.0.1:${port}`, auth: proxy.auth ?? null } : null,
      requests: requests.map((request) => ({
        method: request.method,
        url: absolute(request, port),
        parts: request.target === undefined ? null : partsOf(request, port),
        headers: request.headers ?? [],
        content: request.content ?? null,
        asText: request.asText ?? false,
      })),
    };
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
    return (await this.#next()) as Result[];
  }

  close(): void {
    this.#child.kill();
  }

  async #next(): Promise<unknown> {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`the Python client has ended:\n${this.#log}`);
    return JSON.parse(value);
  }
}

/** The same with our own. */
export async function runOurs(
  { requests, proxy }: DifferentialCase,
  port: number,
  ca: string,
): Promise<readonly Result[]> {
  const given = proxy && new Proxy({ url: `${proxy.scheme}://127.0.0.1:${port}`, auth: proxy.auth });
  await using pool = new ConnectionPool({ tls: { ca }, timeout: TIMEOUT, ...(given && { proxy: given }) });
  const results: Result[] = [];
  for (const request of requests) results.push(await send(pool, request, port));
  return results;
}

async function send(pool: ConnectionPool, request: Exchange, port: number): Promise<Result> {
  const { method, headers = [], content, asText } = request;
  const given = (text: string): string | Uint8Array => (asText ? text : octets(text));
  try {
    const url = request.target === undefined ? absolute(request, port) : new URL(partsOf(request, port));
    const response = await pool.request(given(method), url, {
      headers: headers.map(([name, value]): [string | Uint8Array, string | Uint8Array] => [given(name), given(value)]),
      content: content === undefined ? null : typeof content === "string" ? octets(content) : content.map(octets),
    });
    const { httpVersion, reasonPhrase } = response.extensions;
    return {
      status: response.status,
      version: httpVersion ?? "",
      reason: reasonPhrase ?? "",
      headers: [...response.headers],
      content: latin1(response.content),
    };
  } catch (error) {
    return { error: (error as Error).constructor.name };
  }
}

function partsOf(request: Exchange, port: number): { scheme: string; host: string; port: number; target: string } {
  const { protocol, hostname, port: given } = new globalThis.URL(absolute(request, port));
  return { scheme: protocol.slice(0, -1), host: hostname, port: Number(given), target: request.target ?? "/" };
}
