// A server that plays the steps of a case to one client and keeps every octet that it gets, under TLS too.

import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import type { Identity } from "../support/certificates.ts";
import { requestEnd } from "../support/request-end.ts";
import type { Step } from "./differential-case.ts";

/** Stands in the octets of a connection where TLS begins. */
export const TLS_MARK = "<TLS>";

export class StepServer {
  /** What came on each connection. */
  readonly wire: string[] = [];
  readonly #steps: Step[];
  readonly #identity: Identity;
  readonly #sockets: net.Socket[] = [];
  readonly #server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));

  constructor(steps: readonly Step[], identity: Identity) {
    this.#steps = [...steps];
    this.#identity = identity;
  }

  async listen(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** Closes every connection, when what the client has sent by now has come. */
  async close(): Promise<void> {
    await this.#acceptAll();
    this.#server.close();
    await Promise.all(
      this.#sockets.map(async (socket) => {
        socket.end();
        if (!socket.closed) await once(socket, "close");
      }),
    );
  }

  // Connections are accepted in the order in which they were opened: one of our own is the last.
  async #acceptAll(): Promise<void> {
    const probe = net.connect((this.#server.address() as net.AddressInfo).port, "127.0.0.1");
    await once(probe, "connect");
    while (this.#sockets.at(-1)?.remotePort !== probe.localPort) await once(this.#server, "connection");
    this.#sockets.pop();
    this.wire.pop();
    probe.destroy();
  }

  #accept(socket: net.Socket): void {
    this.#sockets.push(socket);
    this.#play(socket, this.wire.push("") - 1, { taken: 0 });
  }

  #play(socket: net.Socket, index: number, state: { taken: number }): void {
    socket.on("error", () => {});
    socket.on("end", () => socket.end());
    socket.on("data", (octets: Buffer) => {
      this.wire[index] += octets.toString("latin1");
      while (this.#advance(socket, index, state));
    });
  }

  /** Does the next step if what it waits for has come. */
  #advance(socket: net.Socket, index: number, state: { taken: number }): boolean {
    const [step] = this.#steps;
    const text = this.wire[index] ?? "";
    if (!step || state.taken >= text.length) return false;
    const end = endOf(step, text, state.taken);
    if (end === null) return false;
    // A head that is answered on its own is still the beginning of its request.
    if (step.after !== "head") state.taken = end;
    this.#steps.shift();
    socket.write(Buffer.from(step.send, "latin1"));
    if (step.next === "end") socket.end();
    if (step.next === "tls") this.#startTLS(socket, index, state);
    return step.next === undefined;
  }

  #startTLS(socket: net.Socket, index: number, state: { taken: number }): void {
    socket.removeAllListeners("data");
    this.wire[index] += TLS_MARK;
    state.taken += TLS_MARK.length;
    this.#play(new tls.TLSSocket(socket, { isServer: true, ...this.#identity }), index, state);
  }
}

function endOf({ after }: Step, text: string, start: number): number | null {
  if (after === "request") return requestEnd(text, start);
  if (after === "head") return text.includes("\r\n\r\n", start) ? start : null;
  return text.length < start + after ? null : start + after;
}
