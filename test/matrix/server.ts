// The server's half of a run: plays anomalies on loopback, and keeps account of connections.
//
// Each anomaly has a port of its own, so that nothing of one can reach another through a client's pool. A request for
// /first gets the anomaly, one for /next the plainest response. A side door (a port of its own, too) tells a client when
// everything has been sent that was to come behind the anomaly: nobody has to guess how long that takes.

import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import type { Anomaly } from "./anomaly.ts";
import type { Job } from "./client/play.ts";

const NEXT_RESPONSE = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext";

/** Octets that have been written are there at once on loopback; their reader gets these milliseconds to take notice. */
const NOTICE = 20;

interface Stage {
  readonly anomaly: Anomaly;
  readonly listener: net.Server;
  readonly sockets: Set<net.Socket>;
  /** The connections on which /first was asked for, the last one last. */
  readonly first: net.Socket[];
  isReused: boolean;
}

export class AnomalyServer {
  readonly #stages = new Map<string, Stage>();
  readonly #sideDoor = http.createServer((request, response) => {
    const stage = this.#stages.get(decodeURIComponent(String(request.url).slice(1)));
    const done = stage ? finish(stage) : Promise.resolve();
    done.then(() => response.end("settled"));
  });

  static async start(anomalies: readonly Anomaly[]): Promise<AnomalyServer> {
    const server = new AnomalyServer();
    await listen(server.#sideDoor);
    for (const anomaly of anomalies) {
      const listener = net.createServer({ allowHalfOpen: true, noDelay: true });
      const stage: Stage = { anomaly, listener, sockets: new Set(), first: [], isReused: false };
      listener.on("connection", (socket) => serveConnection(stage, socket));
      await listen(listener);
      server.#stages.set(anomaly.id, stage);
    }
    return server;
  }

  /** What a client has to do for each anomaly. */
  jobs(patience: number): Job[] {
    const door = `http://127.0.0.1:${portOf(this.#sideDoor)}`;
    return [...this.#stages.values()].map(({ anomaly: { id, method = "GET" }, listener }) => {
      const origin = `http://127.0.0.1:${portOf(listener)}`;
      const settled = `${door}/${encodeURIComponent(id)}`;
      return { id, method, first: `${origin}/first`, next: `${origin}/next`, settled, patience };
    });
  }

  /** Did the second request come on the connection of the first? */
  isReused(id: string): boolean {
    return this.#stages.get(id)?.isReused ?? false;
  }

  close(): void {
    this.#sideDoor.close();
    this.#sideDoor.closeAllConnections();
    for (const { listener, sockets } of this.#stages.values()) {
      listener.close();
      for (const socket of sockets) socket.destroy();
    }
  }
}

async function listen(server: net.Server): Promise<void> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
}

function portOf(server: net.Server): number {
  return (server.address() as net.AddressInfo).port;
}

function serveConnection(stage: Stage, socket: net.Socket): void {
  stage.sockets.add(socket);
  socket.on("close", () => stage.sockets.delete(socket));
  // Clients that refuse break off in the middle of what is sent: that is what they should do.
  socket.on("error", () => {});
  socket.on("end", () => socket.end());
  let received = "";
  socket.on("data", (octets: Buffer) => {
    received += octets.toString("latin1");
    for (let end = received.indexOf("\r\n\r\n"); end >= 0; end = received.indexOf("\r\n\r\n")) {
      answer(stage, socket, received.slice(0, end));
      received = received.slice(end + 4);
    }
  });
}

function answer(stage: Stage, socket: net.Socket, head: string): void {
  if (!/^\S+ \/first /.test(head)) {
    stage.isReused = stage.first.includes(socket);
    socket.write(NEXT_RESPONSE);
    return;
  }
  stage.first.push(socket);
  const { send, end = "fin" } = stage.anomaly;
  const octets = Buffer.from(send, "latin1");
  if (end === "fin") socket.end(octets);
  else if (end === "open") socket.write(octets);
  // A RST overtakes what has not been read yet, so it waits a moment.
  else socket.write(octets, () => setTimeout(() => socket.resetAndDestroy(), NOTICE));
}

/** Sends what is to come on the idle connection, and gives the client time to notice. */
async function finish({ anomaly: { later, laterEnd }, first }: Stage): Promise<void> {
  const socket = first.at(-1);
  if (later !== undefined && socket?.writable) {
    await new Promise<void>((resolve) => {
      socket.write(Buffer.from(later, "latin1"), () => resolve());
    });
    if (laterEnd === "fin") socket.end();
  }
  await new Promise((resolve) => setTimeout(resolve, NOTICE));
}
