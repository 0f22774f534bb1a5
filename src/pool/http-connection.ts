// One connection: the protocol and a network stream, and the exchange that has them now.
//
//   CONNECTING ──> ACTIVE <──> IDLE ──> CLOSED
//
// Octets are read all the time and drained through the protocol within the call that brings them, so that they can be
// looked at where the socket put them. While IDLE, anything that comes (octets, FIN, reset) closes the connection.

import type { NetworkConnection, NetworkReceiver } from "../network/network.ts";
import { printAsText } from "../printing.ts";
import { ClientConnection } from "../protocol/client-connection.ts";
import type { BorrowedContent, ClosedEvent, PausedEvent, ResponseEvent } from "../protocol/events.ts";
import { Connecting } from "./connecting.ts";
import type { ConnectionOwner } from "./connection-owner.ts";
import { now } from "./deadlines.ts";
import type { DialSettings } from "./dial.ts";
import type { Exchange, ServingConnection } from "./exchange.ts";
import { breakage, closedBeforeRequest, isDisconnect } from "./failures.ts";
import { Linked } from "./linked-list.ts";
import { takeOver } from "./network-stream.ts";
import { Relay } from "./relay.ts";
import type { Route } from "./route.ts";
import { sendAtOnce, Upload, type UploadListener } from "./upload.ts";

export type ConnectionState = "CONNECTING" | "ACTIVE" | "IDLE" | "CLOSED";

