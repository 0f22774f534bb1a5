// A real server that keeps what comes and answers every request, and a network on which every origin is that server.
//
// Cases name origins of their own, some of them with https: their connections are led here, without TLS, so that what
// is read is what would have been encrypted.

import { once } from "node:events";
import net from "node:net";
import {
  type ConnectOptions,
  defaultBackend,
  type NetworkBackend,
  type NetworkConnection,
  type NetworkReceiver,
} from "httpcore";
import { requestEnd } from "../support/request-end.ts";

export class RecordingServer implements NetworkBackend {
  readonly runtime = "node";
  /** Connections so far. */
  connections = 0;
  /** The octets of requests that are complete. */
  readonly requests: string[] = [];
  /** What the next requests get. */
  response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  readonly #server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  readonly #closes: Promise<unknown>[] = [];
  #rest = "";

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  /** `127.0.0.1:1234` */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get #port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    return defaultBackend.connectTcp({ ...options, host: "127.0.0.1", port: this.#port, tls: null }, receiver);
  }

  /** The octets of an unfinished request, when the client has closed all connections. */
  async rest(): Promise<string> {
    await Promise.all(this.#closes);
    return this.#rest;
  }

  close(): void {
    this.#server.close();
  }

  #accept(socket: net.Socket): void {
    let received = "";
    this.connections++;
    this.#closes.push(new Promise((resolve) => socket.once("close", resolve)));
    // A client that gives up may reset the connection.
    socket.on("error", () => {});
    socket.on("end", () => {
      this.#rest += received;
      socket.end();
    });
    socket.on("data", (octets: Buffer) => {
      received += octets.toString("latin1");
      for (let end = requestEnd(received, 0); end !== null; end = requestEnd(received, 0)) {
        this.requests.push(received.slice(0, end));
        received = received.slice(end);
        socket.write(this.response);
      }
    });
  }
}
