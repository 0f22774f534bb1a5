// A WebSocket client (RFC 6455) on a connection that HTTP has been upgraded on.
//
//   npm run example:websocket                             against a server of its own, made with the ws package
//   npm run example:websocket -- wss://www.example.com/   against that server, which must send messages back
//
// In: a pool and a ws: or wss: URL. Out: a WebSocketStream (websocket-stream.ts). HTTP is the pool's business; what is
// left to do is to ask for the upgrade, to look at the answer, and to take `networkStream`, the connection itself.
//
// Exit code 0 when what came back is what was sent, 1 with one line on stderr when not.

import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { ConnectionPool, type Response } from "httpcore";
import { WebSocketStream } from "./websocket-stream.ts";

/** Shows that the server knows what it agrees to (section 1.3). */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** Milliseconds for the whole example. */
const TIMEOUT = 20_000;
const MESSAGES = ["Hello, world", "0123456789".repeat(10_240), new Uint8Array(70_000).fill(0xff), ""];

/**
 * Asks for an upgrade, and checks what section 4.1 wants of the answer. `signal` ends the handshake, and later the
 * connection. Rejects with an error of the pool, or one that says what was wrong with the answer.
 */
export async function openWebSocket(pool: ConnectionPool, url: string, signal?: AbortSignal): Promise<WebSocketStream> {
  const key = randomBytes(16).toString("base64");
  const headers = {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": key,
    "Sec-WebSocket-Version": "13",
  };
  const response = await pool.stream("GET", url, { headers, ...(signal && { signal }) });
  const fault = findFault(response, key);
  const stream = response.extensions.networkStream;
  if (!fault && stream) return new WebSocketStream(stream);
  await response.close();
  throw new Error(`no WebSocket: the server ${fault}`);
}

function findFault({ status, headers, extensions }: Response, key: string): string | null {
  const accept = createHash("sha1").update(`${key}${GUID}`).digest("base64");
  if (!extensions.networkStream) return `answered ${status} ${extensions.reasonPhrase}`;
  if (headers.get("Upgrade")?.toLowerCase() !== "websocket") return "upgraded to something else";
  if (!/(^|,)\s*upgrade\s*(,|$)/i.test(headers.get("Connection") ?? "")) return "sent no 'Connection: Upgrade'";
  if (headers.get("Sec-WebSocket-Accept") !== accept) return "sent a Sec-WebSocket-Accept that is not for our key";
  for (const name of ["Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"]) {
    if (headers.has(name)) return `sent a ${name} that nobody asked for`;
  }
  return null;
}

async function main([url, ...more]: readonly string[]): Promise<number> {
  if (more.length > 0) return fail("at most one argument is taken, the URL of a server that sends messages back");
  const server = url === undefined ? await startEchoServer() : null;
  await using pool = new ConnectionPool();
  try {
    await echo(pool, url ?? server?.url ?? "");
    return 0;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  } finally {
    server?.close();
  }
}

async function echo(pool: ConnectionPool, url: string): Promise<void> {
  const socket = await openWebSocket(pool, url, AbortSignal.timeout(TIMEOUT));
  console.log(`${url} is open: ${String(pool)}`);
  for (const message of MESSAGES) {
    await socket.send(message);
    console.log(`→ ${shown(message)}`);
    const answer = await socket.receive();
    console.log(`← ${answer === null ? "closed" : shown(answer)}`);
    if (answer === null || !Buffer.from(answer).equals(Buffer.from(message))) {
      throw new Error("what came back is not what was sent");
    }
  }
  await socket.close(1000, "done");
  console.log(`closed with code ${socket.closed?.code}: ${String(pool)}`);
}

async function startEchoServer(): Promise<{ url: string; close(): void }> {
  const { WebSocketServer } = await import("ws");
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  server.on("connection", (socket) => {
    socket.on("message", (message, isBinary) => socket.send(message, { binary: isBinary }));
  });
  await once(server, "listening");
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

function shown(message: string | Uint8Array): string {
  if (typeof message !== "string") return `${message.length} octets`;
  return message.length <= 40 ? JSON.stringify(message) : `${message.length} characters`;
}

function fail(sentence: string): number {
  console.error(`websocket: ${sentence.replaceAll("\n", " ")}`);
  return 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
