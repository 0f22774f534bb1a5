// A real server on the loopback interface that plays the octets of cases, and the network through which a client meets it.
//
// Octet by octet means one read each: a piece is written only when the client has been handed the piece before. The
// client's network is the real one; it is wrapped, to tell the server what has been handed over, and changes nothing.
// In: plays. Out: what of them the client has had, and which connection served which request.

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
import type { Form } from "./response-case.ts";

/** The header that tells the server which play a request belongs to. */
export const PLAY_HEADER = "Play";
const PLAY_LINE = /\r\nPlay: (\d+)\r\n/;
/** The status that every request of a play but the first gets; no case has it. */
export const SECOND_STATUS = 298;
const SECOND_RESPONSE = `HTTP/1.1 ${SECOND_STATUS} Second\r\nContent-Length: 6\r\n\r\nsecond`;

/** One case in one form, on the server's side; for the client's side it is a network. */
export class Play implements NetworkBackend {
  readonly runtime = "node";
  readonly number: number;
  /** The connection of each request, in order. */
  readonly connections: net.Socket[] = [];
  /** The size of each read of the client. */
  readonly reads: number[] = [];
  /** The client has had all pieces, or has closed the connection; behind that the close comes, if it is asked for. */
  readonly isOver: Promise<void>;
  /** Called between the last piece and the close, where these do not come together. */
  beforeClose: () => void = () => {};
  readonly #pieces: readonly Uint8Array[];
  readonly #form: Form;
  #over: () => void = () => {};
  #written = 0;
  #had = 0;
  #nextPiece = 0;

  constructor(number: number, pieces: readonly Uint8Array[], form: Form) {
    this.number = number;
    this.#pieces = pieces;
    this.#form = form;
    this.isOver = new Promise((resolve) => {
      this.#over = resolve;
    });
  }

  /** A request came on `socket`. */
  serve(socket: net.Socket): void {
    this.connections.push(socket);
    if (this.connections.length > 1) {
      socket.write(SECOND_RESPONSE);
      return;
    }
    socket.on("close", () => this.#over());
    socket.on("end", () => this.#over());
    if (this.#form.cut === "whole" && this.#form.end === "closed") this.#writeAndClose(socket);
    else this.#writePiece();
  }

  async connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
    return defaultBackend.connectTcp(options, {
      received: (octets, size) => {
        receiver.received(octets, size);
        this.#clientHad(size);
      },
      drained: () => receiver.drained(),
      ended: () => receiver.ended(),
      failed: (error) => receiver.failed(error),
    });
  }

  #clientHad(size: number): void {
    this.reads.push(size);
    this.#had += size;
    if (this.#had === this.#written) this.#writePiece();
  }

  #writePiece(): void {
    const [socket] = this.connections;
    if (this.connections.length !== 1 || !socket?.writable) return;
    const piece = this.#pieces[this.#nextPiece++];
    if (piece) {
      this.#written += piece.length;
      socket.write(piece);
    } else if (this.#nextPiece === this.#pieces.length + 1) {
      // Two turns, in which what has been delivered comes to whoever waits for it.
      setImmediate(() => setImmediate(() => this.#finish(socket)));
    }
  }

  // As servers do it: the FIN comes with the octets, or right behind them.
  #writeAndClose(socket: net.Socket): void {
    for (const piece of this.#pieces) socket.write(piece);
    socket.end();
    this.#nextPiece = Number.POSITIVE_INFINITY;
  }

  #finish(socket: net.Socket): void {
    this.beforeClose();
    if (this.#form.end === "closed") socket.end();
    this.#over();
  }
}

export class CaseServer {
  readonly #server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  /** All plays so far. */
  readonly plays: Play[] = [];
  readonly #sockets = new Set<net.Socket>();

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as net.AddressInfo).port}/`;
  }

  play(pieces: readonly Uint8Array[], form: Form): Play {
    const play = new Play(this.plays.length, pieces, form);
    this.plays.push(play);
    return play;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: net.Socket): void {
    let received = "";
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    // The client may break off at any time; what that means is for the client's side to tell.
    socket.on("error", () => {});
    socket.on("end", () => socket.end());
    socket.on("data", (octets: Buffer) => {
      received += octets.toString("latin1");
      for (let end = requestEnd(received, 0); end !== null; end = requestEnd(received, 0)) {
        const [, number] = PLAY_LINE.exec(received.slice(0, end)) ?? [];
        received = received.slice(end);
        this.plays[Number(number)]?.serve(socket);
      }
    });
  }
}
