// Sends the request of a case: over a real socket with the public API, and through `httpcore/protocol`.

import { ConnectionPool, ProxyError, type RequestOptions, URL } from "httpcore";
import { ClientConnection, type HeaderText } from "httpcore/protocol";
import { joined, octets, text } from "../octets.ts";
import { turn } from "../support/outcomes.ts";
import { RecordingServer } from "./recording-server.ts";
import type { CaseInput, RequestOutcome } from "./request-case.ts";
import { chunksOf, foreignOptions, isSource, toContent, toHeaders, toTarget, toTrailers } from "./request-input.ts";

/** Responses to the request before the one in question, by version; the connection persists in both. */
const EARLIER_RESPONSES: Readonly<Record<string, string>> = {
  "1.1": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
  "1.0": "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
};
const METHODS_WITH_CONTENT = ["POST", "PUT", "PATCH"];
/** What stands for the server's address in `httpcore/protocol`, where there is none. */
export const NO_ADDRESS = "server.example:8080";

/** What a case says of the exchange before; null when there is none. */
function earlierResponse({ after_previous_request, server_version, connection_origin }: CaseInput): string | null {
  if (!after_previous_request && connection_origin === undefined && server_version === undefined) return null;
  return EARLIER_RESPONSES[server_version ?? "1.1"] ?? null;
}

export async function sendOverSocket(input: CaseInput): Promise<{ outcome: RequestOutcome; address: string }> {
  const server = new RecordingServer();
  await server.listen();
  const { address } = server;
  const pools: ConnectionPool[] = [];
  let error: unknown = null;
  let isKept = false;
  try {
    const pool = new ConnectionPool({
      networkBackend: server,
      ...(input.proxy ? { proxy: input.proxy } : {}),
    } as object);
    pools.push(pool);
    await send(input, pool, server);
  } catch (thrown) {
    error = thrown;
    await turn();
    isKept = earlierResponse(input) === null && pools.some(({ connections }) => connections.length > 0);
  }
  for (const pool of pools) await pool.close();
  const rest = await server.rest();
  server.close();
  const wire = error === null ? (server.requests.at(-1) ?? "") : rest;
  return { outcome: { error, wire, connections: server.connections, isKept }, address };
}

async function send(input: CaseInput, pool: ConnectionPool, server: RecordingServer): Promise<void> {
  const url = input.url.replaceAll("{addr}", server.address);
  const earlier = earlierResponse(input);
  if (earlier !== null) {
    const usual = server.response;
    server.response = earlier;
    await pool.request("GET", input.connection_origin ?? url);
    server.response = usual;
  }
  const { target_override } = input;
  const trailers = toTrailers(input);
  const options: RequestOptions = {
    headers: toHeaders(input),
    content: toContent(input.content),
    extensions: {
      ...(target_override === undefined || target_override === null ? {} : { target: toTarget(target_override) }),
      ...(trailers ? { trailers } : {}),
    },
    ...foreignOptions(input),
  };
  if (input.proxy !== undefined && url.startsWith("https:")) {
    // What asks for the tunnel is what the case is about: it is refused, and that is no error then.
    server.response = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    await pool.stream(input.method, url, options).catch((error) => {
      if (!(error instanceof ProxyError)) throw error;
    });
    return;
  }
  const response = await pool.stream(input.method, url, options);
  await response.extensions.networkStream?.close();
  await response.close();
}

/** Null where a case is about what lies above the protocol. */
export function sendThroughProtocol(input: CaseInput): RequestOutcome | null {
  if (input.proxy !== undefined || input.connection_origin !== undefined) return null;
  if (Object.keys(foreignOptions(input)).length > 0) return null;
  const connection = new ClientConnection();
  const earlier = earlierResponse(input);
  if (earlier !== null) {
    connection.send({ type: "request", method: "GET", target: "/", headers: { Host: NO_ADDRESS } });
    connection.send({ type: "end" });
    connection.receive(octets(earlier));
    while (connection.nextEvent().type !== "end");
    connection.startNextCycle();
  }
  const pieces: Uint8Array[] = [];
  try {
    sendEvents(input, connection, pieces);
    return { error: null, wire: joined(pieces), connections: null, isKept: false };
  } catch (error) {
    return { error, wire: joined(pieces), connections: null, isKept: connection.requestState === "done" };
  }
}

function sendEvents(input: CaseInput, connection: ClientConnection, pieces: Uint8Array[]): void {
  const { method, content, target_override } = input;
  const { target, host, port } = new URL(input.url.replaceAll("{addr}", NO_ADDRESS));
  const given = target_override ?? target;
  const requestTarget = toTarget(given);
  const authority = `${host.includes(":") ? `[${host}]` : host}${port === null ? "" : `:${port}`}`;
  const trailers = toTrailers(input);
  pieces.push(
    connection.send({
      type: "request",
      method,
      target: typeof requestTarget === "string" ? requestTarget : text(requestTarget),
      headers: completed(input, method === "CONNECT" && target_override ? requestTarget : authority),
    }),
  );
  for (const chunk of content === null ? [] : chunksOf(content)) {
    pieces.push(connection.send({ type: "content", octets: chunk }));
  }
  pieces.push(connection.send(trailers ? { type: "end", trailers: trailers() } : { type: "end" }));
}

// Below the facade nothing is added: who uses the protocol gives Host and framing, and so does this.
function completed(input: CaseInput, host: HeaderText): [HeaderText, HeaderText][] {
  const headers = toHeaders(input);
  const has = (name: string): boolean =>
    headers.some(([given]) => typeof given === "string" && given.toLowerCase() === name);
  if (!has("host")) headers.unshift(["Host", host]);
  if (has("content-length") || has("transfer-encoding")) return headers;
  const { content, method } = input;
  if (content === null) {
    if (METHODS_WITH_CONTENT.includes(method)) headers.push(["Content-Length", "0"]);
  } else if (isSource(content)) headers.push(["Transfer-Encoding", "chunked"]);
  else headers.push(["Content-Length", String(chunksOf(content).reduce((size, chunk) => size + chunk.length, 0))]);
  return headers;
}