export class HTTPConnection
  extends Linked<HTTPConnection>
  implements NetworkReceiver, ServingConnection, UploadListener
{
  static {
    printAsText(HTTPConnection);
  }

  readonly routeKey: string;
  readonly #route: Route; // it has a proxy's secrets, and callers get this object
  state: ConnectionState = "CONNECTING";
  requestCount = 0;
  /** When it is to be closed if still idle, on the clock of deadlines.ts. */
  expiresAt = Infinity;
  /** When the last response had come, on the same clock: what comes from then on was not asked for. */
  idleSince = 0;
  isPaused = false;
  readonly #owner: ConnectionOwner<HTTPConnection>;
  readonly #protocol: ClientConnection;
  connecting: Connecting | null = null;
  #network: NetworkConnection | null = null;
  #exchange: Exchange | null = null;
  #upload: Upload | null = null;
  readonly #relay = new Relay(this);
  #serverTimeout = Infinity;
  /** When octets, or their end, came last. */
  #readAt = 0;
  /** Interim responses have come, and no final one yet. */
  #isInterimOnly = false;
  /** An exchange has been given to the connection, and nothing of it has been sent. */
  #isSettling = false;

  constructor(route: Route, owner: ConnectionOwner<HTTPConnection>, leniency: readonly "bare-lf"[]) {
    super();
    this.routeKey = route.key;
    this.#route = route;
    this.#owner = owner;
    this.#protocol = new ClientConnection({ leniency, content: "borrowed" });
  }

  toJSON(): string {
    return this.toString();
  }

  override toString(): string {
    return `<HTTPConnection ['${this.#route.authority.origin}', HTTP/1.1, ${this.state}, Request Count: ${this.requestCount}]>`;
  }

  /** Opens the connection for `exchange` and starts it. Never rejects: the exchange is told. */
  async open(exchange: Exchange, settings: DialSettings): Promise<void> {
    this.#exchange = exchange;
    exchange.connection = this;
    try {
      this.connecting = new Connecting(exchange, settings.retries);
      const network = await this.connecting.run(this.#route, settings, this.#relay);
      if (this.state === "CLOSED") network.close();
      else {
        this.#network = network;
        // A server that speaks before it is asked must not pass for one that answers.
        this.#startSettled(exchange);
      }
    } catch (error) {
      if (this.state !== "CLOSED") this.close(error);
    }
  }

  /**
   * Serves `exchange` on this idle connection: at once, or, when it may be stale, after the network has told what has come
   * meanwhile. A busy event loop may not have seen yet that the peer has closed it, or has spoken unasked.
   */
  reuse(exchange: Exchange, isStale: boolean): void {
    this.#exchange = exchange;
    exchange.connection = this;
    this.state = "ACTIVE";
    this.#isSettling = isStale;
    if (isStale) this.#startSettled(exchange);
    else this.#start(exchange);
  }

  // Starts `exchange`, which has the connection, once the network has told what has come by now.
  #startSettled(exchange: Exchange): void {
    const start = (): void => {
      this.#isSettling = false;
      if (this.#exchange === exchange) this.#start(exchange);
    };
    this.#network?.busy();
    if (this.#network?.settle) this.#network.settle(start);
    else start();
  }

  #start(exchange: Exchange): void {
    this.state = "ACTIVE";
    this.requestCount++;
    this.#isInterimOnly = false;
    if (!exchange.enter("sending")) return;
    if (exchange.held) exchange.held.then(() => this.#send(exchange));
    else this.#send(exchange);
  }

  #send(exchange: Exchange): void {
    if (this.#exchange !== exchange) return;
    const network = this.#network as NetworkConnection;
    this.#protocol.setLimits(exchange.limits);
    try {
      this.#protocol.sendHead(exchange.request.head);
      network.busy();
      const progress = sendAtOnce(exchange.request, this.#protocol, network);
      if (progress === "sent") exchange.sent();
      else if (progress === "waiting") exchange.awaitDrain();
      else {
        this.#upload = new Upload(exchange, this.#protocol, network, this);
        this.#upload.run();
      }
    } catch (error) {
      // The caller's `trailers` threw, or gave what cannot be sent.
      this.close(error);
    }
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.#network?.resume();
  }

  release(): void {
    this.#exchange = null;
    // What is still to be looked at may be no more than a line end.
    if (!this.#protocol.isReusable) this.#drain();
    if (!this.#protocol.isReusable) this.#shut();
    if (this.state === "CLOSED") return;
    this.#protocol.startNextCycle();
    this.resume();
    this.state = "IDLE";
    this.#owner.becameIdle(this, this.#serverTimeout);
  }

  abandon(): void {
    this.#exchange = null;
    this.#shut();
  }

  sent(): void {
    this.#upload = null;
    this.#exchange?.sent();
  }

  received(octets: Uint8Array, size: number): void {
    if (this.state === "CLOSED") return;
    this.#readAt = now();
    this.#exchange?.heard(this.#readAt);
    this.#protocol.receive(octets, size);
    this.#drain();
    // Octets behind a complete response: nothing more is wanted of this peer, however long the caller takes to read.
    if (this.#protocol.responseState === "done" && !this.#protocol.isReusable) this.#network?.close();
  }

  drained(): void {
    if (this.#upload) this.#upload.drained();
    else this.sent();
  }

  ended(): void {
    if (this.state === "CLOSED") return;
    this.#readAt = now();
    this.#protocol.receive(null);
    this.#drain();
    if (this.#exchange === null) this.#shut();
    else if (this.#protocol.requestState === "idle") this.close(closedBeforeRequest());
  }

  failed(cause: unknown): void {
    if (this.state === "CLOSED") return;
    const exchange = this.#exchange;
    if (exchange === null) this.#shut();
    // A response that has come whole is not harmed by what happens to its connection.
    else if (this.#protocol.responseState === "done") this.#protocol.receive(null);
    else if (exchange.state === "sending") this.close(breakage("writing", cause));
    else this.close(breakage(`reading (${this.#protocol.contentSize} octets of content had come)`, cause));
  }

  #drain(): void {
    try {
      while (this.state !== "CLOSED" && this.#handleEvent()) {}
    } catch (error) {
      this.close(error);
    }
  }

  // Handles one event; false when there is no more to do for now, as when the connection is idle again.
  #handleEvent(): boolean {
    const event = this.#protocol.nextEvent();
    const exchange = this.#exchange;
    switch (event.type) {
      case "informational":
        this.#isInterimOnly = true;
        if (event.status === 100) this.#upload?.proceed();
        exchange?.sink.informational(event);
        return true;
      case "response":
        this.#isInterimOnly = false;
        this.#acceptHead(event);
        return true;
      case "content":
        if (exchange && !exchange.sink.content(event as BorrowedContent)) this.#pause(exchange);
        return true;
      case "end":
        this.idleSince = this.#readAt;
        this.#network?.idle();
        exchange?.hasCome(this.#readAt);
        exchange?.sink.end(event.trailers);
        return this.state !== "IDLE";
      case "need-data":
        // Interim responses do not put the time limit off: a peer could send them for ever.
        if (!this.#isInterimOnly) exchange?.progress();
        return false;
      default:
        event satisfies PausedEvent | ClosedEvent;
        return false;
    }
  }

  #acceptHead(head: ResponseEvent): void {
    const exchange = this.#exchange as Exchange;
    if (head.keepAliveTimeout !== null) this.#serverTimeout = head.keepAliveTimeout * 1000;
    // While the request is still going out: the rest of it is not sent (RFC 9112 section 9.5).
    this.#upload?.stop();
    if (this.#upload === null) exchange.sent(this.#readAt);
    else if (exchange.state === "sending") exchange.enter("receiving");
    this.#upload = null;
    if (head.isSwitch) this.#switch(head, exchange);
    else exchange.sink.head(head);
  }

  // HTTP is over on this connection, and no time limit runs; what was read past the head comes first.
  #switch(head: ResponseEvent, exchange: Exchange): void {
    const octets = this.#protocol.trailingData;
    const stream = takeOver(exchange, this.#network as NetworkConnection, octets, (successor, network) => {
      this.#network = network;
      this.#relay.target = successor;
    });
    exchange.hasCome(this.#readAt);
    exchange.sink.switched(head, stream);
  }

  #pause(exchange: Exchange): void {
    if (this.isPaused || exchange.isFinished) return;
    this.isPaused = true;
    exchange.stopClock();
    this.#network?.pause();
  }

  /** Closes the connection; an exchange that has it fails with `error`, or is sent again. */
  close(error: unknown): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    const isStale = this.requestCount > 1 && exchange?.times?.firstByte === null && isDisconnect(error);
    const isUnsent = this.#isSettling && !this.#owner.isClosed;
    const isRepeated =
      exchange !== null && !exchange.isFinished && (isUnsent || (isStale && this.#owner.mayRepeat(exchange)));
    if (exchange) exchange.connection = null;
    this.#shut(isRepeated ? exchange : null);
    if (!isRepeated) exchange?.fail(error);
  }

  #shut(repeated: Exchange | null = null): void {
    if (this.state === "CLOSED") return;
    this.state = "CLOSED";
    this.#upload?.stop();
    this.#upload = null;
    this.#network?.close();
    this.connecting?.abort();
    this.#owner.wasClosed(this, repeated);
  }
}
