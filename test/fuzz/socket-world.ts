// Real sockets on 127.0.0.1: a server that follows a script, and the real clock.

import { once } from "node:events";
import net from "node:net";
import {
  type ConnectOptions,
  defaultBackend,
  type NetworkBackend,
  type NetworkConnection,
  type NetworkReceiver,
} from "httpcore";
import { ClientHasGone, Peer } from "../support/scripted-server.ts";
import type { ConnectionScript } from "./exchange-script.ts";
import { playServer, type ServerSide } from "./exchange-server.ts";
import type { World } from "./world.ts";

/** How long the scripts' longest limits and pauses take, and what the system may add. */
const LONG_ENOUGH = 150;
/** How long what must happen may take at the most, on a machine that is busy with other things. */
const PATIENCE = 5000;

export class SocketWorld implements World, NetworkBackend {
  readonly runtime = "sockets";
  readonly backend = this;
  readonly #server: net.Server;
  readonly #peers: Peer[] = [];
  readonly #complaints: string[] = [];
  readonly #scripts: readonly ConnectionScript[];
  #attempts = 0;

  static async open(scripts: readonly ConnectionScript[]): Promise<SocketWorld> {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true });
    const world = new SocketWorld(scripts, server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return world;
  }

  private constructor(scripts: readonly ConnectionScript[], server: net.Server) {
    this.#scripts = scripts;
    this.#server = server;
    server.on("connection", (socket) => {
      const peer = new Peer(socket);
      const script = this.#script(this.#peers.push(peer) - 1);
      playServer(new PeerSide(peer), script, this.sleep).catch((error) => {
        if (!(error instanceof ClientHasGone)) this.#complaints.push(String(error));
      });
    });
  }

  /** Both hosts are the same server. */
  origin(host: "a" | "b"): string {
    const { port } = this.#server.address() as net.AddressInfo;
    return `http://${host === "a" ? "127.0.0.1" : "127.0.0.2"}:${port}`;
  }

  after(time: number, callback: () => void): void {
    setTimeout(callback, time);
  }

  readonly sleep = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

  async rest(isDone: () => boolean, isEnough: () => boolean): Promise<void> {
    const start = performance.now();
    for (let time = 0; time < PATIENCE && !isDone(); time = performance.now() - start) {
      if (time > LONG_ENOUGH && isEnough()) break;
      await this.sleep(1);
    }
    // What goes wrong after all seems to be done has a chance to show.
    await this.sleep(1);
  }

  stalls(): null {
    return null;
  }

  complaints(): string[] {
    const open = this.#peers.filter((peer) => !peer.hasGone);
    // A server that takes no octets does not see the end of them.
    for (const { socket } of open) socket.resume();
    return [...this.#complaints, ...open.map((peer) => `connection ${this.#peers.indexOf(peer)} is open`)];
  }

  async close(): Promise<void> {
    for (const { socket } of this.#peers) socket.destroy();
    this.#server.close();
  }

  async connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    const { connect } = this.#script(this.#attempts++);
    const { signal } = options;
    // Where nobody listens.
    if (connect === "refused") return defaultBackend.connectTcp({ ...options, port: 1 }, receiver);
    if (connect === "late") await this.sleep(3);
    if (connect === "never") {
      await new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    }
    return defaultBackend.connectTcp(options, receiver);
  }

  #script(index: number): ConnectionScript {
    return this.#scripts[index % this.#scripts.length] as ConnectionScript;
  }
}

class PeerSide implements ServerSide {
  readonly #peer: Peer;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  get hasGone(): boolean {
    return this.#peer.hasGone;
  }

  request(): Promise<string> {
    return this.#peer.request();
  }

  begun(): Promise<void> {
    return this.#peer.until("\r\n");
  }

  send(octets: string): void {
    const { socket } = this.#peer;
    if (socket.writable) this.#peer.send(octets);
  }

  end(): void {
    this.#peer.end();
  }

  reset(): void {
    this.#peer.reset();
  }

  clog(): void {
    this.#peer.socket.pause();
  }

  unclog(): void {
    this.#peer.socket.resume();
  }
}
