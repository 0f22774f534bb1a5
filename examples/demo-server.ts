// A small server in the shape of httpbin, for the demo and for tests: the same paths, and answers with the same keys.
//
// In: requests on a loopback port. Out: what they looked like, as JSON, or octets in the amount and at the pace asked
// for. It is built on node:http alone, so that what it reports of a request is an independent witness.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Octets that one request can ask for, as in httpbin. */
const MAX_SIZE = 100 * 1024;
const MAX_LINES = 100;
const DEFAULT_CHUNK_SIZE = 10 * 1024;
/** Milliseconds between lines: enough for each to travel alone. */
const LINE_PAUSE = 30;

const PAGE = `<!doctype html>
<html>
<head>
<title>Example Domain</title>
</head>
<body><p>This domain is for use in examples.</p></body>
</html>
`;

/** A server that is listening. */
export interface DemoServer {
  /** `http://127.0.0.1:12345/` */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a server on a free port of the loopback interface. */
export async function startDemoServer(): Promise<DemoServer> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => stop(server) };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const [, name = "", amount = "0"] = url.pathname.split("/");
  const number = Number(amount);
  switch (name) {
    case "":
      return send(response, "text/html", PAGE);
    case "get":
      return sendJSON(response, { args: Object.fromEntries(url.searchParams), ...describe(request, url) });
    case "headers":
      return sendJSON(response, { headers: titled(request) });
    case "post":
      return sendJSON(response, { args: {}, data: await readAll(request), ...describe(request, url) });
    case "bytes":
      return send(response, "application/octet-stream", alphabet(Math.min(number, MAX_SIZE)));
    case "stream":
      return lines(response, { args: {}, ...describe(request, url) }, number);
    case "range":
      response.setHeader("Content-Length", Math.min(number, MAX_SIZE));
      return dribble(response, number, url);
    case "delay":
      await sleep(number * 1000, undefined, { ref: false });
      return sendJSON(response, describe(request, url));
    case "status":
      response.statusCode = number;
      return send(response, "text/plain", "");
    default:
      response.statusCode = 404;
      return send(response, "text/plain", "there is nothing here\n");
  }
}

function describe(request: IncomingMessage, url: URL): object {
  return { headers: titled(request), origin: request.socket.remoteAddress, url: url.href };
}

// The header lines as httpbin shows them: names in title case, lines of one name joined, sorted by name.
function titled(request: IncomingMessage): Record<string, string> {
  const fields = new Map<string, string>();
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = String(request.rawHeaders[i]).replace(/[a-z]+/gi, (word) => {
      return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
    });
    const before = fields.get(name);
    const value = String(request.rawHeaders[i + 1]);
    fields.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries([...fields].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function readAll(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

function sendJSON(response: ServerResponse, value: object): void {
  send(response, "application/json", `${JSON.stringify(value)}\n`);
}

function send(response: ServerResponse, type: string, content: string): void {
  response.setHeader("Content-Type", type);
  response.setHeader("Content-Length", Buffer.byteLength(content));
  response.end(content);
}

// A line of JSON for each of `number`, each in a chunk of its own.
async function lines(response: ServerResponse, value: object, number: number): Promise<void> {
  response.setHeader("Content-Type", "application/json");
  for (let id = 0; id < Math.min(number, MAX_LINES) && !response.destroyed; id++) {
    response.write(`${JSON.stringify({ ...value, id })}\n`);
    await sleep(LINE_PAUSE);
  }
  response.end();
}

// Content in pieces of `chunk_size`, over `duration` seconds.
async function dribble(response: ServerResponse, size: number, { searchParams }: URL): Promise<void> {
  const content = alphabet(Math.min(size, MAX_SIZE));
  const chunkSize = Math.max(1, Number(searchParams.get("chunk_size") ?? DEFAULT_CHUNK_SIZE));
  const pause = (Number(searchParams.get("duration") ?? 0) * 1000 * chunkSize) / content.length;
  response.setHeader("Content-Type", "application/octet-stream");
  for (let at = 0; at < content.length && !response.destroyed; at += chunkSize) {
    response.write(content.slice(at, at + chunkSize));
    if (pause > 0) await sleep(pause);
  }
  response.end();
}

function alphabet(size: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyz";
  return letters.repeat(Math.ceil(size / letters.length)).slice(0, size);
}
