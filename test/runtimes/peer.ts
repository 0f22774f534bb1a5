// The peer of the suite: raw servers on the loopback interface whose answer is chosen by the path that is asked for.
//
// It runs in the process of the tests, the clients in those of their runtimes; so all that a case wants of its peer it
// says by the path, and all that it wants to know of what arrived comes back as content.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { requestEnd } from "../support/request-end.ts";
import { ROUTES } from "./routes.ts";

/** One connection of a client. */
export class Connection {
  readonly socket: net.Socket;
  /** Number of this connection among all of its server, from 1 on. */
  readonly number: number;
  /** Requests that have come on it. */
  requestCount = 0;
  #received = "";
  #taken = 0;
  #wake: (() => void) | null = null;
  #hasGone = false;

  constructor(socket: net.Socket, number: number) {
    this.socket = socket;
    this.number = number;
    socket.on("data", (octets: Buffer) => {
      this.#received += octets.toString("latin1");
      // A TLS handshake where there is no TLS is told so, as servers do.
      if (this.#received.startsWith("\x16")) socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
      this.#wake?.();
    });
    const leave = (): void => {
      this.#hasGone = true;
      this.#wake?.();
    };
    socket.on("end", leave);
    socket.on("close", leave);
    socket.on("error", leave);
  }

  /** Waits for the head of the next request. Null when the client has gone. */
  async head(): Promise<{ method: string; target: string } | null> {
    if (!(await this.#until(() => this.#received.indexOf("\r\n\r\n", this.#taken) >= 0))) return null;
    this.requestCount++;
    const [method = "", target = ""] = this.#received.slice(this.#taken).split(" ", 2);
    return { method, target };
  }

  /** Waits for the rest of the request and takes it: all of its octets. What has come when the client goes. */
  async request(): Promise<string> {
    const end = (): number => requestEnd(this.#received, this.#taken) ?? -1;
    await this.#until(() => end() >= 0);
    const octets = this.#received.slice(this.#taken, end() < 0 ? undefined : end());
    this.#taken += octets.length;
    return octets;
  }

  /** Takes everything that has come and has not been taken, once there is something. */
  async anything(): Promise<string> {
    await this.#until(() => this.#received.length > this.#taken);
    const octets = this.#received.slice(this.#taken);
    this.#taken += octets.length;
    return octets;
  }

  send(octets: string | Uint8Array): void {
    this.socket.write(typeof octets === "string" ? Buffer.from(octets, "latin1") : octets);
  }

  /** Resolves with false when the client has gone before `condition` holds. */
  async #until(condition: () => boolean): Promise<boolean> {
    while (!condition()) {
      if (this.#hasGone) return false;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return true;
  }
}

/** A server of the suite; `https` with a certificate. */
export class PeerServer {
  readonly #server: net.Server;
  readonly #scheme: "http" | "https";
  readonly #host: string;
  readonly #sockets = new Set<net.Socket>();
  #count = 0;

  constructor(identity?: { key: string; cert: string }) {
    const serve = (socket: net.Socket): void => void this.#serve(socket);
    const options = { allowHalfOpen: true, noDelay: true };
    this.#server = identity ? tls.createServer({ ...options, ...identity }, serve) : net.createServer(options, serve);
    this.#server.on("tlsClientError", () => {});
    this.#scheme = identity ? "https" : "http";
    this.#host = identity ? "localhost" : "127.0.0.1";
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `${this.#scheme}://${this.#host}:${(this.#server.address() as net.AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(socket: net.Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    const connection = new Connection(socket, ++this.#count);
    for (let head = await connection.head(); head !== null; head = await connection.head()) {
      // To a proxy the whole URL is said.
      const path = head.target.replace(/^http:\/\/[^/]*/, "");
      const name = head.method === "CONNECT" ? "CONNECT" : (path.split(/[/?]/)[1] ?? "");
      const route = ROUTES[name] ?? ROUTES.missing;
      await route?.(connection, head.target);
    }
    socket.end();
  }
}

/** Accepts connections and never says a word. */
export async function listenSilently(): Promise<{ origin: string; close(): void }> {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `https://localhost:${(server.address() as net.AddressInfo).port}`;
  return {
    origin,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * A port whose queue of connections is full, so that connecting hangs: a process that listens is stopped, and its queue
 * filled. The system then drops what asks for a connection.
 */
export async function listenFull(): Promise<{ origin: string; close(): void }> {
  const program = `require("net").createServer().listen({port:0,host:"127.0.0.1",backlog:1},function(){console.log(this.address().port)})`;
  const child: ChildProcess = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  const port = Number(String(line));
  child.kill("SIGSTOP");
  const fillers = Array.from({ length: 8 }, () => net.connect({ port, host: "127.0.0.1" }).on("error", () => {}));
  await new Promise((resolve) => setTimeout(resolve, 200));
  return {
    origin: `http://127.0.0.1:${port}`,
    close() {
      for (const filler of fillers) filler.destroy();
      child.kill("SIGKILL");
    },
  };
}
